"""The card of a dataset of filmed squats: who may use what, what people agreed to, what was done to the pictures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

_HEAD = """---
license: other
task_categories: [video-classification]
tags: [squat, biomechanics, real]
---
"""

_TEXT = """
Real people. Every film was decoded and written anew (H.264, constant rate, upright, no sound, no metadata), one squat a
clip unless whole films were asked for; the originals are elsewhere, and `<clip_id>.frames.csv` beside each clip says
which frame of the original each frame shows. Nothing is known of the movement until it is annotated: `n_repetitions` is
null. `trials/`, where there is one, holds the angles of people measured by motion capture (`.parquet`, a row a sample)
and their repetitions (`.csv`); they are no clips.

* Intended use: annotation of the butt wink and testing of detectors. No diagnosis, no identification of people.
* Faces: blurred where `factors` says so. Heads are found by a network, which misses people who are small in the
  picture, cut off or hidden; look at every clip before you hand it on. Bodies, clothes and rooms are as filmed.
* `import/` names the original files and is for whoever made this dataset: leave it out when you hand the dataset on.
"""


def card(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """The card of a dataset, from the rows of its clips."""
    found = list(rows)
    factors = [json.loads(row["factors"]) for row in found]
    licences = Counter(str(row["license"]) for row in found)
    consents = Counter(str(each.get("consent", "unknown")) for each in factors)
    faces = Counter(str(each.get("faces", "kept")) for each in factors)
    allowed = sum(bool(each.get("may_be_published")) for each in factors)
    told = [
        f"* **May be published: {allowed} of {len(found)} clips** (a licence, consent to publication, faces blurred: "
        "`may_be_published` in `factors`). Publish no other.",
        f"* Licences: {_counted(licences)}.",
        f"* Consent: {_counted(consents)}.",
        f"* Faces: {_counted(faces)}.",
    ]
    return f"{_HEAD}# {name}: filmed squats\n{_TEXT}\n" + "\n".join(told) + "\n"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{what} ({n})" for what, n in sorted(counts.items())) or "none"
