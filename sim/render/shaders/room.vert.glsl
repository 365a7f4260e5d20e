in vec3 position;
in vec3 normal;
in vec2 uv;
uniform mat4 view_projection;
uniform mat4 light_projection;
out vec3 world;
out vec3 shadow_at;
out vec3 ambient_light;
out vec2 at;
flat out vec3 facing;

void main() {
    world = position;
    at = uv;
    facing = normal;
    shadow_at = (light_projection * vec4(position, 1.0)).xyz * 0.5 + 0.5;
    ambient_light = ambient(normal);
    gl_Position = view_projection * vec4(position, 1.0);
}
