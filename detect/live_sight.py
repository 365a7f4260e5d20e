"""What a learned detector is shown of one picture while the film still runs: `detect.sight` from the past alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detect.blazepose import INDEX, Body
from detect.features import MIN_TRUNK_RISE, SMOOTHING_S, angle_deg
from detect.live_body import Memory, Person
from detect.pose import GREY_PX, MIN_PRESENCE, SILHOUETTE_PX, about_hips
from detect.sight import facing_right, unit_curves


@dataclass(frozen=True)
class LiveSight:
    """One picture as a network sees it."""

    person: Person
    pictures: NDArray[np.uint8]  # (2, 96, 96) silhouette and grey, facing right
    curves: NDArray[np.float32]  # (8,)
    visible: float  # hip and shoulder of the near side, the less sure of both


class LiveEye:
    """Looks at one body after the other."""

    def __init__(self) -> None:
        self._memory = Memory(joint_s=SMOOTHING_S)

    def see(self, time_s: float, body: Body | None) -> LiveSight | None:
        """What the picture shows; None where nobody is seen, or somebody folded up behind something."""
        if body is None or body.presence < MIN_PRESENCE or not np.isfinite(body.points_px).all():
            return None
        person = self._memory.look(time_s, body)
        shoulder, hip = (body.points_px[INDEX[f"{person.near}_{joint}"]] for joint in ("shoulder", "hip"))
        if hip[1] - shoulder[1] <= MIN_TRUNK_RISE * person.leg_px:
            return None
        margin = (SILHOUETTE_PX - GREY_PX) // 2
        silhouette = about_hips(body, "mask", person.leg_px, SILHOUETTE_PX)[margin:-margin, margin:-margin]
        grey = about_hips(body, "grey", person.leg_px, GREY_PX)
        return LiveSight(
            person=person,
            pictures=facing_right(np.stack([silhouette, grey]), person.facing),
            curves=_curves(person),
            visible=float(min(body.visibility[INDEX[f"{person.near}_{joint}"]] for joint in ("hip", "shoulder"))),
        )


def _curves(person: Person) -> NDArray[np.float32]:
    at, leg = person.joints_px, person.leg_px
    trunk, thigh = at["shoulder"] - at["hip"], at["knee"] - at["hip"]
    columns = (
        np.degrees(person.lean_rad),
        person.thigh_deg,
        (at["ankle"] - at["hip"])[1] / leg,
        angle_deg(trunk[None], thigh[None])[0],
        angle_deg(-thigh[None], (at["ankle"] - at["knee"])[None])[0],
        np.linalg.norm(trunk) / leg,
        person.turned_deg,
        1.0,
    )
    return unit_curves(np.array(columns, dtype=np.float64))
