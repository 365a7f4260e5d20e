"""Bone on bone: the neck against the rim of the socket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from sim.checks import require_between
from sim.hip_cone import HipCone
from sim.hip_geometry import ACETABULAR_VERSION_DEG, FEMORAL_VERSION_DEG, NECK_SHAFT_DEG, HipGeometry
from sim.lifter import Sex
from wink.errors import LifterError

#: Internal rotation at 90 deg of flexion at which the bones of the mean hip meet [deg]; ours, past its capsule.
BONE_ROTATION_DEG = 42.0
#: Femoral and acetabular version of each sex; women's are higher (Jiang 2015), by 3 and 2 deg: ours.
VERSIONS_DEG: dict[Sex, tuple[float, float]] = {
    "male": (FEMORAL_VERSION_DEG, ACETABULAR_VERSION_DEG),
    "female": (FEMORAL_VERSION_DEG + 3.0, ACETABULAR_VERSION_DEG + 2.0),
}


@dataclass(frozen=True)
class HipBone(HipCone):
    """Radiographic angles of neck and socket; where the bones meet follows from them.

    Same cone as the capsule's, stiffer (10 Nm, 2 deg), ending where the mean hip's neck meets the rim, 0.6 deg earlier
    per degree of centre-edge angle over 30 and 0.5 per degree of alpha angle over 48. Ours, confidence C.

    Raises:
        LifterError: an angle no hip has.
    """

    name: ClassVar[str] = "hip_bone"
    source: ClassVar[str] = "geometry; ours"
    structural: ClassVar[bool] = True
    TORQUE_NM: ClassVar[float] = 10.0
    WIDTH_DEG: ClassVar[float] = 2.0

    femoral_version_deg: float | None = None  # None = typical of the sex
    acetabular_version_deg: float | None = None  # None = typical of the sex
    neck_shaft_deg: float = NECK_SHAFT_DEG
    centre_edge_deg: float = 30.0  # how far the socket covers the head
    alpha_deg: float = 48.0  # how far the neck is from round: a cam

    def __post_init__(self) -> None:
        if self.femoral_version_deg is not None:
            require_between(LifterError, "femoral_version_deg", self.femoral_version_deg, (-30.0, 60.0), "degrees")
        if self.acetabular_version_deg is not None:
            version = self.acetabular_version_deg
            require_between(LifterError, "acetabular_version_deg", version, (-10.0, 45.0), "degrees")
        require_between(LifterError, "neck_shaft_deg", self.neck_shaft_deg, (105.0, 160.0), "degrees")
        require_between(LifterError, "centre_edge_deg", self.centre_edge_deg, (5.0, 60.0), "degrees")
        require_between(LifterError, "alpha_deg", self.alpha_deg, (30.0, 100.0), "degrees")

    def for_sex(self, sex: Sex) -> Self:
        """Fill open versions with the means of the sex."""
        femoral, acetabular = VERSIONS_DEG[sex]
        return replace(
            self,
            femoral_version_deg=femoral if self.femoral_version_deg is None else self.femoral_version_deg,
            acetabular_version_deg=acetabular if self.acetabular_version_deg is None else self.acetabular_version_deg,
        )

    def eased(self, by_deg: float) -> Self:
        """The same hip with that much more femoral version, which is about as much internal rotation."""
        return replace(self, femoral_version_deg=self.geometry.femoral_version_deg + by_deg)

    @property
    def geometry(self) -> HipGeometry:
        """Neck and socket; versions left open are the man's."""
        femoral, acetabular = VERSIONS_DEG["male"]
        return HipGeometry(
            femoral if self.femoral_version_deg is None else self.femoral_version_deg,
            acetabular if self.acetabular_version_deg is None else self.acetabular_version_deg,
            self.neck_shaft_deg,
        )

    @property
    def end_deg(self) -> float:
        """Angle of neck and cup axis at which the bones meet [deg]."""
        mean = HipGeometry().opening_deg(90.0, 0.0, BONE_ROTATION_DEG)
        return mean - 0.6 * (self.centre_edge_deg - 30.0) - 0.5 * max(0.0, self.alpha_deg - 48.0)
