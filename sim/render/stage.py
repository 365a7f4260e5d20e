"""The stage: the lifter, the load and the place as OpenGL buffers, drawn for any camera."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.body.figure import Figure
from sim.body.landmarks import NAMES
from sim.body.outfit import CHOICES
from sim.body.posed import PosedBody
from sim.render.appearance import Appearance
from sim.render.barbell import Load
from sim.render.camera import Camera
from sim.render.gl import OCCLUDERS, Graphics, read_rows, set_uniforms
from sim.render.lighting import lighting, shadow_projection
from sim.render.meshes import Mesh, draw_labels
from sim.render.paint import painted_figure, painted_load
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
    ) -> None:
        """Upload meshes and textures; `seed` sets their irregularities."""
        self._gl, self._samples, self._load = gl, samples, load
        rng = np.random.default_rng([seed, 1])
        self._person = Mesh(gl, painted_figure(figure, appearance, rng), _groups(figure))
        self._bar = None if load is None else Mesh(gl, painted_load(load, appearance), {"closed": load.triangles})
        self._setting = Setting(gl, scene, furniture, rng)
        self._backdrops: dict[tuple[Camera, Any], Any] = {}
        self._empty = gl.ctx.vertex_array(gl.backdrop, [])
        self._light = lighting(scene.key, scene.environment())
        self._uniforms: dict[str, Any] = {
            "sh": self._light.ambient,
            "light_direction": self._light.direction,
            "light_colour": self._light.colour,
            "light_projection": self._light.projection,
            "shadow_softness": self._light.softness,
            "occluders": np.zeros((OCCLUDERS, 4)),
            **self._setting.uniforms,
        }

    def pose(self, body: PosedBody, bar: Array | None, bar_rotation: Array, light: Array | None = None) -> None:
        """Put lifter and load in place and draw their shadow, for all cameras.

        `light` is the direction (3,) of the point of the lamp that throws the shadow, None = its middle, blurred.
        """
        self._person.move(body.vertices, body.normals)
        if self._bar is not None and self._load is not None and bar is not None:
            turn = bar_rotation.astype(np.float32)
            place = bar.astype(np.float32)
            self._bar.move(self._load.vertices @ turn.T + place, self._load.normals @ turn.T)
        self._uniforms["occluders"] = occluders(body.keypoints)
        if light is not None:
            self._uniforms["light_projection"] = shadow_projection(light)
            self._uniforms["shadow_softness"] = 0.8 / 1024
        self._draw_shadow()

    @property
    def light(self) -> Array:
        """Direction (3,) of the key light's middle."""
        return self._light.direction

    def picture(self, view: View) -> NDArray[np.uint8]:
        """The picture (H, W, 3) of a view."""
        gl = self._gl
        targets = gl.targets(view.size, self._samples)
        backdrop = self._backdrop(view) if view.camera.still and view.shift_px == (0.0, 0.0) else None
        values = self._begin(view, targets)
        set_uniforms(gl.body, values)
        for mesh in self._meshes():
            mesh.draw(gl.ctx, "colour")
        if backdrop is None:
            self._setting.draw(view, values)
        else:
            self._setting.draw_near_floor()
            self._fill(backdrop)
        gl.ctx.copy_framebuffer(targets.resolved, targets.drawn)
        return read_rows(targets.resolved, view.size, 3)

    def _begin(self, view: View, targets: Any) -> dict[str, Any]:
        """Clear the picture and set the place's light; returns the values every shader shares."""
        targets.drawn.use()
        targets.drawn.clear(0.0, 0.0, 0.0, 1.0, depth=1.0)
        self._gl.ctx.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        seen = {"view_projection": view.view_projection, "eye": view.eye}
        balance = {"exposure": self._light.exposure * view.balance}
        values = self._uniforms | seen | balance | {"shadow_map": SHADOW_UNIT, "pattern": PATTERN_UNIT}
        self._gl.shadow_map.use(SHADOW_UNIT)
        set_uniforms(self._gl.room, values)
        return values

    def _fill(self, backdrop: Any) -> None:
        """Put the empty place where nothing was drawn."""
        gl = self._gl
        gl.ctx.enable(moderngl.CULL_FACE)
        backdrop.use(PATTERN_UNIT)
        gl.backdrop["pattern"].value = PATTERN_UNIT
        gl.ctx.depth_func = "<="
        self._empty.render(vertices=3)
        gl.ctx.depth_func = "<"

    def _backdrop(self, view: View) -> Any:
        """The empty place as a camera on a tripod sees it: it stands still, so it is drawn once."""
        key = (view.camera, view.filming)
        if key not in self._backdrops:
            gl, targets = self._gl, self._gl.targets(view.size, self._samples)
            occluding = self._uniforms["occluders"]
            self._uniforms["occluders"] = np.zeros((OCCLUDERS, 4))
            values = self._begin(view, targets)
            set_uniforms(gl.body, values)
            self._setting.draw(view, values)
            self._uniforms["occluders"] = occluding
            gl.ctx.copy_framebuffer(targets.resolved, targets.drawn)
            pixels = targets.resolved.read(components=4, alignment=1)
            self._backdrops[key] = gl.ctx.texture(view.size, 4, pixels, alignment=1)
        return self._backdrops[key]

    def labels(self, view: View, everything: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Class of every pixel (H, W), and the depth buffer (H, W), top row first.

        The place itself is in the depth buffer only where `everything` is asked for.
        """
        rest = self._setting.draw_labels if everything else None
        return draw_labels(self._gl, self._meshes(), view, self._samples, rest)

    def release(self) -> None:
        """Free buffers and textures."""
        for mesh in self._meshes():
            mesh.release()
        self._setting.release()
        for backdrop in self._backdrops.values():
            backdrop.release()
        self._empty.release()

    def _meshes(self) -> list[Mesh]:
        return [self._person] if self._bar is None else [self._person, self._bar]

    def _draw_shadow(self) -> None:
        ctx = self._gl.ctx
        self._gl.shadow_target.use()
        self._gl.shadow_target.clear(depth=1.0)
        ctx.enable(moderngl.DEPTH_TEST)
        set_uniforms(self._gl.shadow, {"light_projection": self._uniforms["light_projection"]})
        for mesh in self._meshes():
            mesh.draw(ctx, "shadow")


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
