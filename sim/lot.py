"""What is drawn for the clips of a lifter: views, cameras, place and looks, to suit the split; the same for twins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from sim.cases import choose_part
from sim.plan import PlannedTrial
from sim.render.shooting import Shooting, draw_shooting, sized
from sim.splits import Splits
from wink.errors import ConfigError, unknown_name

#: Draws until cameras and looks suit the split.
MOST_DRAWS = 1000


def draw_shooting_for(settings: Mapping[str, Any], trial: PlannedTrial, sex: str, splits: Splits) -> Shooting:
    """Draw views, cameras, place and looks of a trial, until they suit its split.

    Everything follows from the lifter's seed, so a twin is filmed as the lifter was.

    Args:
        settings: of the dataset.
        trial: whose clips are filmed.
        sex: of the lifter.
        splits: of the dataset.

    Raises:
        ConfigError: nothing that can be drawn suits the split.
    """
    looks, cameras = look_nodes(settings, trial.picture), camera_nodes(settings, trial.picture)
    for attempt in range(MOST_DRAWS):
        seed = trial.seed if attempt == 0 else _another(trial.seed, attempt)
        views = draw_views(np.random.default_rng([seed, 5]), tuple(cameras), settings["cameras"])
        drawn = draw_shooting(looks, {view: cameras[view] for view in views}, seed, sex)
        shooting = dressed(drawn, trial.picture.get("appearance", {}))
        if all(splits.admits(trial.split, {"view": view, **shooting.factors(view)}) for view in views):
            return shooting
    raise ConfigError(
        f"{MOST_DRAWS} draws for {trial.trial_id}, and no camera and look that suit its split {trial.split!r}: "
        f"is everything that can be drawn held out, or nothing? holdout: {dict(splits.of_clip)}"
    )


def try_look(settings: Mapping[str, Any], trial: PlannedTrial) -> dict[str, Any]:
    """Build every camera and look a trial may get; return the factors of one of its clips.

    Raises:
        ConfigError: one of them cannot be.
    """
    nodes = camera_nodes(settings, trial.picture)
    drawn = draw_shooting(look_nodes(settings, trial.picture), nodes, trial.seed, "male")
    shooting = dressed(drawn, trial.picture.get("appearance", {}))
    view = next(iter(nodes))
    return {"view": view, **shooting.factors(view)}


def draw_views(rng: np.random.Generator, views: Sequence[str], number: int | None) -> list[str]:
    """Some of the views by lot, in their order; all of them where no number is given."""
    if number is None or number >= len(views):
        return list(views)
    return [views[i] for i in sorted(rng.choice(len(views), size=number, replace=False))]


def camera_nodes(settings: Mapping[str, Any], picture: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The cameras a trial may be filmed from, by view; the case may choose and change them."""
    options, change = settings["options"]["camera"], picture.get("camera", {})
    views: Sequence[str] = [change] if isinstance(change, str) else picture.get("views", settings["views"])
    changes = {} if isinstance(change, str) else change
    nodes = {view: _changed(options[view], changes) for view in views}
    width, height = settings["width"], settings["height"]
    return {view: sized(node, width, height) if width and height else node for view, node in nodes.items()}


def look_nodes(settings: Mapping[str, Any], picture: Mapping[str, Any]) -> dict[str, Any]:
    """The place and the looks a trial may have; the case may choose other options."""
    nodes = {part: settings[part] for part in ("scene", "filming", "quality", "appearance")}
    for part in ("scene", "appearance"):
        choice = picture.get(part)
        if isinstance(choice, str):
            nodes[part] = settings["options"][part][choice]
    return nodes


def dressed(shooting: Shooting, change: str | Mapping[str, Any]) -> Shooting:
    """A shooting with some of the drawn appearance set as a case wants it.

    Raises:
        ConfigError: an appearance has no such setting, or not such a value.
    """
    if isinstance(change, str) or not change:
        return shooting
    appearance = shooting.look.appearance
    for name in change:
        if name not in asdict(appearance):
            raise ConfigError(unknown_name("setting of appearance", str(name), asdict(appearance)))
    return replace(shooting, look=replace(shooting.look, appearance=replace(appearance, **change)))


def _changed(node: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A camera with some settings changed, whether they are set or drawn."""
    if "settings" in node:
        return {**node, "settings": choose_part("camera", node["settings"], change)}
    return choose_part("camera", node, change)


def _another(seed: int, attempt: int) -> int:
    return int(np.random.SeedSequence([seed, attempt]).generate_state(1, np.uint64)[0]) >> 11
