"""Any video becomes a clip that counts its frames right, or is refused by name."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from videos import numbers_of, write_numbered

from annotate.card import card
from annotate.clip_file import Cut, compare, fitted, small_of, write_clips
from annotate.film import FilmSettings
from annotate.pictures import pictures
from annotate.real_clips import import_films, open_writer, video_files
from annotate.terms import ClipTerms
from annotate.video import STANDARD_RATES, frame_rate, look_at
from wink.dataset import Dataset
from wink.dataset_writer import DatasetWriter, Shard
from wink.errors import ClipError, ConfigError, DatasetError

SHARED = Path(__file__).parents[1] / "../shared/real/clips"
TERMS = ClipTerms(license="CC0-1.0", consent="research: signed")
WHOLE = FilmSettings(cut=False, faces="kept")


def grid(fps, n):
    return [k / fps for k in range(n)]


def run(files, dataset, terms=TERMS, settings=WHOLE):
    writer = open_writer(dataset)
    results = list(import_films({Path(f): terms for f in files}, writer, settings))
    return results, writer.finish(card(dataset.name, writer.rows()))


def copied(source, facts, target, max_side=1280):
    shown = pictures(source, facts, fitted(facts.width, facts.height, max_side))
    return write_clips(shown, facts, [Cut(0, len(facts.frame_map))], [target])


@pytest.mark.parametrize("fps", [24, 25, 30000 / 1001, 30, 59.86, 60])
def test_a_constant_rate_is_kept_frame_by_frame(tmp_path, fps):
    source = write_numbered(tmp_path / "a.mp4", grid(fps, 50))
    (result,), dataset = run([source], tmp_path / "real")
    (clip,) = dataset.clips()
    assert clip.fps == pytest.approx(fps, rel=1e-4)
    assert numbers_of(clip.video) == list(range(50))
    assert clip.n_frames == 50
    assert result.film.facts.mended == ()


def test_a_variable_rate_becomes_constant_with_frames_in_their_time(tmp_path):
    """30 frames/s, then 15: the slow half must be doubled, not played fast."""
    times = [*grid(30, 30), *(1 + k / 15 for k in range(15))]
    source = write_numbered(tmp_path / "a.mp4", times)
    (result,), dataset = run([source], tmp_path / "real")
    (clip,) = dataset.clips()
    assert clip.fps in [float(r) for r in STANDARD_RATES]
    shown = numbers_of(clip.video)
    on_screen = [max(i for i, t in enumerate(times) if t <= k / clip.fps + 1e-3) for k in range(clip.n_frames)]
    assert shown == on_screen
    assert clip.duration_s == pytest.approx(2.0, abs=0.1)
    assert "variable rate made constant" in result.film.facts.mended
    (row,) = dataset.metadata()
    assert json.loads(row["factors"])["frame_map"] == shown


def test_sound_late_start_and_metadata_are_gone(tmp_path):
    source = write_numbered(tmp_path / "a.mp4", grid(30, 30), sound=True, start_s=0.7)
    _, dataset = run([source], tmp_path / "real")
    (clip,) = dataset.clips()
    with av.open(str(clip.video)) as container:
        assert [s.type for s in container.streams] == ["video"]
        assert container.streams.video[0].start_time == 0
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert set(container.metadata) <= {"major_brand", "minor_version", "compatible_brands"}
        assert container.duration == pytest.approx(30 / 30 * av.time_base, rel=1e-3)
    assert numbers_of(clip.video) == list(range(30))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_video_is_put_upright(tmp_path, turn):
    plain = write_numbered(tmp_path / "plain.mp4", grid(30, 3))
    turned = write_numbered(tmp_path / "turned.mp4", grid(30, 3), turn_deg=turn)
    _, dataset = run([turned], tmp_path / "real")
    (clip,) = dataset.clips()
    assert (clip.width, clip.height) == ((240, 320) if turn != 180 else (320, 240))
    first = next(shown_in(clip.video)).astype(int)
    expected = np.rot90(next(shown_in(plain)), turn // 90).astype(int)
    assert np.abs(first - expected).mean() < 6


def shown_in(path):
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


@pytest.mark.parametrize(("codec", "name"), [("mpeg4", "a.avi"), ("mjpeg", "a.mkv"), ("libvpx", "a.webm")])
def test_other_containers_are_read(tmp_path, codec, name):
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV cannot write {codec}")
    path = tmp_path / name
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=25)
        stream.width, stream.height = 320, 240
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for _ in range(20):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((240, 320, 3), 99, np.uint8), format="rgb24")))
        output.mux(stream.encode(None))
    _, dataset = run([path], tmp_path / "real")
    (clip,) = dataset.clips()
    assert (clip.n_frames, clip.fps) == (20, 25.0)


def test_a_large_video_is_scaled_down_and_said_so(tmp_path):
    source = write_numbered(tmp_path / "a.mp4", grid(30, 4), size=(640, 270))
    _, dataset = run([source], tmp_path / "real", settings=replace(WHOLE, max_side=320))
    (clip,), (row,) = dataset.clips(), dataset.metadata()
    assert (clip.width, clip.height) == (320, 134)
    assert json.loads(row["factors"])["source_size"] == [640, 270]


@given(st.integers(2, 8000), st.integers(2, 8000), st.integers(64, 4096))
def test_a_fitted_size_is_even_and_within_bounds(width, height, max_side):
    w, h = fitted(width, height, max_side)
    assert w % 2 == h % 2 == 0
    assert 2 <= w <= max(max_side, 2)
    assert 2 <= h <= max(max_side, 2)


@given(st.sampled_from(STANDARD_RATES), st.integers(5, 400), st.randoms(use_true_random=False))
def test_jitter_of_the_clock_does_not_make_a_rate_variable(rate, n, random):
    times = [float(k / rate) + random.uniform(-0.1, 0.1) / float(rate) for k in range(n)]
    fps, steady = frame_rate(times)
    assert steady
    assert abs(fps - rate) / rate < 0.2 / (n - 1.2) + 1e-3  # n - 1 steps may take 0.2 steps less: 1 / (1 - x) - 1


def test_an_unusual_constant_rate_is_kept():
    assert frame_rate(grid(59.86, 200)) == (Fraction(59.86).limit_denominator(1001), True)


def test_what_is_no_video_is_refused_by_name_and_the_rest_goes_on(tmp_path):
    good = write_numbered(tmp_path / "good.mp4", grid(30, 10))
    garbage = tmp_path / "garbage.mp4"
    garbage.write_bytes(b"this is no video" * 100)
    empty = tmp_path / "empty.mov"
    empty.touch()
    single = write_numbered(tmp_path / "single.mp4", [0.0])
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(good.read_bytes()[:-200])  # the index at the end is gone
    results, dataset = run([garbage, empty, single, cut, good], tmp_path / "real")
    reasons = {r.file.name: r.reason for r in results if r.status == "unreadable"}
    assert set(reasons) == {"garbage.mp4", "empty.mov", "single.mp4", "cut.mp4"}
    assert all(name in reason for name, reason in reasons.items())
    assert "empty" in reasons["empty.mov"]
    assert "at least two" in reasons["single.mp4"]
    assert len(dataset.clips()) == 1


def test_sound_without_pictures_is_refused(tmp_path):
    path = tmp_path / "voice.m4a"
    with av.open(str(path), "w", format="mp4") as output:
        voice = output.add_stream("aac", rate=16000)
        for k in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16000, k * 1024
            output.mux(voice.encode(frame))
        output.mux(voice.encode(None))
    with pytest.raises(ClipError, match="no video in it"):
        look_at(path)


def test_the_same_content_is_brought_in_once_and_clips_can_be_added_later(tmp_path):
    first = write_numbered(tmp_path / "a.mp4", grid(30, 10))
    (one,), dataset = run([first], tmp_path / "real")
    before = {f: f.stat().st_mtime_ns for f in dataset.path.glob("videos/*/*")}
    renamed = tmp_path / "b.mov"
    renamed.write_bytes(first.read_bytes())
    second = write_numbered(tmp_path / "c.mp4", grid(30, 12))
    again, dataset = run([renamed, second], tmp_path / "real")
    assert [r.status for r in again] == ["already there", "imported"]
    assert again[0].film_id == one.film_id
    assert len(dataset.clips()) == len(list(dataset.path.glob("videos/*/*.mp4"))) == 2
    assert all(f.stat().st_mtime_ns == at for f, at in before.items())


def test_the_row_says_what_is_known_and_no_more(tmp_path):
    source = write_numbered(tmp_path / "Jane Doe.mp4", grid(30, 10))
    content = source.read_bytes()
    _, dataset = run([source], tmp_path / "real")
    (clip,), (row,) = dataset.clips(), dataset.metadata()
    assert clip.repetitions is None
    assert row["n_repetitions"] is None
    assert (clip.source, row["license"]) == ("real", "CC0-1.0")
    assert json.loads(row["factors"])["consent"] == "research: signed"
    assert "jane" not in (clip.clip_id + clip.video.name + clip.subject_id).lower()
    assert source.read_bytes() == content


def test_a_dataset_of_another_kind_is_left_alone(tmp_path):
    DatasetWriter(tmp_path / "synthetic", {"kind": "squats"}).add(Shard("00000", [], [], None))
    with pytest.raises(DatasetError, match="another configuration"):
        open_writer(tmp_path / "synthetic")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")])
def test_a_full_or_closed_disk_stops_the_import_and_leaves_nothing_half(tmp_path, monkeypatch, error):
    files = [write_numbered(tmp_path / f"{n}.mp4", grid(30, n)) for n in (10, 12)]
    kept = DatasetWriter.add
    added = []

    def add(writer: DatasetWriter, shard: Shard) -> None:
        if added:
            raise error
        added.append(shard.name)
        kept(writer, shard)

    monkeypatch.setattr(DatasetWriter, "add", add)
    with pytest.raises(DatasetError, match="cannot be written"):
        list(import_films(dict.fromkeys(files, TERMS), open_writer(tmp_path / "real"), WHOLE))
    monkeypatch.undo()
    assert open_writer(tmp_path / "real").finished_shards() == set(added)
    assert not list((tmp_path / "real").rglob("*.tmp"))
    _, dataset = run(files, tmp_path / "real")
    assert len(dataset.clips()) == 2


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    source = write_numbered(tmp_path / "a.mp4", grid(30, 5))
    with pytest.raises(DatasetError, match="cannot be written"):
        open_writer(tmp_path / "file" / "real")
    with pytest.raises(DatasetError, match="cannot be written"):
        copied(source, look_at(source), tmp_path / "nowhere" / "a.tmp")


def test_inputs_are_files_and_folders(tmp_path):
    for name in ("b.MOV", "a.mp4", ".hidden.mp4", "notes.txt"):
        (tmp_path / name).touch()
    assert [f.name for f in video_files([tmp_path, tmp_path / "a.mp4"])] == ["a.mp4", "b.MOV"]
    with pytest.raises(ClipError, match=r"no video was named"):
        video_files([])
    with pytest.raises(ClipError, match=r"there is no file .*nope\.mp4"):
        video_files([tmp_path / "nope.mp4"])
    (tmp_path / "none").mkdir()
    with pytest.raises(ClipError, match="holds no video"):
        video_files([tmp_path / "none"])


def write_coloured(path, width, height, matrix, color_range, codec="libx264"):
    """A video of four grey bars and two colours, in a colour matrix and range (0 = not said) of one's choice."""
    picture = np.zeros((height, width, 3), np.uint8)
    for row, colour in enumerate(COLOURS):
        picture[row * height // 6 : (row + 1) * height // 6] = colour
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=30)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.color_range = color_range
        stream.codec_context.colorspace = matrix or 2
        if codec == "libx264":
            stream.options = {"crf": "5"}
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        for k in range(3):
            shown = frame.reformat(format=stream.pix_fmt, dst_colorspace=matrix or 1, dst_color_range=color_range or 1)
            shown.pts = k
            output.mux(stream.encode(shown))
        output.mux(stream.encode(None))
    return path


COLOURS = ((255, 255, 255), (180, 180, 180), (60, 60, 60), (0, 0, 0), (200, 40, 40), (30, 180, 60))


@pytest.mark.parametrize(
    ("name", "size", "matrix", "color_range", "codec", "turn"),
    [
        ("limited 709", (320, 240), 1, 1, "libx264", 0),
        ("full 709", (320, 240), 1, 2, "libx264", 0),
        ("full 601", (320, 240), 5, 2, "libx264", 0),
        ("limited 601", (320, 240), 5, 1, "libx264", 0),
        ("motion jpeg", (320, 240), 5, 2, "mjpeg", 0),
        ("large, says nothing", (1280, 720), 0, 0, "libx264", 0),
        ("full 709, turned", (320, 240), 1, 2, "libx264", 180),
    ],
)
def test_colours_are_those_that_were_filmed(tmp_path, name, size, matrix, color_range, codec, turn):
    source = write_coloured(tmp_path / "a.mov", *size, matrix, color_range, codec)
    facts = replace(look_at(source), rotation_deg=turn)
    copied(source, facts, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as container:
        frame = next(container.decode(video=0))
    assert (frame.color_range, frame.colorspace, frame.color_primaries, frame.color_trc) == (1, 1, 1, 1)
    picture = frame.to_ndarray(format="rgb24").astype(int)
    picture = picture[::-1] if turn else picture
    for row, colour in enumerate(COLOURS):
        bar = picture[(2 * row + 1) * len(picture) // 12, 40]
        assert np.abs(bar - colour).max() <= 6, (name, colour, bar)


def test_a_title_in_another_alphabet_does_not_matter(tmp_path):
    source = write_numbered(tmp_path / "plain.mkv", grid(30, 10))
    with av.open(str(source)) as given, av.open(str(tmp_path / "a.mkv"), "w") as output:
        output.metadata["title"] = "Kniebeuge_XY"
        stream = output.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    named = tmp_path / "a.mkv"
    content = named.read_bytes()
    assert content.count(b"Kniebeuge_XY") == 1
    named.write_bytes(content.replace(b"Kniebeuge_XY", "Kniebeuge \xfc\xdf".encode("latin-1")))
    (result,), _ = run([named], tmp_path / "real")
    assert result.status == "imported"


def test_a_copy_that_is_not_what_it_should_be_is_refused(tmp_path):
    """A frame too few, one doubled in another's place, a picture of something else: each is noticed."""
    source = write_moving(tmp_path / "a.mp4", 12)
    facts = look_at(source)
    (worst,) = copied(source, facts, tmp_path / "b.mp4")
    assert worst < 6
    smalls = [small_of(p) for p in shown_in(source)]
    assert compare(tmp_path / "b.mp4", smalls, range(12)) == pytest.approx(worst, abs=2)
    with pytest.raises(ClipError, match="has 12 frames, expected 11"):
        compare(tmp_path / "b.mp4", smalls[:11], range(11))
    with pytest.raises(ClipError, match="frame 5 of the copy is not frame 5 of the film"):
        compare(tmp_path / "b.mp4", [*smalls[:5], smalls[6], *smalls[6:]], range(12))
    with pytest.raises(ClipError, match="frame 0 of the copy"):
        compare(tmp_path / "b.mp4", [255 - small for small in smalls], range(12))


def write_moving(path, n):
    """A bright square that walks across the picture."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.options = {"crf": "12"}
        for k in range(n):
            picture = np.full((240, 320, 3), 60, np.uint8)
            picture[80:160, 20 * k : 20 * k + 80] = 220
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
    return path


def test_a_split_that_does_not_exist_is_refused_before_work_starts():
    with pytest.raises(ConfigError, match=r"choices are test, train, validation\. Did you mean 'test'"):
        ClipTerms(split="tset")


def test_an_impossible_size_is_refused_before_work_starts():
    with pytest.raises(ConfigError, match="64 to 4096"):
        FilmSettings(max_side=0)


def test_a_filmed_squat_comes_in_whole(tmp_path):
    source = SHARED / "front_view.mp4"
    if not source.exists():
        pytest.skip("needs ../shared/real/clips/front_view.mp4, which is not part of the repository")
    (result,), dataset = run([source], tmp_path / "real", settings=replace(WHOLE, max_side=320))
    assert result.status == "imported"
    (clip,) = Dataset(dataset.path).clips()
    assert (clip.n_frames, clip.fps) == (175, 30000 / 1001)
    assert (clip.width, clip.height) == (180, 320)
