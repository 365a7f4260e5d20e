"""A server, or a place of its own, is asked for a sample of the clips before anything is pushed."""

from types import SimpleNamespace

import pytest
from fake_studio import FakeStudio

from annotate.project import Queue, make_ready
from annotate.shown import check_shown
from wink.errors import ServerError


@pytest.mark.parametrize(("n", "most", "asked"), [(0, 2, 0), (1, 2, 1), (5, 2, 2), (5, 200, 5), (301, 4, 4)])
def test_the_sample_lies_evenly_and_has_both_ends(tmp_path, n, most, asked):
    (tmp_path / "v.mp4").write_bytes(b"video")
    clips = [SimpleNamespace(clip_id=k, video=tmp_path / "v.mp4") for k in range(n)]
    seen = []
    check_shown(lambda at: seen.append(at) or 5, clips, {k: k for k in range(n)}, "", most)
    assert len(set(seen)) == len(seen) == asked
    assert not n or (seen[0] == 0 and (asked == 1 or seen[-1] == n - 1))
    if asked == n > 2:
        with pytest.raises(ServerError, match="6 bytes where the clip has 5"):
            check_shown(lambda at: 6 if at == 2 else 5, clips, {k: k for k in range(n)}, "", most)


def test_the_blind_project_stands_first_and_says_how_to_begin():
    studio = FakeStudio()
    for kind in ("blind", "review", "training"):
        make_ready(studio, Queue(kind, "winklab"))
    blind, review, training = studio.made.values()
    assert blind.pinned_at is not None
    assert not hasattr(review, "pinned_at")
    assert not hasattr(training, "pinned_at")
    assert blind.description.startswith("START HERE")
    assert "Label All Tasks" in blind.description
    assert "START HERE" not in review.description + training.description
    for of, words in (("ann", "START HERE, ann"), ("disputed", "A SECOND LOOK")):
        number = make_ready(studio, Queue("blind", "winklab", of))
        assert studio.made[number].description.startswith(words)
