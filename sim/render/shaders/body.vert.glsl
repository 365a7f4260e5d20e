in vec3 position;
in vec3 normal;
in vec3 albedo;
in vec3 surface;  // gloss, wrap, label
uniform mat4 view_projection;
uniform mat4 light_projection;
uniform vec3 eye;
out vec3 world;
out vec3 world_normal;
out vec3 colour;
out vec3 shadow_at;
out vec3 ambient_light;
out vec3 back_light;
out vec2 finish;

void main() {
    vec3 n = normalize(normal);
    float open = openness(position, n);
    world = position;
    world_normal = n;
    colour = albedo;
    finish = surface.xy;
    shadow_at = (light_projection * vec4(position, 1.0)).xyz * 0.5 + 0.5;
    ambient_light = ambient(n) * open;
    back_light = ambient(-n) * 0.6;
    gl_Position = view_projection * vec4(position, 1.0);
}
