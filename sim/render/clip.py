"""Pictures of a trial with their labels, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.body.landmarks import depths_m
from sim.body.posed import Performer, PosedBody
from sim.render.appearance import Appearance
from sim.render.barbell import load_mesh
from sim.render.camera import FAR_M, NEAR_M, Camera
from sim.render.filming import CLEAN, Filming
from sim.render.framing import clear_of, extent, hides_nobody, load_pose, props_clear_of
from sim.render.gl import graphics
from sim.render.jitter import jitters
from sim.render.jump_box import jump_box
from sim.render.labels import person_box, visibility
from sim.render.props import props_of
from sim.render.quality import Quality
from sim.render.recorder import Recorder, moments
from sim.render.scenes.gym import Gym
from sim.render.scenes.scene import Scene
from sim.render.software import SoftwareStage
from sim.render.stage import Stage
from sim.render.view import View
from wink.errors import ConfigError, RenderError
from wink.trial import SquatTrial

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RenderedFrame:
    """One picture and what is known about it; pixels count from the top left corner, x right, y down."""

    image: NDArray[np.uint8]  # (H, W, 3) red, green, blue
    labels: NDArray[np.uint8]  # (H, W) index into sim.render.labels.CLASSES
    keypoints_2d: Array  # (K, 2) [px], in the order of sim.body.landmarks.NAMES
    keypoints_3d: Array  # (K, 3) world [m]
    visible: NDArray[np.bool_]  # (K,) not hidden by anything but the flesh and cloth over it
    box: Array  # (4,) left, top, right, bottom of the person [px]
    camera: Camera  # as used: farther away where the lifter would not have fitted
    bar_2d: Array  # (2,) middle of the load [px]; NaN without one
    depth_m: NDArray[np.float32] | None = None  # (H, W) along the view axis, where asked for; inf = sky


@dataclass(frozen=True)
class Shot:
    """A camera and what it does to the picture."""

    camera: Camera
    filming: Filming = CLEAN


@dataclass(frozen=True)
class Look:
    """Everything that changes pictures and not the squat, but for the cameras."""

    appearance: Appearance = field(default_factory=Appearance)
    scene: Scene = field(default_factory=Gym)
    quality: Quality = field(default_factory=Quality)


class Drawing(Protocol):
    """What draws: a stage."""

    @property
    def light(self) -> Array:
        """Direction (3,) of the key light's middle."""

    def pose(
        self, body: PosedBody, bar: Array | None, bar_rotation: Array, light: Array | None = None, shadow: bool = True
    ) -> None:
        """Put lifter and load in place."""

    def picture(self, view: View) -> NDArray[np.uint8]:
        """The picture (H, W, 3) of a view."""

    def labels(self, view: View, everything: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Class of every pixel (H, W), and the depth buffer (H, W)."""

    def release(self) -> None:
        """Free everything."""


def render_clip(trial: SquatTrial, shot: Shot, look: Look, seed: int, depth: bool = False) -> Iterator[RenderedFrame]:
    """Pictures of a trial from one camera; see `render_views`."""
    for (frame,) in render_views(trial, [shot], look, seed, depth):
        yield frame


def render_views(
    trial: SquatTrial, shots: Sequence[Shot], look: Look, seed: int, depth: bool = False
) -> Iterator[tuple[RenderedFrame, ...]]:
    """Pictures of a trial from several cameras at once: at each moment one frame a camera.

    Frame k is exposed round k / fps seconds after the trial's first sample, and its labels are those of that moment.
    Cameras step back until the lifter, and the load unless `whole_load` is false, stay in the picture for the whole
    trial; furniture between them and the lifter is left out. `seed` sets the irregularities of surfaces and the grain.

    Raises:
        RenderError: OpenGL is asked for and there is none.
        ConfigError: the lifter does not fit into a picture, or the cameras differ in frame rate or shutter.
    """
    filming = shots[0].filming
    if any(shot.filming.timing != filming.timing for shot in shots):
        raise ConfigError("cameras that film a trial together must share fps, shutter_deg and readout_share")
    session = Session(trial, shots, look, seed)
    try:
        for k in range(session.n_frames):
            yield session.frame(k, depth)
    finally:
        session.release()


class Session:
    """A trial being filmed."""

    def __init__(self, trial: SquatTrial, shots: Sequence[Shot], look: Look, seed: int) -> None:
        filming = shots[0].filming
        count = look.quality.moments(filming.timing)
        times = frame_times(trial, filming.fps)
        # every frame's own moment first, then those of its sub-frames
        self._times = times[:, None] + np.array([0.0, *moments(filming, count)])
        self.n_frames = len(times)
        sampled, samples = np.unique(self._times, return_inverse=True)
        self._samples = samples.reshape(self._times.shape)  # which sample of the trial each of those moments is
        self._trial = trial.sampled_at(sampled)
        self._performer = Performer(self._trial, look.appearance.outfit)
        self._depths_m = depths_m(look.appearance.outfit.looseness)
        load = load_mesh(trial.bar_kind, trial.load_kg, look.appearance.plates)
        reach, person = extent(self._performer, load), extent(self._performer, None)
        self._shots = [
            replace(shot, camera=shot.camera.stepped_back(reach if shot.camera.whole_load else person))
            for shot in shots
        ]
        cameras = [shot.camera for shot in self._shots]
        furniture = [piece for piece in look.scene.furniture() if clear_of(piece, cameras, reach)]
        self._recorders = [Recorder(s.camera, s.filming, count, seed, i) for i, s in enumerate(self._shots)]
        self._jitter = jitters(count, look.scene.light_size_deg) if count > 2 else None
        figure, quality = self._performer.figure, look.quality
        box = hides_nobody(jump_box(look.appearance, reach), cameras, person)
        props = props_clear_of(cameras, props_of(look.appearance, figure, self._trial, reach, box))
        if renderer(quality) == "opengl":
            self._stage: Drawing = Stage(
                graphics(), figure, load, look.appearance, look.scene, furniture, quality.samples, seed, props
            )
        else:
            self._stage = SoftwareStage(figure, load, look.appearance, look.scene, furniture, seed, props)

    def frame(self, k: int, depth: bool) -> tuple[RenderedFrame, ...]:
        """Frame k of every camera."""
        drawn: list[list[NDArray[np.uint8]]] = [[] for _ in self._shots]
        own, *rest = self._samples[k]
        body, posed = self._performer.pose(own), False
        for i, sample in enumerate(rest):
            posed = sample == own and self._jitter is None
            moment = body if posed else self._performer.pose(sample)
            shift, light = ((0.0, 0.0), None) if self._jitter is None else self._jittered(i)
            self._stage.pose(moment, *load_pose(self._trial, sample), light)
            for shot, pictures in zip(self._shots, drawn, strict=True):
                view = View(shot.camera, shot.filming, float(self._times[k, i + 1]), shift)
                pictures.append(self._stage.picture(view))
        if not posed:
            self._stage.pose(body, *load_pose(self._trial, own), shadow=False)
        return tuple(self._finished(i, k, body, drawn[i], depth) for i in range(len(self._shots)))

    def release(self) -> None:
        """Free what draws."""
        self._stage.release()

    def _jittered(self, i: int) -> tuple[tuple[float, float], Array]:
        assert self._jitter is not None
        shift, turn = self._jitter[0][i], self._jitter[1][i]
        aside = np.cross([0.0, 0.0, 1.0], self._stage.light)
        aside /= np.linalg.norm(aside)
        light = self._stage.light + turn[0] * aside + turn[1] * np.cross(self._stage.light, aside)
        return (float(shift[0]), float(shift[1])), light / np.linalg.norm(light)

    def _finished(self, i: int, k: int, body: PosedBody, drawn: list[NDArray[np.uint8]], depth: bool) -> RenderedFrame:
        camera, recorder, time_s = self._shots[i].camera, self._recorders[i], float(self._times[k, 0])
        labels, buffer = recorder.seen(*self._stage.labels(View(camera, self._shots[i].filming, time_s), depth))
        pixels, distance_m = camera.project(body.keypoints, time_s)
        bar, _ = load_pose(self._trial, int(self._samples[k, 0]))
        return RenderedFrame(
            image=recorder.frame(drawn, k),
            labels=labels,
            keypoints_2d=pixels,
            keypoints_3d=body.keypoints,
            visible=visibility(camera, pixels, distance_m, buffer, self._depths_m),
            box=person_box(labels),
            camera=camera,
            bar_2d=np.full(2, np.nan) if bar is None else camera.project(bar, time_s)[0],
            depth_m=metres(buffer) if depth else None,
        )


def renderer(quality: Quality) -> str:
    """What draws pictures of a quality here: `opengl` or `software`.

    Raises:
        RenderError: OpenGL is asked for and there is none.
    """
    if quality.renderer == "software":
        return "software"
    try:
        graphics()
    except RenderError:
        if quality.renderer == "opengl":
            raise
        return "software"
    return "opengl"


def frame_times(trial: SquatTrial, fps: float) -> Array:
    """Times [s] of the frames: from the first sample on, as many as the trial lasts."""
    duration = trial.time_s[-1] - trial.time_s[0]
    return np.asarray(trial.time_s[0] + np.arange(int(np.floor(duration * fps + 1e-6)) + 1) / fps)


def metres(buffer: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance along the view axis [m] from a depth buffer, infinite where nothing is."""
    with np.errstate(divide="ignore"):
        away = NEAR_M * FAR_M / (FAR_M - buffer.astype(np.float64) * (FAR_M - NEAR_M))
    return np.where(buffer >= 1.0, np.inf, away).astype(np.float32)
