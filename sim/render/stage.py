"""The stage: the lifter, the load and the place as OpenGL buffers, drawn for any camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.body.figure import Figure
from sim.body.landmarks import NAMES
from sim.body.outfit import CHOICES
from sim.body.posed import PosedBody
from sim.render.appearance import Appearance
from sim.render.backdrop import Backdrop
from sim.render.barbell import Load
from sim.render.camera import Camera
from sim.render.filming import Filming
from sim.render.gl import OCCLUDERS, Graphics, read_rows, set_uniforms
from sim.render.lighting import lighting, shadow_projection
from sim.render.meshes import Mesh, draw_labels
from sim.render.paint import painted_figure, painted_load
from sim.render.props import Props
from sim.render.region import Region, region_of, shadow_points, whole
from sim.render.scenes.scene import Scene
from sim.render.setting import PATTERN_UNIT, Setting
from sim.render.solids import Solid
from sim.render.view import View

Array = NDArray[np.float64]
SHADOW_UNIT = 0


class Stage:
    """One lifter in one place, ready to be drawn."""

    def __init__(
        self,
        gl: Graphics,
        figure: Figure,
        load: Load | None,
        appearance: Appearance,
        scene: Scene,
        furniture: Sequence[Solid],
        samples: int,
        seed: int,
        props: Props | None = None,
    ) -> None:
        """Upload meshes and textures; `seed` sets their irregularities."""
        self._gl, self._load = gl, load
        self._scale = 2 if samples == 4 else 1
        rng = np.random.default_rng([seed, 1])
        self._person = Mesh(gl, painted_figure(figure, appearance, rng), _groups(figure))
        self._bar = None if load is None else Mesh(gl, painted_load(load, appearance), {"closed": load.triangles})
        self._props, self._beside = props, None
        if props is not None:
            self._beside = Mesh(gl, props.paint, {"closed": props.triangles})
            self._beside.move(props.vertices, props.normals)
        self._setting = Setting(gl, scene, furniture, rng)
        self._backdrops: dict[tuple[Camera, Filming], Backdrop] = {}
        self._points: NDArray[np.float32] = np.zeros((1, 3), dtype=np.float32)  # of all that moves
        self._light = lighting(scene.key, scene.environment(), scene.brightness)
        self._uniforms: dict[str, Any] = {
            "sh": self._light.ambient,
            "light_direction": self._light.direction,
            "light_colour": self._light.colour,
            "light_projection": self._light.projection,
            "shadow_softness": self._light.softness,
            "occluders": np.zeros((OCCLUDERS, 4)),
            **self._setting.uniforms,
        }

    def pose(
        self, body: PosedBody, bar: Array | None, bar_rotation: Array, light: Array | None = None, shadow: bool = True
    ) -> None:
        """Put lifter and load in place and draw their shadow, for all cameras.

        `light` is the direction (3,) of the point of the lamp that throws the shadow, None = its middle, blurred.
        Labels need no shadow.
        """
        self._person.move(body.vertices, body.normals)
        self._points = body.vertices
        if self._bar is not None and self._load is not None and bar is not None:
            turn = bar_rotation.astype(np.float32)
            place = bar.astype(np.float32)
            vertices = self._load.vertices @ turn.T + place
            self._bar.move(vertices, self._load.normals @ turn.T)
            self._points = np.concatenate([body.vertices, vertices])
        if self._props is not None:
            self._points = np.concatenate([self._points, self._props.vertices])
        self._uniforms["occluders"] = occluders(body.keypoints)
        if light is not None:
            self._uniforms["light_projection"] = shadow_projection(light)
            self._uniforms["shadow_softness"] = 0.8 / 1024
        if shadow:
            self._draw_shadow()

    @property
    def light(self) -> Array:
        """Direction (3,) of the key light's middle."""
        return self._light.direction

    def picture(self, view: View) -> NDArray[np.uint8]:
        """The picture (H, W, 3) of a view.

        Where the empty place is known, only what moves is drawn: the floor by the lifter, where the shadow falls, and
        over it lifter and load, enlarged and shrunk again for soft edges.
        """
        if view.shift_px != (0.0, 0.0):
            return self._everything(view, self._meshes())
        key = (view.camera, view.filming)
        if key not in self._backdrops:
            self._backdrops[key] = Backdrop(view, self._empty_place)
        picture = self._backdrops[key].seen(view).copy()
        floor = region_of(view, shadow_points(self._points, self._light.direction))
        self._begin(view, floor)
        self._setting.draw_near_floor()
        _put(picture, floor, self._drawn(floor))
        fine, lifter = replace(view, scale=self._scale), region_of(view, self._points)
        large = lifter.enlarged(self._scale)
        self._begin(fine, large)
        for mesh in self._meshes():
            mesh.draw(self._gl.ctx, "colour")
        _put(picture, lifter, shrunk(self._drawn(large), self._scale))
        return picture

    def _empty_place(self, view: View) -> NDArray[np.uint8]:
        """The place without lifter, load and their shadow (H, W, 3)."""
        occluding = self._uniforms["occluders"]
        self._uniforms["occluders"] = np.zeros((OCCLUDERS, 4))
        self._clear_shadow()
        picture = shrunk(self._everything(replace(view, scale=self._scale), []), self._scale)
        self._uniforms["occluders"] = occluding
        self._draw_shadow()
        return picture

    def _everything(self, view: View, meshes: Sequence[Mesh]) -> NDArray[np.uint8]:
        """Meshes and the place (H, W, 3)."""
        values = self._begin(view, whole(view))
        for mesh in meshes:
            mesh.draw(self._gl.ctx, "colour")
        self._setting.draw(view, values)
        return self._drawn(whole(view))[..., :3]

    def _begin(self, view: View, region: Region) -> dict[str, Any]:
        """Clear a region of a picture and set the place's light; returns the values every shader shares."""
        target = self._gl.targets(region.target_size).picture
        target.viewport = region.viewport
        target.use()
        target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        self._gl.ctx.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        seen = {"view_projection": view.view_projection, "eye": view.eye}
        balance = {"exposure": self._light.exposure * view.balance}
        values = self._uniforms | seen | balance | {"shadow_map": SHADOW_UNIT, "pattern": PATTERN_UNIT}
        self._gl.shadow_map.use(SHADOW_UNIT)
        set_uniforms(self._gl.room, values)
        set_uniforms(self._gl.body, values)
        return values

    def _drawn(self, region: Region) -> NDArray[np.uint8]:
        """What was drawn of a region (h, w, 4), transparent where nothing was."""
        read = read_rows(self._gl.targets(region.target_size).picture, region.target_size, 4)
        return read[::-1][: region.height, : region.width][::-1]

    def labels(self, view: View, everything: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Class of every pixel (H, W), and the depth buffer (H, W), top row first.

        The place itself is in the depth buffer only where `everything` is asked for.
        """
        if everything:
            return draw_labels(self._gl, self._meshes(), view, whole(view), self._setting.draw_labels)
        return draw_labels(self._gl, self._meshes(), view, region_of(view, self._points))

    def release(self) -> None:
        """Free buffers and textures."""
        for mesh in self._meshes():
            mesh.release()
        self._setting.release()

    def _meshes(self) -> list[Mesh]:
        return [mesh for mesh in (self._person, self._bar, self._beside) if mesh is not None]

    def _draw_shadow(self) -> None:
        self._clear_shadow()
        set_uniforms(self._gl.shadow, {"light_projection": self._uniforms["light_projection"]})
        for mesh in self._meshes():
            mesh.draw(self._gl.ctx, "shadow")

    def _clear_shadow(self) -> None:
        self._gl.shadow_target.use()
        self._gl.shadow_target.clear(depth=1.0)
        self._gl.ctx.enable(moderngl.DEPTH_TEST)


def shrunk(picture: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """A picture (H, W, C) a whole number of times smaller; every pixel the mean of those it was."""
    if scale == 1:
        return picture
    size = (picture.shape[1] // scale, picture.shape[0] // scale)
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _put(picture: NDArray[np.uint8], region: Region, drawn: NDArray[np.uint8]) -> None:
    """Lay what was drawn (h, w, 4), colours as bright as they are opaque, over a region of a picture."""
    under = picture[region.rows, region.columns]
    open_ = 255 - drawn[..., 3:].astype(np.uint16)
    under[...] = drawn[..., :3] + (under * open_ + 127) // 255


def occluders(keypoints: Array) -> NDArray[np.float32]:
    """Spheres (11, 4) centre and radius that stand for the body where it keeps ambient light away [m]."""
    at = dict(zip(NAMES, keypoints, strict=True))
    hips = 0.5 * (at["hip_left"] + at["hip_right"])
    spheres = [(hips, 0.15), (0.5 * (at["joint_t12l1"] + at["c7"]), 0.15), (0.5 * (at["nose"] + at["c7"]), 0.09)]
    for side in ("left", "right"):
        hip, knee, ankle = at[f"hip_{side}"], at[f"knee_{side}"], at[f"ankle_{side}"]
        spheres += [(0.5 * (hip + knee), 0.08), (0.5 * (knee + ankle), 0.055)]
        heel, toe = at[f"heel_{side}"], at[f"toe_{side}"]
        up = np.array([0.0, 0.0, 0.035])
        spheres += [(0.75 * heel + 0.25 * toe + up, 0.055), (0.3 * heel + 0.7 * toe + up, 0.05)]
    table = np.array([(*centre, radius) for centre, radius in spheres], dtype=np.float32)
    assert len(table) == OCCLUDERS
    return table


def _groups(figure: Figure) -> dict[str, NDArray[np.int32]]:
    """Triangles of closed surfaces, and of garments that can be seen from inside."""
    garments = [i for i, name in enumerate(figure.part_names) if name in (*CHOICES["top"], *CHOICES["bottom"])]
    is_open = np.isin(figure.part_of_triangle, garments)
    return {"closed": figure.triangles[~is_open], "open": figure.triangles[is_open]}
