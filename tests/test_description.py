"""What a dataset says of itself, read by those it is said to: mlcroissant, Hugging Face's datasets, sha256sum."""

import hashlib
import json
import subprocess
import sys
import warnings

import pyarrow.parquet as pq
import pytest
from small_dataset import N_FRAMES, NAMES, repetitions_of, write_small_dataset

from wink.dataset import SCHEMA_VERSION
from wink.dataset_writer import DatasetWriter, Shard
from wink.description import describe, read_checksums, summary
from wink.errors import DatasetError
from wink.front_matter import completed_card, parted
from wink.store import Store

CARD = "---\npretty_name: small\ntags: [squat]\n---\n# small\n\nFour clips,\nmade by a test.\n\nMore.\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_small_dataset(tmp_path_factory.mktemp("datasets") / "small", card=CARD)


def test_the_card_keeps_what_its_maker_said_and_gets_what_follows_from_the_clips(small):
    told, prose = parted((small.path / "README.md").read_text())
    assert told["pretty_name"] == "small"
    assert told["tags"] == ["squat"]
    assert told["license"] == "cc0-1.0"
    assert told["size_categories"] == ["n<1K"]
    assert [c["config_name"] for c in told["configs"]] == ["clips", "test", "train", "validation"]
    assert prose == CARD.split("---\n")[2]
    assert summary(CARD, "x") == "Four clips, made by a test."


def test_describing_twice_changes_nothing(small):
    before = {f: f.read_bytes() for f in small.path.iterdir() if f.is_file()}
    describe(small.path, SCHEMA_VERSION)
    assert {f: f.read_bytes() for f in small.path.iterdir() if f.is_file()} == before


def test_clips_of_several_licences_have_each_their_own(small):
    licenses = small.table["license"].to_pylist()
    table = small.table.set_column(small.table.column_names.index("license"), "license", [[*licenses[:-1], "private"]])
    assert parted(completed_card("", table))[0]["license"] == "other"


def test_sha256sum_itself_checks_every_file(small):
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=small.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    listed = set(read_checksums(small.path))
    there = {str(f.relative_to(small.path)) for f in small.path.rglob("*") if f.is_file() and ".shards" not in f.parts}
    assert there - listed == {"SHA256SUMS"}


def test_at_a_url_a_dataset_says_the_same_of_itself(small, tmp_path):
    place = Store(f"memory://{tmp_path.name}/small")
    writer = DatasetWriter(place.url, {"seed": 0})
    for file in small.path.rglob("*/*"):
        if file.is_file() and ".shards" not in file.parts:
            copy = tmp_path / file.name
            copy.write_bytes(file.read_bytes())
            place.take(copy, str(file.relative_to(small.path)))
    for file in sorted((small.path / ".shards").glob("*.json")):
        record, table = json.loads(file.read_text()), small.path / "frames" / f"{file.stem}.parquet"
        frames = pq.read_table(table) if table.exists() else None
        writer.add(Shard(file.stem, record["metadata"], record["repetitions"], frames))
    assert writer.gather(CARD) == 4
    told = json.loads(place.read("croissant.json"))
    assert told == json.loads((small.path / "croissant.json").read_text())
    sums = dict(reversed(line.split("  ")) for line in place.read("SHA256SUMS").decode().splitlines())
    assert set(sums) == set(read_checksums(small.path))
    assert sums == {name: hashlib.sha256(place.read(name)).hexdigest() for name in sums}
    assert parted(place.read("README.md").decode())[0]["license"] == "cc0-1.0"


def test_a_list_that_is_none_is_refused(tmp_path):
    (tmp_path / "SHA256SUMS").write_text("hello\n")
    with pytest.raises(DatasetError, match="no list of hashes"):
        read_checksums(tmp_path)


@pytest.fixture(scope="module")
def described(small):
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant (extra `peers`) is not installed")
    with warnings.catch_warnings(action="ignore"):  # of rdflib, about itself
        return mlcroissant.Dataset(jsonld=str(small.path / "croissant.json"))


def test_croissant_is_valid(described):
    issues = described.metadata.ctx.issues
    assert not issues.errors
    assert not {w for w in issues.warnings if "datePublished" not in w and "citeAs" not in w}


@pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")  # of mlcroissant, on pandas
def test_croissant_loads_clips_repetitions_and_frames(described):
    clips = list(described.records("clips_table"))
    assert [c["clips/clip_id"] for c in clips] == [b"aaaaaaaaaaaa", b"bbbbbbbbbbbb", b"cccccccccccc", b"dddddddddddd"]
    assert clips[0]["clips/n_repetitions"] == 1
    repetitions = list(described.records("repetitions_table"))
    (winks,) = repetitions_of("winks")
    assert repetitions[0]["repetitions/pelvic_reversal_onset_onset_s"] == pytest.approx(winks.wink().onset_s)
    frames = list(described.records("frames_table"))
    assert len(frames) == 3 * N_FRAMES
    assert len(frames[0]["frames/keypoints_2d"]) == 2 * len(NAMES)


def test_croissant_names_the_hash_of_the_tables(small):
    told = json.loads((small.path / "croissant.json").read_text())
    objects = {d["@id"]: d for d in told["distribution"]}
    assert objects["metadata.parquet"]["sha256"] == read_checksums(small.path)["metadata.parquet"]
    assert set(objects) == {"metadata.parquet", "repetitions.parquet", "frames", "videos", "masks"}


HUGGING_FACE = """
import json, sys
import datasets
datasets.disable_progress_bars()
folder, cache = sys.argv[1:]
told = {}
for name in ("videofolder", "clips", "train"):
    where = {"path": name, "data_dir": folder} if name == "videofolder" else {"path": folder, "name": name}
    loaded = datasets.load_dataset(**where, cache_dir=cache)
    (split,) = loaded
    rows = loaded[split].cast_column("video", datasets.Video(decode=False))
    told[name] = [split, [[row["clip_id"], row["n_repetitions"], row["video"]["path"]] for row in rows]]
print(json.dumps(told))
"""


@pytest.mark.slow
def test_load_dataset_finds_clips_with_their_rows_and_splits(small, tmp_path):
    pytest.importorskip("datasets", reason="datasets (extra `peers`) is not installed")
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", HUGGING_FACE, small.path, tmp_path / "cache"],
        capture_output=True, text=True, env=offline, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    every = [[c.clip_id, None if c.repetitions is None else len(c.repetitions), str(c.video)] for c in small.clips()]
    assert told["videofolder"][1] == told["clips"][1] == every
    assert told["train"] == ["train", every[:1]]
