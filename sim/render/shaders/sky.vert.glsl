uniform mat4 to_world;  // clip coordinates to world
uniform vec3 eye;
out vec3 towards;

void main() {
    // one triangle over the whole picture, at the far end of the depth range
    vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
    vec4 far = to_world * vec4(corner, 1.0, 1.0);
    towards = far.xyz / far.w - eye;
    gl_Position = vec4(corner, 1.0, 1.0);
}
