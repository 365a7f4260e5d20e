"""Joint torque capacity of adults: Table 3 of Anderson, Madigan and Nussbaum (2007), radians and seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from sim.lifter import Sex

Action = Literal["hip_extension", "hip_flexion", "knee_extension", "knee_flexion", "plantarflexion", "dorsiflexion"]

#: Middle age [years] of the three groups measured: 18-25, 55-65, over 65.
GROUP_AGES_YEARS = (21.5, 60.0, 70.0)

#: C1 (share of body weight times stature), C2, C3 (shape against angle), C4, C5 (velocities of 75 and 50 %), C6
#: (eccentric), one row an age group. Angles: hip and knee flexion +, ankle dorsiflexion +.
COEFFICIENTS: Mapping[tuple[Action, Sex], tuple[tuple[float, float, float, float, float, float], ...]] = {
    ("hip_extension", "male"): (
        (0.161, 0.958, 0.932, 1.578, 3.19, 0.242),
        (0.171, 0.922, 1.176, 1.601, 3.236, 0.32),
        (0.144, 0.896, 1.125, 1.561, 3.152, 0.477),
    ),
    ("hip_extension", "female"): (
        (0.181, 0.697, 1.242, 1.567, 3.164, 0.164),
        (0.14, 0.83, 1.241, 1.444, 2.919, 0.317),
        (0.138, 0.707, 1.542, 1.613, 3.256, 0.36),
    ),
    ("hip_flexion", "male"): (
        (0.113, 0.738, -0.214, 2.095, 4.267, 0.218),
        (0.107, 0.712, -0.192, 2.038, 4.145, 0.206),
        (0.101, 0.762, -0.269, 1.875, 3.819, 0.296),
    ),
    ("hip_flexion", "female"): (
        (0.127, 0.65, -0.35, 2.136, 4.349, 0.156),
        (0.091, 0.812, -0.196, 2.145, 4.366, 0.186),
        (0.081, 0.625, -0.422, 2.084, 4.245, 0.196),
    ),
    ("knee_extension", "male"): (
        (0.163, 1.258, 1.133, 1.517, 3.952, 0.095),
        (0.156, 1.225, 1.173, 1.518, 3.954, 0.266),
        (0.137, 1.31, 1.067, 1.141, 3.152, 0.386),
    ),
    ("knee_extension", "female"): (
        (0.159, 1.187, 1.274, 1.393, 3.623, 0.173),
        (0.128, 1.286, 1.141, 1.332, 3.469, 0.233),
        (0.124, 1.347, 1.14, 1.066, 2.855, 0.464),
    ),
    ("knee_flexion", "male"): (
        (0.087, 0.869, 0.522, 2.008, 5.233, 0.304),
        (0.081, 0.986, 0.523, 1.83, 4.777, 0.23),
        (0.069, 0.838, 0.437, 1.718, 4.476, 0.414),
    ),
    ("knee_flexion", "female"): (
        (0.08, 0.873, 0.635, 1.698, 4.412, 0.175),
        (0.06, 0.967, 0.402, 1.693, 4.41, 0.349),
        (0.06, 0.897, 0.445, 1.121, 2.922, 0.389),
    ),
    ("plantarflexion", "male"): (
        (0.095, 1.391, 0.408, 0.987, 3.558, 0.295),
        (0.114, 1.444, 0.551, 0.593, 2.128, 0.35),
        (0.106, 1.465, 0.498, 0.49, 1.767, 0.571),
    ),
    ("plantarflexion", "female"): (
        (0.104, 1.399, 0.424, 0.862, 3.109, 0.189),
        (0.093, 1.504, 0.381, 0.86, 3.126, 0.349),
        (0.125, 1.299, 0.58, 0.587, 1.819, 0.348),
    ),
    ("dorsiflexion", "male"): (
        (0.033, 1.51, -0.187, 0.699, 1.94, 0.828),
        (0.028, 1.293, -0.284, 0.634, 1.759, 0.999),
        (0.029, 1.419, -0.174, 0.561, 1.558, 1.198),
    ),
    ("dorsiflexion", "female"): (
        (0.027, 1.079, -0.302, 0.864, 2.399, 0.771),
        (0.024, 1.308, -0.254, 0.596, 1.654, 1.006),
        (0.022, 1.096, -0.369, 0.458, 1.242, 1.401),
    ),
}
