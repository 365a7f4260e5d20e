"""Internal rotation of the flexed hip: capsule and deep rotators met when the neck swings to the socket's rim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from sim.checks import require_between
from sim.hip_cone import HipCone
from sim.hip_geometry import HipGeometry
from sim.lifter import Sex
from wink.errors import LifterError

#: Internal rotation at 90 deg of flexion, means of healthy adults (Fan 2014, Kouyoumdjian 2012).
TYPICAL_DEG: dict[Sex, float] = {"male": 33.0, "female": 40.0}


@dataclass(frozen=True)
class HipImpingement(HipCone):
    """Internal rotation [deg] a clinician finds at 90 deg of flexion, turned into a cone about the mean socket.

    The cone's end is the neck-to-cup angle in the clinician's posture, where it carries a clinician's 6.5 Nm, e-fold in
    4 deg. Geometry after Kubiak-Langer (2007); stiffness ours, confidence C.

    Raises:
        LifterError: a range no hip has.
    """

    name: ClassVar[str] = "hip_rotation"
    source: ClassVar[str] = "Fan 2014, Kouyoumdjian 2012; geometry"
    TORQUE_NM: ClassVar[float] = 6.5
    WIDTH_DEG: ClassVar[float] = 4.0

    internal_rotation_deg: float | None = None  # at 90 deg of flexion; None = typical of the sex

    def __post_init__(self) -> None:
        if self.internal_rotation_deg is not None:
            require_between(
                LifterError, "hip internal_rotation_deg", self.internal_rotation_deg, (0.0, 75.0), "degrees"
            )

    def for_sex(self, sex: Sex) -> Self:
        """Fill an open range with the mean of the sex."""
        return self if self.internal_rotation_deg is not None else replace(self, internal_rotation_deg=TYPICAL_DEG[sex])

    def eased(self, by_deg: float) -> Self:
        """The same hip with that much more internal rotation."""
        return replace(self, internal_rotation_deg=self._rotation_deg + by_deg)

    @property
    def geometry(self) -> HipGeometry:
        """The mean neck and socket."""
        return HipGeometry()

    @property
    def end_deg(self) -> float:
        """Angle of neck and cup axis in the clinician's posture [deg]."""
        return self.geometry.opening_deg(90.0, 0.0, self._rotation_deg)

    @property
    def _rotation_deg(self) -> float:
        return TYPICAL_DEG["male"] if self.internal_rotation_deg is None else self.internal_rotation_deg
