"""The report on annotators: one HTML file that needs nothing else, in words a coach understands."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import numpy as np

from annotate.agreement_plots import bland_altman_plot, drift_plot, error_plot, psychometric_plot
from annotate.precision import CLEAN_BELOW_DEG, WINK_FROM_DEG, Errors, Interval, Precision, Share
from wink.files import write_atomically
from wink.report_page import page_head, table
from wink.words import several

if TYPE_CHECKING:
    from annotate.agreement import Findings

#: Rows of long tables.
MOST_ROWS = 60
#: Pairs of annotators that are drawn.
MOST_PAIRS = 12


def write_report(file: Path, findings: Findings) -> Path:
    """Write the report, whole or not at all."""
    template = Template(files("annotate").joinpath("agreement_template.html").read_text())
    parts = {
        "head": page_head(f"winklab annotators: {', '.join(findings.datasets)}"),
        "title": escape(", ".join(findings.datasets)),
        "lead": _lead(findings),
        "people": "".join(_person(name, findings) for name in findings.answers),
        "together": _together(findings),
        "consensus": _consensus(findings),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, template.substitute(parts))
    return file


def _lead(findings: Findings) -> str:
    left_out = ", ".join(f"{count} {escape(reason)}" for reason, count in findings.left_out.items())
    people = len(findings.answers)
    return _paragraph(
        f"{several(findings.n_annotations, 'annotation')} by {several(people, 'annotator')}"
        + (f" ({left_out}: these do not count)" if left_out else "")
        + f"; {several(len(findings.consensus), 'clip')} with an answer, "
        f"{sum(row.disputed for row in findings.consensus)} of them disputed."
    )


def _person(name: str, findings: Findings) -> str:
    answers, precision = findings.answers[name], findings.precision.get(name)
    pace = findings.seconds_per_clip.get(name)
    head = f"<h2>{escape(name)}</h2>" + (_paragraph(f"Half of the clips took less than {pace:.0f} s.") if pace else "")
    if precision is None:
        return head + _paragraph("Marked no clip of known truth, so nothing can be said of bias, spread or misses.")
    fitted = findings.psychometric[name]
    words = _list([*_sentences(precision), _smallest(fitted.threshold_deg if fitted else None)])
    plots = []
    if any(a.seen is not None for a in answers):
        plots.append(psychometric_plot(answers, fitted))
    if any(np.isfinite(a.error_frames) for a in answers):
        plots += [error_plot(answers, precision), drift_plot(answers)]
    return head + words + _cards(plots) + _slice_table(precision)


def _sentences(p: Precision) -> list[str]:
    """What golden clips say of one annotator."""
    sentences = [f"{several(p.n_golden, 'clip')} of known truth, {p.n_cannot_tell} of them “cannot tell”."]
    frames, seconds, thigh = p.frames, p.seconds, p.thigh_deg
    if frames.bias is None:
        sentences.append("No onset was marked on a wink, so there is no error of time.")
    elif not frames.tells:
        sentences.append(f"{several(frames.n, 'onset')} marked on winks: too few marks to tell bias or spread.")
    else:
        when = "late" if frames.bias.value >= 0 else "early"
        sentences.append(
            f"On average {abs(frames.bias.value):.1f} frames {when} ({_interval(frames.bias, 1)}), that is "
            f"{_milliseconds(seconds)} or {_degrees(thigh)} of thigh."
        )
    if frames.tells and frames.spread is not None and seconds.spread is not None:
        sentences.append(
            f"Two thirds of the marks lie within ±{frames.spread.value:.1f} frames of that "
            f"({_interval(frames.spread, 1)}; {1e3 * seconds.spread.value:.0f} ms). "
            f"{frames.n_gross} of {frames.n + frames.n_gross} marks are gross errors, left out of both."
        )
    sentences.append(f"Winks of {WINK_FROM_DEG:g}° and more: {_share(p.missed)} missed.")
    sentences.append(f"Clean squats (under {CLEAN_BELOW_DEG:g}°): {_share(p.false_alarms)} called a wink.")
    drift = p.drift_ms_per_100
    if drift is not None:
        moves = "no drift can be seen" if drift.low <= 0 <= drift.high else "the marks drift"
        sentences.append(f"Over a hundred clips {moves}: {drift.value:+.0f} ms ({_interval(drift, 0)}).")
    return sentences


def _smallest(threshold: Interval | None) -> str:
    if threshold is None:
        return "The smallest wink seen cannot be told from these clips."
    return f"Sees half of the winks of {threshold.value:.0f}° ({_interval(threshold, 0)}), and more of the larger ones."


def _together(findings: Findings) -> str:
    agreement = findings.agreement
    if not agreement.pairs:
        return _paragraph(
            "No clip was marked by two annotators: push with annotators=[ann,bob] overlap=2 to see how people agree."
        )
    alphas = [("grade", agreement.alpha_grade), ("before, at or after parallel", agreement.alpha_parallel)]
    words = [
        f"Krippendorff's alpha of the {name}: {value.value:.2f} ({_interval(value, 2)}); 1 is full agreement, 0 chance."
        for name, value in alphas
        if value is not None
    ]
    rows = [
        [
            escape(f"{p.first} and {p.second}"),
            p.n_clips,
            _number(p.kappa, 2),
            len(p.difference_s),
            _number(p.median_size_s, 0, 1e3),
            " to ".join(f"{1e3 * v:+.0f}" for v in p.limits_s[1:]) if p.limits_s else "–",
        ]
        for p in agreement.pairs
    ]
    heads = ["annotators", "clips", "kappa", "both marked", "median |Δ| ms", "95 % limits ms"]
    with_both = [pair for pair in agreement.pairs if len(pair.difference_s)]
    return _list(words) + table(heads, rows) + _cards([bland_altman_plot(pair) for pair in with_both[:MOST_PAIRS]])


def _consensus(findings: Findings) -> str:
    disputed = [row for row in findings.consensus if row.disputed]
    marked = [row for row in findings.consensus if row.onset_low_s is not None and row.onset_high_s is not None]
    widths = sorted(row.onset_high_s - row.onset_low_s for row in marked if row.onset_high_s and row.onset_low_s)
    words = (
        f"{several(sum(row.grade == 'none' for row in findings.consensus), 'clip')} without a wink, "
        f"{len(marked)} with an onset"
    )
    if widths:
        words += f"; half of the onsets are known to within ±{500 * widths[len(widths) // 2]:.0f} ms (90 %)"
    rows = [[row.clip_id, row.n_annotators, escape(row.dispute or "")] for row in disputed[:MOST_ROWS]]
    return _paragraph(words + ".") + (table(["disputed clip", "annotators", "why"], rows, words=(0, 2)) if rows else "")


def _slice_table(p: Precision) -> str:
    rows = [
        [
            s.name,
            escape(s.value),
            s.seen.total,
            s.seen.count,
            s.errors_s.n,
            _ms(s.errors_s.bias),
            _ms(s.errors_s.spread),
        ]
        for s in p.slices
    ]
    return table(["by", "", "judged", "called a wink", "marked", "bias ms", "spread ms"], rows, words=(0, 1))


def _milliseconds(e: Errors) -> str:
    return "–" if e.bias is None else f"{1e3 * e.bias.value:+.0f} ms"


def _degrees(e: Errors) -> str:
    return "– °" if e.bias is None else f"{e.bias.value:+.1f}°"


def _ms(interval: Interval | None) -> str:
    return "–" if interval is None else f"{1e3 * interval.value:.0f}"


def _share(share: Share) -> str:
    found = share.interval
    if found is None:
        return "none there"
    return f"{share.count} of {share.total} ({100 * found.low:.0f} to {100 * found.high:.0f} %)"


def _interval(value: Interval, digits: int) -> str:
    return f"95 %: {value.low:z.{digits}f} to {value.high:z.{digits}f}"


def _number(value: float | None, digits: int, scale: float = 1.0) -> str:
    return "–" if value is None else f"{scale * value:.{digits}f}"


def _paragraph(words: str) -> str:
    return f"<p>{words}</p>"


def _list(words: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{word}</li>" for word in words) + "</ul>"


def _cards(drawings: Iterable[str]) -> str:
    return "<div class='grid'>" + "".join(f"<div class='card'>{svg}</div>" for svg in drawings) + "</div>"
