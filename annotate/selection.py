"""Which clips are worth an annotator's time: where detectors doubt, where annotators differ, where truth is known."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence

from annotate.answers import counted
from annotate.disputes import ORDER, DisputeRules, disputes
from annotate.golden import choose_golden, is_golden
from wink.annotation import Annotation
from wink.clip import Clip
from wink.detection import Detection
from wink.errors import ConfigError

#: A spread of onsets of this length [s] counts as much as detectors that are wholly undecided; ours: half of what a
#: descent of 1 s would show as early or late.
FULL_SPREAD_S = 0.5
#: What is disputed before golden clips tell how far annotators are off: onsets three frames apart at 30 frames/s, ours.
_RULES = DisputeRules(apart_s=0.1, grades_apart=len(ORDER))


def doubts(detections: Iterable[Detection]) -> dict[str, float]:
    """How unsure the detectors are of each clip, 0 to 2; only clips that some detector has looked at.

    The entropy of their mean score [bits] (consensus entropy: high where they are undecided and where they disagree;
    after vote entropy, Dagan & Engelson 1995), and the spread of the onsets of those that find a wink. A detector
    that failed, or cannot tell, counts as undecided.
    """
    by_clip: dict[str, dict[str, list[Detection]]] = {}
    for detection in detections:
        by_clip.setdefault(detection.clip_id, {}).setdefault(detection.detector, []).append(detection)
    return {clip_id: _doubt(list(by_detector.values())) for clip_id, by_detector in by_clip.items()}


def _doubt(by_detector: Sequence[Sequence[Detection]]) -> float:
    scores = [max(_score(d) for d in found) for found in by_detector]
    onsets = [min(o) for found in by_detector if (o := [d.onset_s for d in found if d.onset_s is not None])]
    spread_s = max(onsets) - min(onsets) if len(onsets) > 1 else 0.0
    return entropy_bits(sum(scores) / len(scores)) + min(1.0, spread_s / FULL_SPREAD_S)


def _score(detection: Detection) -> float:
    undecided = detection.error is not None or getattr(detection, "cannot_tell", None)
    return 0.5 if undecided else min(1.0, max(0.0, detection.score))


def entropy_bits(p: float) -> float:
    """Entropy of a yes-or-no question whose answer is yes with probability `p` [bits]."""
    return 0.0 if p in (0.0, 1.0) else -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def most_doubtful(doubt: Mapping[str, float], done: Iterable[str], n: int | None) -> list[str]:
    """The `n` clips the detectors doubt most, none of those that are done; ties in the order of their ids."""
    left = set(doubt) - set(done)
    return sorted(left, key=lambda clip_id: (-doubt[clip_id], clip_id))[:n]


def disputed(annotations: Iterable[Annotation]) -> list[str]:
    """Clips whose annotators differ in whether there is a wink, or in its onset, and are not outvoted; by id.

    Of each annotator and clip the last answer counts that is valid and blind.
    """
    by_clip: dict[str, list[Annotation]] = {}
    for annotation in counted(annotations):
        by_clip.setdefault(annotation.clip_id, []).append(annotation)
    return sorted(clip_id for clip_id, several in by_clip.items() if disputes(several, _RULES))


def with_golden(clips: Sequence[Clip], share: float, n: int | None, key: bytes = b"") -> list[Clip]:
    """Clips of which a share has a known truth, by id, so that nothing tells which; of golden ones what is left.

    Args:
        clips: to choose from.
        share: of the chosen clips, 0 to 1, as near as the clips allow.
        n: how many at most; None takes all whose truth is unknown and as many others as the share asks for.
        key: of the server's choices; another one chooses other golden clips.
    """
    known = [c for c in clips if is_golden(c)]
    unknown = sorted((c for c in clips if c.repetitions is None), key=_lot)
    if n is None:
        n = len(known) if share == 1 else round(len(unknown) / (1 - share))
    golden = choose_golden(known, key, round(share * n))
    return sorted([*golden, *unknown[: n - len(golden)]], key=lambda clip: clip.clip_id)


def check_golden(clips: Sequence[Clip], share: float) -> None:
    """Refuse to mix golden clips into clips as they were named, if these cannot be mixed.

    Raises:
        ConfigError: no clip can be golden, or none can hide them.
    """
    known = any(is_golden(c) for c in clips)
    if share > 0 and clips and not known:
        raise ConfigError(
            "select=golden hides simulated clips of known truth, of one squat each, among the others, and none of "
            "these is one; name a simulated dataset too (`wink generate name=golden` makes one)"
        )
    if 0 < share < 1 and known and all(c.repetitions is not None for c in clips):
        raise ConfigError(
            f"select=golden golden={share:g} hides golden clips among clips of unknown truth, and the truth of all of "
            "these is known; name a dataset of real clips too (`wink import`), or say golden=1 for golden ones alone"
        )


def _lot(clip: Clip) -> str:
    """A place in a draw that is the same every time, and says nothing of when or how the clip was made."""
    return hashlib.sha256(f"golden/{clip.clip_id}".encode()).hexdigest()
