// A photograph of the whole surroundings, turned about the vertical.
uniform sampler2D surroundings;
uniform float surroundings_turn;  // radians
uniform float surroundings_strength;

vec3 seen_towards(vec3 d) {
    float azimuth = atan(d.y, d.x) - surroundings_turn;
    vec2 at = vec2(0.5 - azimuth / 6.2831853, acos(clamp(d.z, -1.0, 1.0)) / 3.1415927);
    vec3 kept = textureLod(surroundings, at, 0.0).rgb;
    return pow(kept, vec3(2.2)) * 4.0 * surroundings_strength;
}
