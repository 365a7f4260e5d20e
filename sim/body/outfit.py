"""What the lifter wears, as far as the mesh is concerned."""

from __future__ import annotations

from dataclasses import dataclass, fields

from wink.errors import ConfigError, unknown_name

CHOICES: dict[str, tuple[str, ...]] = {
    "top": ("tshirt", "longsleeve", "tank", "crop", "none"),
    "bottom": ("shorts", "short_tights", "leggings"),
    "hair": ("cropped", "short", "bun", "ponytail", "none"),
}


@dataclass(frozen=True)
class Outfit:
    """Garments and hair; everybody wears socks and training shoes."""

    top: str = "tshirt"
    bottom: str = "shorts"
    hair: str = "short"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value not in CHOICES[field.name]:
                raise ConfigError(unknown_name(field.name, value, CHOICES[field.name]))

    @property
    def parts(self) -> tuple[str, ...]:
        """Mesh parts to draw, skin first."""
        hair = {"none": (), "cropped": ("hair_cropped",), "short": ("hair_short",)}.get(
            self.hair, ("hair_cropped", f"hair_{self.hair}")
        )
        top = () if self.top == "none" else (self.top,)
        shoes = ("shoe_left", "shoe_right", "sole_left", "sole_right")
        return ("skin", "eye", "brow", "sock", *shoes, self.bottom, *top, *hair)

    def covering(self, part: str) -> tuple[str, ...]:
        """Garments that hide a part: all of them the skin, the top the bottom."""
        worn = {"skin": (self.top, self.bottom, "sock", "shoe"), self.bottom: (self.top,)}.get(part, ())
        return tuple(name for name in worn if name != "none")
