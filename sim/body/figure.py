"""A dressed lifter at rest: only the vertices and triangles that can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sim.body.cloth import RIDE_UP_M, Hang, Under, cinched, garment_of, hang_of, under
from sim.body.data import BodyData, Indices, body_data
from sim.body.heel import raised_heels
from sim.body.hem import Hem, hem_of
from sim.body.outfit import Outfit
from sim.body.shape import Shape, shape_of
from wink.trial import Subject

Array = NDArray[np.float32]

#: What lies deeper inside a garment than this is not drawn [m].
HIDDEN_DEPTH_M = 0.016
#: ... and what lies just inside its hem is drawn in by at most this, lest it poke through [m].
TUCK_M = 0.010
#: What lies behind this, or outside that, at rest is no thigh that touches the belly [m].
BEHIND_M, BESIDE_M = 0.04, 0.11
#: A vertex that pelvis, low back and thighs move by more than this share lies over the hips.
ON_HIPS = 0.5


@dataclass(frozen=True)
class Figure:
    """Vertices at rest, who moves them, and which triangles belong to which part."""

    rest: Array  # (V, 3)
    weights: sparse.csr_matrix  # (V, B)
    bone_names: tuple[str, ...]
    joints: dict[str, Array]
    triangles: Indices  # (T, 3)
    part_of_triangle: NDArray[np.int32]  # (T,) index into part_names
    part_of_vertex: NDArray[np.int32]  # (V,)
    part_names: tuple[str, ...]
    landmarks: dict[str, int]  # vertex index
    hang: Hang | None = None  # of a loose top
    hem: Hem | None = None  # of a top that reaches over the hips
    unders: tuple[Under, ...] = ()  # innermost first

    def vertices_of(self, part: str) -> NDArray[np.int64]:
        """Indices of the vertices of a part."""
        return np.flatnonzero(self.part_of_vertex == self.part_names.index(part))


def dress(subject: Subject, outfit: Outfit, closed_hands: bool) -> Figure:
    """The subject in an outfit, hands relaxed or closed to fists."""
    data = body_data()
    shape = shape_of(data, subject, outfit.build)
    rest = _tucked(data, shape, outfit, closed_hands)
    parts = outfit.parts
    chosen = [_seen(data, outfit, name) for name in parts]
    triangles = np.concatenate(chosen)
    marks = np.arange(len(rest))[data.vertex_range["landmarks"]]
    used = np.unique(np.concatenate([triangles.ravel(), marks]))
    renumber = np.full(len(rest), -1, dtype=np.int32)
    renumber[used] = np.arange(len(used), dtype=np.int32)
    part_of_vertex = np.full(len(rest), len(parts), dtype=np.int32)
    for i, name in enumerate(parts):
        part_of_vertex[data.vertex_range[name]] = i
    top = np.flatnonzero(part_of_vertex[used] == (parts.index(outfit.top) if outfit.top in parts else -1))
    weights = _weights(data, used)
    return Figure(
        rest=np.ascontiguousarray(rest[used]),
        weights=weights,
        bone_names=data.bone_names,
        joints=shape.joints,
        triangles=renumber[triangles],
        part_of_triangle=np.repeat(np.arange(len(parts), dtype=np.int32), [len(t) for t in chosen]),
        part_of_vertex=part_of_vertex[used],
        part_names=parts,
        landmarks=dict(zip(data.landmark_names, renumber[marks].tolist(), strict=True)),
        hang=hang_of(rest[used], top, shape.joints["lumbar_lower"], outfit.looseness),
        hem=_hem(outfit, rest[used], weights, data.bone_names, [renumber[t] for t in chosen]),
        unders=_layers(data, outfit, rest[used], used, [renumber[t] for t in chosen]),
    )


def _layers(
    data: BodyData, outfit: Outfit, rest: Array, used: NDArray[np.int64], drawn: Sequence[Indices]
) -> tuple[Under, ...]:
    """Which drawn vertices lie under which garment: top under belt, bottom and skin under what covers them."""
    rows = {name: np.unique(triangles).astype(np.int64) for name, triangles in zip(outfit.parts, drawn, strict=True)}
    layers = []
    for name in (outfit.top, outfit.bottom, "skin"):
        for over in outfit.covering(name):
            if name in rows and over in rows:
                garment = garment_of(rows[over], drawn[outfit.parts.index(over)])
                at = rest[rows[name]]
                behind = ((at[:, 0] < BEHIND_M) | (np.abs(at[:, 1]) > BESIDE_M)) & (over == outfit.top)
                layers.append(under(rows[name], behind, data.covers[over][used[rows[name]]], garment))
    return tuple(layers)


def _hem(
    outfit: Outfit, rest: Array, weights: sparse.csr_matrix, bones: Sequence[str], drawn: Sequence[Indices]
) -> Hem | None:
    """The hem of the top, if it wears one that reaches over the hips."""
    if outfit.top == "none":
        return None
    hips = [i for i, name in enumerate(bones) if name in ("pelvis", "lumbar_lower", "thigh_left", "thigh_right")]
    on_hips = np.asarray(weights[:, hips].sum(axis=1)).ravel() > ON_HIPS
    return hem_of(rest, drawn[outfit.parts.index(outfit.top)], on_hips)


def _tucked(data: BodyData, shape: Shape, outfit: Outfit, closed_hands: bool) -> Array:
    """Vertices at rest, whatever lies under a garment drawn in a little."""
    rest = shape.vertices.copy()
    if closed_hands:
        rest[data.fist_indices] += shape.fists
    for part in ("skin", outfit.bottom):
        garments = outfit.covering(part)
        if garments:
            rows = data.vertex_range[part]
            depth = np.max([data.covers[name][rows] for name in garments], axis=0)
            outwards = vertex_normals(rest[rows], data.triangles[part] - rows.start)
            rest[rows] -= outwards * np.clip(depth, 0.0, TUCK_M)[:, None]
    if outfit.belt:
        _tighten(data, rest, outfit)
    if outfit.shoe_drop_m + outfit.heel_wedge_m > 0.0:
        soles = rest[data.vertex_range["sole_left"]]
        floor_m, foot_m = float(soles[:, 2].min()), float(np.ptp(soles[:, 0]))
        ankle = shape.joints["foot_left"]
        rest = raised_heels(rest, ankle, floor_m, foot_m, outfit.shoe_drop_m, outfit.heel_wedge_m)
    return rest


def _tighten(data: BodyData, rest: Array, outfit: Outfit) -> None:
    """Draw what is worn under the belt in to it."""
    belt = data.vertex_range["belt"]
    normals = vertex_normals(rest[belt], data.triangles["belt"] - belt.start)
    for name in (outfit.top, outfit.bottom):
        if name != "none":
            rows = data.vertex_range[name]
            rest[rows] = cinched(rest[rows], data.covers["belt"][rows], rest[belt], normals)


def _seen(data: BodyData, outfit: Outfit, part: str) -> Indices:
    """Triangles of a part that no garment hides."""
    triangles = data.triangles[part]
    hidden = np.zeros(len(triangles), dtype=bool)
    for name in outfit.covering(part):
        slides = RIDE_UP_M * outfit.looseness if name == outfit.top else 0.0
        hidden |= (data.covers[name][triangles] > HIDDEN_DEPTH_M + 1.2 * slides).all(axis=1)
    return np.asarray(triangles[~hidden])


def _weights(data: BodyData, used: NDArray[np.int64]) -> sparse.csr_matrix:
    indices, weights = data.bone_indices[used], data.bone_weights[used]
    starts = np.arange(0, weights.size + 1, weights.shape[1])
    shape = (len(used), len(data.bone_names))
    matrix = sparse.csr_matrix((weights.ravel(), indices.ravel().astype(np.int32), starts), shape=shape)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def vertex_normals(vertices: Array, triangles: Indices) -> Array:
    """Unit normals, area-weighted over the triangles of each vertex."""
    return normal_operator(triangles, len(vertices)).normals(vertices)


@dataclass(frozen=True)
class NormalOperator:
    """Sums face normals at the vertices; made once for a mesh, used every frame."""

    triangles: Indices
    gather: sparse.csr_matrix  # (V, T)

    def normals(self, vertices: Array) -> Array:
        """Unit normals (V, 3) of the mesh at these vertices."""
        a, b, c = (vertices[self.triangles[:, k]] for k in range(3))
        summed = self.gather @ _cross(b - a, c - a)
        length = np.sqrt(np.einsum("vx,vx->v", summed, summed))
        return np.asarray(summed / np.maximum(length, 1e-12)[:, None], dtype=np.float32)


def normal_operator(triangles: Indices, n_vertices: int) -> NormalOperator:
    """Prepare the normals of a mesh."""
    rows = triangles.ravel()
    columns = np.repeat(np.arange(len(triangles)), 3)
    ones = np.ones(len(rows), dtype=np.float32)
    return NormalOperator(triangles, sparse.csr_matrix((ones, (rows, columns)), shape=(n_vertices, len(triangles))))


def _cross(u: Array, v: Array) -> Array:
    """Cross product of rows; several times faster than numpy's for slender arrays."""
    out = np.empty_like(u)
    out[:, 0] = u[:, 1] * v[:, 2] - u[:, 2] * v[:, 1]
    out[:, 1] = u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2]
    out[:, 2] = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    return out
