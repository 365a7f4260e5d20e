uniform sampler2D pattern;
out vec4 pixel;

void main() {
    pixel = texelFetch(pattern, ivec2(gl_FragCoord.xy), 0);
}
