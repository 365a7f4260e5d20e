"""The hem of a top: held together as cloth is, where hips and belly would pull its vertices apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float32]

#: How far above the hem the cloth still evens out [m].
BAND_M = 0.10
#: Rounds in which every vertex moves half-way to the mean of its neighbours; ours, by eye.
ROUNDS = 16


@dataclass(frozen=True)
class Hem:
    """What evens the cloth out by a hem: of every vertex, how it leaves the pelvis is that of its neighbours."""

    rows: NDArray[np.int64]  # (N,) vertices that move
    around: NDArray[np.int64]  # (M,) vertices they follow
    follow: sparse.csr_matrix  # (N, M); its rows sum to zero
    at_rest: Array  # (N, 3) what `follow` makes of the mesh at rest

    def evened(self, vertices: Array, pelvis: NDArray[np.float64]) -> None:
        """Even out vertices (V, 3) in place, in the world; `pelvis` maps (3, 4) rest to world."""
        moved = self.follow @ vertices[self.around] - self.at_rest @ pelvis[:, :3].T.astype(np.float32)
        vertices[self.rows] += moved


def hem_of(rest: Array, triangles: NDArray[np.int32], on_hips: NDArray[np.bool_]) -> Hem | None:
    """The hem of a garment of triangles (T, 3); None where none lies over the hips.

    Args:
        rest: vertices (V, 3) at rest.
        triangles: of the garment.
        on_hips: which vertices (V,) pelvis, low back and thighs move.
    """
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    edges, faces = np.unique(edges, axis=0, return_counts=True)
    open_ = edges[faces == 1]
    open_ = open_[on_hips[open_].all(axis=1)]
    if not len(open_):
        return None
    rows = np.unique(triangles).astype(np.int64)
    own = np.full(len(rest), -1, dtype=np.int64)
    own[rows] = np.arange(len(rows))
    on_edge = np.zeros(len(rows), dtype=bool)
    on_edge[own[open_]] = True
    highest = float(rest[open_, 2].max())
    share = np.clip((highest + BAND_M - rest[rows, 2]) / BAND_M, 0.0, 1.0) * on_hips[rows]
    inner = own[edges[~on_edge[own[edges]].all(axis=1)]]
    follow = _evening(inner, own[open_], on_edge, share)
    moving = np.flatnonzero(share > 0.0)
    around = np.unique(follow[moving].indices)
    follow = sparse.csr_matrix(follow[moving][:, around])
    at_rest = np.asarray(follow @ rest[rows[around]], dtype=np.float32)
    return Hem(rows[moving], rows[around], follow, at_rest)


def _evening(
    inner: NDArray[np.int64], hem: NDArray[np.int64], on_edge: NDArray[np.bool_], share: NDArray[np.floating]
) -> sparse.csr_matrix:
    """What `ROUNDS` rounds add to each vertex (N, N): a hem follows its own line, the rest all its neighbours."""
    count = len(share)
    links = np.concatenate([inner, inner[:, ::-1]])
    links = np.concatenate([links[~on_edge[links[:, 0]]], hem, hem[:, ::-1]])
    ones = np.ones(len(links))
    near = sparse.csr_matrix((ones, (links[:, 0], links[:, 1])), shape=(count, count))
    number = np.asarray(near.sum(axis=1)).ravel()
    mean = sparse.diags(0.5 * share * (number > 0) / np.maximum(number, 1.0)) @ near
    one_round = sparse.identity(count) + mean - sparse.diags(np.asarray(mean.sum(axis=1)).ravel())
    rounds = sparse.identity(count, format="csr")
    for _ in range(ROUNDS):
        rounds = one_round @ rounds
    return sparse.csr_matrix(rounds - sparse.identity(count), dtype=np.float32)
