"""Muscles that take time: the published time constants, what is within reach, and no chatter where strength ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from squats import setup_of

from sim.activation import FALL_S, RISE_S, Activation
from sim.squat import carry_out, intend

STRONG, NONE = np.array([200.0]), np.array([0.0])
STEP_S = 0.0001


def pulled(activation, wanted_nm, steps, opponent_nm=NONE):
    """Torques [Nm] over time of a joint that is asked for as much of `wanted_nm` as it can come to."""
    torques = []
    for _ in range(steps):
        low, high = activation.reach(STRONG, opponent_nm)
        torque = np.clip(wanted_nm, low, high)
        activation.come_to(torque, STRONG, opponent_nm, STEP_S)
        torques.append(torque.item())
    return np.array(torques)


def pulling(torque_nm):
    activation = Activation(1)
    activation.come_to(np.array([torque_nm]), STRONG, STRONG, STEP_S)
    return activation


def thelen(share, excitation, steps):
    """Activation after Thelen (2003), eqs. 1 and 2, in small explicit steps."""
    for _ in range(steps * 10):
        slower = 0.5 + 1.5 * share
        time_s = RISE_S * slower if excitation > share else FALL_S / slower
        share += STEP_S / 10 * (excitation - share) / time_s
    return share


@pytest.mark.parametrize("steps", [25, 100, 300])
def test_it_rises_and_falls_as_published(steps):
    assert pulled(pulling(0.0), 200.0, steps)[-1] == pytest.approx(200.0 * thelen(0.0, 1.0, steps), rel=0.02)
    assert pulled(pulling(200.0), 0.0, steps)[-1] == pytest.approx(200.0 * thelen(1.0, 0.0, steps), rel=0.02)


def test_letting_go_takes_longer_than_coming_on():
    rising, falling = pulled(pulling(0.0), 120.0, 1000), pulled(pulling(120.0), 0.0, 1000)
    assert np.argmax(rising > 60.0) < 0.6 * np.argmax(falling < 60.0)


def test_the_other_muscle_can_pull_while_the_first_lets_go():
    activation = pulling(100.0)
    assert pulled(activation, -100.0, 200, STRONG)[-1] < 0.0
    assert activation.share.min() >= 0.0
    assert activation.share.max() <= 1.0
    assert activation.share[0, 0] > 0.01  # still letting go


def test_the_torque_given_is_the_activation_times_the_strength():
    activation = pulling(0.0)
    torque = pulled(activation, 150.0, 7, STRONG)[-1]
    assert 0.0 < torque < 150.0
    assert activation.share[0] @ [200.0, -200.0] == pytest.approx(torque)


def test_muscles_at_their_limit_do_not_chatter():
    setup = setup_of(barbell="high_bar_40")
    weak = replace(setup, strength=replace(setup.strength, overall=0.8))
    trial = carry_out(intend(setup, 0), weak)
    assert trial.thigh_deg.max() > 95.0  # strength is spent down there
    change = np.diff(trial.active_moment_nm, axis=0)
    turns = (change[1:] * change[:-1] < 0) & (np.minimum(np.abs(change[1:]), np.abs(change[:-1])) > 2.0)
    assert turns.sum(axis=0).max() / trial.time_s[-1] < 3.0  # back and forth by 2 Nm within 16 ms, per second
    assert np.abs(change).max() < 35.0  # 43 Nm within 8 ms were muscles instant
