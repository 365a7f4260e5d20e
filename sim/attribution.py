"""Why a lifter winks: the wink of the intent with each cause taken away or left, shared out exactly.

The worth of a set of causes is the wink, at one depth that all compared lifters can reach, of a lifter who has those
causes and is healthy otherwise. Plans only: the executing body follows them. How the result hangs on the lifter's
style is found by doing it all again with other styles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from sim.cases import Parts
from sim.causes import Cause, causes_of
from sim.depth import SHALLOWEST_DEG
from sim.maximum import with_load
from sim.planned_curve import planned_descent
from sim.planner import Plan, plan_squat
from sim.setup import SquatSetup, setup_from
from sim.shapley import Worth, coalitions, interactions, removals, shapley_values, solos
from sim.skeleton import build_skeleton
from sim.style import Style
from wink.causes import CAUSE_GROUPS, CauseShares
from wink.errors import SimulationError
from wink.onset import OnsetRules, neutral_reference_deg

View = Literal["lumbar_flexion", "pelvic_reversal"]
VIEWS: tuple[View, ...] = get_args(View)
#: What plans pass through as they are made, with their number and whose they are, to show progress.
Watch = Callable[[Iterator[Plan], int, str], Iterator[Plan]]

#: A term swings if it is below minus this for one style and above this for another [deg].
SWING_DEG = 0.25
#: A cause that does no more than this is not looked at again with other styles [deg].
IDLE_DEG = 0.05

#: Other habits of the same lifter: a back held twice and half as hard, likewise trunk beside shanks; more and less
#: of the strength put to use.
STYLES: Mapping[str, Callable[[Style], Style]] = {
    "spine held twice as hard": lambda s: replace(s, bracing=min(2.0 * s.bracing, 20.0)),
    "spine held half as hard": lambda s: replace(s, bracing=0.5 * s.bracing),
    "trunk nearer to parallel": lambda s: replace(s, cue=min(2.0 * s.cue, 20.0)),
    "trunk less parallel": lambda s: replace(s, cue=0.5 * s.cue),
    "more strength used": lambda s: replace(s, reserve=min(s.reserve + 0.1, 1.0)),
    "less strength used": lambda s: replace(s, reserve=max(s.reserve - 0.1, 0.2)),
}


@dataclass(frozen=True)
class Terms:
    """One view of the wink shared out [deg]."""

    own_deg: float  # of this lifter
    healthy_deg: float  # with every cause taken away
    shapley_deg: Mapping[str, float]  # sums to own - healthy
    removal_deg: Mapping[str, float]  # lost when only this cause is taken away
    alone_deg: Mapping[str, float]  # gained by a healthy lifter who gets only this cause
    interaction_deg: Mapping[tuple[str, str], float]
    range_deg: Mapping[str, tuple[float, float]] | None  # of the Shapley values over styles; None = not asked for

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Causes whose sign swings with style."""
        ranges = self.range_deg or {}
        return tuple(name for name, (low, high) in ranges.items() if low < -SWING_DEG and high > SWING_DEG)


@dataclass(frozen=True)
class Attribution:
    """Why one lifter winks, by two views."""

    thigh_inclination_deg: float  # where lifters are compared
    groups: Mapping[str, str]  # kind of each cause
    views: Mapping[View, Terms]
    plans: int

    def cause_shares(self, view: View = "lumbar_flexion") -> CauseShares:
        """The terms gathered by kind; a kind is uncertain if its sum's sign may swing."""
        terms = self.views[view]
        ranges = terms.range_deg or {}
        added, uncertain = {}, []
        for group in CAUSE_GROUPS:
            names = [name for name in terms.shapley_deg if self.groups[name] == group]
            added[group] = float(sum(terms.shapley_deg[name] for name in names))
            if any(name in terms.uncertain for name in names) and _swings([ranges[n] for n in names]):
                uncertain.append(group)
        return CauseShares(self.thigh_inclination_deg, terms.healthy_deg, added, tuple(uncertain))


def _swings(ranges: Sequence[tuple[float, float]]) -> bool:
    return sum(low for low, _ in ranges) < -SWING_DEG < SWING_DEG < sum(high for _, high in ranges)


def attribute(
    parts: Parts,
    causes: Sequence[str],
    styles: bool = True,
    watch: Watch = lambda plans, *_: plans,
) -> Attribution:
    """Share out a lifter's wink among causes.

    Args:
        parts: the lifter's squat.
        causes: options of configs/cause; those the lifter does not have are left out.
        styles: whether it is done again with other styles, to find what hangs on them.
        watch: what the plans pass through as they are made.

    Raises:
        ConfigError: a cause does not exist.
        SimulationError: the compared lifters have no depth in common.
    """
    own, found = with_load(setup_from(parts)), causes_of(causes, parts)
    work = Work(own, found, watch)
    sets = list(coalitions(tuple(found)))
    game = work.plans("own style", own.style, sets)
    depth = common_depth(list(game.values()))
    first = {view: {kept: wink_of(view, plan, depth) for kept, plan in game.items()} for view in VIEWS}
    others: dict[View, list[dict[str, float]]] = {view: [] for view in VIEWS}
    if styles:
        acting = [name for name in found if any(acts(worth, tuple(found), name) for worth in first.values())]
        idle = frozenset(found) - set(acting)
        for name, change in STYLES.items():
            again = work.plans(name, change(own.style), [kept | idle for kept in coalitions(acting)])
            at = min(depth, *(plan.deepest_deg for plan in again.values()))
            if at < SHALLOWEST_DEG:  # with this style it is no squat
                continue
            for view in VIEWS:
                worth = {kept - idle: wink_of(view, plan, at) for kept, plan in again.items()}
                others[view].append(shapley_values(worth, acting))
    groups = {name: cause.group for name, (cause, _) in found.items()}
    views = {view: _terms(first[view], tuple(found), others[view]) for view in VIEWS}
    return Attribution(depth, groups, views, work.made)


class Work:
    """The plans of one lifter with causes kept or taken away, counted and watched as they are made."""

    def __init__(self, own: SquatSetup, causes: Mapping[str, tuple[Cause, Mapping[str, Any]]], watch: Watch) -> None:
        self._own, self._causes, self._watch = own, causes, watch
        self.made = 0

    def plans(self, label: str, style: Style, sets: Sequence[frozenset[str]]) -> dict[frozenset[str], Plan]:
        """The plan of the lifter with this style, for each set of causes that are kept."""
        jobs = [self._with(kept, style) for kept in sets]
        plans = (plan_squat(job, build_skeleton(job.lifter, job.barbell)) for job in jobs)
        self.made += len(jobs)
        return dict(zip(sets, self._watch(plans, len(jobs), label), strict=True))

    def _with(self, kept: frozenset[str], style: Style) -> SquatSetup:
        gone = (parts for name, (_, parts) in self._causes.items() if name not in kept)
        changes: dict[str, Any] = {part: made for parts in gone for part, made in parts.items()}
        return replace(self._own, **{**changes, "style": style})


def common_depth(plans: Sequence[Plan]) -> float:
    """The deepest thigh inclination [deg] that every plan reaches, not deeper than its aim.

    Raises:
        SimulationError: one of them is no squat.
    """
    depth = min(plan.deepest_deg for plan in plans)
    if depth < SHALLOWEST_DEG:
        raise SimulationError(
            f"the lifters with and without the causes have no depth in common: one stops at {depth:.0f} deg of thigh "
            f"inclination, expected {SHALLOWEST_DEG:.0f} or deeper; compare fewer causes, or a stronger lifter"
        )
    return depth


def wink_of(view: View, plan: Plan, thigh_deg: float) -> float:
    """Size of the planned wink at a thigh inclination [deg]."""
    curve = planned_descent(plan, thigh_deg)
    if view == "pelvic_reversal":
        return float(curve.tilt_deg.max() - curve.tilt_deg[-1])
    return float(curve.lumbar_deg[-1]) - neutral_reference_deg(curve, OnsetRules())


def acts(worth: Worth, names: Sequence[str], name: str) -> bool:
    """Whether a cause does anything, taken away alone or given alone."""
    whole, nothing = frozenset(names), frozenset[str]()
    gains = (worth[whole] - worth[whole - {name}], worth[nothing | {name}] - worth[nothing])
    return max(map(abs, gains)) > IDLE_DEG


def _terms(own: Worth, names: Sequence[str], others: Sequence[Mapping[str, float]]) -> Terms:
    """The terms of the lifter's own style, and their range with those of other styles."""
    values = shapley_values(own, names)
    every = {name: [values[name], *(other[name] for other in others if name in other)] for name in names}
    return Terms(
        own_deg=own[frozenset(names)],
        healthy_deg=own[frozenset()],
        shapley_deg=values,
        removal_deg=removals(own, names),
        alone_deg=solos(own, names),
        interaction_deg=interactions(own, names),
        range_deg={name: (min(seen), max(seen)) for name, seen in every.items()} if others else None,
    )
