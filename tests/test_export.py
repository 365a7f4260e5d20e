"""Exporting: every option of the group is a format, what is there is left alone, half an export looks like none."""

import os
from importlib.resources import files

import pytest
from small_dataset import write_small_dataset

from wink.compose import run_composed
from wink.config import build, load_option, options_of
from wink.errors import ConfigError, DatasetError, WinkError
from wink.export import export, write_export
from wink.files import new_folder


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_small_dataset(tmp_path_factory.mktemp("datasets") / "small")


class Note:
    """A format of one file."""

    def write(self, dataset, folder):
        (folder / "note.txt").write_text(dataset.name)
        return [folder / "note.txt"]


class Broken:
    """A format that gets half-way."""

    def write(self, _, folder):
        (folder / "half.txt").touch()
        raise DatasetError("no more")


@pytest.mark.parametrize("name", options_of("format"))
def test_every_format_writes_files_that_are_there(name, small, tmp_path):
    try:
        form = build(load_option("format", name))
        made = write_export(form, small, tmp_path / name)
    except WinkError as error:
        if load_option("format", name)["_target_"].startswith("wink.formats."):
            raise
        pytest.skip(f"{name} asks for more than this dataset has: {error}")
    assert made
    assert all(file.is_file() and file.is_relative_to(tmp_path / name) for file in made)
    assert form.__dataclass_params__.frozen
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", options_of("format"))
def test_every_option_says_what_it_is_and_explains_its_settings(name):
    lines = (files("configs") / "format" / f"{name}.yaml").read_text().splitlines()
    assert lines[0].startswith("# ")
    assert all("#" in line for line in lines if line and line[0].isalpha() and not line.startswith("_target_"))


def test_what_is_there_is_left_alone_unless_asked(small, tmp_path):
    write_export(Note(), small, tmp_path / "out")
    (tmp_path / "out/mine.txt").touch()
    with pytest.raises(ConfigError, match="there already.*overwrite=true"):
        write_export(Note(), small, tmp_path / "out")
    assert (tmp_path / "out/mine.txt").exists()
    write_export(Note(), small, tmp_path / "out", overwrite=True)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["note.txt"]
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="is a file"):
        write_export(Note(), small, tmp_path / "file", overwrite=True)


def test_half_an_export_leaves_nothing_and_what_was_there_stays(small, tmp_path):
    write_export(Note(), small, tmp_path / "out")
    with pytest.raises(DatasetError, match="no more"):
        write_export(Broken(), small, tmp_path / "out", overwrite=True)
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")] == ["out", "out/note.txt"]


def test_a_dataset_without_clips_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="empty holds no clips"):
        write_export(Note(), write_small_dataset(tmp_path / "empty", clips=()), tmp_path / "out")


def test_what_a_killed_export_left_is_swept(tmp_path):
    gone, running = tmp_path / ".out.4194305.part", tmp_path / f".out.{os.getppid()}.part"
    gone.mkdir()
    running.mkdir()
    with new_folder(tmp_path / "out"):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([running.name, "out"])


def run(*arguments):
    run_composed("export", export, arguments)


def test_the_verb_finds_the_dataset_and_names_the_folder(small, tmp_path, capsys):
    run("small", "format=e2espot", f"paths.datasets={small.path.parent}", f"paths.exports={tmp_path}")
    assert (tmp_path / "small-e2espot/class.txt").is_file()
    assert "class.txt" in capsys.readouterr().out


def test_several_datasets_go_side_by_side(small, tmp_path):
    other = write_small_dataset(tmp_path / "other")
    run(str(small.path), str(other.path), "format=e2espot", f"output={tmp_path / 'out'}")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["other", "small"]
    again = write_small_dataset(tmp_path / "again/small")
    with pytest.raises(ConfigError, match="same name"):
        run(str(small.path), str(again.path), "format=e2espot", f"output={tmp_path / 'two'}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["small"], "say which format.*e2espot"),
        (["format=e2espot"], "say which dataset"),
        (["small", "format=e2e"], "'e2e' is no option of format.*Did you mean 'e2espot'"),
        (["smal", "format=e2espot"], "'smal' is no dataset.*Did you mean 'small'"),
        (["small", "format=e2espot", "format.definition=tuck"], "'tuck' is no definition"),
        (["small", "format=e2espot", "format.height=2"], "height=2"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_the_choices(arguments, said, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WinkError, match=said):
        run(*arguments, f"paths.datasets={small.path.parent}")
    assert list(tmp_path.iterdir()) == []
