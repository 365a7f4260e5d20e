"""Marks drawn on the timeline or typed as numbers: the same frames either way, contradictions and halves named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.marks import LABELS, ONSET, TYPED, faults_of, marks_of

N = 100


def drawn(label, first, last=None):
    value = {"ranges": [{"start": first, "end": last or first}], "timelinelabels": [label]}
    return {"from_name": "phase", "type": "timelinelabels", "value": value}


def typed(**numbers):
    return [{"from_name": name, "type": "number", "value": {"number": n}} for name, n in numbers.items()]


def test_a_typed_frame_is_the_drawn_one():
    assert marks_of(typed(onset_at=37)) == marks_of([drawn(ONSET, 37)])
    assert marks_of(typed(onset_at=37)).onset == 36
    assert marks_of(typed(parallel_at=40, bottom_at=50)) == marks_of([drawn("parallel", 40), drawn("bottom", 50)])
    assert marks_of(typed(onset_at=37, wink_to=45)) == marks_of([drawn(ONSET, 37), drawn("wink", 37, 45)])
    assert marks_of(typed(unsure_from=3, unsure_to=9)) == marks_of([drawn("unsure_span", 3, 9)])


def test_a_wink_may_be_typed_to_an_onset_that_is_drawn():
    assert marks_of([drawn(ONSET, 37), *typed(wink_to=45)]).spans["wink"] == [(36, 44)]


def test_saying_it_twice_is_no_fault_and_saying_two_things_is():
    assert marks_of([drawn(ONSET, 37), *typed(onset_at=37)]).faults == []
    assert marks_of([drawn(ONSET, 37), *typed(onset_at=38)]).faults == ["wink onset is drawn at 37 but typed as 38"]


@given(st.sampled_from(TYPED))
def test_a_field_that_was_emptied_again_says_nothing(name):
    assert marks_of(typed(**{name: 0})) == marks_of([])


@pytest.mark.parametrize(
    ("numbers", "fault"),
    [
        ({"wink_to": 40}, "wink has one end only: 'onset' and 'wink to' belong together"),
        ({"unsure_from": 40}, "unsure has one end only"),
        ({"unsure_to": 40}, "unsure has one end only"),
        ({"onset_at": 40.5}, "onset is 40.5, not a whole frame"),
        ({"onset_at": "x"}, "not a whole frame"),
        ({"onset_at": N + 1}, r"outside the clip"),
        ({"onset_at": 1}, "the onset is on the first frame"),
        ({"onset_at": 50, "wink_to": 40}, "wink ends (40) before it begins (50)"),
    ],
)
def test_what_is_typed_wrongly_is_named(numbers, fault):
    faults = faults_of(marks_of(typed(**numbers)), N)
    assert any(fault in f for f in faults), faults


@given(st.dictionaries(st.sampled_from(TYPED), st.none() | st.integers() | st.floats() | st.text()))
def test_nonsense_in_the_fields_is_no_crash(numbers):
    marks = marks_of(typed(**numbers))
    assert set(marks.spans) <= set(LABELS)
