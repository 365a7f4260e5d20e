"""What is drawn for the clips of one trial besides the movement: cameras, filming, place, looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from sim.render.clip import Look, Shot
from sim.render.filming import Filming
from sim.render.quality import Quality
from sim.render.scenes.scene import Scene
from wink.config import build

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Shooting:
    """How the clips of one trial are filmed."""

    shots: Mapping[str, Shot]  # by view
    look: Look

    @property
    def filming(self) -> Filming:
        """What all its cameras share: frame rate and shutter."""
        return next(iter(self.shots.values())).filming

    def in_shoes(self, drop_m: float, wedge_m: float) -> Shooting:
        """The same in the shoes the lifter moved in, and on what the heels stood on."""
        appearance = replace(self.look.appearance, shoe_drop_m=drop_m, heel_wedge_m=wedge_m)
        return replace(self, look=replace(self.look, appearance=appearance))

    def factors(self, view: str) -> dict[str, Any]:
        """Everything drawn for the clip of one view."""
        shot, look = self.shots[view], self.look
        return {
            "camera": asdict(shot.camera),
            "filming": asdict(shot.filming),
            "scene": look.scene.factors,
            "quality": asdict(look.quality),
            "appearance": asdict(look.appearance),
        }


def draw_shooting(settings: Mapping[str, Any], cameras: Mapping[str, Node], seed: int, sex: str) -> Shooting:
    """Draw how the clips of a trial are filmed; a twin, having its lifter's seed, is filmed the same way.

    Each part draws from a generator of its own, so that changing one leaves the others as they were.

    Args:
        settings: of the dataset: `scene`, `filming`, `quality` and `appearance`.
        cameras: configuration of each camera, by view.
        seed: of the lifter.
        sex: of the lifter.
    """
    scene = build(settings["scene"]).sample(np.random.default_rng([seed, 3]))
    quality = build(settings["quality"])
    appearance = build(settings["appearance"])(np.random.default_rng([seed, 1]), sex)
    assert isinstance(scene, Scene)
    assert isinstance(quality, Quality)
    shots: dict[str, Shot] = {}
    first: Filming | None = None
    for i, (view, camera) in enumerate(cameras.items()):
        rng = np.random.default_rng([seed, 4, i])
        placed, filming = build(camera).sample(rng), build(settings["filming"]).sample(rng)
        first = first or filming
        fps, shutter_deg, readout_share = first.timing
        shared = replace(filming, fps=fps, shutter_deg=shutter_deg, readout_share=readout_share)
        shots[view] = Shot(placed, shared)
    return Shooting(shots, Look(appearance, scene, quality))


def sized(camera: Node, width: int, height: int) -> dict[str, Any]:
    """A camera's configuration with the size of its picture set, whether it is drawn or not."""
    size = {"width": width, "height": height}
    if "settings" in camera:
        return {**camera, "settings": {**camera["settings"], **size}}
    return {**camera, **size}
