"""Scene after scene is drawn without keeping any: what OpenGL was given for one is given back."""

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pytest
from kinematic_trial import kinematic_trial, subject
from planned import config_of
from test_skeleton import MAN, some_state

from sim.barbell import Barbell
from sim.dynamics import Dynamics
from sim.generate import dataset_spec
from sim.lot import draw_shooting_for
from sim.plan import Plan
from sim.render.clip import render_views, renderer
from sim.render.gl import KEPT_TARGETS, graphics
from sim.setup import setup_from
from sim.skeleton import build_skeleton

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "memory.py"


def test_what_a_scene_was_drawn_with_is_given_back(monkeypatch):
    settings = dataset_spec(config_of("experiment=train_lifters", "seed=3"))["settings"]
    plan = Plan(settings)
    if renderer(draw_shooting_for(settings, plan.trial(0), "male", plan.splits).look.quality) != "opengl":
        pytest.skip("no OpenGL here")
    made: dict[str, list[Any]] = {"buffer": [], "vertex_array": [], "texture": []}
    ctx = graphics().ctx
    for name, kept in made.items():
        monkeypatch.setattr(ctx, name, _keeping(kept, getattr(ctx, name)))
    for index in range(3):
        planned = plan.trial(index)
        lifter = setup_from(planned.parts).lifter
        trial = kinematic_trial(subject(lifter.sex, lifter.stature_m, lifter.mass_kg), seconds=0.02)
        shooting = draw_shooting_for(settings, planned, lifter.sex, plan.splits)
        for _ in render_views(trial, list(shooting.shots.values()), shooting.look, planned.seed):
            pass
    assert min(len(made["buffer"]), len(made["vertex_array"])) > 30
    assert len(made["texture"]) > 6
    for name, things in made.items():
        held = [thing for thing in things if not isinstance(thing.mglo, moderngl.InvalidObject)]
        assert not held, f"{len(held)} of {len(things)} {name}"
    assert len(graphics()._targets) <= KEPT_TARGETS


def held_memory():
    spec = spec_from_file_location("held_memory", SCRIPT.with_name("held_memory.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _keeping(kept, make):
    """Make a thing and remember it: one that is forgotten and not released stays with OpenGL unseen."""

    def keeping(*given, **named):
        kept.append(make(*given, **named))
        return kept[-1]

    return keeping


def test_reading_the_body_keeps_nothing():
    """Bindings may leak a few bytes a call, and a squat makes thousands of calls: 0.1 MB a trial was once lost so."""
    held = held_memory()
    dynamics, state = Dynamics(build_skeleton(MAN, Barbell("none"))), some_state(np.random.default_rng(0))
    dynamics.place(state)
    try:
        before = held.used_mb()
    except AttributeError:
        pytest.skip("glibc's mallinfo2 is not here")
    for _ in range(20_000):
        dynamics.configuration(state)
    assert held.used_mb() - before < 0.2  # 1.6 of 80 bytes each


@pytest.mark.slow
def test_the_quick_benchmark_tells_its_figures():
    said = subprocess.run([sys.executable, SCRIPT, "--quick", "--json"], capture_output=True, text=True, check=True)
    found = json.loads(said.stdout)
    assert found["clips"] == 30
    assert len(found["rss_mb"]) == len(found["used_mb"]) == 6
    assert all(100 < mb <= found["most_rss_mb"] for mb in found["rss_mb"])
    assert found["used_growth_mb"] < 20.0
