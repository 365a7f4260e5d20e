"""The verb that says how well annotators mark and agree, and what they say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from omegaconf import DictConfig

from annotate.answers import Answer, answers_of, counted
from annotate.consensus import consensus_of, judge_of
from annotate.disputes import DisputeRules
from annotate.notes import SKIPPED
from annotate.precision import Interval, Precision, precision_of
from annotate.psychometric import Psychometric, fit_psychometric
from annotate.raters import Agreement, agreement_of
from wink.annotation import Annotation, read_annotations
from wink.config import build
from wink.consensus import Consensus, write_consensus
from wink.dataset import Dataset, find_dataset
from wink.errors import AnnotationError, ConfigError
from wink.words import several


@dataclass(frozen=True)
class Findings:
    """Everything a report tells."""

    datasets: tuple[str, ...]
    n_annotations: int
    left_out: Mapping[str, int]  # why annotations do not count: how many
    seconds_per_clip: Mapping[str, float]  # median time an annotator takes
    answers: Mapping[str, tuple[Answer, ...]]  # of golden clips, by annotator, in order
    precision: Mapping[str, Precision]
    psychometric: Mapping[str, Psychometric | None]
    agreement: Agreement
    consensus: tuple[Consensus, ...]


def agreement(cfg: DictConfig) -> None:
    """Measure the annotators of datasets, write what they say together, and a report.

    Raises:
        AnnotationError: there is no annotation that counts.
    """
    from annotate.agreement_report import write_report

    if not cfg.input:
        raise ConfigError("say which datasets were annotated: `wink agreement gym demo`")
    datasets = [Dataset(find_dataset(str(name), Path(cfg.paths.datasets))) for name in cfg.input]
    rules: DisputeRules = build(cfg.disputes)
    findings, by_dataset = measure(datasets, rules)
    for dataset in datasets:
        write_consensus(dataset.path / "consensus.parquet", by_dataset[dataset.path])
    folder = Path(cfg.output) if cfg.output else datasets[0].path
    report = write_report(folder / "agreement.html", findings)
    for line in summary(findings):
        print(line)
    print(f"consensus.parquet written in {', '.join(d.name for d in datasets)}; report: {report}")


def measure(
    datasets: Sequence[Dataset], rules: DisputeRules | None = None
) -> tuple[Findings, dict[Path, tuple[Consensus, ...]]]:
    """Everything there is to say of the annotations of datasets, and the consensus of each dataset.

    Raises:
        AnnotationError: there is no annotation that counts.
    """
    read = {dataset.path: read_annotations(dataset.path / "annotations.parquet") for dataset in datasets}
    everything = list({a.annotation_id: a for annotations in read.values() for a in annotations}.values())
    used = counted(everything)
    if not used:
        raise AnnotationError(_nothing(everything, datasets))
    answers = _answers(datasets, used)
    precision = {person: precision_of(person, said) for person, said in answers.items() if said}
    rates = {clip.clip_id: clip.fps for dataset in datasets for clip in dataset.clips()}
    pairs = agreement_of(used, rates)
    judges = {person: judge_of(precision.get(person), pairs) for person in answers}
    by_dataset = {}
    for dataset in datasets:
        said = _by_clip(used)
        clips = [clip for clip in dataset.clips() if clip.clip_id in said]
        by_dataset[dataset.path] = tuple(consensus_of(clip, said[clip.clip_id], judges, rules) for clip in clips)
    together = {row.clip_id: row for rows in by_dataset.values() for row in rows}
    findings = Findings(
        datasets=tuple(dataset.name for dataset in datasets),
        n_annotations=len(everything),
        left_out=_left_out(everything, used),
        seconds_per_clip=_pace(used),
        answers=answers,
        precision=precision,
        psychometric={person: _psychometric(said) for person, said in answers.items()},
        agreement=pairs,
        consensus=tuple(together.values()),
    )
    return findings, by_dataset


def summary(findings: Findings) -> list[str]:
    """The findings in a line each, for the terminal."""
    lines = []
    for person, p in findings.precision.items():
        bias, spread = p.frames.bias, p.frames.spread
        marks = "too few marks to tell"
        if p.frames.tells and bias and spread:
            marks = f"{bias.value:+.1f} ± {spread.value:.1f} frames"
        sees = findings.psychometric[person]
        smallest = f", sees half of the winks of {_with_interval(sees.threshold_deg)} deg" if sees else ""
        missed = f"{p.missed.count} of {several(p.missed.total, 'wink')} missed"
        alarms = f"{p.false_alarms.count} of {several(p.false_alarms.total, 'clean squat')} called"
        lines.append(f"{person}: {several(p.n_golden, 'clip')} of known truth, {marks}, {missed}, {alarms}{smallest}")
    lines += [f"{person}: no clips of known truth" for person, said in findings.answers.items() if not said]
    disputed = sum(row.disputed for row in findings.consensus)
    lines.append(f"{several(len(findings.consensus), 'clip')} with a consensus, {disputed} disputed")
    return lines


def _with_interval(value: Interval) -> str:
    return f"{value.value:.0f} ({value.low:.0f} to {value.high:.0f})"


def _answers(datasets: Iterable[Dataset], used: Sequence[Annotation]) -> dict[str, tuple[Answer, ...]]:
    """What each annotator said of golden clips; a clip that is in two datasets counts once."""
    found: dict[tuple[str, str], Answer] = {}
    for dataset in datasets:
        for answer in answers_of(dataset, used):
            found.setdefault((answer.clip_id, answer.annotator), answer)
    people = sorted({a.annotator for a in used})
    ordered = sorted(found.values(), key=lambda a: a.made_at)
    return {person: tuple(a for a in ordered if a.annotator == person) for person in people}


def _psychometric(answers: Sequence[Answer]) -> Psychometric | None:
    judged = [a for a in answers if a.seen is not None]
    return fit_psychometric(np.array([a.magnitude_deg for a in judged]), np.array([a.seen for a in judged], bool))


def _by_clip(annotations: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    by_clip: dict[str, list[Annotation]] = {}
    for a in annotations:
        by_clip.setdefault(a.clip_id, []).append(a)
    return by_clip


def _left_out(everything: Sequence[Annotation], used: Sequence[Annotation]) -> dict[str, int]:
    reasons = Counter(f"{_why_not(a)} by {a.annotator}" for a in everything if a.problem or a.primed)
    reasons["superseded"] = len(everything) - len(used) - reasons.total()
    return {reason: count for reason, count in reasons.items() if count}


def _why_not(annotation: Annotation) -> str:
    if annotation.problem == SKIPPED:
        return "put off"
    return "invalid" if annotation.problem else "not blind"


def _pace(used: Iterable[Annotation]) -> dict[str, float]:
    times: dict[str, list[float]] = {}
    for a in used:
        if a.lead_time_s is not None:
            times.setdefault(a.annotator, []).append(a.lead_time_s)
    return {person: float(np.median(spent)) for person, spent in times.items()}


def _nothing(everything: Sequence[Annotation], datasets: Sequence[Dataset]) -> str:
    names = ", ".join(dataset.name for dataset in datasets)
    if not everything:
        command = " ".join(dataset.name for dataset in datasets)
        return (
            f"nobody has annotated {names} yet, or nothing was pulled: `wink annotate progress` says how far everybody "
            f"is, `wink pull` brings what was marked; `wink annotate {command}` puts the clips there"
        )
    invalid, primed = (sum(map(bool, kind)) for kind in zip(*((a.problem, a.primed) for a in everything), strict=True))
    return f"none of the {len(everything)} annotations of {names} counts: {invalid} break the rules, {primed} not blind"
