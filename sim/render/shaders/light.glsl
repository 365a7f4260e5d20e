// Light shared by every surface: key light with soft shadow, ambient from nine spherical harmonics, tone curve.
uniform vec3 sh[9];
uniform vec4 occluders[OCCLUDERS];  // centre, radius: spheres that stand for the body
uniform vec3 light_direction;       // towards the light
uniform vec3 light_colour;
uniform vec3 exposure;              // of each colour: brightness and white balance
uniform float shadow_softness;
uniform sampler2DShadow shadow_map;

// Irradiance from direction n, as a share of white (Ramamoorthi & Hanrahan 2001, folded into the coefficients).
vec3 ambient(vec3 n) {
    return max(sh[0] + sh[1] * n.y + sh[2] * n.z + sh[3] * n.x + sh[4] * (n.x * n.y) + sh[5] * (n.y * n.z)
               + sh[6] * (3.0 * n.z * n.z - 1.0) + sh[7] * (n.x * n.z) + sh[8] * (n.x * n.x - n.y * n.y), vec3(0.0));
}

// Share of the ambient light that the spheres leave (solid angle of a sphere over a plane, to first order).
float openness(vec3 p, vec3 n) {
    float open = 1.0;
    for (int i = 0; i < OCCLUDERS; i++) {
        vec3 d = occluders[i].xyz - p;
        float r2 = occluders[i].w * occluders[i].w;
        float d2 = max(dot(d, d), r2);
        open *= 1.0 - 0.85 * clamp(dot(n, d) * inversesqrt(d2), 0.0, 1.0) * r2 / d2;
    }
    return open;
}

float lit(vec3 p, float bias) {
    if (any(lessThan(p, vec3(0.0))) || any(greaterThan(p, vec3(1.0)))) return 1.0;
    float z = p.z - bias;
    float sum = texture(shadow_map, vec3(p.xy, z));
    sum += texture(shadow_map, vec3(p.xy + vec2(0.9, 0.3) * shadow_softness, z));
    sum += texture(shadow_map, vec3(p.xy + vec2(-0.3, 0.9) * shadow_softness, z));
    sum += texture(shadow_map, vec3(p.xy + vec2(-0.9, -0.3) * shadow_softness, z));
    sum += texture(shadow_map, vec3(p.xy + vec2(0.3, -0.9) * shadow_softness, z));
    return sum * 0.2;
}

// Filmic curve (Narkowicz 2015) and display gamma.
vec3 toned(vec3 c) {
    c *= exposure;
    c = clamp((c * (2.51 * c + 0.03)) / (c * (2.43 * c + 0.59) + 0.14), 0.0, 1.0);
    return pow(c, vec3(1.0 / 2.2));
}
