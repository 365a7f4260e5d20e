"""Sharing out a game: the axioms, and every order of joining by brute force."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.shapley import coalitions, interactions, removals, shapley_values, solos

PLAYERS = ("hip", "ankle", "strength", "load")


@st.composite
def games(draw, players=PLAYERS):
    return {s: draw(st.floats(-40, 40, allow_nan=False)) for s in coalitions(players)}


def by_brute_force(worth, players):
    """Mean gain of each player over all orders in which they may come."""
    gains = dict.fromkeys(players, 0.0)
    orders = list(permutations(players))
    for order in orders:
        there = frozenset()
        for player in order:
            gains[player] += (worth[there | {player}] - worth[there]) / len(orders)
            there |= {player}
    return gains


def test_coalitions_are_all_subsets_once():
    sets = list(coalitions(PLAYERS))
    assert len(sets) == len(set(sets)) == 16
    assert sets[0] == frozenset()
    assert sets[-1] == frozenset(PLAYERS)


@given(games())
def test_values_are_the_mean_gain_over_all_orders(worth):
    assert shapley_values(worth, PLAYERS) == pytest.approx(by_brute_force(worth, PLAYERS), abs=1e-9)


@given(games())
def test_efficiency_the_values_sum_to_the_whole_s_gain(worth):
    total = worth[frozenset(PLAYERS)] - worth[frozenset()]
    assert sum(shapley_values(worth, PLAYERS).values()) == pytest.approx(total, abs=1e-9)


@given(games(players=PLAYERS[:3]))
def test_a_null_player_gets_nothing(worth):
    with_null = {s: worth[s - {"load"}] for s in coalitions(PLAYERS)}
    values = shapley_values(with_null, PLAYERS)
    assert values["load"] == pytest.approx(0.0, abs=1e-9)
    assert {p: values[p] for p in PLAYERS[:3]} == pytest.approx(shapley_values(worth, PLAYERS[:3]), abs=1e-9)
    pairs = interactions(with_null, PLAYERS)
    assert all(pairs[pair] == pytest.approx(0.0, abs=1e-9) for pair in pairs if "load" in pair)


@given(games())
def test_symmetry_players_that_do_the_same_get_the_same(worth):
    def swapped(s):
        other = {"hip": "ankle", "ankle": "hip"}
        return frozenset(other.get(p, p) for p in s)

    alike = {s: worth[s] + worth[swapped(s)] for s in worth}
    values = shapley_values(alike, PLAYERS)
    assert values["hip"] == pytest.approx(values["ankle"], abs=1e-9)


def test_players_who_only_add_share_what_they_add_and_do_not_interact():
    adds = {"hip": 8.0, "ankle": 3.0, "strength": -1.0, "load": 0.5}
    worth = {s: 5.0 + sum(adds[p] for p in s) for s in coalitions(PLAYERS)}
    for share in (shapley_values, removals, solos):
        assert share(worth, PLAYERS) == pytest.approx(adds)
    assert max(map(abs, interactions(worth, PLAYERS).values())) < 1e-12


def test_two_that_only_act_together_are_an_interaction():
    worth = {s: 10.0 * ({"hip", "ankle"} <= s) for s in coalitions(PLAYERS)}
    assert solos(worth, PLAYERS)["hip"] == 0.0
    assert removals(worth, PLAYERS)["hip"] == 10.0
    assert shapley_values(worth, PLAYERS)["hip"] == pytest.approx(5.0)
    assert interactions(worth, PLAYERS)["hip", "ankle"] == pytest.approx(10.0)
