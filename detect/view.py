"""When the picture does not allow an answer, and why: said to the user in a sentence."""

from __future__ import annotations

import numpy as np

from detect.blazepose import INDEX
from detect.features import MIN_SEEN_SHARE, BodyCurves, Squat
from detect.pose import PoseTrack
from detect.sight import turned_deg


def reason_not_to_tell(
    pose: PoseTrack, body: BodyCurves, squat: Squat, *, max_turned_deg: float, min_visibility: float
) -> str | None:
    """Why a repetition cannot be judged; None where it can.

    Args:
        pose: of the clip.
        body: its curves.
        squat: the repetition.
        max_turned_deg: farther off a side view than this the low back's contour does not show (the pose
            overstates it: a true 45 degrees looks like some 60).
        min_visibility: of hip and shoulder of the nearer side, as the pose network believes it, 0 to 1.
    """
    turned = turned_deg(pose)
    if abs(turned) > max_turned_deg:
        where = "the front" if turned > 0 else "behind"
        return f"seen from {where} ({abs(turned):.0f} degrees off the side): the low back's contour does not show"
    seen = body.seen[squat.descent].mean()
    if seen < MIN_SEEN_SHARE:
        return f"the lifter was lost in {100 * (1 - seen):.0f} % of the descent"
    joints = [INDEX[f"{body.near_side}_{joint}"] for joint in ("hip", "shoulder")]
    visible = float(np.median(pose.visibility[squat.descent][:, joints].min(axis=1)))
    if visible < min_visibility:
        return "hip or shoulder are hidden, by plates or by something in front of the lifter"
    return None
