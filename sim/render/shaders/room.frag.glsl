in vec3 world;
in vec3 shadow_at;
in vec3 ambient_light;
in vec2 at;
flat in vec3 facing;
uniform sampler2D pattern;
uniform vec3 tint;
uniform vec3 eye;
uniform float gloss;
uniform float key_share;  // walls get less of the key light than the floor: it has a beam
uniform float glow;       // light of its own
uniform vec2 fade;        // the floor becomes the photographed ground between these distances [m]; 0: never
out vec4 pixel;

void main() {
    vec3 albedo = texture(pattern, at).rgb * tint;
    float corner = 1.0 - 0.35 * exp(-4.0 * abs(facing.z > 0.5 ? 9.0 : world.z));
    // the body keeps light from the floor near it; 0.9 m away that has ended (sim/render/region.py counts on it)
    float open = facing.z > 0.5 ? mix(openness(world, facing), 1.0, smoothstep(0.5, 0.9, length(world.xy))) : corner;
    float shade = facing.z > 0.5 ? lit(shadow_at, 0.002) : 1.0;
    vec3 key = light_colour * max(dot(facing, light_direction), 0.0) * shade * key_share;
    vec3 v = normalize(eye - world);
    float fresnel = 0.02 + 0.35 * pow(1.0 - clamp(dot(facing, v), 0.0, 1.0), 5.0);
    vec3 c = albedo * (ambient_light * open + key + glow) + gloss * fresnel * ambient_light;
    if (fade.y > 0.0) {
        float away = smoothstep(fade.x, fade.y, length(world.xy));
        if (away > 0.0) c = mix(c, seen_towards(normalize(world - eye)), away);
    }
    pixel = vec4(toned(c), 1.0);
}
