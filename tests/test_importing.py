"""`wink import` of films: cut, faces covered, nothing of the film's own metadata, said and kept, resumed."""

import json
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from acting import Acting, person, squatting
from omegaconf import OmegaConf
from videos import numbers_of, write_numbered

from annotate.card import card
from annotate.film import FilmSettings
from annotate.film_sheet import draw
from annotate.importing import import_all
from annotate.outcome import keep, table
from annotate.real_clips import film_id_of, import_films, open_writer
from annotate.terms import ClipTerms
from annotate.withdrawn import withdrawn_from
from wink.dataset import Dataset
from wink.errors import ConfigError, DetectorError
from wink.people import PeopleFinder
from wink.pose_file import pose_file
from wink.tables import write_table

FPS = 25
CUT = FilmSettings()
TERMS = ClipTerms(consent="publication", license="CC0-1.0", load_kg=60.0)


def film(path, seconds=9.0, fps=FPS, **how):
    return write_numbered(path, [k / fps for k in range(int(seconds * fps))], **how)


def acting(bottoms_s, seconds=9.0, fps=FPS):
    time_s = np.arange(int(seconds * fps)) / fps
    return Acting([(person(thigh),) for thigh in squatting(time_s, bottoms_s)])


def bring(files, dataset, finder, settings=CUT, terms=TERMS):
    writer = open_writer(dataset)
    outcomes = []
    for outcome in import_films(dict.fromkeys(files, terms), writer, settings, finder):
        draw(dataset, outcome)
        keep(dataset, [outcome])
        outcomes.append(outcome)
    return outcomes, writer


def test_a_film_becomes_a_clip_a_squat_and_every_frame_leads_back(tmp_path):
    source = film(tmp_path / "a.mp4", start_s=0.4)
    before = sha256(source.read_bytes()).digest()
    (outcome,), writer = bring([source], tmp_path / "real", acting([2.5, 6.0]))
    dataset = writer.finish(card("real", writer.rows()))
    assert outcome.status == "imported"
    assert sha256(source.read_bytes()).digest() == before
    rows = {row["clip_id"]: row for row in dataset.metadata()}
    for clip_id, cut, bottom_s in zip(outcome.clips, outcome.cuts, (2.5, 6.0), strict=True):
        row, factors = rows[clip_id], json.loads(rows[clip_id]["factors"])
        assert numbers_of(dataset.path / row["file_name"]) == list(range(cut.first, cut.stop))
        assert cut.first / FPS < bottom_s - 1.2 < bottom_s + 1.2 < cut.stop / FPS
        assert factors["squat_s"][1] + cut.first / FPS == pytest.approx(bottom_s, abs=0.1)
        assert factors["source_frames"] == [cut.first, cut.stop - 1]
        assert (row["load_kg"], row["license"], factors["consent"]) == (60.0, "CC0-1.0", "publication")
        assert factors["worst_frame_difference"] < 10
        lines = (dataset.path / row["file_name"]).with_suffix(".frames.csv").read_text().splitlines()[1:]
        told = [line.split(",") for line in lines]
        assert [int(t[1]) for t in told] == list(range(cut.first, cut.stop))
        with av.open(str(source)) as container:
            stamps = [frame.pts for frame in container.decode(video=0)]
        assert [int(t[2]) for t in told] == stamps[cut.first : cut.stop]
        assert float(told[0][3]) == pytest.approx(0.4 + cut.first / FPS, abs=2e-3)
    assert not set(range(*_span(outcome.cuts[0]))) & set(range(*_span(outcome.cuts[1])))


def _span(cut):
    return cut.first, cut.stop


def test_the_head_is_covered_and_nothing_else(tmp_path):
    source = film(tmp_path / "a.mp4", seconds=4)
    people = acting([2.0], seconds=4)
    (outcome,), writer = bring([source], tmp_path / "real", people, FilmSettings(cut=False))
    (kept,), other = bring([source], tmp_path / "kept", None, FilmSettings(cut=False, faces="kept"))
    hidden, shown = (_pictures(w.path, o.clips[0]) for w, o in ((writer, outcome), (other, kept)))
    changed = np.abs(hidden - shown).max(axis=-1) > 12
    for k, boxes in enumerate(outcome.film.watched.boxes):
        (left, top, right, bottom) = boxes[0]
        mask = np.zeros((240, 320), bool)
        mask[max(0, int(top) - 2) : int(bottom) + 3, max(0, int(left) - 2) : int(right) + 3] = True
        assert not (changed[k] & ~mask).any()
    assert outcome.film.watched.head_on_back_share == 0.0
    assert outcome.clips != kept.clips


def _pictures(dataset, clip_id):
    with av.open(str(dataset / "videos" / clip_id[:2] / f"{clip_id}.mp4")) as container:
        return np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)]).astype(int)


def test_nothing_of_the_films_own_metadata_survives(tmp_path):
    source = film(tmp_path / "a.mov", seconds=4, sound=True)
    tags = {
        "title": "Annas Kniebeuge",
        "comment": "hotel gym",
        "creation_time": "2023-05-06T07:08:09.000000Z",
        "com.apple.quicktime.location.ISO6709": "+48.1371+011.5754+519.0/",
        "com.apple.quicktime.make": "Applefoon",
        "com.apple.quicktime.model": "eyePhone 17",
        "location": "+48.1371+011.5754/",
    }
    tagged = tmp_path / "tagged.mov"
    with (
        av.open(str(source)) as given,
        av.open(str(tagged), "w", options={"movflags": "use_metadata_tags"}) as output,
    ):
        output.metadata.update(tags)
        stream = output.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    told = [value.encode() for value in tags.values() if not value.endswith("Z")]
    content = tagged.read_bytes()
    assert sum(value in content for value in told) >= 5
    (outcome,), writer = bring([tagged], tmp_path / "real", acting([2.0], seconds=4))
    writer.finish(card("real", writer.rows()))
    made = [f for f in writer.path.rglob("*") if f.is_file() and "import" not in f.parts]
    assert len(made) > 5
    for file in made:
        made_of = file.read_bytes()
        assert not any(value in made_of for value in [*told, b"tagged", b"2023-05-06"]), file
    with av.open(str(writer.path / "videos" / outcome.clips[0][:2] / f"{outcome.clips[0]}.mp4")) as container:
        assert "creation_time" not in {**container.metadata, **container.streams.video[0].metadata}


def test_each_file_has_its_own_fate_and_none_stops_another(tmp_path):
    good, *_ = (film(tmp_path / f"{n}.mp4", seconds=4 + i / FPS) for i, n in enumerate("abc"))
    (tmp_path / "d.mp4").write_bytes(b"no film at all")
    (tmp_path / "e.mp4").touch()
    (tmp_path / "f.mp4").write_bytes(good.read_bytes())
    (tmp_path / "g.mp4").write_bytes(good.read_bytes()[:6000])  # broken off
    scenes = {101: squatting(np.arange(101) / FPS, []), 100: squatting(np.arange(100) / FPS, [2.0])}

    class Casting:
        def follow(self, pictures, _rate_hz):
            n = len(shown := list(pictures))
            yield from ([()] * n if n == 102 else [(person(t),) for t in scenes[len(shown)]])

    files = [tmp_path / f"{n}.mp4" for n in "abcdefg"]
    outcomes, writer = bring(files, tmp_path / "real", Casting())
    assert [o.status for o in outcomes] == [
        *("imported", "no squat found", "no person", "unreadable", "unreadable", "duplicate", "unreadable")
    ]
    said = table(outcomes)
    assert "the same as a.mp4" in said
    assert "thighs reach 0 deg" in said
    assert len(writer.finish("").clips()) == 1
    known = json.loads((tmp_path / "real/import/import.json").read_text())
    assert sorted(entry["status"] for entry in known.values()) == sorted(
        ["imported", "no squat found", "no person", "unreadable", "unreadable", "unreadable"]
    )
    assert known[outcomes[0].film_id]["also_called"] == ["f.mp4"]
    assert not list((tmp_path / "real").rglob("*.tmp"))


def test_the_same_again_changes_nothing(tmp_path):
    source = film(tmp_path / "a.mp4", seconds=4)
    people = acting([2.0], seconds=4)
    _, writer = bring([source], tmp_path / "real", people)
    writer.finish(card("real", writer.rows()))
    before = {f: f.read_bytes() for f in (tmp_path / "real").rglob("*") if f.is_file()}
    looked = people.looked
    (again,), writer = bring([source], tmp_path / "real", people)
    writer.finish(card("real", writer.rows()))
    assert again.status == "already there"
    assert people.looked == looked
    assert {f: f.read_bytes() for f in (tmp_path / "real").rglob("*") if f.is_file()} == before


def finished(writer):
    return writer.finish(card("real", writer.rows()))


WHOLE = FilmSettings(cut=False, faces="kept")


def test_what_is_told_anew_of_a_film_reaches_its_clips_and_what_is_not_told_stays(tmp_path):
    source, other = (film(tmp_path / f"{n}.mp4", seconds=1 + n / FPS) for n in range(2))
    first = ClipTerms(consent="publication", license="CC0-1.0", load_kg=60.0, subject_id="anna", split="train")
    _, writer = bring([source, other], tmp_path / "real", None, WHOLE, first)
    before = {row["clip_id"]: row for row in finished(writer).metadata()}
    now = ClipTerms(consent="research: form 8", load_kg=62.5, pain="yes", injury_history="hip;knee", view="side")
    (outcome,), writer = bring([source], tmp_path / "real", None, WHOLE, now)
    assert outcome.status == "told anew"
    assert set(outcome.reason.split(", ")) == {"view", "load_kg", "consent", "pain", "injury_history"}
    dataset = finished(writer)
    (mine,) = (row for row in dataset.metadata() if outcome.film_id in row["factors"])
    factors = json.loads(mine["factors"])
    assert (mine["view"], mine["load_kg"], mine["license"]) == ("side", 62.5, "CC0-1.0")
    assert (mine["subject_id"], mine["split"]) == ("anna", "train")
    assert (factors["consent"], factors["pain"], factors["injury_history"]) == (
        "research: form 8",
        "yes",
        ["hip", "knee"],
    )
    assert not factors["may_be_published"]
    assert {k: v for k, v in factors.items() if k == "source_frames"} == {"source_frames": [0, FPS - 1]}
    (rest,) = (row for row in dataset.metadata() if row["clip_id"] != mine["clip_id"])
    assert rest == before[rest["clip_id"]]
    card_of = (dataset.path / "README.md").read_text()
    assert "research: form 8 (1)" in card_of
    (again,), _ = bring([source], tmp_path / "real", None, WHOLE, ClipTerms())
    assert again.status == "already there"


def test_what_becomes_publishable_or_not_follows_what_is_told(tmp_path):
    source = film(tmp_path / "a.mp4", seconds=4)
    publication = ClipTerms(consent="publication", license="CC0-1.0")
    for terms, allowed in ((publication, True), (ClipTerms(consent="research"), False), (publication, True)):
        _, writer = bring([source], tmp_path / "real", acting([2.0], seconds=4), terms=terms)
        (row,) = finished(writer).metadata()
        assert json.loads(row["factors"])["may_be_published"] is allowed


def test_clips_go_when_consent_is_withdrawn(tmp_path):
    source, other = (film(tmp_path / f"{n}.mp4", seconds=4 + n / FPS) for n in range(2))
    _, writer = bring([source, other], tmp_path / "real", acting([2.0], seconds=5))
    gone, kept = (row for row in finished(writer).metadata())
    film_id = json.loads(gone["factors"])["film_id"]
    refused = source if film_id_of(sha256(source.read_bytes()).hexdigest()) == film_id else other
    frames = writer.path / "frames" / f"{gone['clip_id'][:2]}.parquet"  # as `wink attach` leaves them
    write_table(frames, pa.Table.from_pylist([{"clip_id": c, "frame": 0} for c in (gone["clip_id"], "another")]))
    none = ClipTerms(consent="none: withdrawn by letter")
    (outcome,), writer = bring([refused], tmp_path / "real", None, terms=none)
    assert outcome.status == "withdrawn"
    assert gone["clip_id"] in outcome.reason
    dataset = finished(writer)
    assert [row["clip_id"] for row in dataset.metadata()] == [kept["clip_id"]]
    left = [f for f in dataset.path.rglob("*") if f.is_file() and f.name not in ("import.json", "withdrawn.json")]
    assert not [f for f in left if gone["clip_id"] in f.name or film_id in f.name]
    assert not [f for f in left if gone["clip_id"].encode() in f.read_bytes()]
    assert pq.read_table(frames)["clip_id"].to_pylist() == ["another"]
    entry = json.loads((dataset.path / "import/import.json").read_text())[film_id]
    assert (entry["status"], entry["clips"]) == ("withdrawn", [])
    assert withdrawn_from(dataset.path) == {gone["clip_id"]}
    (again,), _ = bring([refused], tmp_path / "real", None, terms=none)
    assert again.status == "refused"
    assert "did not agree" in again.reason
    _, writer = bring([refused], tmp_path / "real", acting([2.0], seconds=5))
    assert gone["clip_id"] in {row["clip_id"] for row in finished(writer).metadata()}
    assert withdrawn_from(dataset.path) == set()


@pytest.mark.parametrize("order", [1, -1])
def test_who_refuses_under_one_name_refuses_under_all_in_whatever_order(tmp_path, order):
    source = film(tmp_path / "a.mp4", seconds=1)
    copy = tmp_path / "b.mp4"
    copy.write_bytes(source.read_bytes())
    told = dict([(source, TERMS), (copy, ClipTerms(consent="none"))][::order])
    for already in (False, True):
        if already:
            (first,) = import_films({source: TERMS}, open_writer(tmp_path / "real"), WHOLE)
            assert first.status == "imported"
        first, second = import_films(told, open_writer(tmp_path / "real"), WHOLE)
        assert first.status == ("withdrawn" if already else "refused")
        assert ("told of b.mp4" in first.reason) == (order == 1)
        assert second.status == "refused"
        assert "something else is told" in second.reason
        assert list(open_writer(tmp_path / "real").rows()) == []


def settings_of(tmp_path, **changes):
    config = OmegaConf.load(Path(__file__).parents[1] / "configs" / "import.yaml")
    folders = {"datasets": str(tmp_path / "datasets"), "cache": str(tmp_path / "cache")}
    return OmegaConf.merge(config, {"paths": folders, "cut": False, "faces": "kept"}, changes)


@pytest.mark.parametrize("how", ["the name of the film", "its other name", "its id", "a clip of it"])
def test_consent_is_withdrawn_when_the_film_is_gone(tmp_path, capsys, how):
    source, other = film(tmp_path / "a.mp4", seconds=1), film(tmp_path / "c.mp4", seconds=2)
    copy = tmp_path / "b.mp4"
    copy.write_bytes(source.read_bytes())
    import_all(settings_of(tmp_path, input=[str(source), str(copy), str(other)]))
    dataset = Dataset(tmp_path / "datasets" / "real")
    gone, kept = sorted(dataset.metadata(), key=lambda row: row["n_frames"])
    factors = json.loads(gone["factors"])
    made = [kept_pose(tmp_path, digest) for digest in (gone["sha256"], factors["source_sha256"], kept["sha256"])]
    half = made[0].with_name(f".{made[0].stem}.4711.npz")  # as a killed run leaves it
    half.write_bytes(b"pictures")
    source.unlink()
    copy.unlink()
    name = {"the name of the film": "a.mp4", "its other name": "b.mp4", "its id": factors["film_id"]}.get(how)
    asked = settings_of(tmp_path, withdraw=[name or gone["clip_id"]])
    for said in ("1 clip removed", "no clip of it is here"):
        import_all(asked)
        assert said in capsys.readouterr().out
    assert [row["clip_id"] for row in Dataset(dataset.path).metadata()] == [kept["clip_id"]]
    assert withdrawn_from(dataset.path) == {gone["clip_id"]}
    assert [file.exists() for file in (*made, half)] == [False, False, True, False]


def kept_pose(tmp_path, digest):
    file = pose_file(tmp_path / "cache", digest)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"pictures")
    return file


def test_what_is_withdrawn_by_name_has_to_be_known_and_one_film(tmp_path):
    with pytest.raises(ConfigError, match="there is no dataset"):
        import_all(settings_of(tmp_path, withdraw=["a.mp4"]))
    assert not (tmp_path / "datasets").exists()
    for folder, seconds in (("one", 1), ("two", 2)):
        (tmp_path / folder).mkdir()
        import_all(settings_of(tmp_path, input=[str(film(tmp_path / folder / "a.mp4", seconds=seconds))]))
    for name, said in (
        ("aa.mp4", "Did you mean 'a.mp4'"),
        ("a.mp4", r"2 films .* say which by its id: \w{12}, \w{12}"),
    ):
        with pytest.raises(ConfigError, match=said):
            import_all(settings_of(tmp_path, withdraw=[name]))
    with pytest.raises(ConfigError, match="a command of its own"):
        import_all(settings_of(tmp_path, withdraw=["a.mp4"], input=["x.mp4"]))
    assert len(Dataset(tmp_path / "datasets" / "real").metadata()) == 2


def test_what_a_killed_import_left_is_swept_and_made_again(tmp_path):
    files = [film(tmp_path / f"{n}.mp4", seconds=4 + n / FPS) for n in range(2)]

    class Killed(Acting):
        def follow(self, pictures, rate_hz):
            if self.looked > 90:
                raise KeyboardInterrupt
            yield from super().follow(pictures, rate_hz)

    killed = Killed(acting([2.0], seconds=5).scenes)
    with pytest.raises(KeyboardInterrupt):
        bring(files, tmp_path / "real", killed)
    half = tmp_path / "real/videos/ab"
    half.mkdir(exist_ok=True)
    (half / ".abcdef.1.tmp").write_bytes(b"half a film")
    outcomes, writer = bring(files, tmp_path / "real", acting([2.0], seconds=5))
    assert [o.status for o in outcomes] == ["already there", "imported"]
    assert not list((tmp_path / "real").rglob("*.tmp"))
    assert len(writer.finish("").clips()) == 2


def test_sheets_show_the_cuts(tmp_path):
    (outcome,), _ = bring([film(tmp_path / "a.mp4")], tmp_path / "real", acting([2.5, 6.0]))
    drawn = draw(tmp_path / "real", outcome)
    assert [path.suffix for path in drawn] == [".jpg", ".png"]
    assert all(path.stat().st_size > 5000 for path in drawn)


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="Did you mean 'blurred'"):
        FilmSettings(faces="blured")
    with pytest.raises(ConfigError, match="margin_s"):
        FilmSettings(margin_s=-1)


def test_a_finder_that_breaks_its_contract_is_named(tmp_path):
    twins = Acting([(person(), person())] * 200)
    with pytest.raises(DetectorError, match=r"numbered \[0, 0\]"):
        bring([film(tmp_path / "a.mp4", seconds=1)], tmp_path / "real", twins)
    assert isinstance(twins, PeopleFinder)


@pytest.mark.parametrize(
    ("codec", "name"), [("libvpx", "a.webm"), ("mpeg4", "a.avi"), ("ffv1", "a.mkv"), ("gif", "a.gif")]
)
def test_other_containers_become_clips(tmp_path, codec, name):
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV cannot write {codec}")
    path = tmp_path / name
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=FPS)
        stream.width, stream.height = 320, 240
        stream.pix_fmt = {"gif": "rgb8", "ffv1": "yuv420p"}.get(codec, "yuv420p")
        source = film(tmp_path / "plain.mp4", seconds=1)
        with av.open(str(source)) as given:
            for k, frame in enumerate(given.decode(video=0)):
                shown = frame.reformat(format=stream.pix_fmt)
                shown.pts, shown.time_base = k, Fraction(1, FPS)
                output.mux(stream.encode(shown))
            output.mux(stream.encode(None))
    (outcome,), writer = bring([path], tmp_path / "real", None, FilmSettings(cut=False, faces="kept"))
    (clip,) = writer.finish("").clips()
    assert (outcome.status, clip.n_frames, clip.fps) == ("imported", FPS, FPS)
    assert numbers_of(clip.video) == list(range(FPS))


def test_odd_sizes_and_pixels_that_are_not_square(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 321, 241, "yuv444p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        for k in range(3):
            frame = av.VideoFrame.from_ndarray(np.full((241, 321, 3), 100 + k, np.uint8), format="rgb24")
            frame.pts = k
            output.mux(stream.encode(frame.reformat(format="yuv444p")))
        output.mux(stream.encode(None))
    _, writer = bring([path], tmp_path / "real", None, FilmSettings(cut=False, faces="kept"))
    (clip,) = writer.finish("").clips()
    assert (clip.width, clip.height, clip.n_frames) == (428, 240, 3)


def test_half_pictures_of_two_moments_are_made_whole(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.options = {"flags": "+ildct+ilme", "crf": "10"}
        for k in range(10):
            picture = np.full((240, 320, 3), 100, np.uint8)
            picture[0::2, 20 * k : 20 * k + 40] = 230
            picture[1::2, 20 * k + 10 : 20 * k + 50] = 230  # half a frame later it has moved on
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts = k
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    (outcome,), writer = bring([path], tmp_path / "real", None, FilmSettings(cut=False, faces="kept"))
    (clip,) = writer.finish("").clips()
    assert clip.n_frames == 10
    assert "interlaced made whole" in outcome.film.facts.mended
    lines = _pictures(writer.path, clip.clip_id)[5, 20:220].mean(axis=-1)
    assert np.abs(np.diff(lines, axis=0)).mean() < 2.0  # as it came: 8 (20 columns of 320, 130 apart)


def test_settings_and_finder_are_found_by_name():
    from wink.config import build, load_option, options_of

    for option in options_of("people_finder"):
        assert isinstance(build(load_option("people_finder", option)), PeopleFinder)


def test_import_of_whole_films_needs_no_finder():
    assert not FilmSettings(cut=False, faces="kept").needs_people
    assert replace(FilmSettings(), cut=False).needs_people
