in vec3 position;
in vec3 surface;
uniform mat4 view_projection;
flat out float label;

void main() {
    label = surface.z;
    gl_Position = view_projection * vec4(position, 1.0);
}
