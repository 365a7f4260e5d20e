"""Whether a picture allows a verdict: the view, the person, the plates, the frames; the reason in a sentence."""

from __future__ import annotations

import numpy as np

from detect.blazepose import INDEX
from detect.features import BodyCurves, Squat
from detect.low_back import LowBackEdge
from detect.pose import PoseTrack

#: The pose overstates how far a view is off the side: 40 degrees, the supported range, look like this many; ours.
MAX_OFF_SIDE_DEG = 55.0
#: Of the frames of a descent, with the person in them.
MIN_SEEN_SHARE = 0.9
#: Frames of a descent, for an onset that is known to a tenth of it.
MIN_DESCENT_FRAMES = 10
#: How sure the network is on average that hip, shoulder and knee of the nearer side are not hidden; ours.
MIN_VISIBILITY = 0.6
#: How far the lean of the low back's edge may lie from its own smoothed course, 95th percentile [deg]: 0.9 to 2.9 where
#: a back is seen, 9 and 17 where a hand or plates flicker in and out of the silhouette; read off ten clips, ours.
MAX_FLICKER_DEG = 6.0
_JOINTS = ("shoulder", "hip", "knee")


def why_not_the_view(body: BodyCurves) -> str | None:
    """Why no repetition of a clip can be judged; None where the view allows it."""
    if body.off_side_deg <= MAX_OFF_SIDE_DEG:
        return None
    seen_from = "front or rear view" if body.off_side_deg > 75.0 else "view too far off the side"
    return f"{seen_from} (looks like {body.off_side_deg:.0f}°): the low back does not show"


def why_not_the_descent(pose: PoseTrack, body: BodyCurves, edge: LowBackEdge, squat: Squat) -> str | None:
    """Why one repetition cannot be judged; None where its descent was seen well enough."""
    descent = squat.descent
    frames = squat.bottom - squat.start + 1
    if frames < MIN_DESCENT_FRAMES:
        return f"too few frames: {frames} on the way down, {MIN_DESCENT_FRAMES} are needed"
    present = float(pose.seen[descent].mean())
    if present < MIN_SEEN_SHARE:
        return f"the person is lost in {100 * (1 - present):.0f} % of the frames on the way down"
    upright = float(body.seen[descent].mean())
    shown = visibility(pose, body, descent)
    if upright < MIN_SEEN_SHARE or shown < MIN_VISIBILITY:
        return "hip or trunk are hidden on the way down, by plates or something else"
    if np.percentile(edge.flicker_deg[descent], 95) > MAX_FLICKER_DEG:
        return "the low back's edge is unclear: plates, an arm or the background touch it"
    return None


def visibility(pose: PoseTrack, body: BodyCurves, part: slice) -> float:
    """How sure the network is that the nearer side's shoulder, hip and knee are in view: the least sure of them."""
    columns = [INDEX[f"{body.near_side}_{joint}"] for joint in _JOINTS]
    return float(np.nanmin(np.nanmean(pose.visibility[part][:, columns], axis=0)))
