"""What the lifter wears, as far as the mesh is concerned."""

from __future__ import annotations

from dataclasses import dataclass

from wink.errors import ConfigError, unknown_name

CHOICES: dict[str, tuple[str, ...]] = {
    "top": ("tshirt", "oversize", "longsleeve", "hoodie", "tank", "crop", "none"),
    "bottom": ("shorts", "joggers", "short_tights", "leggings"),
    "hair": ("cropped", "short", "curly", "afro", "bob", "bun", "ponytail", "none"),
}
#: How freely a top hangs, 0 like a skin to 1 widest; ours. Others do not hang.
LOOSENESS = {"tshirt": 0.5, "longsleeve": 0.45, "hoodie": 0.75, "oversize": 1.0}
_SCALP = {"none": (), "bob": ("hair_cropped", "hair_bob")} | {
    name: (f"hair_{name}",) for name in ("cropped", "short", "curly", "afro")
}


@dataclass(frozen=True)
class Outfit:
    """Garments, hair, and how they and the body under them differ from one another; everybody wears socks."""

    top: str = "tshirt"
    bottom: str = "shorts"
    hair: str = "short"
    beard: bool = False
    belt: bool = False
    build: float = 0.5  # at the same mass: 0 soft, 1 muscular
    shoe_drop_m: float = 0.0  # heel over ball of the sole
    heel_wedge_m: float = 0.0  # what lies under the heels

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                raise ConfigError(unknown_name(name, value, choices))
        if not 0.0 <= self.build <= 1.0:
            raise ConfigError(f"build must lie between 0 (soft) and 1 (muscular), got {self.build!r}")

    @property
    def parts(self) -> tuple[str, ...]:
        """Mesh parts to draw, skin first."""
        hair = _SCALP.get(self.hair, ("hair_cropped", f"hair_{self.hair}"))
        top = () if self.top == "none" else (self.top,)
        worn = tuple(name for name in ("beard", "belt") if getattr(self, name))
        shoes = ("shoe_left", "shoe_right", "sole_left", "sole_right")
        return ("skin", "eye", "brow", "sock", *shoes, self.bottom, *top, *hair, *worn)

    @property
    def looseness(self) -> float:
        """How freely the top hangs over the low back, 0 to 1; a belt holds it."""
        return LOOSENESS.get(self.top, 0.0) * (0.35 if self.belt else 1.0)

    def covering(self, part: str) -> tuple[str, ...]:
        """Garments that hide a part: all of them the skin, the top the bottom, the belt both."""
        belt = ("belt",) if self.belt else ()
        worn = {
            "skin": (self.top, self.bottom, "sock", "shoe", *belt),
            self.bottom: (self.top, *belt),
            self.top: belt,
        }.get(part, ())
        return tuple(name for name in worn if name != "none")
