"""Mask files: numpy reads them, bytes repeat, nothing half-written stays."""

import numpy as np
import pytest

from sim.mask import MaskWriter
from wink.errors import ClipError


def write(path, labels):
    with MaskWriter(path, *labels.shape) as writer:
        for frame in labels:
            writer.add(frame)


def test_numpy_reads_what_was_written_and_the_bytes_repeat(tmp_path):
    labels = np.random.default_rng(0).integers(0, 8, size=(5, 12, 16), dtype=np.uint8)
    write(tmp_path / "a/x.npz", labels)
    write(tmp_path / "b/x.npz", labels)
    np.testing.assert_array_equal(np.load(tmp_path / "a/x.npz")["labels"], labels)
    assert (tmp_path / "a/x.npz").read_bytes() == (tmp_path / "b/x.npz").read_bytes()


def test_too_few_frames_leave_no_file(tmp_path):
    with pytest.raises(ClipError, match="5 frames of labels, got 1"), MaskWriter(tmp_path / "x.npz", 5, 2, 2) as writer:
        writer.add(np.zeros((2, 2), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_on_the_way_leaves_no_file(tmp_path):
    with pytest.raises(ClipError, match=r"shape \(2, 2\)"), MaskWriter(tmp_path / "x.npz", 1, 2, 2) as writer:
        writer.add(np.zeros((3, 2), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_depth_is_kept_in_millimetres_beside_the_labels(tmp_path):
    labels = np.zeros((2, 4, 6), np.uint8)
    depth = np.linspace(0.5, 30.0, 48).reshape(2, 4, 6).astype(np.float32)
    depth[0, 0, 0] = np.inf
    for folder in "ab":
        with MaskWriter(tmp_path / folder / "x.npz", 2, 4, 6) as writer:
            for k in range(2):
                writer.add(labels[k], depth[k])
    found = np.load(tmp_path / "a/x.npz")
    assert found["depth_mm"].dtype == np.uint16
    assert found["depth_mm"][0, 0, 0] == 0
    np.testing.assert_allclose(found["depth_mm"][1] / 1000.0, depth[1], atol=6e-4)
    np.testing.assert_array_equal(found["labels"], labels)
    assert (tmp_path / "a/x.npz").read_bytes() == (tmp_path / "b/x.npz").read_bytes()
