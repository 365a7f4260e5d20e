"""From command-line arguments to composed configurations, by Hydra, and its errors in our words."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import hydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from wink.config import options_of
from wink.errors import ConfigError, unknown_name

Verb = Callable[[DictConfig], None]

#: Settings that say where, how fast and by whom, not what: a dataset named for its settings is not named for them.
NOT_IN_NAMES = (
    *("name", "input", "workers", "shard", "retry", "dry_run", "timeout_s", "most_quarantined"),
    *("cluster.address", "cluster.live_page", "paths.datasets", "paths.exports", "paths.cache", "paths.server"),
)

#: Hydra composes; it neither logs nor writes, and leaves the working directory alone.
QUIET = (
    "hydra/job_logging=none",
    "hydra/hydra_logging=none",
    "hydra.output_subdir=null",
    "hydra.run.dir=.",
    "hydra.sweep.subdir=.",
    f"hydra.job.config.override_dirname.exclude_keys=[{','.join(NOT_IN_NAMES)}]",
    "hydra.job.config.override_dirname.kv_sep=-",
    "hydra.job.config.override_dirname.item_sep=_",
)

_FLAGS_WITH_VALUE = ("--cfg", "-c", "--package", "-p", "--config-dir", "-cd", "--config-name", "-cn", "--info", "-i")


def run_composed(name: str, verb: Verb, arguments: Sequence[str]) -> None:
    """Compose `configs/<name>.yaml` with the arguments and call the verb, once or once a combination (`-m`).

    Raises:
        ConfigError: a setting or option does not exist, or an argument cannot be read.
    """
    flags, settings, inputs = sort_arguments(arguments)
    given = [f"input=[{','.join(map(_quoted, inputs))}]"] if inputs else []
    outcome = _Outcome(verb)
    launch = hydra.main(version_base="1.3", config_path="pkg://configs", config_name=name)(outcome)
    with tempfile.TemporaryDirectory() as sweep_folder:  # Hydra notes every sweep in a file
        asked = [*_replacing(name, settings), *given]
        argv = [f"wink {name}", *flags, *QUIET, f"hydra.sweep.dir={_quoted(sweep_folder)}", *asked]
        try:
            with _arguments(argv):
                launch()
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            raise ConfigError(_explain(name, error, settings, inputs)) from None
        except SystemExit as end:  # a flag that is none; the parser has said so
            if end.code:
                raise ConfigError("see `--help`; settings are written as name=value") from None
    if outcome.error is not None:
        raise outcome.error


@contextmanager
def _arguments(argv: list[str]) -> Iterator[None]:
    """Let Hydra see these arguments, and raise its errors instead of printing them."""
    before, full = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv, os.environ["HYDRA_FULL_ERROR"] = argv, "1"
    try:
        yield
    finally:
        sys.argv = before
        os.environ.pop("HYDRA_FULL_ERROR")
        if full is not None:
            os.environ["HYDRA_FULL_ERROR"] = full


class _Outcome:
    """Calls a verb and keeps its error: Hydra would wrap it in words of its own. After one, the rest is not begun."""

    def __init__(self, verb: Verb) -> None:
        self._verb = verb
        self.error: BaseException | None = None

    def __call__(self, config: DictConfig) -> None:
        if self.error is not None:
            return
        try:
            self._verb(config)
        except (Exception, KeyboardInterrupt) as error:
            self.error = error


def sort_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Tell flags (`-m`, `--cfg job`), settings (`a=b`, `+a=b`, `~a`) and positional inputs (files, names) apart."""
    flags: list[str] = []
    settings: list[str] = []
    inputs: list[str] = []
    for previous, argument in zip(["", *arguments], arguments, strict=False):
        if argument.startswith("-") or previous in _FLAGS_WITH_VALUE:
            flags.append(argument)
        elif argument.startswith(("~", "+")) or ("=" in argument and not _exists(argument)):
            settings.append(argument)
        else:
            inputs.append(argument)
    return flags, settings, inputs


def _replacing(name: str, settings: Sequence[str]) -> Iterator[str]:
    """Settings, a mapping of free keys taking the place of the one there was: Hydra would refuse its keys, or merge."""
    primary = OmegaConf.load(str(files("configs") / f"{name}.yaml"))
    assert isinstance(primary, DictConfig)
    for setting in settings:
        key, _, value = setting.partition("=")
        known = primary.get(key) if key.isidentifier() and key in primary else None
        if value.lstrip().startswith("{") and known is not None and (not OmegaConf.is_dict(known) or not known):
            yield from (f"~{key}", f"+{setting}")
        else:
            yield setting


def _exists(argument: str) -> bool:
    return Path(argument).exists()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _explain(name: str, error: Exception, settings: Sequence[str], inputs: Sequence[str]) -> str:
    """Say which setting is wrong and which there are."""
    foreign = re.search(r"Could not override '(\w+)'. No match in the defaults list", str(error))
    chosen = [] if foreign else [setting for setting in settings if _chooses_option(setting)]
    with hydra.initialize_config_module("configs", version_base="1.3"):
        defaults = hydra.compose(name, chosen)
    if foreign:
        return unknown_name("setting", foreign[1], [str(key) for key in defaults if key != "input"])
    if inputs and "input" not in defaults:
        return f"takes no input, got {', '.join(inputs)}; settings are written as name=value"
    for setting in settings:
        wrong = _unknown_key(setting, defaults)
        if wrong:
            return wrong
    said = str(error).split("Config search path")[0].strip()
    missing = re.search(r"Could not (?:find|load) '(\w+)/(\w+)'", said)
    return unknown_name(f"option of {missing[1]}", missing[2], options_of(missing[1])) if missing else said


def _chooses_option(setting: str) -> bool:
    group, _, option = setting.partition("=")
    return option in options_of(group)


def _unknown_key(setting: str, defaults: DictConfig) -> str | None:
    """Why a setting's key does not exist, with the keys that do; None if it does."""
    if setting.startswith(("~", "+")) or "=" not in setting:
        return None
    try:
        override = OverridesParser.create().parse_override(setting)
    except HydraException:
        return f"{setting!r} cannot be read as name=value; quote a value that has spaces, commas or brackets"
    path = override.key_or_group.replace("/", ".").split(".")
    value = override.value()
    node = defaults
    for i, part in enumerate([*path, *(value if isinstance(value, dict) else ())]):
        if part == "hydra" or (len(path) == 1 and options_of(part) and not isinstance(value, dict)):
            return None  # a group: whether the option exists, or the group is of this verb, is Hydra's to say
        if not OmegaConf.is_dict(node) or part not in node:
            where = f"setting of {'.'.join(path[:i])}" if i else "setting"
            keys = [str(k) for k in node if k != "input"] if OmegaConf.is_dict(node) else []
            return unknown_name(where, str(part), keys) if keys else None
        node = node[part] if i < len(path) else node
    return None
