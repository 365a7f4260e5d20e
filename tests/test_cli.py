"""The command line: help at once, errors that say what to do, arguments told apart."""

import os
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from wink.cli import commands, help_of, overview, summary
from wink.compose import run_composed, sort_arguments
from wink.errors import ConfigError

WINK = Path(sys.executable).with_name("wink")


def wink(*arguments, **environment):
    return subprocess.run(
        [WINK, *arguments], capture_output=True, text=True, env={**os.environ, **environment}, check=False, timeout=120
    )


def composed(name, *arguments):
    seen = []
    run_composed(name, seen.append, arguments)
    return seen


def test_help_is_instant_and_names_every_verb():
    began = time.monotonic()
    result = wink("--help")
    assert time.monotonic() - began < 2.0  # a tenth of that on an idle machine; imports no verb
    assert result.returncode == 0
    assert all(verb in result.stdout for verb in commands())


@pytest.mark.parametrize("verb", sorted(commands()))
def test_every_verb_has_help_with_an_example(verb):
    assert (files("configs") / f"{verb}.yaml").is_file()
    assert summary(verb).endswith((".", "?"))
    assert f"Example: wink {verb}" in help_of(verb)
    assert summary(verb) in overview()


@pytest.mark.parametrize("verb", sorted(commands()))
def test_every_verb_loads_and_composes(verb):
    assert callable(commands()[verb].load())
    assert len(composed(verb)) == 1


@pytest.mark.parametrize("verb", sorted(commands()))
def test_no_setting_has_the_name_of_a_group_of_options(verb):
    """Hydra takes `name=value` for a choice of the group wherever there is one, and refuses it as a setting."""
    node = yaml.safe_load((files("configs") / f"{verb}.yaml").read_text())
    groups = {folder.name for folder in files("configs").iterdir() if folder.is_dir()}
    chosen = {name for entry in node["defaults"] if isinstance(entry, dict) for name in entry}
    assert set(node) & groups <= chosen


def test_every_setting_of_every_verb_is_explained():
    for verb in commands():
        lines = (files("configs") / f"{verb}.yaml").read_text().splitlines()
        for line in lines:
            if line and line[0].isalpha() and not line.startswith(("defaults:", "input:")):
                assert "#" in line, f"{verb}: {line}"


def test_an_unknown_verb_is_answered_with_the_nearest():
    result = wink("generat")
    assert result.returncode == 2
    assert "Did you mean 'generate'?" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unknown_setting_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="'sed' is no setting; the choices are .*Did you mean 'seed'"):
        composed("generate", "sed=1")


def test_an_unknown_option_is_answered_with_the_choices():
    with pytest.raises(ConfigError, match=r"wooden.*is no option of ankle_dorsiflexion.*mobile, stiff, typical"):
        composed("generate", "ankle_dorsiflexion=wooden")


def test_a_group_of_another_verb_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="'camera' is no setting; the choices are .*Did you mean 'cameras'"):
        composed("generate", "camera=side")


def test_a_mapping_takes_the_place_of_the_one_there_was():
    """Its keys are free; merged with the recipe's, shares of the lifters would add up to more than was asked for."""
    twins, split = "twins={lumbar: stiff}", "split={train: 0.9, test: 0.1}"
    (config,) = composed("generate", "experiment=twins", twins, split, "holdout={camera.azimuth_deg: [1, 2]}")
    assert dict(config.twins) == {"lumbar": "stiff"}
    assert dict(config.split) == {"train": 0.9, "test": 0.1}
    assert config.holdout["camera.azimuth_deg"] == [1, 2]
    (config,) = composed("generate", "cluster={live_page: false}")  # these keys are fixed: the others stay
    assert dict(config.cluster) == {"address": None, "live_page": False}


def test_a_mapping_with_unknown_keys_where_they_are_fixed_is_refused():
    with pytest.raises(ConfigError, match="adress"):
        composed("generate", "cluster={adress: x}")


def test_an_unknown_setting_of_a_part_is_answered_with_those_of_the_chosen_option():
    with pytest.raises(ConfigError, match="'sx' is no setting of lifter; .*Did you mean 'sex'"):
        composed("generate", "lifter.sx=male")
    with pytest.raises(ConfigError, match=r"'fsp' is no setting of filming\.settings; .*Did you mean 'fps'"):
        composed("generate", "filming=phone", "filming.settings.fsp=30")


@pytest.mark.parametrize("setting", ["a=b=c", "name='", "cases=[{"])
def test_a_setting_that_cannot_be_read_is_refused(setting):
    with pytest.raises(ConfigError):
        composed("generate", setting)


def test_a_positional_argument_where_none_is_taken_is_refused():
    with pytest.raises(ConfigError, match=r"takes no input, got clip\.mp4"):
        composed("generate", "clip.mp4")


def test_a_multirun_composes_one_configuration_a_combination():
    configs = composed("generate", "-m", "ankle_dorsiflexion=typical,stiff", "seed=1,2")
    assert len(configs) == 4
    assert len({str(c.ankle_dorsiflexion) for c in configs}) == 2


def test_positional_arguments_become_the_input(tmp_path):
    odd = tmp_path / "side=left, take 'two'.mp4"
    odd.touch()
    (config,) = composed("import", str(odd), "b.mov", "name=x")
    assert list(config.input) == [str(odd), "b.mov"]
    assert config.name == "x"


def test_flags_keep_their_values():
    assert sort_arguments(["seed=1", "--cfg", "job", "a.mp4", "-m"]) == (["--cfg", "job", "-m"], ["seed=1"], ["a.mp4"])


def test_composing_leaves_no_files_and_the_folder_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    composed("generate", "-m", "seed=1,2")
    assert list(tmp_path.iterdir()) == []
    assert Path.cwd() == tmp_path
