"""Drawings of the report, as SVG text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.validation.ablation import ABLATIONS
from sim.validation.check import Evidence
from sim.validation.drawing import FAINT, INK, MAN, REAL, STYLE, WOMAN, panel, svg_of
from sim.validation.people import DEPTH_CLASSES, Person
from sim.validation.real_people import GRID_DEG, Curve, curve_of, mean_curves
from wink.trial import SquatTrial

Array = NDArray[np.float64]

#: Real people's turning point and 5 deg of reversal: mean and SD of thigh inclination [deg] (UI-PRMD, OpenCap).
TURNING_DEG, REVERSED_DEG = (56.0, 9.0), (75.0, 7.0)


def population_curves(people: Sequence[Person], real: Sequence[Curve]) -> str:
    """Tilt below its farthest forward against thigh inclination: every sampled lifter, real people's means."""
    figure, axes = panel(6.4, 4.2)
    for person in people:
        if person.outcome == "fell":  # no squat to be compared; counted in the checks all the same
            continue
        tilt = person.curve.tilt_deg
        axes.plot(GRID_DEG, tilt - np.nanmax(tilt), color=MAN if person.sex == "male" else WOMAN, lw=0.5, alpha=0.45)
    for curve in mean_curves(real).values():
        axes.plot(GRID_DEG, curve.tilt_deg - np.nanmax(curve.tilt_deg), color=REAL, lw=2.0, alpha=0.9)
    bottom = axes.get_ylim()[0]
    for (mean, sd), level, words in ((TURNING_DEG, 0.0, "turns"), (REVERSED_DEG, -5.0, "5° reversed")):
        axes.errorbar(mean, level, xerr=sd, color=INK, capsize=3, lw=1.5, marker="o", ms=4, zorder=9)
        axes.annotate(
            f"real people: {words}", (mean, level), (-4, 6), textcoords="offset points", ha="right", fontsize=7
        )
    axes.plot([], [], color=MAN, label="sampled men")
    axes.plot([], [], color=WOMAN, label="sampled women")
    if real:
        axes.plot([], [], color=REAL, lw=2, label="real people, means")
    axes.set(xlim=(20, 116), ylim=(max(bottom, -45.0), 4.0))
    axes.set(xlabel="thigh inclination [°]   90 = parallel", ylabel="pelvic tilt below its most anterior [°]")
    axes.legend(frameon=False, fontsize=7, loc="lower left")
    return svg_of(figure)


def wink_against_depth(people: Sequence[Person], real: Sequence[Curve]) -> str:
    """Pelvic reversal against the deepest thigh inclination, over the real 10 to 90 % of each depth class."""
    figure, axes = panel(5.2, 4.2)
    for low, high, least, most in DEPTH_CLASSES[1:]:
        axes.fill_between([low, min(high, 115)], least, most, color="#fde7d9", lw=0)
    for sex, colour in (("male", MAN), ("female", WOMAN)):
        some = [p for p in people if p.sex == sex]
        axes.scatter([p.deepest_thigh_deg for p in some], [p.reversal_deg for p in some], s=12, color=colour, alpha=0.7)
    axes.scatter([c.deepest_deg for c in real], [c.reversal_deg for c in real], s=10, color=REAL, marker="x", lw=0.8)
    axes.set(xlim=(58, 116), xlabel="deepest thigh inclination [°]", ylabel="wink: pelvic reversal [°]")
    axes.set_title("shaded: real people's 10 to 90 %", loc="left", fontsize=8, color=INK)
    return svg_of(figure)


def ablation_curves(evidence: Evidence) -> Iterator[str]:
    """Pelvic tilt and lumbar flexion against thigh inclination with and without each limit."""
    for ablation in ABLATIONS:
        if not all(name in evidence.trials for name in ablation.names):
            continue
        figure, axes = panel(3.6, 2.7)
        for name, colour in zip(ablation.names, (REAL, MAN), strict=True):
            trial = evidence.trials[name]
            curve = curve_of(trial, name)
            bottom = int(np.argmax(trial.thigh_deg))
            axes.plot(GRID_DEG, curve.tilt_deg, color=colour, lw=1.6)
            axes.plot(trial.thigh_deg[:bottom], trial.lumbar_flexion_deg[:bottom], color=colour, lw=1.0, ls=":")
        axes.set_title(f"{ablation.limit}: {ablation.who}", loc="left", fontsize=8, color=INK)
        axes.set(xlim=(20, 112), xlabel="thigh inclination [°]", ylabel="tilt; lumbar flexion (dotted) [°]")
        yield svg_of(figure)


def postures(name: str, trial: SquatTrial) -> str:
    """Stick figures of a descent from the left."""
    figure, axes = panel(3.4, 3.8)
    bottom = int(np.argmax(trial.thigh_deg))
    moments = [int(np.argmax(trial.thigh_deg >= deg)) for deg in (30.0, 60.0, 90.0) if trial.thigh_deg[bottom] >= deg]
    for k, shade in zip([*moments, bottom], np.linspace(0.25, 1.0, len(moments) + 1), strict=True):
        places = _side_view(trial, k)
        axes.plot(places[:, 0], places[:, 1], color=INK, lw=2, alpha=shade, solid_capstyle="round")
        if trial.bar_position_m is not None:
            axes.plot(*trial.bar_position_m[k, [0, 2]], "o", color=REAL, ms=9, alpha=shade)
    foot = trial.segment("foot_left")[bottom]
    length = trial.subject.segment_lengths_m["foot"]
    heel, middle, toe = (foot[0, 3] + share * length * foot[0, 0] for share in (-0.213, 0.281, 0.775))
    axes.plot([heel, toe], [0, 0], color=INK, lw=4, solid_capstyle="butt")
    axes.axvline(middle, color=FAINT, ls=":", lw=1)
    axes.plot(trial.centre_of_pressure_m[bottom, 0], 0.0, "x", color=REAL, ms=8, mew=2)
    axes.set_aspect("equal")
    axes.set_title(name, loc="left", fontsize=8, color=INK)
    return svg_of(figure)


def _side_view(trial: SquatTrial, k: int) -> Array:
    """Ankle, knee, hips, spine and neck of one moment, forward and up (n, 2) [m]."""
    chain = ("foot_left", "shank_left", "thigh_left", "pelvis", "lumbar_lower", "lumbar_upper", "thorax")
    poses = [trial.segment(name)[k] for name in chain]
    neck = poses[-1][:3, 3] + poses[-1][:3, 2] * trial.subject.segment_lengths_m["thorax"]
    return np.array([pose[[0, 2], 3] for pose in poses] + [neck[[0, 2]]])


def joint_moments(name: str, trial: SquatTrial) -> str:
    """Moments of ankle, knee, hip (both sides) and L5/S1 against time, with the tissue's part."""
    joints = ("ankle_dorsiflexion", "knee_flexion", "hip_flexion", "lumbar_flexion_l5s1")
    figure = Figure(figsize=(4.6, 4.4), layout="constrained")
    with mpl.rc_context(STYLE):
        rows = figure.subplots(4, 1, sharex=True)
        for axes, joint in zip(rows, joints, strict=True):
            columns = [i for i, moment in enumerate(trial.moment_names) if moment.startswith(joint)]
            passive = -trial.passive_moment_nm[:, columns].sum(axis=1)
            whole = passive - trial.active_moment_nm[:, columns].sum(axis=1)
            axes.fill_between(trial.time_s, 0, passive, color="#fde7d9", lw=0)
            axes.plot(trial.time_s, whole, color=INK, lw=1.2)
            axes.set_ylabel(f"{joint.split('_')[0]} [Nm]", fontsize=7)
            axes.axhline(0, color=FAINT, lw=0.6)
            axes.spines[["top", "right"]].set_visible(False)
            axes.tick_params(labelsize=7)
        rows[0].set_title(name, loc="left", fontsize=8, color=INK)
        rows[-1].set_xlabel("time [s]")
        return svg_of(figure)
