"""An attribution told: as lines of text, as data, and as a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.attribution import Attribution, Terms, View
from wink.causes import NOTHING_TO_SHARE_DEG
from wink.files import write_atomically

TITLES: dict[View, str] = {
    "lumbar_flexion": "lumbar flexion gained",
    "pelvic_reversal": "pelvic reversal",
}
#: Colour of each kind of cause in the picture.
COLOURS = {
    "functional": "#2f6f9f",
    "structural": "#8a5a9e",
    "ankle": "#3a8f5c",
    "strength": "#c98a1b",
    "load": "#b3432f",
}
GREY = "#8c8c8c"


def table(found: Attribution) -> str:
    """The terms of both views, largest first."""
    lines: list[str] = []
    for view, terms in found.views.items():
        lines += [
            f"{TITLES[view]} at a thigh inclination of {found.thigh_inclination_deg:.0f} deg: "
            f"{terms.own_deg:.1f} deg, {terms.healthy_deg:.1f} without any of the causes",
            f"  {'cause':<20} {'kind':<11} {'adds':>6} {'other styles':>15} {'alone':>6} {'removed':>8}",
            *(_line(found, terms, name) for name in _by_size(terms)),
            f"  by kind: {_shares(found, view)}",
            "",
        ]
    return "\n".join(lines).rstrip()


def _line(found: Attribution, terms: Terms, name: str) -> str:
    low, high = (terms.range_deg or {}).get(name, (None, None))
    span = "" if low is None or high is None else f"{low:+.1f} to {high:+.1f}"
    mark = "  uncertain" if name in terms.uncertain else ""
    return (
        f"  {name:<20} {found.groups[name]:<11} {terms.shapley_deg[name]:>+6.1f} {span:>15} "
        f"{terms.alone_deg[name]:>+6.1f} {0.0 - terms.removal_deg[name]:>+8.1f}{mark}"
    )


def _shares(found: Attribution, view: View) -> str:
    causes = found.cause_shares(view)
    if causes.shares is None:
        return f"less than {NOTHING_TO_SHARE_DEG:.0f} deg to share out"
    said = (f"{group} {100 * share:.0f} %" for group, share in causes.shares.items() if abs(share) >= 0.005)
    doubt = f" (uncertain: {', '.join(causes.uncertain)})" if causes.uncertain else ""
    return ", ".join(said) + doubt


def _by_size(terms: Terms) -> list[str]:
    return sorted(terms.shapley_deg, key=lambda name: -abs(terms.shapley_deg[name]))


def data_of(found: Attribution) -> dict[str, Any]:
    """Everything found, as plain data."""
    return {
        "thigh_inclination_deg": found.thigh_inclination_deg,
        "groups": dict(found.groups),
        "plans": found.plans,
        **{view: _terms_data(found, view) for view in found.views},
    }


def _terms_data(found: Attribution, view: View) -> dict[str, Any]:
    terms, causes = found.views[view], found.cause_shares(view)
    return {
        "own_deg": terms.own_deg,
        "healthy_deg": terms.healthy_deg,
        "shapley_deg": dict(terms.shapley_deg),
        "range_over_styles_deg": terms.range_deg and {name: list(span) for name, span in terms.range_deg.items()},
        "uncertain": list(terms.uncertain),
        "removal_deg": dict(terms.removal_deg),
        "alone_deg": dict(terms.alone_deg),
        "interaction_deg": {f"{a} x {b}": value for (a, b), value in terms.interaction_deg.items()},
        "group_deg": dict(causes.added_deg),
        "group_share": causes.shares and dict(causes.shares),
        "group_uncertain": list(causes.uncertain),
    }


def write_attribution(found: Attribution, folder: Path) -> tuple[Path, Path]:
    """Write `attribution.json` and `attribution.png`; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    data, picture = folder / "attribution.json", folder / "attribution.png"
    write_atomically(data, json.dumps(data_of(found), indent=1))
    draw(found, picture)
    return data, picture


def draw(found: Attribution, file: Path) -> None:
    """A staircase for each view, from the lifter without the causes to the lifter as is."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 1.6 + 0.42 * (len(found.groups) + 2)), layout="constrained")
    panes = figure.subplots(1, len(found.views), squeeze=False)[0]
    for axes, (view, terms) in zip(panes, found.views.items(), strict=True):
        _staircase(axes, found, terms)
        axes.set_title(f"{TITLES[view]} at {found.thigh_inclination_deg:.0f}° of thigh inclination", fontsize=10)
        axes.set_xlabel(
            "degrees; whiskers: other styles; hatched: sign hangs on style" if terms.range_deg else "degrees"
        )
        axes.xaxis.label.set_size(9)
    figure.savefig(file, dpi=130)


def _staircase(axes: Any, found: Attribution, terms: Terms) -> None:
    names = _by_size(terms)
    level, edges = terms.healthy_deg, [0.0, terms.healthy_deg, terms.own_deg]
    axes.barh(0, level, color=GREY, height=0.6)
    axes.annotate(f"{level:.1f}", (max(level, 0.0), 0), (4, 0), textcoords="offset points", va="center", fontsize=8)
    for row, name in enumerate(names, start=1):
        added = terms.shapley_deg[name]
        hatch = "///" if name in terms.uncertain else None
        axes.barh(row, added, left=level, color=COLOURS[found.groups[name]], height=0.6, hatch=hatch, edgecolor="white")
        axes.plot([level, level], [row - 1, row], color="#555", lw=0.6)
        low, high = (terms.range_deg or {}).get(name, (added, added))
        if high > low:
            axes.plot([level + low, level + high], [row, row], color="black", lw=1.0, marker="|", ms=5)
        right = level + max(added, high, 0.0)
        edges += [level, level + low, right]
        axes.annotate(f"{added:+.1f}", (right, row), (4, 0), textcoords="offset points", va="center", fontsize=8)
        level += added
    axes.barh(len(names) + 1, terms.own_deg, color="#222", height=0.6)
    axes.annotate(
        f"{terms.own_deg:.1f}",
        (max(terms.own_deg, 0.0), len(names) + 1),
        (4, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
    )
    labels = [_label(found, name) for name in names]
    axes.set_yticks(range(len(names) + 2), ["without these causes", *labels, "this lifter"], fontsize=9)
    axes.invert_yaxis()
    axes.axvline(0.0, color="#555", lw=0.6)
    axes.set_xlim(min(0.0, *edges) - 1.0, 1.12 * max(edges) + 1.0)
    axes.spines[["top", "right"]].set_visible(False)


def _label(found: Attribution, name: str) -> str:
    kind = found.groups[name]
    return name.replace("_", " ") + ("" if kind == name else f" ({kind})")
