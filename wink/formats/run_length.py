"""Masks as COCO's compressed run-length encoding.

Runs go down the columns, beginning with the pixels outside; the string is the one of the COCO API's maskApi.c:
five bits a character from '0' (48) on, the sixth says that more follow, and from the fourth run on each is stored as
its difference from the run two before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def run_lengths(mask: NDArray[np.bool_]) -> list[int]:
    """Lengths of the runs of a mask (H, W), column by column, the first one outside (and maybe empty)."""
    pixels = np.concatenate([[False], mask.ravel(order="F")])
    changes = np.flatnonzero(pixels[1:] != pixels[:-1])
    return [int(n) for n in np.diff(np.r_[0, changes, mask.size])]


def compressed(counts: Iterable[int]) -> str:
    """Run lengths as COCO's string."""
    runs = list(counts)
    differences = [run - runs[i - 2] if i > 2 else run for i, run in enumerate(runs)]
    return "".join(_characters(difference) for difference in differences)


def _characters(number: int) -> str:
    text, more = "", True
    while more:
        bits, number = number & 0x1F, number >> 5
        more = number != (-1 if bits & 0x10 else 0)
        text += chr((bits | 0x20 if more else bits) + 48)
    return text


def segmentation(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """A mask (H, W) as the `segmentation` of a COCO annotation."""
    return {"size": [int(n) for n in mask.shape], "counts": compressed(run_lengths(mask))}
