"""What stands above each row of a dataset's contact sheet."""

from types import SimpleNamespace

import pytest

from sim.overview import truth_words
from wink.onset import Repetition, Wink


@pytest.mark.parametrize(
    ("reversal_deg", "words"),
    [
        (3.0, "pelvis turns back 3 deg: no wink"),
        (7.0, "pelvis turns back 7 deg, from 80 deg of thigh: too little to call a wink or none"),
        (16.0, "pelvis turns back 16 deg, from 80 deg of thigh: mild wink"),
        (40.0, "pelvis turns back 40 deg, from 80 deg of thigh: marked wink"),
    ],
)
def test_a_wink_is_called_one_from_the_size_that_the_report_counts(reversal_deg, words):
    onset = Wink("pelvic_reversal_onset", 1.2, 80.0, 50.0, 90.0, reversal_deg, "before_parallel")
    winks = (onset,) if reversal_deg > 5 else ()
    repetition = Repetition(0, 0.2, 1.8, 2.8, 105.0, reversal_deg, 12.0, winks)
    assert truth_words(SimpleNamespace(repetitions=(repetition,))) == words
    assert truth_words(SimpleNamespace(repetitions=())) == "no repetition"
