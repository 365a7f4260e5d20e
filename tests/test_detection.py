"""What a detector said, kept in a file and read again, also from files of before."""

import pyarrow.parquet as pq

from wink.detection import SCHEMA, Detection, read_detections, write_detections

FULL = Detection(
    *("cnn", "c1", 0, 0.9, 1.5, 12.0, 2.0, 0.1),
    onset_low_s=1.4,
    onset_high_s=1.6,
    magnitude_low_deg=9.0,
    magnitude_high_deg=15.0,
    relation_to_parallel="at_parallel",
    stop_at_thigh_deg=82.0,
)
UNSURE = Detection("cnn", "c2", 0, 0.7, None, 12.0, 2.0, 0.1, cannot_tell="seen from the front", likely_onset_s=1.2)


def test_everything_said_comes_back(tmp_path):
    write_detections(tmp_path / "d.parquet", (FULL, UNSURE))
    assert read_detections(tmp_path / "d.parquet") == (FULL, UNSURE)


def test_a_file_of_before_the_intervals_is_read(tmp_path):
    write_detections(tmp_path / "d.parquet", (FULL,))
    old = [name for name in SCHEMA.names if name not in SCHEMA.names[SCHEMA.names.index("error") + 1 :]]
    pq.write_table(pq.read_table(tmp_path / "d.parquet").select(old), tmp_path / "d.parquet")
    assert read_detections(tmp_path / "d.parquet") == (Detection("cnn", "c1", 0, 0.9, 1.5, 12.0, 2.0, 0.1),)
