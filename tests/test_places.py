"""Where datasets lie: local folders, URLs, an object store; several writers of parts; a scheduler elsewhere."""

import json
import os
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest
from planned import config_of
from stubbed import make_stub_shard
from test_shard import TINY, media, tiny

from sim.generate import generate_dataset
from wink.dataset import Dataset
from wink.dataset_writer import DatasetWriter
from wink.description import read_checksums
from wink.errors import DatasetError
from wink.store import Store, join, local_folder


@pytest.fixture(params=["folder", "file", "memory"])
def place(request, tmp_path):
    return {
        "folder": str(tmp_path / "d"),
        "file": f"file://{tmp_path}/d",
        "memory": f"memory://{uuid.uuid4().hex}/d",
    }[request.param]


def test_a_place_keeps_what_is_put_there(place, tmp_path):
    store = Store(place)
    assert store.name == "d"
    assert store.names("a") == []
    assert not store.has("a/x.json")
    store.write("a/x.json", "one")
    store.write("a/x.json", "two")
    (tmp_path / "made").write_bytes(b"video")
    store.take(tmp_path / "made", "a/v.mp4")
    assert not (tmp_path / "made").exists()
    assert store.names("a") == ["v.mp4", "x.json"]
    assert store.names("a", ".json") == ["x.json"]
    assert store.read("a/x.json") == b"two"
    assert store.fetch("a/v.mp4", tmp_path / "copy").read_bytes() == b"video"
    store.remove("a/x.json")
    store.remove("a/never.json")
    assert not store.has("a/x.json")


def test_a_dataset_is_begun_and_gone_on_with_anywhere(place):
    DatasetWriter(place, {"seed": 0})
    assert DatasetWriter(place, {"seed": 0}).finished_shards() == set()
    Store(place).write(".shards/00000.json", '{"metadata": [], "repetitions": []}')
    with pytest.raises(DatasetError, match=r"another configuration \(changed: seed\)"):
        DatasetWriter(place, {"seed": 1})


def test_an_unknown_kind_of_place_is_refused():
    with pytest.raises(DatasetError, match="a URL of a known kind"):
        Store("nowhere://bucket/d")


def test_places_within_places():
    assert join("s3://bucket/sets/", "d") == "s3://bucket/sets/d"
    assert join("/data", "d") == "/data/d"
    assert local_folder("file:///data/d") == Path("/data/d")
    assert local_folder("s3://bucket/d") is None


def test_parts_of_a_dataset_are_written_side_by_side_but_never_beside_the_whole(tmp_path):
    script = "import sys, time; from wink.dataset_writer import DatasetWriter\n"
    script += "w = DatasetWriter(sys.argv[1], {}, part=sys.argv[2]); print('in', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", script, tmp_path / "d", "1of2"]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "in\n"
        DatasetWriter(tmp_path / "d", {}, part="2of2")
        for part in (None, "1of2"):
            with pytest.raises(DatasetError, match="another process is writing"):
                DatasetWriter(tmp_path / "d", {}, part=part)
    finally:
        other.kill()
        other.communicate()


@pytest.mark.slow
def test_array_jobs_make_disjoint_parts_and_the_last_one_gathers(tmp_path):
    config = tiny(tmp_path, n=5, workers=1)
    first = generate_dataset({**config, "shard": "1/2"}, tmp_path / "parts", make_stub_shard)
    assert not first.finished
    assert len(list((tmp_path / "parts/.shards").glob("*.json"))) == 3
    with pytest.raises(DatasetError, match="unfinished"):
        Dataset(tmp_path / "parts")
    last = generate_dataset({**config, "shard": "2/2"}, tmp_path / "parts", make_stub_shard)
    assert last.finished
    generate_dataset(config, tmp_path / "whole", make_stub_shard)
    assert media(tmp_path / "parts") == media(tmp_path / "whole")


@contextmanager
def _running(command, ready, environment):
    """A server for as long as inside; `ready` says when it is there."""
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        end = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def bucket(monkeypatch):
    """An S3-compatible server on the loopback, with dummy credentials and an empty bucket."""
    moto = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.mkdir("squats")
    yield system
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.mark.slow
def test_a_dataset_in_an_object_store_resumes_and_is_the_same_bytes(tmp_path, bucket):
    config = tiny(tmp_path, n=4, workers=1)
    place = "s3://squats/sets/d"
    part = generate_dataset({**config, "shard": "1/2"}, place, make_stub_shard)
    assert not part.finished
    made = generate_dataset(config, place, make_stub_shard)
    assert (made.finished, made.clips) == (True, 4)
    assert not [f for f in (tmp_path / "cache").rglob("*") if f.is_file()], "nothing is left behind"
    bucket.get("squats/sets/d", str(tmp_path / "copy"), recursive=True)
    generate_dataset(config, tmp_path / "local", make_stub_shard)
    assert media(tmp_path / "copy") == media(tmp_path / "local")
    assert len(Dataset(tmp_path / "copy").clips()) == 4
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "copy", capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert set(read_checksums(tmp_path / "copy")) == set(read_checksums(tmp_path / "local"))


@pytest.mark.slow
def test_two_workers_on_addresses_of_their_own_make_the_same_bytes(tmp_path):
    """A scheduler and two workers as on three machines: 127.0.0.1 and 127.0.0.2."""
    tests = str(Path(__file__).parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), tests])}
    dask = Path(sys.executable).with_name("dask")
    info = tmp_path / "scheduler.json"
    scheduler = [dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", info, "--no-dashboard"]
    worker = [
        dask,
        "worker",
        "--scheduler-file",
        info,
        "--nthreads",
        "1",
        "--no-dashboard",
        "--local-directory",
        tmp_path,
    ]
    with (
        _running(scheduler, info.exists, environment),
        _running([*worker, "--host", "127.0.0.1"], lambda: True, environment),
        _running([*worker, "--host", "127.0.0.2"], lambda: True, environment),
    ):
        address = json.loads(info.read_text())["address"]
        hosts = _hosts(address, count=2)
        config = tiny(tmp_path, n=4, cluster={"address": address, "live_page": False})
        made = generate_dataset(config, tmp_path / "far", make_stub_shard)
    assert hosts == {"127.0.0.1", "127.0.0.2"}
    assert made.clips == 4
    generate_dataset(tiny(tmp_path, n=4, workers=1), tmp_path / "near", make_stub_shard)
    assert media(tmp_path / "far") == media(tmp_path / "near")


def _hosts(address, count):
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)
        return {worker.split("//")[1].split(":")[0] for worker in client.nthreads()}


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_named(tmp_path):
    config = config_of(*TINY, cluster={"address": "tcp://127.0.0.1:9", "live_page": False})
    with pytest.raises(Exception, match=r"cluster.address=tcp://127\.0\.0\.1:9: no Dask scheduler"):
        generate_dataset(config, tmp_path / "d", make_stub_shard)
