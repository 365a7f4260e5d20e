in vec3 world;
in vec3 world_normal;
in vec3 colour;
in vec3 shadow_at;
in vec3 ambient_light;
in vec3 back_light;
in vec2 finish;
uniform vec3 eye;
out vec4 pixel;

void main() {
    vec3 n = normalize(world_normal);
    vec3 v = normalize(eye - world);
    vec3 sky = ambient_light;
    if (!gl_FrontFacing) {
        n = -n;
        sky = back_light;
    }
    float facing = dot(n, light_direction);
    float wrap = finish.y;
    float diffuse = max((facing + wrap) / (1.0 + wrap), 0.0);
    float shade = lit(shadow_at, 0.0030 + 0.0035 * (1.0 - clamp(facing, 0.0, 1.0)));
    vec3 key = light_colour * mix(diffuse * shade, diffuse, 0.06);
    vec3 half_way = normalize(v + light_direction);
    float fresnel = 0.04 + 0.5 * pow(1.0 - clamp(dot(n, v), 0.0, 1.0), 5.0);
    float glint = pow(max(dot(n, half_way), 0.0), 6.0 + 60.0 * finish.x) * (1.0 + 5.0 * finish.x);
    vec3 c = colour * (sky + key) + finish.x * fresnel * (light_colour * glint * shade * max(facing, 0.0) * 4.0 + sky);
    pixel = vec4(toned(c), 1.0);
}
