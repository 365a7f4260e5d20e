"""Sharing out what a group of causes does together: exact values of a game of few players.

A game says for every set of players what it is worth; here players are causes and worth is degrees of wink.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial

Worth = Mapping[frozenset[str], float]


def coalitions(players: Sequence[str]) -> Iterator[frozenset[str]]:
    """Every set of players, the empty one first, the whole last."""
    for size in range(len(players) + 1):
        yield from (frozenset(chosen) for chosen in combinations(players, size))


def shapley_values(worth: Worth, players: Sequence[str]) -> dict[str, float]:
    """What each player adds, averaged over every order of joining (Shapley 1953); they sum to the whole's gain."""
    n = len(players)
    values = {}
    for player in players:
        others = [other for other in players if other != player]
        values[player] = sum(
            factorial(len(s)) * factorial(n - len(s) - 1) / factorial(n) * (worth[s | {player}] - worth[s])
            for s in coalitions(others)
        )
    return values


def interactions(worth: Worth, players: Sequence[str]) -> dict[tuple[str, str], float]:
    """What each pair adds together beyond both alone (Grabisch and Roubens 1999); 0 where they do not meet."""
    n = len(players)
    values = {}
    for a, b in combinations(players, 2):
        others = [other for other in players if other not in (a, b)]
        values[a, b] = sum(
            factorial(len(s))
            * factorial(n - len(s) - 2)
            / factorial(n - 1)
            * (worth[s | {a, b}] - worth[s | {a}] - worth[s | {b}] + worth[s])
            for s in coalitions(others)
        )
    return values


def removals(worth: Worth, players: Sequence[str]) -> dict[str, float]:
    """What the whole loses without each player, the others kept."""
    whole = frozenset(players)
    return {player: worth[whole] - worth[whole - {player}] for player in players}


def solos(worth: Worth, players: Sequence[str]) -> dict[str, float]:
    """What each player does alone."""
    return {player: worth[frozenset({player})] - worth[frozenset()] for player in players}
