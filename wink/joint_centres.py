"""Where the joints are under the skin: the pelvis' frame and the centres of hip, knee and ankle, from markers.

Points (T, 3) in metres, world axes x forward, y left, z up; left before right.
"""

from __future__ import annotations

import numpy as np

from wink.trial import Array

#: Hip centre from the middle of the front iliac markers, per pelvic depth, width and width, and a rest in metres, along
#: the pelvis' forward, upward and outward axis (Harrington et al. 2007, J. Biomech. 40:595, MRI of 32 people).
HARRINGTON = ((-0.24, -0.0099), (-0.30, -0.0109), (0.33, 0.0073))


def unit(vectors: Array) -> Array:
    """Vectors (…, 3) scaled to length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def pelvis_frame(asis: Array, psis: Array) -> Array:
    """Axes of the pelvis in the world (T, 3, 3), columns forward, left, up, from front and back markers (T, 2, 3).

    Forward lies in the plane of both front markers and the middle of the back ones (Wu et al. 2002).
    """
    left = unit(asis[:, 0] - asis[:, 1])
    up = unit(np.cross(asis.mean(axis=1) - psis.mean(axis=1), left))
    return np.stack([np.cross(left, up), left, up], axis=-1)


def hip_centres(frame: Array, asis: Array, psis: Array) -> Array:
    """Hip joint centres (T, 2, 3) by Harrington's regression; width and depth are medians over the recording."""
    width = float(np.median(np.linalg.norm(asis[:, 0] - asis[:, 1], axis=-1)))
    depth = float(np.median(np.linalg.norm(asis.mean(axis=1) - psis.mean(axis=1), axis=-1)))
    sizes = (depth, width, width)
    forward, up, outward = (slope * size + rest for (slope, rest), size in zip(HARRINGTON, sizes, strict=True))
    local = np.array([[forward, outward, up], [forward, -outward, up]])
    return np.asarray(asis.mean(axis=1)[:, None] + np.einsum("tij,sj->tsi", frame, local))


def chord_centre(above: Array, outer: Array, outward: Array, offset_m: float) -> Array:
    """The joint centre (…, 3) beside a marker on its outer side, `offset_m` away, seen at a right angle from it.

    Args:
        above: centre of the joint above.
        outer: the marker on the outer side of this joint.
        outward: roughly the direction from centre to marker; only its part square to the limb counts.
        offset_m: half the joint's width plus the marker's radius.

    The chord function of the conventional gait model (Davis et al. 1991).
    """
    along = unit(outer - above)
    across = unit(outward - np.sum(outward * along, axis=-1, keepdims=True) * along)
    reach = np.linalg.norm(outer - above, axis=-1, keepdims=True)
    sine = offset_m / reach
    cosine = np.sqrt(1.0 - sine**2)
    return np.asarray(above + reach * cosine * (cosine * along - sine * across))
