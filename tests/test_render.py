import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import moderngl
import numpy as np
import pytest
from kinematic_trial import kinematic_trial, subject

from sim.body.landmarks import NAMES
from sim.body.outfit import CHOICES
from sim.render import gl
from sim.render.appearance import Appearance
from sim.render.camera import Camera
from sim.render.clip import Look, RenderedFrame, Shot, frame_times, render_clip, render_views
from sim.render.filming import CLEAN, Filming
from sim.render.framing import extent
from sim.render.labels import CLASSES, PERSON, class_of_part, person_box
from sim.render.meshes import Mesh, draw_labels
from sim.render.recorder import Grain, Recorder
from sim.render.region import whole
from sim.render.scenes.gym import Gym
from sim.render.view import View
from wink.errors import RenderError

SIDE, FRONT, REAR = Camera(azimuth_deg=90.0), Camera(azimuth_deg=50.0, height_m=1.3), Camera(azimuth_deg=122.0)
PLAIN = Appearance()
EMPTY = Gym(windows=0, crowding=0.0)
LOOK = Look(PLAIN, EMPTY)


@pytest.fixture(autouse=True, scope="module")
def needs_opengl() -> None:
    try:
        gl.graphics()
    except RenderError as error:
        pytest.skip(str(error))


def at_bottom(
    wink_deg: float = 0.0,
    camera: Camera = SIDE,
    appearance: Appearance = PLAIN,
    filming: Filming = CLEAN,
    **trial: object,
) -> RenderedFrame:
    made = kinematic_trial(wink_deg=wink_deg, **trial)  # type: ignore[arg-type]
    still = made.sampled_at(np.array([1.5, 1.5 + 1e-3]))
    return next(render_clip(still, Shot(camera, filming), Look(appearance, EMPTY), 0))


def sphere(centre: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    n = 12
    lat, lon = np.meshgrid(np.linspace(0, np.pi, n), np.linspace(0, 2 * np.pi, n, endpoint=False), indexing="ij")
    ball = np.stack([np.sin(lat) * np.cos(lon), np.sin(lat) * np.sin(lon), np.cos(lat)], -1).reshape(-1, 3)
    i = np.arange(n * n).reshape(n, n)
    a, b, c, d = i[:-1], i[1:], np.roll(i, -1, axis=1)[1:], np.roll(i, -1, axis=1)[:-1]
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    return centre + radius * ball, triangles


MARKED = {
    "side": SIDE,
    "front": FRONT,
    "rear, rolled": replace(REAR, roll_deg=7.0),
    "barrel, upright": replace(FRONT, distortion=0.10, width=480, height=640, field_of_view_deg=65.0),
    "pincushion": replace(SIDE, distortion=-0.06, roll_deg=-3.0),
    "in a hand": replace(FRONT, shake_deg=1.0, shake_m=0.02, shake_seed=4, distortion=0.03),
}


@pytest.mark.parametrize("camera", MARKED.values(), ids=MARKED)
def test_keypoints_agree_with_drawn_markers_within_half_a_pixel(camera: Camera) -> None:
    frame = at_bottom(20.0, camera)
    recorder = Recorder(frame.camera, CLEAN, 1, 0, 0)
    for k, point in enumerate(frame.keypoints_3d):
        vertices, triangles = sphere(point, 0.03)
        paint = np.zeros((len(vertices), 6), dtype=np.float32)
        paint[:, 5] = 200
        mesh = Mesh(gl.graphics(), paint, {"open": triangles.astype(np.int32)})
        mesh.move(vertices.astype(np.float32), vertices.astype(np.float32))
        view = View(frame.camera, time_s=1.5)
        straight, depth = draw_labels(gl.graphics(), [mesh], view, whole(view))
        labels, _ = recorder.seen(straight, depth)
        mesh.release()
        rows, columns = np.nonzero(labels == 200)
        centre = np.array([columns.mean(), rows.mean()]) + 0.5
        assert np.abs(centre - frame.keypoints_2d[k]).max() < 0.5, NAMES[k]


def test_frames_begin_at_the_first_sample_and_keep_the_rate() -> None:
    trial = kinematic_trial(seconds=1.0)
    late = replace(trial, time_s=trial.time_s + 4.0)
    times = frame_times(late, 25.0)
    assert times[0] == 4.0
    np.testing.assert_allclose(np.diff(times), 1 / 25)
    frames = list(render_clip(late, Shot(SIDE, Filming(fps=25.0)), LOOK, 0))
    assert len(frames) == len(times) == 26


def test_same_seed_same_bytes_here_and_in_another_process() -> None:
    def digest() -> str:
        frame = at_bottom(10.0)
        return hashlib.sha256(frame.image.tobytes() + frame.labels.tobytes() + frame.keypoints_2d.tobytes()).hexdigest()

    here = digest()
    assert digest() == here
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_render as t, hashlib\n"
        "f = t.at_bottom(10.0)\n"
        "print(hashlib.sha256(f.image.tobytes() + f.labels.tobytes() + f.keypoints_2d.tobytes()).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == here


def test_seed_changes_grain_and_only_grain_of_the_labels_not() -> None:
    trial = kinematic_trial().sampled_at(np.array([0.0, 0.001]))
    a, b = (next(render_clip(trial, Shot(SIDE), LOOK, seed)) for seed in (0, 1))
    assert (a.image != b.image).mean() > 0.3
    assert (a.labels == b.labels).all()


def test_noise_has_the_size_asked_for_and_changes_from_frame_to_frame() -> None:
    noise = Grain(SIDE, 3.0, 0, 0)
    grey = np.full((480, 640, 3), 120, dtype=np.uint8)
    first, second = noise.on(grey, 0), noise.on(grey, 1)
    assert first.std() == pytest.approx(3.0, abs=0.2)
    assert (first != second).mean() > 0.5


@pytest.mark.parametrize("kind", ["none", "high"])
@pytest.mark.parametrize("who", [("male", 1.98, 110.0), ("female", 1.50, 48.0)], ids=str)
def test_the_whole_body_and_bar_stay_in_the_picture(who: tuple[str, float, float], kind: str) -> None:
    trial = kinematic_trial(subject(*who), bar_kind=kind, load_kg=100.0 if kind == "high" else 0.0, wink_deg=10.0)
    for frames in render_views(trial, [Shot(c, Filming(fps=1.5)) for c in (SIDE, FRONT, REAR)], LOOK, 0):
        for frame in frames:
            border = np.concatenate([frame.labels[0], frame.labels[-1], frame.labels[:, 0], frame.labels[:, -1]])
            assert not border.any()
            left, top, right, bottom = frame.box
            assert kind == "high" or bottom - top > 0.35 * frame.image.shape[0]  # plates may hide most of a person
            inside = (frame.keypoints_2d >= [left - 12, top - 12]) & (frame.keypoints_2d <= [right + 12, bottom + 12])
            assert inside[frame.visible].all()


def test_views_of_one_moment_show_one_body() -> None:
    trial = kinematic_trial(wink_deg=20.0)
    pair = next(render_views(trial, [Shot(SIDE), Shot(REAR)], LOOK, 3))
    alone = next(render_clip(trial, Shot(SIDE), LOOK, 3))
    assert (pair[0].image == alone.image).all()
    assert (pair[0].keypoints_3d == pair[1].keypoints_3d).all()


def test_wink_shows_along_the_low_back() -> None:
    """Ours against the twin without a wink: the silhouettes differ where the low back and buttocks are."""
    clean, winking = at_bottom(0.0), at_bottom(30.0)
    person = [np.isin(f.labels, PERSON) for f in (clean, winking)]
    changed = person[0] ^ person[1]
    at = dict(zip(NAMES, clean.keypoints_2d, strict=True))
    spine = np.array([at[n] for n in ("t12", "l3", "l5", "sacrum")])
    rows, columns = np.nonzero(changed)
    distance = np.linalg.norm(np.stack([columns, rows], -1)[:, None] - spine, axis=-1).min(axis=1)
    assert (distance < 30).sum() > 600


@pytest.mark.parametrize("top", CHOICES["top"])
@pytest.mark.parametrize("bottom", CHOICES["bottom"])
def test_clothes_cover_what_they_should_at_the_bottom(top: str, bottom: str) -> None:
    frame = at_bottom(25.0, replace(REAR, azimuth_deg=150.0), replace(PLAIN, top=top, bottom=bottom))
    at = dict(zip(NAMES, frame.keypoints_2d, strict=True))

    def seen(name: str) -> set[str]:
        column, row = np.floor(at[name]).astype(int)
        return {CLASSES[i] for i in np.unique(frame.labels[row - 2 : row + 3, column - 2 : column + 3])}

    expected = {"none": {"skin"}, "crop": {"skin"}}.get(top, {"top"})
    assert seen("t12") <= ({"top"} if top != "none" else {"skin"}) | expected
    assert seen("l3") == expected
    assert seen("sacrum") <= {"top", "bottom"} if top not in ("none", "crop") else seen("sacrum") == {"bottom"}


def test_a_plate_hides_what_is_behind_it_and_flesh_does_not() -> None:
    visible = {kind: dict(zip(NAMES, at_bottom(0.0, SIDE, bar_kind=kind, load_kg=load).visible, strict=True))
               for kind, load in (("none", 0.0), ("high", 100.0))}  # fmt: skip
    assert visible["none"]["shoulder_left"]
    assert not visible["high"]["shoulder_left"]
    assert visible["high"]["ankle_left"]
    for name in ("hip_left", "knee_left", "ankle_left"):
        assert visible["none"][name]
        assert not visible["none"][name.replace("left", "right")] or name != "hip_left"


def test_box_is_tight_round_the_person() -> None:
    labels = np.zeros((50, 60), dtype=np.uint8)
    labels[10:20, 30:45] = CLASSES.index("top")
    labels[0:50, 0:5] = CLASSES.index("bar")
    np.testing.assert_array_equal(person_box(labels), [30, 10, 45, 20])
    assert np.isnan(person_box(np.zeros((50, 60), dtype=np.uint8))).all()


def test_every_part_has_a_class_of_its_kind() -> None:
    parts = ("skin", "brow", "tshirt", "leggings", "sole_left", "sock", "hair_bun")
    assert {p: CLASSES[class_of_part(p)] for p in parts} == {
        "skin": "skin", "brow": "skin", "tshirt": "top", "leggings": "bottom", "sole_left": "shoes", "sock": "shoes",
        "hair_bun": "hair",
    }  # fmt: skip


def test_no_opengl_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**settings: object) -> None:
        raise ValueError("libEGL.so not loaded")

    monkeypatch.setattr(moderngl, "create_context", refuse)
    with pytest.raises(RenderError, match="apt-get install libegl1 libgl1-mesa-dri"):
        gl.open_context()


def test_extent_holds_the_load() -> None:
    from sim.body.outfit import Outfit
    from sim.body.posed import Performer
    from sim.render.barbell import load_mesh

    performer = Performer(kinematic_trial(bar_kind="high", load_kg=60.0), Outfit())
    reach = extent(performer, load_mesh("high", 60.0))
    assert np.ptp(reach[:, 1]) > 2.1
