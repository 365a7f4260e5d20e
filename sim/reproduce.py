"""One clip of a dataset made again, alone: to look at why it was given up, or to have it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from sim.film import TrialPlace, make_clips
from sim.generate import sources_digest
from sim.plan import Plan, PlannedTrial
from wink.dataset_writer import clip_id
from wink.errors import ConfigError, DatasetError
from wink.files import file_sha256
from wink.store import Store, join, local_folder
from wink.tables import write_table


@dataclass(frozen=True)
class Again:
    """A clip that was made again."""

    video: Path
    sha256: str
    trial_id: str
    same: bool | None  # bytes as in the dataset; None where the dataset has it not
    by_other_sources: bool

    def __str__(self) -> str:
        """What was made, and whether it is the same."""
        verdict = {True: "the same bytes as in the dataset", False: "OTHER bytes than in the dataset"}
        lines = [f"made {self.video}, of trial {self.trial_id}, sha256 {self.sha256}"]
        lines.append(verdict[self.same] if self.same is not None else "the dataset does not hold this clip")
        if self.by_other_sources:
            lines.append("the dataset was made by other sources of this program: bytes may differ")
        return "\n".join(lines)


def reproduce_clip(wanted: str, config: Mapping[str, Any]) -> Again:
    """Make one clip again from the configuration of its dataset.

    Args:
        wanted: the clip's id.
        config: the configuration of `wink generate`: `name` or every dataset of `paths.datasets` is searched.

    Raises:
        DatasetError: no dataset has such a clip.
        Exception: whatever made the clip fail.
    """
    stores = list(_datasets(config["paths"]["datasets"], config["name"]))
    for store in stores:
        spec = OmegaConf.to_container(OmegaConf.create(store.read("config.yaml").decode()))
        if not isinstance(spec, dict) or "settings" not in spec or "kind" in spec:  # real people, filmed or measured
            continue
        settings: dict[str, Any] = spec["settings"]
        plan, digest = Plan(settings), json.loads(store.read("dataset.json"))["spec_hash"]
        found = find_clip(wanted, plan, digest, settings)
        if found is not None:
            folder = Path(config["paths"]["cache"]) / "clips"
            place = TrialPlace(digest, found, folder, wanted, settings["masks"], settings["depth_maps"])
            return _make(settings, plan, place, store, sources_digest() not in str(spec["program"]))
    where = ", ".join(store.url for store in stores) or f"{config['paths']['datasets']}, which holds no dataset"
    raise DatasetError(f"no clip {wanted!r} in {where}; an id is a file name in videos/ without .mp4")


def find_clip(wanted: str, plan: Plan, digest: str, settings: Mapping[str, Any]) -> PlannedTrial | None:
    """The trial that a clip's id stands for: a hash is not undone, so every one is tried."""
    views = dict.fromkeys([*settings["views"], *settings["options"]["camera"]])
    for index in range(plan.n_trials):
        for view in views:
            if clip_id(digest, index, view) == wanted:
                return plan.trial(index)
    return None


def _datasets(place: str, name: str | None) -> Iterable[Store]:
    """The datasets to search."""
    names = [name] if name else Store(place).names("") if local_folder(place) else []
    if not names:
        raise ConfigError("say which dataset the clip is of: name=...")
    stores = (Store(join(place, folder)) for folder in names)
    return [store for store in stores if store.has("config.yaml") and store.has("dataset.json")]


def _make(settings: Mapping[str, Any], plan: Plan, place: TrialPlace, store: Store, by_other_sources: bool) -> Again:
    """Make the trial; its folder is named for the clip."""
    made = make_clips(settings, plan.splits, place)
    rows = {row["clip_id"]: row for row in made.metadata}
    wanted = place.shard
    if wanted not in rows:
        raise DatasetError(f"trial {place.trial.trial_id} is filmed from other views; its clips are {', '.join(rows)}")
    video = place.folder / rows[wanted]["file_name"]
    write_table(video.with_suffix(".parquet"), made.frames)
    size = plan.shard_size
    there = f"videos/{place.trial.index // size:05d}/{wanted}.mp4"
    same = None
    if store.has(there):
        same = file_sha256(store.fetch(there, video.with_suffix(".there.mp4"))) == rows[wanted]["sha256"]
    return Again(video, rows[wanted]["sha256"], place.trial.trial_id, same, by_other_sources)
