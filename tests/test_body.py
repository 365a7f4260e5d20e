from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinematic_trial import kinematic_trial, subject

from sim.body.arms import GRIPS
from sim.body.data import body_data
from sim.body.figure import vertex_normals
from sim.body.landmarks import NAMES
from sim.body.outfit import Outfit
from sim.body.posed import Performer, bone_transforms, skinned
from sim.body.rotations import about, rotation_vector, shortest, unit
from sim.body.shape import DENSITY_KG_M3, HEAVIEST, MUSCLE, corner_shares, enclosed_volume, shape_of
from sim.render.barbell import load_mesh
from wink.trial import SEGMENTS

PEOPLE = [("male", 1.76, 78.0), ("female", 1.64, 62.0), ("male", 1.95, 105.0), ("female", 1.52, 50.0)]


def points(performer: Performer, sample: int) -> dict[str, np.ndarray]:
    return dict(zip(NAMES, performer.pose(sample).keypoints, strict=True))


@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_joints_lie_on_the_physical_joints_at_every_depth(who: tuple[str, float, float]) -> None:
    trial = kinematic_trial(subject(*who), wink_deg=25.0)
    performer = Performer(trial, Outfit())
    pairs = {"hip": "thigh", "knee": "shank", "ankle": "foot"}
    for sample in (0, 15, 30):
        at = points(performer, sample)
        for joint, segment in pairs.items():
            for side in ("left", "right"):
                truth = trial.segment(f"{segment}_{side}")[sample, :3, 3]
                np.testing.assert_allclose(at[f"{joint}_{side}"], truth, atol=1e-6)
        for joint, segment in (("joint_l5s1", "lumbar_lower"), ("joint_t12l1", "thorax")):
            np.testing.assert_allclose(at[joint], trial.segment(segment)[sample, :3, 3], atol=1e-6)


@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_segment_lengths_are_the_subjects(who: tuple[str, float, float]) -> None:
    trial = kinematic_trial(subject(*who))
    at = points(Performer(trial, Outfit()), 30)
    lengths = trial.subject.segment_lengths_m
    for a, b, name in [
        ("hip_left", "knee_left", "thigh"),
        ("knee_right", "ankle_right", "shank"),
        ("shoulder_left", "elbow_left", "upper_arm"),
        ("elbow_right", "wrist_right", "forearm"),
        ("hip_left", "hip_right", "hip_width"),
    ]:
        assert np.linalg.norm(at[a] - at[b]) == pytest.approx(lengths[name], abs=0.01), name
    shoulders = np.linalg.norm(at["shoulder_left"] - at["shoulder_right"])
    assert shoulders == pytest.approx(lengths["shoulder_width"], abs=0.03)
    assert np.linalg.norm(at["heel_left"] - at["toe_left"]) == pytest.approx(lengths["foot"], abs=0.035)  # with shoes


@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_stature_and_mass_are_the_subjects(who: tuple[str, float, float]) -> None:
    data, person = body_data(), subject(*who)
    shape = shape_of(data, person)
    skin = data.vertex_range["skin"]
    assert np.ptp(shape.vertices[skin, 2]) == pytest.approx(person.stature_m, abs=1e-4)
    mass = DENSITY_KG_M3 * enclosed_volume(shape.vertices[skin], data.triangles["skin"] - skin.start)
    assert mass == pytest.approx(person.mass_kg, abs=0.5)
    standing = Performer(kinematic_trial(person), Outfit()).pose(0).vertices
    assert np.ptp(standing[:, 2]) == pytest.approx(person.stature_m, abs=0.04)


@given(muscle=st.floats(0, 1), weight=st.floats(0, HEAVIEST))
def test_corner_shares_are_a_mean(muscle: float, weight: float) -> None:
    shares = corner_shares("female", muscle, weight)
    assert shares.sum() == pytest.approx(1.0, abs=1e-5)
    assert (shares >= 0).all() or weight > 1.0
    assert not shares[:9].any()  # nothing of the men


def test_heavier_slider_is_a_bigger_body() -> None:
    light, heavy = (shape_of(body_data(), subject(mass_kg=m)).weight for m in (62.0, 95.0))
    assert 0.0 < light < 1.0 < heavy < HEAVIEST
    assert set(MUSCLE) == {"male", "female"}


def test_volume_of_a_cube() -> None:
    corners = np.array([[x, y, z] for x in (0, 2) for y in (0, 2) for z in (0, 2)], dtype=np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))], dtype=np.int32)
    assert enclosed_volume(corners + 5.0, triangles) == pytest.approx(8.0)


@pytest.mark.parametrize("kind", ["none", "high"])
def test_feet_neither_slide_nor_sink(kind: str) -> None:
    trial = kinematic_trial(bar_kind=kind, load_kg=60.0 if kind == "high" else 0.0, wink_deg=20.0)
    performer = Performer(trial, Outfit())
    soles = [performer.figure.vertices_of(f"sole_{side}") for side in ("left", "right")]
    rows = np.concatenate(soles)
    track = np.array([performer.pose(k).vertices[rows] for k in range(0, 61, 6)])
    assert np.ptp(track, axis=0).max() < 0.005
    assert abs(track[..., 2].min()) < 0.003
    whole = np.array([performer.pose(k).vertices[:, 2].min() for k in (0, 30)])
    assert (whole > -0.003).all()


def test_wink_bends_the_low_back_and_turns_the_pelvis() -> None:
    clean, winking = (Performer(kinematic_trial(wink_deg=w), Outfit()) for w in (0.0, 30.0))
    a, b = points(clean, 30), points(winking, 30)

    def direction(at: dict[str, np.ndarray], low: str, high: str) -> float:
        across = at[high] - at[low]
        return float(np.degrees(np.arctan2(across[0], across[2])))

    pelvis = direction(a, "psis_left", "asis_left") - direction(b, "psis_left", "asis_left")
    assert pelvis == pytest.approx(30.0, abs=2.0)
    upper = direction(a, "t12", "c7") - direction(b, "t12", "c7")
    assert abs(upper) < 5.0  # the thorax stays
    low_back = direction(a, "sacrum", "t12") - direction(b, "sacrum", "t12")
    assert 8.0 < low_back < 26.0  # between the two


@pytest.mark.parametrize("kind", list(GRIPS))
def test_hands_are_at_the_load(kind: str) -> None:
    trial = kinematic_trial(bar_kind=kind, load_kg=40.0)
    performer = Performer(trial, Outfit())
    assert trial.bar_position_m is not None
    for sample in (0, 30):
        vertices = performer.pose(sample).vertices
        thorax = trial.segment("thorax")[sample, :3, :3]
        axis = thorax @ (np.array([0, 0, 1]) if kind == "goblet" else np.array([0, 1, 0]))
        for side in ("left", "right"):
            column = performer.figure.bone_names.index(f"hand_{side}")
            hand = np.asarray(performer.figure.weights[:, column].todense()).ravel() > 0.9
            offset = vertices[hand] - trial.bar_position_m[sample]
            off_axis = np.linalg.norm(offset - np.outer(offset @ axis, axis), axis=1)
            assert off_axis.min() < 0.05, (side, sample)
            assert off_axis.mean() < 0.13, (side, sample)


def test_loads_are_carried_only_with_a_load() -> None:
    assert load_mesh("none", 0.0) is None
    for kind, load in (("high", 20.0), ("high", 140.0), ("goblet", 12.0)):
        mesh = load_mesh(kind, load)
        assert mesh is not None
        faces = mesh.vertices[mesh.triangles]
        outward = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
        assert ((outward * mesh.normals[mesh.triangles].mean(axis=1)).sum(axis=1) > 0).all()
        assert mesh.is_plate.any() == (load > 20.0 or kind == "goblet")


def test_skinning_with_one_map_for_all_bones_is_that_map() -> None:
    figure = Performer(kinematic_trial(), Outfit()).figure
    turn, shift = about(np.array([1.0, 2.0, 0.5]), 0.7), np.array([0.3, -0.2, 1.0])
    rigid = np.concatenate([turn, shift[:, None]], axis=1)
    moved = skinned(figure, dict.fromkeys(figure.bone_names, rigid))
    np.testing.assert_allclose(moved, figure.rest @ turn.T + shift, atol=2e-3)


def test_every_bone_of_the_mesh_is_posed() -> None:
    trial = kinematic_trial()
    performer = Performer(trial, Outfit())
    made = bone_transforms(performer.rig, trial, 10)
    assert set(performer.figure.bone_names) <= set(made)
    assert set(SEGMENTS) <= set(made)
    assert all(np.isfinite(m).all() and np.linalg.det(m[:, :3]) > 0.3 for m in made.values())


vectors = st.tuples(*[st.floats(-1, 1)] * 3).map(np.array).filter(lambda v: np.linalg.norm(v) > 0.1)


@settings(max_examples=50)
@given(axis=vectors, angle=st.floats(0.01, 3.0))
def test_rotation_vector_undoes_about(axis: np.ndarray, angle: float) -> None:
    np.testing.assert_allclose(rotation_vector(about(axis, angle)), unit(axis) * angle, atol=1e-6)


@settings(max_examples=50)
@given(start=vectors, end=vectors)
def test_shortest_turns_start_to_end(start: np.ndarray, end: np.ndarray) -> None:
    if unit(start) @ unit(end) > -0.999:
        np.testing.assert_allclose(shortest(start, end) @ unit(start), unit(end), atol=1e-6)


def test_normals_of_a_sphere_point_outwards() -> None:
    data = body_data()
    rows = data.vertex_range["hair_bun"]
    ball = data.mean[rows]
    normals = vertex_normals(ball, data.triangles["hair_bun"] - rows.start)
    outwards = ball - ball.mean(axis=0)
    assert ((normals * outwards).sum(axis=1) > 0).mean() > 0.98


def test_body_is_small_and_says_where_it_comes_from() -> None:
    folder = Path(__file__).parents[1] / "sim" / "body"
    assert (folder / "body.npz").stat().st_size < 6e6
    assert "CC0 1.0" in (folder / "LICENSE-body.md").read_text(encoding="utf-8")
