in vec3 towards;
out vec4 pixel;

void main() {
    pixel = vec4(toned(seen_towards(normalize(towards))), 1.0);
}
