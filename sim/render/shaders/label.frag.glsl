flat in float label;
out vec4 pixel;

void main() {
    pixel = vec4(label / 255.0, 0.0, 0.0, 1.0);
}
