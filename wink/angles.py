"""Where the thigh is against parallel, and how large a wink is: the bands every stage shares.

Conventions (`docs/notation.md`): degrees at every boundary; pelvic tilt + anterior; lumbar flexion + flexed,
relative to quiet standing; thigh inclination 0 hanging, 90 with the hip joint centre level with the knee.
"""

from __future__ import annotations

from typing import Literal

RelationToParallel = Literal["before_parallel", "at_parallel", "after_parallel"]
Severity = Literal["clean", "ambiguous", "mild", "clear", "marked"]

#: Thigh inclination that counts as "at parallel" [deg]; ours, no accepted threshold exists.
PARALLEL_BAND_DEG = (85.0, 95.0)

#: Upper edge of each severity of pelvic reversal [deg]. Below 5 lies inside skin-marker error (3-6 deg);
#: 34 is where physiotherapists watching lifters saw it reliably (Falk 2021).
SEVERITY_EDGES_DEG: tuple[tuple[Severity, float], ...] = (
    ("clean", 5.0),
    ("ambiguous", 10.0),
    ("mild", 20.0),
    ("clear", 34.0),
)


def relation_to_parallel(thigh_inclination_deg: float) -> RelationToParallel:
    """Name where a thigh inclination [deg] lies against parallel."""
    low, high = PARALLEL_BAND_DEG
    if thigh_inclination_deg < low:
        return "before_parallel"
    return "at_parallel" if thigh_inclination_deg <= high else "after_parallel"


def severity(pelvic_reversal_deg: float) -> Severity:
    """Name the size of a pelvic reversal [deg]."""
    for name, edge in SEVERITY_EDGES_DEG:
        if pelvic_reversal_deg < edge:
            return name
    return "marked"
