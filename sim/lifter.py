"""The lifter: sex, age, size and proportions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.checks import require_between
from wink.errors import LifterError, unknown_name

Sex = Literal["male", "female"]


@dataclass(frozen=True)
class Lifter:
    """A healthy adult, scaled from the means of de Leva (1996).

    The three scales stretch one segment against stature's own proportion; 1 is the mean person.

    Raises:
        LifterError: a size no adult has.
    """

    sex: Sex
    age_years: float
    stature_m: float
    mass_kg: float
    thigh_scale: float = 1.0
    shank_scale: float = 1.0
    trunk_scale: float = 1.0
    name: str = "lifter"

    def __post_init__(self) -> None:
        if self.sex not in ("male", "female"):
            raise LifterError(unknown_name("sex", str(self.sex), ("male", "female")))
        require_between(LifterError, "stature_m", self.stature_m, (1.2, 2.3), "metres", mistaken={100.0: "centimetres"})
        require_between(LifterError, "mass_kg", self.mass_kg, (30.0, 250.0), "kilograms", mistaken={1000.0: "grams"})
        require_between(LifterError, "age_years", self.age_years, (16.0, 90.0), "years", mistaken={12.0: "months"})
        for scale in ("thigh_scale", "shank_scale", "trunk_scale"):
            require_between(
                LifterError, scale, getattr(self, scale), (0.75, 1.3), "times the mean", mistaken={100.0: "percent"}
            )
        index = self.mass_kg / self.stature_m**2
        if not 13.0 <= index <= 60.0:
            raise LifterError(
                f"a lifter of {self.stature_m:g} m and {self.mass_kg:g} kg has a body mass index of {index:.0f}; "
                "expected 13 to 60: is one of the two in another unit?"
            )
