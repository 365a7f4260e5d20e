"""What became of each file brought in: as a line, as a table, and in `import/import.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from annotate.clip_file import Cut
from annotate.film import Film
from wink.files import write_atomically

Status = Literal[
    "imported",
    "already there",
    "told anew",
    "withdrawn",
    "duplicate",
    "no person",
    "no squat found",
    "refused",
    "unreadable",
]
#: Folder of a dataset with what is for its maker alone: the films' names are in it.
FOLDER = "import"
NAME = "import.json"


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    file: Path
    status: Status
    film_id: str = ""
    reason: str = ""
    clips: tuple[str, ...] = ()
    cuts: tuple[Cut, ...] = ()
    film: Film | None = None  # None where it was not looked at
    cpu_s: float = 0.0

    @classmethod
    def of(cls, film: Film) -> Outcome:
        """Of a film that was looked at, before anything was made of it."""
        return cls(film.file, "imported", film.film_id, film=film)

    @property
    def duration_s(self) -> float | None:
        """Length of the film [s]."""
        return None if self.film is None else len(self.film.facts.frame_map) / float(self.film.facts.fps)

    def record(self) -> dict[str, Any]:
        """All that is known, for `import.json`."""
        known: dict[str, Any] = {
            "file": self.file.name,
            "status": self.status,
            "reason": self.reason or None,
            "film_id": self.film_id or None,
            "clips": list(self.clips),
            "cuts": [[cut.first, cut.stop] for cut in self.cuts],
            "cpu_s": round(self.cpu_s, 1),
        }
        if self.film is not None:
            facts = self.film.facts
            known |= {
                "duration_s": round(self.duration_s or 0.0, 3),
                "fps": float(facts.fps),
                "source_frames": len(facts.times_s),
                "source_size": [facts.width, facts.height],
                "mended": list(facts.mended),
            }
            if self.film.watched is not None:
                watched = self.film.watched
                known |= {
                    "people": watched.n_people,
                    "squats_s": [[s.start_s, s.bottom_s, s.end_s] for s in watched.squats],
                    "head_box_on_hips_or_low_back": round(watched.head_on_back_share, 4),
                    "frames_without_head_box": sum(not len(boxes) for boxes in watched.boxes),
                }
        return known


def table(outcomes: Sequence[Outcome]) -> str:
    """A line a file, in columns: what became of it, squats, clips, length, cost, and why or what was mended."""
    head = ("file", "became", "squats", "clips", "length", "CPU", "")
    rows = [head, *(_cells(outcome) for outcome in outcomes)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head) - 1)]
    lines = []
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(row[2:-1], widths[2:], strict=True)]
        lines.append("  ".join([*left, *right, row[-1]]).rstrip())
    return "\n".join(lines)


def _cells(outcome: Outcome) -> tuple[str, ...]:
    watched = outcome.film.watched if outcome.film else None
    return (
        outcome.file.name,
        outcome.status,
        str(len(watched.squats)) if watched else "",
        str(len(outcome.clips)) if outcome.clips else "",
        f"{outcome.duration_s:.1f} s" if outcome.duration_s else "",
        f"{outcome.cpu_s:.1f} s" if outcome.film else "",
        outcome.reason or (", ".join(outcome.film.facts.mended) if outcome.film else ""),
    )


def imported(folder: Path) -> dict[str, dict[str, Any]]:
    """What `import/import.json` of a dataset tells of each film, by its id; nothing where there is none yet."""
    file = folder / FOLDER / NAME
    return dict(json.loads(file.read_text())) if file.exists() else {}


def keep(folder: Path, outcomes: Iterable[Outcome]) -> Path:
    """Add outcomes to `import/import.json` of a dataset; of a film, the latest that says something."""
    file = folder / FOLDER / NAME
    file.parent.mkdir(parents=True, exist_ok=True)
    known = imported(folder)
    for outcome in outcomes:
        key = outcome.film_id or outcome.file.name
        if outcome.status in ("already there", "told anew", "duplicate"):
            entry = known.setdefault(key, outcome.record())
            names = [entry["file"], *entry.get("also_called", [])]
            if outcome.file.name not in names:
                entry["also_called"] = [*names[1:], outcome.file.name]
        else:
            before = known.get(key, {})
            known[key] = outcome.record()
            if outcome.status == "withdrawn":  # by whatever name it was known, the same again finds it
                gone = [*before.get("withdrawn_clips", ()), *before.get("clips", ())]
                kept = {"also_called": before.get("also_called"), "withdrawn_clips": gone}
                known[key] |= {name: several for name, several in kept.items() if several}
    write_atomically(file, json.dumps(known, indent=1, sort_keys=True) + "\n")
    return file
