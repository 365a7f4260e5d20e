"""The cases of a dataset: named ones, or every combination of a grid, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.setup import GROUPS
from wink.config import load_option, options_of
from wink.errors import ConfigError, unknown_name

#: The parts of a squat that a case may choose, each a folder of configs.
PARTS = GROUPS
#: What a case may choose besides: how its clips are filmed.
PICTURE = ("views", "camera", "scene", "appearance")
_CASE_KEYS = (*PARTS, *PICTURE, "name", "twin")

Parts = dict[str, dict[str, Any]]
#: Part -> an option's name, or some of its settings.
Choices = Mapping[str, str | Mapping[str, Any]]
#: From a group and an option's name to its settings.
Load = Callable[[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """Lifters alike in what they were chosen for."""

    name: str
    choices: Choices
    picture: Mapping[str, Any]  # views, camera, scene, appearance, where the case has its own
    twin: Choices | None


class NamedCases(Sequence[Case]):
    """The cases of a list."""

    def __init__(self, cases: Sequence[Mapping[str, Any]]) -> None:
        """Check names and keys.

        Raises:
            ConfigError: a case without a name of its own, or with an unknown key.
        """
        for case in cases:
            for key in case:
                if key not in _CASE_KEYS:
                    raise ConfigError(unknown_name("key of a case", key, _CASE_KEYS))
        names = [case.get("name") for case in cases]
        if None in names or len(set(names)) < len(names):
            raise ConfigError(f"every case needs a name of its own; got {names}")
        self._cases = cases

    def __len__(self) -> int:
        return len(self._cases)

    def __getitem__(self, index: Any) -> Any:
        case = self._cases[index]
        return Case(
            name=str(case["name"]),
            choices={key: value for key, value in case.items() if key in PARTS},
            picture={key: value for key, value in case.items() if key in PICTURE},
            twin=case.get("twin"),
        )


class Grid(Sequence[Case]):
    """Every combination of some knobs; a cell is worked out from its number, so a large grid costs nothing."""

    def __init__(self, grid: Mapping[str, Any]) -> None:
        """Read the axes.

        Args:
            grid: knob -> values. A knob is a part (its options), or a part with settings of it; values are a list, or
                {from: a, to: b, steps: n}.

        Raises:
            ConfigError: an unknown knob or option, or no values.
        """
        self.axes = dict(_axes(grid))
        self._shape = tuple(len(values) for values in self.axes.values())

    def __len__(self) -> int:
        return int(np.prod(self._shape, dtype=np.int64)) if self.axes else 0

    def __getitem__(self, index: Any) -> Any:
        numbers = np.unravel_index(index, self._shape)
        picked = {path: values[int(i)] for (path, values), i in zip(self.axes.items(), numbers, strict=True)}
        choices: dict[str, Any] = {}
        picture: dict[str, Any] = {}
        for path, value in picked.items():
            part, _, setting = path.partition(".")
            chosen = picture if part in PICTURE else choices
            if setting:
                chosen[part] = {**chosen.get(part, {}), setting: value}
            else:
                chosen[part] = [value] if part == "views" else value
        name = "_".join(f"{path}-{_short(value)}" for path, value in picked.items())
        return Case(name, choices, picture, None)


def _axes(grid: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for part, wanted in grid.items():
        if part.partition(".")[0] not in (*PARTS, *PICTURE):
            raise ConfigError(unknown_name("knob of a grid", part, (*PARTS, *PICTURE)))
        if isinstance(wanted, Mapping) and not set(wanted) <= {"from", "to", "steps"}:
            yield from ((f"{part}.{setting}", _values(f"{part}.{setting}", each)) for setting, each in wanted.items())
            continue
        values = _values(part, wanted)
        if "." not in part:
            group = "camera" if part == "views" else part
            for value in values:
                if value not in options_of(group):
                    raise ConfigError(unknown_name(f"option of {group}", str(value), options_of(group)))
        yield part, values


def _values(knob: str, wanted: Any) -> list[Any]:
    """The values of one knob."""
    if isinstance(wanted, Mapping):
        if set(wanted) != {"from", "to", "steps"} or not int(wanted["steps"]) >= 1:
            raise ConfigError(f"grid {knob}: a range is {{from: 20, to: 50, steps: 4}}; got {dict(wanted)}")
        return [float(f"{value:.6g}") for value in np.linspace(wanted["from"], wanted["to"], int(wanted["steps"]))]
    if isinstance(wanted, str) or not isinstance(wanted, Sequence) or not wanted:
        raise ConfigError(f"grid {knob}: values are a list, or {{from: a, to: b, steps: n}}; got {wanted!r}")
    if len({str(value) for value in wanted}) < len(wanted):
        raise ConfigError(f"grid {knob}: every value once; got {list(wanted)}")
    return list(wanted)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def options_named(cases: Sequence[Case], choices: Iterable[Choices], views: Sequence[str]) -> dict[str, Any]:
    """Every option that the cases, other choices and views name, by group and name: what a plan needs of `configs`.

    Raises:
        ConfigError: there is no such option.
    """
    named: dict[str, set[str]] = {"camera": set(views)}
    axes = cases.axes if isinstance(cases, Grid) else {}
    for group, values in axes.items():
        if "." not in group:
            named.setdefault("camera" if group == "views" else group, set()).update(values)
    for case in () if isinstance(cases, Grid) else cases:
        choices = [*choices, case.choices, case.twin or {}, {k: v for k, v in case.picture.items() if k != "views"}]
        named["camera"].update(case.picture.get("views", ()))
    for choice in choices:
        for group, option in choice.items():
            if isinstance(option, str):
                named.setdefault(group, set()).add(option)
    return {group: {name: _option(group, name) for name in sorted(names)} for group, names in named.items()}


def _option(group: str, name: str) -> dict[str, Any]:
    """An option that stands alone."""
    node = load_option(group, name)
    if "defaults" in node:
        raise ConfigError(f"{group} {name} is made of other options; a case names one of those, or set {group}={name}")
    return node


def choose(parts: Parts, choices: Choices, load: Load = load_option) -> Parts:
    """Parts with some exchanged: an option's name replaces the part, a mapping changes single settings.

    Raises:
        ConfigError: there is no such part, option or setting.
    """
    chosen = dict(parts)
    for part, choice in choices.items():
        if part not in PARTS:
            raise ConfigError(unknown_name("part of a squat", part, PARTS))
        chosen[part] = choose_part(part, chosen[part], choice, load)
    return chosen


def choose_part(
    part: str, now: Mapping[str, Any], choice: str | Mapping[str, Any], load: Load = load_option
) -> dict[str, Any]:
    """One part exchanged for another option, or with some settings changed.

    Raises:
        ConfigError: there is no such option or setting.
    """
    if isinstance(choice, str):
        return dict(load(part, choice))
    for setting in choice:
        if setting not in now:
            raise ConfigError(unknown_name(f"setting of {part}", setting, now))
    return {**now, **choice}
