"""What clothes do that skin does not: a belt pulls them in, a loose shirt bunches and rides up at the low back.

No cloth is simulated. A loose top is pushed outwards over the low back as the hips bend, and its hem slides up as the
low back bends: how far is ours, by eye. Both hide or imitate what a wink does to the outline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float32]

#: Of the loosest top: how far it stands out over the low back with the hips fully bent, and how far its hem slides up
#: the back with the low back bent by 30 degrees [m].
BUNCH_M, RIDE_UP_M = 0.030, 0.020
#: Hip flexion over which a shirt bunches [deg].
BUNCHING_DEG = (60.0, 120.0)
#: How far from a belt's edge the cloth is still drawn in [m], and how deep it lies under the belt [m].
GATHER_M, UNDER_M = 0.05, 0.005
#: How far under a garment things stay [m].
GAP_M = 0.004
#: How far below a hem, behind, things may come under it, how near to the cloth they are
#: then, and how far under it they stay [m].
COMING_M, SLIDING_M, COMING_GAP_M = 0.18, 0.06, 0.012


@dataclass(frozen=True)
class Hang:
    """The vertices of a loose top that leave the skin: how much each bunches and slides, from 0 to 1."""

    rows: NDArray[np.int64]  # (N,)
    bunch: Array  # (N,)
    ride: Array  # (N,)

    def moved(self, vertices: Array, pelvis: NDArray[np.float64], hip_deg: float, lumbar_deg: float) -> None:
        """Push the top's vertices (V, 3) in place where they hang.

        Args:
            vertices: of the whole figure, in the world.
            pelvis: its rotation (3, 3).
            hip_deg: hip flexion, mean of both sides.
            lumbar_deg: lumbar flexion.
        """
        low, high = BUNCHING_DEG
        bent = float(np.clip((np.nan_to_num(hip_deg) - low) / (high - low), 0.0, 1.0))
        flexed = float(np.clip(np.nan_to_num(lumbar_deg) / 30.0, 0.0, 1.2))
        out = (pelvis @ np.array([-0.95, 0.0, 0.31])).astype(np.float32) * np.float32(BUNCH_M * bent)
        up = pelvis[:, 2].astype(np.float32) * np.float32(RIDE_UP_M * flexed)
        vertices[self.rows] += self.bunch[:, None] * out + self.ride[:, None] * up


def hang_of(rest: Array, rows: NDArray[np.int64], l5s1: Array, looseness: float) -> Hang | None:
    """How a top of vertices `rows` hangs about L5/S1 (3,); None for one that does not."""
    if looseness <= 0.0 or not len(rows):
        return None
    offset = rest[rows] - l5s1
    behind = np.clip(0.5 - offset[:, 0] / 0.12, 0.0, 1.0) * np.clip(1.25 - np.abs(offset[:, 1]) / 0.16, 0.0, 1.0)
    bunch = looseness * behind * np.exp(-(((offset[:, 2] - 0.03) / 0.07) ** 2))
    ride = looseness * behind * np.clip((0.12 - offset[:, 2]) / 0.16, 0.0, 1.0)
    moving = np.flatnonzero(np.maximum(bunch, ride) > 1e-3)
    return Hang(rows[moving], bunch[moving].astype(np.float32), ride[moving].astype(np.float32))


@dataclass(frozen=True)
class Under:
    """Vertices that lie under a garment and are kept under it however the body bends."""

    rows: NDArray[np.int64]  # (N,)
    over: NDArray[np.int64]  # (M,) the garment's vertices
    gap_m: Array  # (N,) how far under it each stays: less at the hem
    beyond: NDArray[np.bool_]  # (N,) outside the hem at rest: kept under what slides over it, free otherwise
    hem: NDArray[np.bool_]  # (M,) on an edge of the garment
    inner: NDArray[np.int64]  # (M,) the garment's vertex next to it that is farther from the edge

    def kept(self, vertices: Array, normals: Array) -> None:
        """Push vertices (V, 3) in place back under the garment whose normals (V, 3) are given."""
        away, nearest = cKDTree(vertices[self.over]).query(vertices[self.rows])
        at = self.over[nearest]
        outwards = normals[at]
        offset = vertices[self.rows] - vertices[at]
        excess = (offset * outwards).sum(axis=1) + self.gap_m
        past = self.hem[nearest] & ((offset * (vertices[self.inner[nearest]] - vertices[at])).sum(axis=1) <= 0.0)
        free = self.beyond & (past | (away > SLIDING_M))
        vertices[self.rows] -= np.where(free, 0.0, np.maximum(excess, 0.0))[:, None] * outwards


def under(rows: NDArray[np.int64], behind: NDArray[np.bool_], depth: Array, garment: Garment) -> Under:
    """What of `rows` (N,) lies under a garment, or may come under its hem from below as the hips bend.

    Args:
        rows: vertices of another part.
        behind: which of them (N,) lie on the body's back.
        depth: how far inside the garment's hems they lie (N,) [m], negative outside.
        garment: its vertices, and which of them lie on a hem.
    """
    chosen = (depth > 0.0) | (behind & (depth > -COMING_M))
    gap = np.where(depth > 0.0, GAP_M * np.clip(depth / 0.01, 0.5, 1.0), COMING_GAP_M)[chosen]
    return Under(rows[chosen], garment.rows, gap.astype(np.float32), depth[chosen] <= 0.0, garment.hem, garment.inner)


@dataclass(frozen=True)
class Garment:
    """The vertices of a drawn garment."""

    rows: NDArray[np.int64]  # (M,)
    hem: NDArray[np.bool_]  # (M,) on an edge of it
    inner: NDArray[np.int64]  # (M,) of a vertex on an edge, one next to it that is on none; else itself


def garment_of(rows: NDArray[np.int64], triangles: NDArray[np.int32]) -> Garment:
    """A garment of vertices `rows` (M,) and triangles (T, 3); hems are edges that only one triangle has."""
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    unique, counts = np.unique(edges, axis=0, return_counts=True)
    hem = np.isin(rows, unique[counts == 1])
    links = np.concatenate([unique, unique[:, ::-1]])
    inwards = links[np.isin(links[:, 0], rows[hem]) & np.isin(links[:, 1], rows[~hem])]
    inner = rows.copy()
    inner[np.searchsorted(rows, inwards[:, 0])] = inwards[:, 1]
    return Garment(rows, hem, inner)


def cinched(cloth: Array, depth: Array, belt: Array, belt_normals: Array) -> Array:
    """Cloth (N, 3) drawn in under a belt, and gathered towards it on either side.

    Args:
        cloth: vertices of a garment.
        depth: how far each lies between the belt's edges [m], negative outside.
        belt: vertices (M, 3) of the belt.
        belt_normals: theirs.
    """
    _, nearest = cKDTree(belt).query(cloth)
    over = ((cloth - belt[nearest]) * belt_normals[nearest]).sum(axis=1) + UNDER_M
    share = np.clip(1.0 + depth / GATHER_M, 0.0, 1.0)
    inwards = np.maximum(over, 0.0) * share * share * (3.0 - 2.0 * share)
    return np.asarray(cloth - inwards[:, None] * belt_normals[nearest], dtype=np.float32)
