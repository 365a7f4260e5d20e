"""The leaderboard as a few lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

#: Heading, key of the row, format; "" = as it is.
COLUMNS = (
    ("detector", "detector", ""),
    ("dataset", "dataset", ""),
    ("split", "split", ""),
    ("source", "source", ""),
    ("clips", "n", "d"),
    ("no label", "n_unlabelled", "d"),
    ("clean", "n_clean", "d"),
    ("amb.", "n_ambiguous", "d"),
    ("wink", "n_wink", "d"),
    ("F1", "presence_f1", ".2f"),
    ("AUROC", "presence_auroc", ".2f"),
    ("AP 33", "ap_33ms", ".2f"),
    ("AP 100", "ap_100ms", ".2f"),
    ("MAE", "onset_mae_ms", ".0f"),
    ("bias", "onset_bias_ms", "+.0f"),
    ("missed", "onset_missed", "d"),
    ("outside", "n_called_outside", "d"),
    ("false/100", "false_alarms_per_100", ".0f"),
    ("failed", "n_failed", "d"),
    ("ms/frame", "ms_per_frame", ".1f"),
)


def cells(row: Mapping[str, Any]) -> list[str]:
    """One row as text, a dash where there is no figure."""
    return ["–" if row[key] is None else format(row[key], spec) for _, key, spec in COLUMNS]


def leaderboard_table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The leaderboard with aligned columns, words to the left and figures to the right."""
    lines = [[heading for heading, _, _ in COLUMNS], *(cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    words = sum(not spec for _, _, spec in COLUMNS)
    return "\n".join(
        "  ".join(c.ljust(w) if i < words else c.rjust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    )
