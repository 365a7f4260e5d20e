"""Places: every option of a scene, camera and way of filming makes pictures in which the lifter is seen."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hydra import compose, initialize_config_module
from kinematic_trial import kinematic_trial

from sim.body.posed import Performer
from sim.card import dataset_card
from sim.generate import dataset_spec
from sim.plan import Plan
from sim.render import clip as clip_module
from sim.render.appearance import Appearance
from sim.render.camera import Camera
from sim.render.clip import Look, Shot, render_clip, renderer
from sim.render.filming import CLEAN, Filming
from sim.render.framing import clear_of, extent
from sim.render.labels import PERSON
from sim.render.lighting import harmonics, irradiance, sphere_directions
from sim.render.panorama import panorama
from sim.render.quality import Quality
from sim.render.sampled import OneOf, Sampled
from sim.render.scenes.gym import Gym
from sim.render.scenes.home import Home
from sim.render.scenes.scene import Scene
from sim.render.scenes.surroundings import GROUNDS, Surroundings
from sim.render.shooting import draw_shooting, sized
from sim.render.solids import box
from wink.config import build, load_option, options_of, plain
from wink.errors import ConfigError, RenderError

SCENES = sorted(options_of("scene"))
TRIAL = kinematic_trial().sampled_at(np.array([1.5, 1.501]))
SMALL = Camera(azimuth_deg=60.0, width=160, height=120)


def composed(*overrides: str):
    with initialize_config_module("configs", version_base="1.3"):
        return plain(compose("generate", list(overrides)))


@pytest.mark.parametrize("option", SCENES)
def test_every_place_can_be_drawn_and_filmed(option: str) -> None:
    kind = build(composed(f"scene={option}")["scene"])
    drawn = [kind.sample(np.random.default_rng(seed)) for seed in range(12)]
    assert all(isinstance(scene, Scene) and scene.factors["place"] for scene in drawn)
    assert drawn == [kind.sample(np.random.default_rng(seed)) for seed in range(12)]
    frame = next(render_clip(TRIAL, Shot(SMALL), Look(Appearance(), drawn[0], fast()), 0))
    person = np.isin(frame.labels, PERSON)
    assert person.sum() > 200
    assert 25 < frame.image[person].mean() < 225  # neither black nor burnt out
    assert frame.image[~person].std() > 2.0


def fast() -> Quality:
    return Quality(samples=1, renderer="auto")


def test_a_varied_scene_is_each_of_its_kinds() -> None:
    kind = build(composed("scene=varied")["scene"])
    rng = np.random.default_rng(0)
    places = [kind.sample(rng).place for _ in range(200)]
    assert set(places) == {"gym", "home", "garage", "surroundings"}
    assert places.count("gym") > places.count("home")


@pytest.mark.parametrize("option", options_of("filming"))
def test_every_way_of_filming_is_possible(option: str) -> None:
    kind = build(composed(f"filming={option}", "fps=25")["filming"])
    rng = np.random.default_rng(0)
    drawn = [kind.sample(rng) for _ in range(50)]
    assert all(isinstance(filming, Filming) for filming in drawn)
    assert {round(f.fps, 2) for f in drawn} <= {24, 25, 29.97, 30, 50, 60}
    if option != "clean":
        assert len({f.fps for f in drawn}) > 3


@pytest.mark.parametrize("option", options_of("quality"))
def test_every_quality_is_possible(option: str) -> None:
    assert isinstance(build(composed(f"quality={option}")["quality"]), Quality)


@pytest.mark.parametrize(
    ("fps", "exact"), [(29.97, 30000 / 1001), (23.976, 24000 / 1001), (59.94, 60000 / 1001), (30, 30.0), (12.5, 12.5)]
)
def test_broadcast_rates_are_exact(fps: float, exact: float) -> None:
    assert Filming(fps=fps).fps == exact
    assert Filming(fps=exact).fps == exact


def test_furniture_never_hides_the_lifter() -> None:
    performer = Performer(TRIAL, Appearance().outfit)
    reach = extent(performer, None)
    camera = Camera(azimuth_deg=90.0, distance_m=4.0).stepped_back(reach)
    piece = box((1.0, 0.3, 1.5), (0.0, 0.0, 0.0), (0.5, 0.5, 0.5))
    assert not clear_of(piece.moved((0.0, 2.0, 0.0)), [camera], reach)  # between
    assert not clear_of(piece.moved((0.2, 0.1, 0.0)), [camera], reach)  # in the lifter
    assert clear_of(piece.moved((0.0, -2.0, 0.0)), [camera], reach)  # behind the lifter
    assert clear_of(piece.moved((0.0, 7.0, 0.0)), [camera], reach)  # behind the camera


@pytest.mark.parametrize("seed", range(6))
def test_a_crowded_room_leaves_lifter_whole(seed: int) -> None:
    crowded = Home(crowding=1.0, length_m=4.4, width_m=4.2, back_m=1.8, right_m=1.8, seed=seed)
    empty = replace(crowded, crowding=0.0, windows=0)
    camera = replace(SMALL, azimuth_deg=30.0 * seed)
    # depth of the whole place: nothing may be nearer than the lifter where the lifter is
    frames = [
        next(render_clip(TRIAL, Shot(camera), Look(Appearance(), s, fast()), 0, depth=True)) for s in (crowded, empty)
    ]
    person = [np.isin(f.labels, PERSON) for f in frames]
    assert (person[0] == person[1]).all()
    assert frames[0].depth_m is not None
    assert np.isfinite(frames[0].depth_m[person[0]]).all()


def test_furniture_keeps_clear_of_windows() -> None:
    for seed in range(5):
        home = Home(seed=seed, windows=4, crowding=1.0)
        for side, middle, wide in home._window_places():
            share = wide / home.room.length(side)
            assert home._is_taken(side, middle - 0.5 * share, 0.5 * share, 1.4)  # a shelf before the pane
            assert not home._is_taken(side, middle - 0.5 * share, 0.5 * share, 0.6)  # a bench under it


def test_a_name_that_does_not_exist_is_refused_with_the_choices() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'park'"):
        Surroundings(photograph="parc")
    with pytest.raises(ConfigError, match="blocks, boards, brick, metal, plaster"):
        Gym(wall="paper")
    with pytest.raises(ConfigError, match="length_m is 40"):
        Gym(length_m=40.0)
    with pytest.raises(ConfigError, match="shutter_deg"):
        Filming(shutter_deg=500.0)
    with pytest.raises(ConfigError, match="'opengl', 'software'|auto, opengl, software"):
        Quality(renderer="vulkan")


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"noise": {"betwen": [0, 1]}}, "between, one_of, seed"),
        ({"noise": {"between": [3, 1]}}, r"between takes \[low, high\]"),
        ({"noise": {"one_of": []}}, "nothing to choose from"),
        ({"noise": {"one_of": {"1": -1}}}, "weights are numbers from 0"),
        ({"nose": 1}, "nose"),
        ({"noise": 99.0}, "noise"),
    ],
)
def test_what_cannot_be_drawn_is_refused(settings: dict, match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        Sampled("sim.render.filming.Filming", settings)


def test_weights_are_kept_to() -> None:
    kind = OneOf({"a": Filming(noise=1.0), "b": Filming(noise=2.0)}, {"a": 3, "b": 1})
    rng = np.random.default_rng(0)
    share = np.mean([kind.sample(rng).noise == 1.0 for _ in range(2000)])
    assert share == pytest.approx(0.75, abs=0.03)
    with pytest.raises(ConfigError, match="'c' is no option"):
        OneOf({"a": CLEAN}, {"c": 1})


def test_even_light_lights_every_surface_alike() -> None:
    directions = sphere_directions(3000)
    light = irradiance(harmonics(directions, np.ones((3000, 3))), directions[::300])
    np.testing.assert_allclose(light, 1.0, atol=2e-3)


def test_a_lobe_lights_what_faces_it() -> None:
    """Oracle: the cosine-weighted integral over the sphere."""
    directions = sphere_directions(8000)
    radiance = np.maximum(directions @ np.array([0.6, 0.0, 0.8]), 0.0)[:, None] * np.ones(3)
    normals = sphere_directions(20)
    exact = (np.maximum(normals @ directions.T, 0.0) @ radiance) * 4.0 / 8000
    np.testing.assert_allclose(irradiance(harmonics(directions, radiance), normals), exact, atol=0.03)


@pytest.mark.parametrize("name", GROUNDS)
def test_panoramas_have_no_dead_colours(name: str) -> None:
    shown = panorama(name)
    sky = shown.encoded[: len(shown.encoded) // 2].reshape(-1, 3).astype(int)
    assert ((sky[:, 2] > 200) & (sky[:, 0] < 30)).mean() < 1e-4  # a saturated sensor's blue sun
    assert np.linalg.norm(shown.sun) == pytest.approx(1.0)
    assert shown.radiance.mean() == pytest.approx(1.0, abs=0.3)


def test_twins_are_filmed_alike_and_lifters_are_not() -> None:
    config = composed("filming=phone")
    cameras = {view: sized(load_option("camera", view), 320, 240) for view in ("sampled_side", "sampled_rear")}
    first, again, other = (draw_shooting(config, cameras, seed, "male") for seed in (7, 7, 8))
    assert first == again
    assert first.look != other.look
    assert {s.filming.timing for s in first.shots.values()} == {first.filming.timing}
    factors = first.factors("sampled_rear")
    assert set(factors) == {"camera", "filming", "scene", "quality", "appearance"}
    assert factors["camera"] == asdict(first.shots["sampled_rear"].camera)
    sizes = {
        (s.camera.width, s.camera.height)
        for k in range(12)
        for s in draw_shooting(config, cameras, k, "male").shots.values()
    }
    assert sizes == {(320, 240), (240, 320)}


def test_without_opengl_pictures_are_plain_and_labels_the_same() -> None:
    look = Look(Appearance(), Gym(), Quality(renderer="software"))
    assert renderer(look.quality) == "software"
    trial = kinematic_trial(bar_kind="high", load_kg=60.0).sampled_at(np.array([1.5, 1.501]))
    camera = replace(SMALL, width=320, height=240, roll_deg=3.0, distortion=0.04)
    plain_, ours = (
        next(render_clip(trial, Shot(camera), replace(look, quality=q), 0, depth=True))
        for q in (look.quality, Quality())
    )
    assert (plain_.labels != ours.labels).mean() < 3e-4
    assert (plain_.visible == ours.visible).all()
    np.testing.assert_allclose(plain_.box, ours.box, atol=1.0)
    both = np.isfinite(plain_.depth_m) & np.isfinite(ours.depth_m)
    assert np.percentile(np.abs(plain_.depth_m - ours.depth_m)[both], 99) < 0.01
    difference = np.abs(plain_.image.astype(int) - ours.image).mean()
    assert difference < 25  # the same place in the same light, less well drawn


def test_a_machine_without_opengl_says_so_in_spec_and_card(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise RenderError("no OpenGL")

    assert dataset_spec(composed())["settings"]["quality"]["renderer"] == "opengl"
    monkeypatch.setattr(clip_module, "graphics", none)
    spec = dataset_spec(composed())
    assert spec["settings"]["quality"]["renderer"] == "software"
    card = dataset_card("x", spec, Plan(spec["settings"]), ["nose"], ["background"])
    assert "drawn without OpenGL" in card
    with pytest.raises(RenderError):
        renderer(Quality(renderer="opengl"))
    frame = next(render_clip(TRIAL, Shot(SMALL), Look(Appearance(), Gym(), Quality()), 0))
    assert np.isin(frame.labels, PERSON).sum() > 200
