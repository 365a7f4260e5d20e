"""Draw docs/clips.jpg: a frame of each of 24 random clips of experiment=phones, each of another lifter.

python scripts/draw_clip_sheet.py docs/clips.jpg [seed]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hydra import compose, initialize_config_module
from numpy.typing import NDArray

from sim.film import from_zero
from sim.generate import dataset_spec
from sim.plan import Plan, PlannedTrial
from sim.render.clip import Session
from sim.render.shooting import draw_shooting, sized
from sim.setup import setup_from
from sim.squat import simulate_squat
from wink.config import load_option, plain
from wink.trial import SquatTrial

Picture = NDArray[np.uint8]
LIFTERS, COLUMNS, CELL_PX = 24, 6, 250
LIMIT_BYTES = 600_000


def main(out: str, seed: str = "3") -> None:
    """Draw the sheet."""
    overrides = ["experiment=phones", "population.repetitions=1", f"n={LIFTERS}", f"seed={seed}"]
    with initialize_config_module("configs", version_base="1.3"):
        config = plain(compose("generate", overrides))
    plan, cells = Plan(dataset_spec(config)["settings"]), []
    for lifter in range(LIFTERS):
        planned = plan.trial(lifter)
        trial = from_zero(simulate_squat(setup_from(planned.parts), planned.seed), planned.subject_id)
        cells.append(cell(frame(config, planned, trial)))
        print(f"{len(cells)} of {LIFTERS}", flush=True)
    rows = [np.concatenate(cells[k : k + COLUMNS], axis=1) for k in range(0, len(cells), COLUMNS)]
    save(np.concatenate(rows, axis=0), Path(out))


def frame(config: dict[str, Any], planned: PlannedTrial, trial: SquatTrial) -> Picture:
    """One frame, some of the way down or up, as a clip of this trial might be filmed."""
    camera = sized(load_option("camera", "sampled"), 640, 480)
    seed = planned.seed % 2**31
    shooting = draw_shooting(config, {"sampled": camera}, seed, trial.subject.sex)
    session = Session(trial, list(shooting.shots.values()), shooting.look, seed)
    share = np.random.default_rng(seed).uniform(0.25, 0.65)
    (drawn,) = session.frame(int(share * session.n_frames), False)
    session.release()
    return drawn.image


def cell(image: Picture) -> Picture:
    """The picture's middle as a square cell."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = image[top : top + side, left : left + side]
    return np.asarray(cv2.resize(middle, (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def save(sheet: Picture, out: Path) -> None:
    """Write the sheet as a JPEG below the limit."""
    for quality in range(92, 30, -4):
        done, data = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and len(data) <= LIMIT_BYTES:
            out.write_bytes(data.tobytes())
            print(f"{out}: {len(data)} bytes at quality {quality}")
            return
    raise SystemExit("the sheet does not fit into its limit")


if __name__ == "__main__":
    main(*sys.argv[1:])
