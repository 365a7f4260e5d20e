import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from sim.video import GOP, VideoWriter, count_frames, read_frames
from wink.errors import ClipError


def moving_square(n: int, width: int = 96, height: int = 64) -> list[np.ndarray]:
    frames = []
    for k in range(n):
        image = np.full((height, width, 3), (40, 90, 160), dtype=np.uint8)
        image[20:36, 2 * k : 2 * k + 16] = (220, 60, 40)
        frames.append(image)
    return frames


def write(path: Path, frames: list[np.ndarray], fps: float = 30.0) -> Path:
    with VideoWriter(path, fps, frames[0].shape[1], frames[0].shape[0]) as writer:
        for frame in frames:
            writer.add(frame)
    return path


def test_pictures_come_back_in_order_and_colour(tmp_path: Path) -> None:
    frames = moving_square(31)
    back = list(read_frames(write(tmp_path / "a.mp4", frames)))
    assert len(back) == 31
    for sent, got in zip(frames, back, strict=True):
        assert np.abs(sent[:, :, :].astype(int) - got).mean() < 4.0
        assert np.abs(sent[50, 80].astype(int) - got[50, 80]).max() <= 6  # flat colour survives


def test_same_pictures_same_bytes(tmp_path: Path) -> None:
    digests = {hashlib.sha256(write(tmp_path / n, moving_square(20)).read_bytes()).digest() for n in ("a.mp4", "b.mp4")}
    assert len(digests) == 1


def test_stream_is_what_browsers_and_seekers_need(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", moving_square(40), fps=25.0)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert not container.streams.audio
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == 25
        assert stream.start_time in (0, None)
        frames = list(container.decode(stream))
    assert [round(f.time * 25, 6) for f in frames] == list(range(40))
    keys = [k for k, f in enumerate(frames) if f.key_frame]
    assert max(np.diff([*keys, 40])) <= GOP
    head = path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")  # plays before it is loaded


def test_nothing_is_left_of_a_video_that_failed(tmp_path: Path) -> None:
    def half_done() -> None:
        with VideoWriter(tmp_path / "a.mp4", 30.0, 96, 64) as writer:
            writer.add(moving_square(1)[0])
            raise RuntimeError("renderer")

    with pytest.raises(RuntimeError, match="renderer"):
        half_done()
    assert not list(tmp_path.iterdir())


def test_a_video_is_not_there_before_it_is_complete(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", 30.0, 96, 64) as writer:
        writer.add(moving_square(1)[0])
        assert not (tmp_path / "a.mp4").exists()
    assert count_frames(tmp_path / "a.mp4") == 1


def test_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="even"):
        VideoWriter(tmp_path / "a.mp4", 30.0, 95, 64)
    with pytest.raises(ClipError, match="cannot write a video at"):
        VideoWriter(tmp_path / "missing" / "a.mp4", 30.0, 96, 64)
    with (
        pytest.raises(ClipError, match=r"shape \(64, 96, 3\)"),
        VideoWriter(tmp_path / "a.mp4", 30.0, 96, 64) as writer,
    ):
        writer.add(np.zeros((10, 10, 3), dtype=np.uint8))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_our_error(tmp_path: Path) -> None:
    (tmp_path / ".a.mp4.part").symlink_to("/dev/full")
    rng = np.random.default_rng(0)
    with pytest.raises(ClipError, match=errno.errorcode[errno.ENOSPC] + "|No space"):  # noqa: PT012, SIM117
        with VideoWriter(tmp_path / "a.mp4", 30.0, 640, 480) as writer:
            for _ in range(20):
                writer.add(rng.integers(0, 255, (480, 640, 3), dtype=np.uint8))
    assert not (tmp_path / "a.mp4").exists()


def test_reading_what_is_no_video_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(ClipError, match="cannot read the video"):
        count_frames(tmp_path / "a.mp4")
    with pytest.raises(ClipError, match="cannot read the video"):
        list(read_frames(tmp_path / "none.mp4"))


@pytest.mark.parametrize("size", [(360, 480), (320, 240), (640, 480)])
def test_a_video_is_the_same_bytes_whatever_memory_held_before(tmp_path, size):
    digests = set()
    for filling in ("0", "1", "2"):
        command = [sys.executable, Path(__file__).with_name("encoding.py"), tmp_path / "video.mp4", *map(str, size)]
        memory = {"MALLOC_PERTURB_": filling, "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20)}
        done = subprocess.run(command, env=os.environ | memory, capture_output=True, text=True, check=True)
        digests.add(done.stdout)
    assert len(digests) == 1
