"""What holds of a table of predictions and the dataset it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from detect.plugins.contract import Check
from detect.plugins.outsider import MISSING, Question, admitted
from detect.plugins.table_file import TableFile
from wink.dataset import Dataset
from wink.errors import DetectorError


def check_table(table: TableFile, dataset: Dataset) -> Iterator[Check]:
    """Check a table against the clips of a dataset, point by point; the rest is not asked where a point is fatal."""
    try:
        rows = table.answer([])
    except DetectorError as error:
        yield Check("can be read", False, str(error))
        return
    yield Check("can be read", True, f"{len(rows)} rows")
    clips = dataset.clips()
    unknown = sorted({row.clip_id for row in rows} - {clip.clip_id for clip in clips})
    yield Check("knows no other clips", not unknown, f"{len(unknown)}, such as {unknown[0]}" if unknown else "none")
    twice = [key for key, n in Counter((row.clip_id, row.rep) for row in rows).items() if n > 1]
    yield Check("one row a repetition", not twice, f"clip {twice[0][0]}, repetition {twice[0][1]}" if twice else "yes")
    if unknown or twice:
        return
    questions = [Question(c.clip_id, c.video, c.video, c.fps, c.n_frames) for c in clips]
    errors = [(d.clip_id, d.error) for d in admitted("it", rows, questions) if d.error is not None]
    missing = [clip_id for clip_id, error in errors if error == MISSING]
    words = f"{len(missing)} of {len(clips)}, such as {missing[0]}" if missing else "none missing"
    yield Check("speaks of every clip", not missing, words)
    broken = [(clip_id, error) for clip_id, error in errors if error != MISSING]
    yield Check(
        "finite scores, times inside the clip, repetitions in order",
        not broken,
        f"{len(broken)} clips, such as {broken[0][0]}: {broken[0][1]}" if broken else "yes",
    )
