from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from kinematic_trial import kinematic_trial, subject

from sim.body.cloth import BUNCH_M, RIDE_UP_M
from sim.body.data import body_data
from sim.body.figure import dress
from sim.body.landmarks import LOW_BACK, NAMES
from sim.body.outfit import Outfit
from sim.body.posed import Performer
from sim.body.rotations import about
from sim.body.shape import DENSITY_KG_M3, enclosed_volume, shape_of
from sim.film import low_back_behind_load, seen_of
from sim.render.appearance import Appearance, sample_appearance
from sim.render.barbell import load_mesh
from sim.render.camera import Camera
from sim.render.clip import Look, RenderedFrame, Shot, render_clip
from sim.render.filming import CLEAN
from sim.render.jump_box import jump_box
from sim.render.labels import CLASSES, PERSON
from sim.render.paint import painted_load
from sim.render.quality import Quality
from sim.render.rasterizer import Canvas
from sim.render.scenes.gym import Gym
from sim.render.view import View

BOTTOM = 30  # sample of the deepest moment
MAN, HEAVY = subject("male", 1.76, 82.0), subject("male", 1.80, 105.0)
WOMAN, SMALL = subject("female", 1.66, 62.0), subject("female", 1.55, 64.0)
DRESSED = [
    (MAN, Outfit("tshirt", "shorts")),
    (HEAVY, Outfit("oversize", "joggers")),
    (MAN, Outfit("hoodie", "shorts", build=0.1)),
    (WOMAN, Outfit("crop", "leggings", belt=True)),
    (SMALL, Outfit("oversize", "shorts")),
    (WOMAN, Outfit("tank", "short_tights", build=0.9)),
    (HEAVY, Outfit("longsleeve", "shorts", belt=True)),
]


@pytest.mark.parametrize(("who", "outfit"), DRESSED, ids=str)
def test_nothing_pokes_through_the_clothes_at_the_bottom(who: object, outfit: Outfit) -> None:
    performer = Performer(kinematic_trial(who, wink_deg=20.0), outfit)  # type: ignore[arg-type]
    vertices, figure = performer.pose(BOTTOM).vertices.astype(float), performer.figure
    covered = deep_under(performer)
    for azimuth in (90.0, 140.0):
        camera = Camera(azimuth_deg=azimuth, width=320, height=320).stepped_back(vertices)
        canvas = Canvas(320, 320)
        homogeneous = np.concatenate([vertices, np.ones((len(vertices), 1))], axis=1)
        canvas.draw(homogeneous @ View(camera, CLEAN, 0.0).view_projection.T, figure.triangles)
        seen = canvas.triangle[canvas.triangle >= 0]
        assert len(seen) > 3000
        assert covered[seen].mean() < 0.003, azimuth


def deep_under(performer: Performer) -> np.ndarray:
    """Triangles of which every corner lies more than 8 mm inside the hems of something worn over it."""
    depth = np.full(len(performer.figure.rest), -1.0)
    for layer in performer.figure.unders:
        depth[layer.rows] = np.maximum(depth[layer.rows], np.where(layer.beyond, -1.0, layer.gap_m))
    return np.asarray((depth[performer.figure.triangles] > 0.003).all(axis=1))


def test_a_loose_shirt_bunches_without_a_wink_and_rides_up_with_one() -> None:
    loose = Performer(kinematic_trial(MAN), Outfit("oversize"))
    hang = loose.figure.hang
    assert hang is not None
    still = np.zeros_like(loose.figure.rest)

    def moved(hip_deg: float, lumbar_deg: float) -> np.ndarray:
        vertices = still.copy()
        hang.moved(vertices, np.eye(3), hip_deg, lumbar_deg)
        return vertices

    assert not moved(50.0, 0.0).any()  # standing and half way down it hangs
    bunched = moved(120.0, 0.0)
    assert -0.95 * BUNCH_M <= bunched[:, 0].min() < -0.015
    up = moved(50.0, 30.0)
    assert 0.010 < up[:, 2].max() <= RIDE_UP_M + 1e-6
    assert np.isfinite(moved(float("nan"), float("nan"))).all()
    assert Performer(kinematic_trial(MAN), Outfit("tank")).figure.hang is None


def test_a_belt_pulls_the_shirt_in() -> None:
    def waist_m(belt: bool) -> float:
        figure = Performer(kinematic_trial(MAN), Outfit("oversize", belt=belt)).figure
        rows = figure.vertices_of("oversize")
        height = figure.rest[rows, 2] - figure.joints["lumbar_lower"][2]
        return float(np.ptp(figure.rest[rows[np.abs(height - 0.045) < 0.03], 1]))

    assert waist_m(True) < waist_m(False) - 0.01


@pytest.mark.parametrize(("drop", "wedge"), [(0.019, 0.0), (0.0, 0.03), (0.019, 0.02)])
def test_heels_are_raised_and_the_feet_still_stand(drop: float, wedge: float) -> None:
    trial = kinematic_trial(MAN, wink_deg=20.0)
    flat, raised = (Performer(trial, outfit) for outfit in (Outfit(), Outfit(shoe_drop_m=drop, heel_wedge_m=wedge)))
    at = [dict(zip(NAMES, p.pose(BOTTOM).keypoints, strict=True)) for p in (flat, raised)]
    np.testing.assert_allclose(at[0]["ankle_left"], at[1]["ankle_left"], atol=1e-6)
    rows = np.concatenate([raised.figure.vertices_of(f"sole_{side}") for side in ("left", "right")])
    track = np.array([raised.pose(k).vertices[rows] for k in (0, 15, 30, 45)])
    assert np.ptp(track, axis=0).max() < 0.005
    assert abs(track[..., 2].min()) < 0.003
    left, level = (p.pose(0).vertices[p.figure.vertices_of("sole_left")] for p in (raised, flat))
    hindmost = level[:, 0] < level[:, 0].min() + 0.03
    top = level[hindmost, 2].argmax()
    assert left[hindmost][top, 2] - level[hindmost][top, 2] == pytest.approx(drop + wedge, abs=0.006)


def test_a_build_changes_the_shape_and_not_the_mass() -> None:
    data = body_data()
    skin = data.vertex_range["skin"]
    shapes = [shape_of(data, MAN, build) for build in (0.0, 1.0)]
    masses = [DENSITY_KG_M3 * enclosed_volume(s.vertices[skin], data.triangles["skin"]) for s in shapes]
    assert masses == pytest.approx([82.0, 82.0], abs=0.5)
    assert np.linalg.norm(shapes[0].vertices[skin] - shapes[1].vertices[skin], axis=1).max() > 0.015


def test_iron_plates_shrink_with_their_mass_and_competition_colours_tell_it() -> None:
    bumper, iron = (load_mesh("high", 60.0 - 20.0, plates) for plates in ("bumper", "iron"))
    assert bumper is not None
    assert iron is not None
    radius = [float(np.hypot(m.vertices[m.is_plate, 0], m.vertices[m.is_plate, 2]).max()) for m in (bumper, iron)]
    assert radius == pytest.approx([0.225, 0.160], abs=1e-3)
    both = load_mesh("high", 90.0)  # 25 and 10 on each side
    assert both is not None
    painted = painted_load(both, Appearance(plate_colour="competition"))
    assert len(np.unique(painted[both.is_plate, :3], axis=0)) == 2


def labelled(appearance: Appearance, camera: Camera, **trial: object) -> RenderedFrame:
    still = kinematic_trial(MAN, **trial).sampled_at(np.array([1.5, 1.501]))  # type: ignore[arg-type]
    look = Look(appearance, Gym(windows=0, crowding=0.0), Quality(renderer="software"))
    return next(render_clip(still, Shot(camera), look, 0))


def test_belt_rack_and_wedge_have_classes_and_only_the_belt_is_the_person() -> None:
    appearance = Appearance(belt=True, rack="red", heel_wedge_m=0.03)
    rear = Camera(azimuth_deg=140.0, width=320, height=320)
    frame = labelled(appearance, rear, bar_kind="high", load_kg=20.0)
    count = {name: int((frame.labels == CLASSES.index(name)).sum()) for name in ("belt", "rack", "wedge")}
    assert count["belt"] > 40
    assert count["rack"] > 200
    assert count["wedge"] > 10
    assert set(PERSON) & {CLASSES.index("rack"), CLASSES.index("wedge"), CLASSES.index("bar")} == set()
    assert CLASSES.index("belt") in PERSON
    empty = labelled(replace(appearance, heel_wedge_m=0.0), rear)  # no bar, no rack
    assert not np.isin(empty.labels, [CLASSES.index("rack"), CLASSES.index("wedge")]).any()


def test_plates_hide_the_low_back_from_the_side_and_not_from_behind() -> None:
    def share(azimuth: float) -> tuple[float, float]:
        camera = Camera(azimuth_deg=azimuth, width=320, height=320)
        frame = labelled(Appearance(), camera, bar_kind="high", load_kg=100.0)
        return low_back_behind_load(frame), seen_of(pa.table({"visible": [frame.visible]}))["low_back_visible"]

    behind, visible = share(90.0)
    assert 0.0 < behind < 1.0 - visible  # of what cannot be seen, some is behind the plates and some behind flesh
    assert visible < 0.5
    assert share(180.0) == (0.0, 1.0)
    one = np.isin(NAMES, LOW_BACK[:3])
    assert seen_of(pa.table({"visible": [one, ~one]}))["low_back_visible"] == 0.5


def test_appearances_are_drawn_from_everything_there_is() -> None:
    drawn = [sample_appearance(np.random.default_rng([k]), sex) for k in range(150) for sex in ("male", "female")]
    for name, least in (("skin_tone", 6), ("hair_tone", 6), ("hair", 8), ("top", 7), ("bottom", 4), ("plates", 2)):
        assert len({getattr(a, name) for a in drawn}) == least, name
    assert {a.belt for a in drawn} == {a.beard for a in drawn} == {True, False}
    assert np.ptp([a.build for a in drawn]) > 0.7


def test_a_jump_box_has_a_class_stands_clear_and_never_hides_the_lifter() -> None:
    boxed = Appearance(jump_box="wood", jump_box_deg=170.0)
    side = Camera(azimuth_deg=90.0, width=320, height=320)
    alone, beside = labelled(Appearance(), side), labelled(boxed, side)
    box = beside.labels == CLASSES.index("box")
    assert box.sum() > 1000
    assert CLASSES.index("box") not in PERSON
    person = np.isin(alone.labels, PERSON)
    np.testing.assert_array_equal(person, np.isin(beside.labels, PERSON))
    between = labelled(boxed, Camera(azimuth_deg=175.0, width=320, height=320))  # the box would stand before the lifter
    assert not (between.labels == CLASSES.index("box")).any()
    reach = np.array([[-0.4, -1.1, 0.0], [0.5, 1.1, 1.8]])
    for degrees in np.linspace(90.0, 270.0, 13):
        solid = jump_box(replace(boxed, jump_box_deg=float(degrees)), reach)
        assert solid is not None
        low, high = solid.vertices[:, :2].min(axis=0), solid.vertices[:, :2].max(axis=0)
        assert ((low > reach[1, :2] + 0.1) | (high < reach[0, :2] - 0.1)).any()


def test_a_hem_turns_with_the_pelvis_and_evens_out_what_would_tear_it() -> None:
    figure = dress(MAN, Outfit(top="tshirt"), closed_hands=False)
    assert figure.hem is not None
    turn = about(np.array([0.0, 1.0, 0.0]), 0.6)
    rigid = (figure.rest @ turn.T + [0.1, 0.2, 0.3]).astype(np.float32)
    moved = rigid.copy()
    figure.hem.evened(moved, np.c_[turn, [0.1, 0.2, 0.3]])
    np.testing.assert_allclose(moved, rigid, atol=2e-6)
    torn = rigid + 0.02 * np.random.default_rng(0).standard_normal(rigid.shape).astype(np.float32)
    evened = torn.copy()
    figure.hem.evened(evened, np.c_[turn, [0.1, 0.2, 0.3]])
    edge = figure.rest[figure.hem.rows, 2] < figure.rest[figure.hem.rows, 2].min() + 0.03
    rough, even = (np.std((v - rigid)[figure.hem.rows[edge]]) for v in (torn, evened))
    assert even < 0.5 * rough
    assert dress(MAN, Outfit(top="crop"), closed_hands=False).hem is None
