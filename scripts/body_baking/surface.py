"""Pieces of surface as linear combinations of base-mesh vertices: simplify, clip at an iso-line, smooth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Triangles = NDArray[np.int64]


@dataclass(frozen=True)
class Surface:
    """A triangle mesh whose vertices are mixtures of base-mesh vertices, so that every shape carries over."""

    mixture: sparse.csr_matrix  # (V, N)
    triangles: Triangles  # (T, 3)


def surface_of(triangles: Triangles, n_base: int) -> Surface:
    """The base-mesh triangles themselves, with only the vertices they use."""
    used, renumbered = np.unique(triangles, return_inverse=True)
    ones = np.ones(len(used))
    mixture = sparse.csr_matrix((ones, (np.arange(len(used)), used)), shape=(len(used), n_base))
    return Surface(mixture, renumbered.reshape(-1, 3))


def simplify(surface: Surface, shape: Array, n_triangles: int) -> Surface:
    """Fewer triangles, each new vertex on the old surface (quadric edge collapse, Garland & Heckbert 1997)."""
    from fast_simplification import simplify as collapse

    points = surface.mixture @ shape
    new, triangles = collapse(
        points.astype(np.float32),
        surface.triangles.astype(np.int32),
        target_reduction=1.0 - n_triangles / len(surface.triangles),
        agg=4,
    )
    onto = _closest_mixture(points, surface.triangles, new.astype(float))
    return Surface(sparse.csr_matrix(onto @ surface.mixture), triangles.astype(np.int64))


def _closest_mixture(points: Array, triangles: Triangles, queries: Array, candidates: int = 16) -> sparse.csr_matrix:
    """Rows of barycentric weights of the surface points closest to the queries."""
    _, near = cKDTree(points[triangles].mean(axis=1)).query(queries, k=candidates)
    corners = points[triangles[near]]  # (Q, k, 3, 3)
    weights = _closest_barycentric(corners, queries[:, None, :])
    found = np.einsum("qkc,qkcx->qkx", weights, corners)
    best = np.argmin(np.linalg.norm(found - queries[:, None, :], axis=-1), axis=1)
    rows = np.arange(len(queries))
    columns = triangles[near[rows, best]]
    values = weights[rows, best]
    shape = (len(queries), len(points))
    return sparse.csr_matrix((values.ravel(), (np.repeat(rows, 3), columns.ravel())), shape=shape)


def _closest_barycentric(corners: Array, point: Array) -> Array:
    """Barycentric weights of the point of each triangle nearest to `point`, by clamping and renormalising."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    ab, ac, ap = b - a, c - a, point - a
    d00, d01, d11 = (ab * ab).sum(-1), (ab * ac).sum(-1), (ac * ac).sum(-1)
    d20, d21 = (ap * ab).sum(-1), (ap * ac).sum(-1)
    det = np.maximum(d00 * d11 - d01 * d01, 1e-18)
    v, w = (d11 * d20 - d01 * d21) / det, (d00 * d21 - d01 * d20) / det
    weights = np.clip(np.stack([1.0 - v - w, v, w], axis=-1), 0.0, None)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def clip(surface: Surface, field: Array) -> Surface:
    """The part where a field (one value a vertex) is positive, cut exactly at its zero line."""
    inside = field > 0
    kept = surface.triangles[inside[surface.triangles].all(axis=1)].tolist()
    rows: list[tuple[int, int, float]] = []
    made: dict[tuple[int, int], int] = {}

    def cut(i: int, j: int) -> int:
        edge = (min(i, j), max(i, j))
        if edge not in made:
            made[edge] = len(field) + len(rows)
            rows.append((*edge, float(field[edge[0]] / (field[edge[0]] - field[edge[1]]))))
        return made[edge]

    for triangle in surface.triangles:
        count = int(inside[triangle].sum())
        if count in (0, 3):
            continue
        odd = int(np.flatnonzero(inside[triangle] == (count == 1))[0])
        p, q, r = (int(triangle[(odd + k) % 3]) for k in range(3))
        pq, pr = cut(p, q), cut(p, r)
        kept += [[p, pq, pr]] if count == 1 else [[pq, q, r], [pq, r, pr]]
    first, second, share = (np.array(x) for x in zip(*rows, strict=True)) if rows else ([], [], np.zeros(0))
    between = sparse.diags(1 - share) @ surface.mixture[first] + sparse.diags(share) @ surface.mixture[second]
    mixture = sparse.csr_matrix(sparse.vstack([surface.mixture, between]))
    used, renumbered = np.unique(np.array(kept), return_inverse=True)
    return Surface(sparse.csr_matrix(mixture[used]), renumbered.reshape(-1, 3))


def joined(surfaces: list[Surface]) -> Surface:
    """Several surfaces as one."""
    counts = np.cumsum([0] + [s.mixture.shape[0] for s in surfaces])
    triangles = [s.triangles + start for s, start in zip(surfaces, counts[:-1], strict=True)]
    return Surface(sparse.csr_matrix(sparse.vstack([s.mixture for s in surfaces])), np.concatenate(triangles))


def neighbour_mean(triangles: Triangles, n: int) -> sparse.csr_matrix:
    """The operator (n, n) that replaces every vertex by the mean of its neighbours."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    both = np.concatenate([edges, edges[:, ::-1]])
    adjacency = sparse.csr_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(n, n))
    adjacency.data[:] = 1.0
    degree = np.maximum(np.asarray(adjacency.sum(axis=1)).ravel(), 1.0)
    return sparse.csr_matrix(sparse.diags(1.0 / degree) @ adjacency)


def vertex_normals(points: Array, triangles: Triangles) -> Array:
    """Unit normals, area-weighted over the triangles of each vertex."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], face)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))


def draped(points: Array, triangles: Triangles, thickness: Array, passes: int) -> Array:
    """Cloth over a surface: hollows bridged by smoothing outwards only, then lifted by `thickness` (V,) [m]."""
    points = _even_border(points, triangles)
    normals = vertex_normals(points, triangles)
    mean = neighbour_mean(triangles, len(points))
    border = boundary_vertices(triangles)
    smooth = points.copy()
    for _ in range(passes):
        smooth = np.where(border[:, None], smooth, 0.5 * smooth + 0.5 * (mean @ smooth))
        outward = np.maximum(((smooth - points) * normals).sum(axis=1), 0.0)
        smooth = points + normals * outward[:, None]
    return np.asarray(smooth + vertex_normals(smooth, triangles) * thickness[:, None])


def _even_border(points: Array, triangles: Triangles, passes: int = 3) -> Array:
    """The mesh with its hems smoothed along themselves."""
    edges = boundary_edges(triangles)
    if not len(edges):
        return points
    n = len(points)
    both = np.concatenate([edges, edges[:, ::-1]])
    links = sparse.csr_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(n, n))
    degree = np.asarray(links.sum(axis=1)).ravel()
    regular = degree == 2
    mean = sparse.diags(1.0 / np.maximum(degree, 1.0)) @ links
    even = points.copy()
    for _ in range(passes):
        even[regular] = 0.5 * even[regular] + 0.5 * (mean @ even)[regular]
    return even


def boundary_edges(triangles: Triangles) -> Triangles:
    """Edges (E, 2) that only one triangle uses."""
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    unique, counts = np.unique(edges, axis=0, return_counts=True)
    return np.asarray(unique[counts == 1])


def boundary_vertices(triangles: Triangles) -> NDArray[np.bool_]:
    """Which vertices lie on an edge that only one triangle uses."""
    flags = np.zeros(triangles.max() + 1, dtype=bool)
    flags[boundary_edges(triangles).ravel()] = True
    return flags
