"""Tables of the report, as HTML: the summary, leak probes, observability, slices, definitions."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from detect.clip_facts import AZIMUTH_NAMES
from detect.depth_matching import MIN_MATCHED
from detect.observability import ALL, Cell
from detect.probes.probing import LEAK_ABOVE, ProbeScore
from detect.scorecard import Scorecard
from wink.report_page import table

#: Heading, key of the row, format, and what it means.
SUMMARY = (
    ("F1", "presence_f1", ".2f", "is there a wink at all: F1 of the calls"),
    (
        "F1, depth-matched",
        "depth_matched_presence_f1",
        ".2f",
        "the same, with as many winks as clean squats at each depth",
    ),
    ("AUROC", "presence_auroc", ".2f", "chance that a wink scores above a clean squat"),
    ("AUROC, depth-matched", "depth_matched_presence_auroc", ".2f", "the same, at equal depth: 0.5 is guessing"),
    (
        "sens. at 90 % spec.",
        "sensitivity_at_90_specificity",
        ".2f",
        "share of winks seen if one clean squat in ten may be called",
    ),
    ("AP 33 ms", "ap_33ms", ".2f", "onsets right to a frame: average precision"),
    ("AP 100 ms", "ap_100ms", ".2f", "onsets right within 100 ms"),
    ("onset MAE [ms]", "onset_mae_ms", ".0f", "mean error of the onset, over the winks found"),
    ("bias [ms]", "onset_bias_ms", "+.0f", "mean error with its sign; + late"),
    ("missed", "onset_missed", "d", "winks without a call"),
    ("false alarms / 100", "false_alarms_per_100", ".0f", "calls where there is no wink, for a hundred clean squats"),
    (
        "onset in its interval",
        "onset_coverage_90",
        ".0%",
        "winks found whose true onset lies in the stated 90 % interval: 90 % is right, more is too wide",
    ),
    ("size MAE [°]", "magnitude_mae_deg", ".1f", "error of the stated size"),
    ("size in its interval", "magnitude_coverage_90", ".0%", "likewise of the stated size, over all repetitions"),
    ("tilt RMSE [°]", "tilt_rmse_deg", ".1f", "error of the pelvic tilt read off the pictures"),
    ("Brier", "brier", ".2f", "how far scores are from the truth; 0.25 is always saying one half"),
    ("cannot tell", "cannot_tell_share", ".0%", "repetitions the detector declines to judge"),
    ("failed", "n_failed", "d", "clips it crashed on or left out"),
    ("ms/frame", "ms_per_frame", ".1f", "CPU time, finding the pose included"),
)


def summary_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every row's chief scores, with intervals; best first by AP within 100 ms, then AUROC. What no row has is said."""
    figures = [column for column in SUMMARY if any(row[column[1]] is not None for row in rows)]
    ordered = sorted(rows, key=lambda row: tuple(-(row[k] or -1.0) for k in ("ap_100ms", "presence_auroc")))
    lines = [
        [f"<b>{html.escape(str(row['detector']))}</b>", *(_with_interval(row, k, f) for _, k, f, _ in figures)]
        for row in ordered
    ]
    shown = table(["detector", *(f"<span title='{words}'>{head}</span>" for head, _, _, words in figures)], lines)
    missing = "; ".join(head for head, key, _, _ in SUMMARY if not any(row[key] is not None for row in rows))
    return shown + (
        f'<p class="soft">Left out, for the clips are too few or nobody says it: {missing}.</p>' * bool(missing)
    )


def _with_interval(row: Mapping[str, Any], key: str, form: str) -> str:
    ends = row["ci95"].get(key)
    shown = number(row[key], form)
    return shown if ends is None else f"{shown}<br><small>{ends[0]:{form}}…{ends[1]:{form}}</small>"


def legend() -> str:
    """What the columns of the summary mean, as a list."""
    return "<dl>" + "".join(f"<dt>{head}</dt><dd>{words}</dd>" for head, _, _, words in SUMMARY) + "</dl>"


def probe_table(scores: Sequence[ProbeScore], n_matched: float) -> str:
    """What must not tell winks apart, with the bar it must stay under, and the floors beside it.

    Args:
        scores: of one dataset.
        n_matched: repetitions left by weight when depth is matched; few of them tell nothing, and nothing is told.
    """
    if n_matched < MIN_MATCHED:
        return (
            f"<p>Too few clips to tell: at equal depths {n_matched:.0f} of {scores[0].n} repetitions are left, and "
            f"figures on fewer than {MIN_MATCHED:.0f} mean nothing; <code>experiment=benchmark_v1</code> has more.</p>"
        )
    lines = []
    for score in scores:
        ends = score.interval_depth_matched
        matched = f"{score.auroc_depth_matched:.2f}"
        matched += "" if ends is None else f"<br><small>{ends[0]:.2f}…{ends[1]:.2f}</small>"
        verdict = "<b class='bad'>leaks</b>" if score.leaks else "within the bar"
        words = verdict if score.kind == "leak" else "floor: to be beaten"
        lines.append([score.probe.replace("_", " "), matched, f"{score.auroc:.2f}", str(score.n), words])
    return table(["shown alone", "AUROC, depth-matched", "AUROC", "repetitions", f"bar {LEAK_ABOVE:.2f}"], lines)


def definition_table(cards: Sequence[Scorecard]) -> str:
    """The same calls scored by each of the three definitions."""
    keys = (
        *(("winks", "n_wink", "d"), ("F1", "presence_f1", ".2f"), ("AUROC", "presence_auroc", ".2f")),
        *(("AP 100", "ap_100ms", ".2f"), ("MAE", "onset_mae_ms", ".0f"), ("bias", "onset_bias_ms", "+.0f")),
    )
    lines = [
        [
            html.escape(card.detector),
            row["definition"].replace("_", " "),
            *(number(row[key], form) for _, key, form in keys),
        ]
        for card in cards
        for row in card.definitions
    ]
    return table(["detector", "definition", *(head for head, _, _ in keys)], lines)


def slice_tables(cards: Sequence[Scorecard]) -> str:
    """A table a slice: classes down, detectors across; AUROC, or the share of winks called where no clean squat is."""
    names = list(dict.fromkeys(row["slice"] for card in cards for row in card.slices))
    return "".join(_slice_table(name, cards) for name in names)


def _slice_table(name: str, cards: Sequence[Scorecard]) -> str:
    of = {card.detector: {row["class"]: row for row in card.slices if row["slice"] == name} for card in cards}
    classes = list(dict.fromkeys(label for rows in of.values() for label in rows))
    heads = ["", "winks", "clean", "lifters", *(html.escape(d) for d in of)]
    lines = []
    for label in classes:
        rows = {detector: found.get(label) for detector, found in of.items()}
        first = next(row for row in rows.values() if row is not None)
        counted = [str(first[key]) for key in ("n_wink", "n_clean", "n_lifters")]
        lines.append([html.escape(label), *counted, *(_slice_cell(row) for row in rows.values())])
    return f"<h3>{html.escape(name)}</h3>" + table(heads, lines)


def _slice_cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "–"
    timing = f"{number(row['onset_mae_ms'], '.0f')} ms" if row["onset_mae_ms"] is not None else "–"
    return f"{number(row['presence_f1'], '.2f')} · {number(row['presence_auroc'], '.2f')} · {timing}"


def observability_table(cells: Iterable[Cell]) -> str:
    """The smallest wink each observer sees, by camera and by clothes."""
    kept = [c for c in cells if ALL in (c.azimuth, c.clothing)]
    columns = list(dict.fromkeys((c.azimuth, c.clothing) for c in kept))
    columns.sort(key=lambda column: (column != (ALL, ALL), column[0] == ALL, _place(column[0]), column[1]))
    by = {(c.observer, c.azimuth, c.clothing): c for c in kept}
    heads = ["observer", *(_column_words(column) for column in columns)]
    observers = list(dict.fromkeys(c.observer for c in kept))
    lines = [[html.escape(o), *(_threshold(by.get((o, *column))) for column in columns)] for o in observers]
    return table(heads, lines)


def _place(azimuth: str) -> int:
    return AZIMUTH_NAMES.index(azimuth) if azimuth in AZIMUTH_NAMES else -1


def _column_words(column: tuple[str, str]) -> str:
    azimuth, clothing = column
    if column == (ALL, ALL):
        return "all together"
    return html.escape(clothing if azimuth == ALL else azimuth)


def _threshold(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    t = cell.threshold
    counted = f"<br><small>{t.n_winks} winks</small>"
    if t.smallest_deg is None:
        return t.note + counted
    low, high = ("not reached" if end is None else f"{end:.0f}" for end in (t.ci95_deg or (None, None)))
    return f"<b>{t.smallest_deg:.0f}°</b> <small>({low}…{high})</small>{counted}"


def number(value: float | None, form: str) -> str:
    """A figure, a dash where there is none."""
    return "–" if value is None else format(value, form)
