"""What is written of a clip of a film: its row and factors, and the way back to the frames of the film."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annotate.clip_file import Cut
from annotate.cuts import FilmedSquat
from annotate.film import Film, FilmSettings
from annotate.terms import ClipTerms
from annotate.video import VideoFacts
from wink.files import file_sha256


def frame_map_csv(facts: VideoFacts, cut: Cut) -> str:
    """A row a frame of a clip: the film's frame it shows, that frame's time stamp in the file, and its time [s]."""
    lines = ["frame,source_frame,source_pts,source_time_s"]
    for frame, k in enumerate(range(cut.first, cut.stop)):
        number = facts.frame_map[k]
        stamp = facts.stamps[number]
        lines.append(f"{frame},{number},{stamp},{float(stamp * facts.tick):.6f}")
    return "\n".join(lines) + "\n"


def row_of(video: Path, film: Film, cut: Cut, terms: ClipTerms) -> dict[str, Any]:
    """The clip's row of `metadata.parquet`; what nobody has measured is null."""
    unknown = ("trial_id", "counterfactual_of", "outcome", "n_repetitions", "max_pelvic_reversal_deg", "mask_file")
    return {
        "file_name": f"videos/{video.parent.name}/{video.name}",
        "clip_id": video.stem,
        "source": "real",
        "fps": float(film.facts.fps),
        "n_frames": cut.n_frames,
        "width": film.size[0],
        "height": film.size[1],
        **dict.fromkeys(unknown),
        **terms.columns,
        "subject_id": terms.subject_id or f"real-{film.film_id}",
        "sha256": file_sha256(video),
    }


def factors_of(
    film: Film, cut: Cut, squat: FilmedSquat | None, terms: ClipTerms, settings: FilmSettings
) -> dict[str, Any]:
    """Where the clip came from and what was done to it; the frame map beside it leads back to the film's frames."""
    frame_map, facts = film.facts.frame_map, film.facts
    return {
        "film_id": film.film_id,
        "source_sha256": film.sha256,
        "source_size": [facts.width, facts.height],
        "source_frames": [frame_map[cut.first], frame_map[cut.stop - 1]],
        "source_pts": [facts.stamps[frame_map[cut.first]], facts.stamps[frame_map[cut.stop - 1]]],
        "source_tick_s": str(facts.tick),
        "frame_map": None if facts.steady else list(frame_map[cut.first : cut.stop]),
        "mended": list(facts.mended),
        "squat_s": None if squat is None else _within_clip(squat, cut, float(facts.fps)),
        "faces": settings.faces,
        **terms.factors(settings.faces),
    }


def _within_clip(squat: FilmedSquat, cut: Cut, fps: float) -> list[float]:
    """Start, bottom and end of a squat as found by the pose [s in the clip]: how it was cut, no truth."""
    return [round(t - cut.first / fps, 3) for t in (squat.start_s, squat.bottom_s, squat.end_s)]
