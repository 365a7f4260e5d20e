"""The dataset kept in git: of today's schema, whole, small, and good for every format."""

from pathlib import Path

import av
import pytest

from wink.census import census
from wink.config import build, load_option, options_of
from wink.dataset import SCHEMA_VERSION, Dataset
from wink.errors import WinkError
from wink.export import write_export
from wink.info import changed_files
from wink.viewers.shown import shown_clip

FOLDER = Path(__file__).parents[1] / "datasets/sample"


@pytest.fixture(scope="module")
def sample():
    try:
        return Dataset(FOLDER)
    except WinkError as error:
        pytest.fail(f"`make sample` makes it again, of schema {SCHEMA_VERSION}: {error}")


def test_it_is_whole_and_small(sample):
    assert changed_files(sample) == []
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < 5e6


def test_it_has_lifters_with_twins_views_and_splits(sample):
    counted = census(sample)
    assert (counted["clips"], counted["twins"], counted["subjects"]) == (6, 3, 3)
    assert set(counted["split"]) == {"train", "validation", "test"}
    assert set(counted["view"]) == {"side", "oblique_front", "oblique_rear"}
    assert counted["leaks"] == counted["missing"] == []


def test_its_videos_are_as_long_as_its_tables_say(sample):
    for clip in sample.clips():
        with av.open(str(clip.video)) as container:
            assert sum(1 for _ in container.decode(video=0)) == clip.n_frames
        assert sample.frames(clip.clip_id).num_rows == clip.n_frames
        shown = shown_clip(sample, clip)
        assert len(shown.curves) == 4
        assert shown.points_m.shape[0] == clip.n_frames


@pytest.mark.parametrize("name", [n for n in options_of("format") if n != "opensim"])
def test_it_can_be_written_in_every_format(name, sample, tmp_path):
    assert write_export(build(load_option("format", name)), sample, tmp_path / "out")
