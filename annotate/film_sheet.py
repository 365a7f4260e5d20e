"""What was made of a film, to look at: pictures of each clip, and the height of the hips over time with the cuts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from annotate.film import Film
from annotate.outcome import FOLDER, Outcome
from annotate.video import decoded
from wink.people import Picture

_COLUMNS = 6
_HEIGHT_PX = 260
_CAPTION_PX = 22


def draw(dataset: Path, outcome: Outcome) -> list[Path]:
    """Draw a film's sheets into `import/` of its dataset; which they are."""
    film = outcome.film
    folder = dataset / FOLDER
    drawn: list[Path] = []
    if film is None or film.watched is None:
        return drawn
    folder.mkdir(parents=True, exist_ok=True)
    if outcome.clips:
        drawn.append(folder / f"{film.film_id}.jpg")
        _clip_sheet(dataset, outcome, film, drawn[-1])
    if film.watched.lifters:
        drawn.append(folder / f"{film.film_id}.png")
        _timeline(film, outcome, drawn[-1])
    return drawn


def _clip_sheet(dataset: Path, outcome: Outcome, film: Film, target: Path) -> None:
    """A row a clip: frames from its first to its last."""
    rows = []
    for clip_id, cut in zip(outcome.clips, outcome.cuts, strict=True):
        chosen = np.linspace(0, cut.n_frames - 1, _COLUMNS).round().astype(int)
        shown = _frames(dataset / "videos" / clip_id[:2] / f"{clip_id}.mp4", chosen.tolist())
        fps = float(film.facts.fps)
        captions = [f"{clip_id}  frame {k}, {(cut.first + k) / fps:.2f} s" for k in chosen]
        rows.append(np.hstack([_captioned(p, text) for p, text in zip(shown, captions, strict=True)]))
    width = max(row.shape[1] for row in rows)
    sheet = np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows])
    cv2.imwrite(str(target), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])


def _frames(clip: Path, numbers: Sequence[int]) -> list[Picture]:
    found = {k: frame.to_ndarray(format="rgb24") for k, frame in enumerate(decoded(clip)) if k in set(numbers)}
    return [found[k] for k in numbers]


def _captioned(picture: Picture, text: str) -> Picture:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, round(width * _HEIGHT_PX / height)), _HEIGHT_PX), interpolation=cv2.INTER_AREA)
    framed = np.full((_HEIGHT_PX + _CAPTION_PX, max(small.shape[1], 190) + 4, 3), 255, np.uint8)
    framed[_CAPTION_PX:, : small.shape[1]] = small
    cv2.putText(framed, text, (2, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (0, 0, 0), 1, cv2.LINE_AA)
    return framed


def _timeline(film: Film, outcome: Outcome, target: Path) -> None:
    """Hip height of everybody who might squat, the cuts as bands, the deepest moments as dots."""
    assert film.watched is not None
    figure = Figure(figsize=(9, 2.8), layout="constrained")
    axes = figure.add_subplot()
    for lifter in film.watched.lifters:
        axes.plot(lifter.time_s, lifter.hip_height, lw=1.2, label=f"person {lifter.number}")
    main = film.watched.lifters[0]
    fps = float(film.facts.fps)
    for n, cut in enumerate(outcome.cuts, start=1):
        axes.axvspan(cut.first / fps, cut.stop / fps, color="tab:orange", alpha=0.2, lw=0)
        axes.text((cut.first + cut.stop) / 2 / fps, 1.08, str(n), ha="center", va="top", fontsize=9)
    for squat in film.watched.squats:
        axes.plot(squat.bottom_s, np.interp(squat.bottom_s, main.time_s, main.hip_height), "k.", ms=6)
    axes.set(xlabel="time in the film [s]", ylabel="hip above ankle\n[of standing]", ylim=(0, 1.12))
    axes.set_xlim(0, outcome.duration_s)
    axes.set_title(f"{outcome.file.name}: {outcome.status}, {len(outcome.clips)} clips", fontsize=10, loc="left")
    if len(film.watched.lifters) > 1:
        axes.legend(fontsize=8, loc="lower right")
    figure.savefig(target, dpi=110)
