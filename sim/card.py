"""The dataset card: what the clips are, what they are for, and what they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.cases import Case
from sim.plan import Plan

#: Cases the card lists by name.
MOST_CASES = 40

CARD = """---
license: cc0-1.0
pretty_name: winklab {name}
task_categories: [video-classification, keypoint-detection]
tags: [biomechanics, squat, butt-wink, synthetic, pelvic-tilt]
language: [en]
---
# {name}

{n_trials} simulated squat trials, each filmed from {views}, {size} at {fps} frames a second{drawn_by}.
Made by {program} from the settings in `config.yaml`; the same settings give the same bytes on the same platform.

The pelvis' rotation is not scripted: a lifter with limits and strength chooses its posture at every depth, a physics
skeleton with bounded muscles carries that intent out, and the truth is read from the skeleton. The choice between hip
and spine is made in the intent, which the body follows.

A set that ends in a fall or a stall is labelled with that `outcome`; whether it winked is left unknown
(`n_repetitions` null). A *twin* is the same lifter, by the same seed, with one limit lifted (`counterfactual_of`
names the lifter's trial).

## What is in it
| file | a row | holds |
|---|---|---|
| `metadata.parquet` | a clip | file name, lifter, view, split, outcome, wink size, every factor drawn |
| `repetitions.parquet` | a repetition | start, bottom, end; onset and size by each of three named definitions, their \
uncertainty; limits met, peak loads |
| `frames/*.parquet` | a frame | angles [deg], phase, forces [N], moments [Nm], limits engaged; keypoints; box |
| `videos/*/*.mp4` | | H.264, constant rate, no sound |
| `masks/*/*.npz` | | `labels` (frames, height, width) uint8: {mask_classes}{depth} |
| `croissant.json` | | what is in it, for machines (MLCommons Croissant) |
| `SHA256SUMS` | a file | its hash: `sha256sum -c SHA256SUMS` |

`load_dataset("videofolder", data_dir=FOLDER)` of Hugging Face reads the clips with their rows; `wink info FOLDER`
counts them; `wink export FOLDER format=...` writes COCO, WebDataset, E2E-Spot, FiftyOne or CSV.

Angles are in degrees: pelvic tilt + anterior; lumbar flexion relative to quiet standing; thigh inclination 90 with
the hip level with the knee. Frames count from 0. Keypoints, in the order of the columns: {keypoints}.

## Cases
{cases}

## Intended use, and limits
For developing and testing detectors of pelvic rotation in squats, and for training annotators. The clips are
synthetic: body, movement and camera are simpler than life, and a score on them is not a score on people.
No accepted threshold for a "butt wink" exists; the labels are kinematics, never a diagnosis. See `docs/simulation.md`
for what the physics gets wrong.

Not for: diagnosis, advice on injury, judging a person, or claims about people without a test on people.
Known bias: adults only, limits and habits as in `config.yaml`; skin, clothes and rooms from short lists.

## Licences
| asset | licence |
|---|---|
| clips, masks and labels | CC0 1.0 |
| body mesh, clothes, hair (MakeHuman / MPFB2 data) | CC0 1.0 |
| photographed surroundings (Poly Haven) | CC0 1.0 |

Nobody is depicted.
"""


def dataset_card(
    name: str, spec: Mapping[str, Any], plan: Plan, keypoints: Sequence[str], mask_classes: Sequence[str]
) -> str:
    """Write the card of a simulated dataset, as Markdown with the front matter that hubs read."""
    settings = spec["settings"]
    width, height = settings["width"], settings["height"]
    views = ", ".join(settings["views"])
    return CARD.format(
        name=name,
        n_trials=plan.n_trials,
        views=views if settings["cameras"] is None else f"{settings['cameras']} of {views}, drawn by lot",
        size=f"{width}x{height} pixels" if width and height else "in sizes that are drawn",
        program=spec["program"],
        keypoints=", ".join(keypoints),
        mask_classes=", ".join(f"{number} {label}" for number, label in enumerate(mask_classes)),
        cases="\n".join(_case_lines(plan)),
        fps=f"{settings['fps']:g}" if settings["filming"].get("fps") == settings["fps"] else "a drawn number of",
        drawn_by=", drawn without OpenGL: plainly" if settings["quality"]["renderer"] == "software" else "",
        depth="; `depth_mm` likewise uint16, 0 where nothing is" if settings["depth_maps"] else "",
    )


def _case_lines(plan: Plan) -> Iterator[str]:
    """The first cases by name, and how many lifters each has."""
    for number in range(min(len(plan.cases), MOST_CASES)):
        case: Case = plan.cases[number]
        twin = f", each with a twin: {dict(case.twin)}" if case.twin else ""
        yield f"* `{case.name}`: {plan.lifters_each} lifters{twin}"
    if len(plan.cases) > MOST_CASES:
        yield f"* and {len(plan.cases) - MOST_CASES} more"
