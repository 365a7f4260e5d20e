"""The trials the checks are measured on."""

from __future__ import annotations

HALF, WHOLE = {"kind": "high", "load_kg": 39.0}, {"kind": "high", "load_kg": 78.0}  # of the default man's weight

#: Trials by name, each as the parts that differ from the default lifter of `wink generate`.
#: The men measured with a bar lift for years; the planar statics of C1 knows no strength at all.
TRIALS: dict[str, dict[str, object]] = {
    "man": {},
    "man, 35 deg of dorsiflexion, half body weight": {
        "ankle_dorsiflexion": {"lunge_deg": 41.0},
        "barbell": HALF,
        "strength": "strong",
    },
    "man, 15 deg of dorsiflexion, half body weight": {
        "ankle_dorsiflexion": {"lunge_deg": 21.0},
        "barbell": HALF,
        "strength": "strong",
    },
    "man, half body weight, deep": {"barbell": HALF, "depth": "deep", "strength": "strong"},
    "man, body weight": {"barbell": WHOLE, "strength": "strong"},
    "man, body weight, knees blocked": {
        "barbell": WHOLE,
        "strength": "strong",
        "stance": {"knees_behind_toes": True},
    },
    "man, 25 mm wedge": {"stance": {"heel_wedge_m": 0.025}},
    "man, 50 mm wedge": {"stance": {"heel_wedge_m": 0.050}},
    "man, 15 deg of dorsiflexion, arms down": {
        "ankle_dorsiflexion": {"lunge_deg": 21.0},
        "barbell": {"arms_down": True},
        "depth": "parallel",
    },
    "man, 20 deg of dorsiflexion, arms forward": {"ankle_dorsiflexion": {"lunge_deg": 26.0}, "depth": "parallel"},
    "man, deep": {"depth": "deep"},
    "woman, deep": {"lifter": "typical_woman", "depth": "deep"},
    "limited rotation": {"lifter": "typical_woman", "stance": "narrow", "hip_rotation": "limited"},
    "limited rotation, lifted": {"lifter": "typical_woman", "stance": "narrow", "hip_rotation": "mobile"},
    "stiff ankles": {"ankle_dorsiflexion": "stiff"},
    "stiff ankles, lifted": {"ankle_dorsiflexion": "mobile"},
    "hip flexion lifted": {"hip_flexion": "mobile"},
    "all mobile": {"hip_rotation": "mobile", "hip_flexion": "mobile", "ankle_dorsiflexion": "mobile"},
    "every limit off": {
        "hip_rotation": {"internal_rotation_deg": 75.0},
        "hip_flexion": {"flexion_deg": 150.0},
        "ankle_dorsiflexion": {"lunge_deg": 65.0},
        "hamstrings": {"hamstring_tightness_deg": -30.0},
        "strength": {"overall": 3.0},
    },
}
