"""The stage: the lifter, the load and the room as OpenGL buffers, drawn for any camera."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.body.figure import Figure
from sim.body.landmarks import NAMES
from sim.body.outfit import CHOICES
from sim.body.posed import PosedBody
from sim.render import palette, room
from sim.render.appearance import Appearance
from sim.render.barbell import Load
from sim.render.camera import Camera
from sim.render.gl import OCCLUDERS, Graphics, read_rows, set_uniforms
from sim.render.lighting import lighting
from sim.render.meshes import Mesh, Surface, camera_uniforms, draw_labels
from sim.render.paint import painted_figure, painted_load
from sim.render.textures import NEUTRAL, floor_texture, wall_texture

Array = NDArray[np.float64]
SHADOW_UNIT, PATTERN_UNIT = 0, 1


class Stage:
    """One lifter in one room, ready to be drawn."""

    def __init__(self, gl: Graphics, figure: Figure, load: Load | None, appearance: Appearance, seed: int) -> None:
        """Upload meshes and textures; `seed` sets their irregularities."""
        self._gl = gl
        rng = np.random.default_rng([seed, 1])
        self._person = Mesh(gl, painted_figure(figure, appearance, rng), _groups(figure))
        self._load = load
        self._bar = None if load is None else Mesh(gl, painted_load(load, appearance), {"closed": load.triangles})
        self._floor, *self._walls = _room(gl, appearance, rng)
        self._backdrops: dict[Camera, Any] = {}
        self._empty = gl.ctx.vertex_array(gl.backdrop, [])
        light = lighting(
            appearance, np.array(palette.FLOORS[appearance.floor]), np.array(palette.WALLS[appearance.wall_colour])
        )
        self._uniforms: dict[str, Any] = {
            "sh": light.ambient,
            "light_direction": light.direction,
            "light_colour": light.colour,
            "light_projection": light.projection,
            "exposure": appearance.exposure,
            "shadow_softness": 2.4 / 1024,
        }

    def pose(self, body: PosedBody, bar: Array | None, bar_rotation: Array) -> None:
        """Put lifter and load in place and draw their shadow; once a moment, for all cameras."""
        self._person.move(body.vertices, body.normals)
        if self._bar is not None and self._load is not None and bar is not None:
            turn = bar_rotation.astype(np.float32)
            place = bar.astype(np.float32)
            self._bar.move(self._load.vertices @ turn.T + place, self._load.normals @ turn.T)
        self._uniforms["occluders"] = occluders(body.keypoints)
        self._draw_shadow()

    def picture(self, camera: Camera) -> NDArray[np.uint8]:
        """The picture (H, W, 3) a camera takes."""
        if camera not in self._backdrops:
            self._backdrops[camera] = self._backdrop(camera)
        gl, size = self._gl, (camera.width, camera.height)
        values = self._begin(camera)
        set_uniforms(gl.body, values)
        for mesh in self._meshes():
            mesh.draw(gl.ctx, "colour")
        self._draw_surface(self._floor, "near")
        self._backdrops[camera].use(PATTERN_UNIT)
        gl.backdrop["pattern"].value = PATTERN_UNIT
        gl.ctx.depth_func = "<="
        self._empty.render(vertices=3)
        gl.ctx.depth_func = "<"
        targets = gl.targets(size)
        gl.ctx.copy_framebuffer(targets.resolved, targets.multisampled)
        return read_rows(targets.resolved, size, 3)

    def _begin(self, camera: Camera) -> dict[str, Any]:
        """Clear the picture and set the room's light; returns the values every shader shares."""
        ctx, targets = self._gl.ctx, self._gl.targets((camera.width, camera.height))
        targets.multisampled.use()
        targets.multisampled.clear(0.0, 0.0, 0.0, 1.0, depth=1.0)
        ctx.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        values = self._uniforms | camera_uniforms(camera) | {"shadow_map": SHADOW_UNIT, "pattern": PATTERN_UNIT}
        self._gl.shadow_map.use(SHADOW_UNIT)
        set_uniforms(self._gl.room, values)
        return values

    def _draw_surface(self, surface: Surface, extent: str) -> None:
        self._gl.ctx.enable(moderngl.CULL_FACE)
        surface.texture.use(PATTERN_UNIT)
        set_uniforms(self._gl.room, surface.look)
        surface.arrays[extent].render()

    def _backdrop(self, camera: Camera) -> Any:
        """The empty room as a camera sees it: it stands still, so it is drawn once."""
        self._begin(camera)
        for surface in (self._floor, *self._walls):
            self._draw_surface(surface, "whole")
        size = (camera.width, camera.height)
        targets = self._gl.targets(size)
        self._gl.ctx.copy_framebuffer(targets.resolved, targets.multisampled)
        return self._gl.ctx.texture(size, 4, targets.resolved.read(components=4, alignment=1), alignment=1)

    def labels(self, camera: Camera) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Class of every pixel (H, W), and the depth buffer (H, W), top row first."""
        return draw_labels(self._gl, self._meshes(), camera)

    def release(self) -> None:
        """Free buffers and textures."""
        for mesh in self._meshes():
            mesh.release()
        for surface in (self._floor, *self._walls):
            surface.release()
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


def _room(gl: Graphics, appearance: Appearance, rng: np.random.Generator) -> list[Surface]:
    """The surfaces of the room, the floor first."""
    wall = np.array(palette.WALLS[appearance.wall_colour])
    plaster = wall_texture(rng)
    floor_quads = {"whole": room.floor(), "near": room.floor_by_lifter()}
    floor_texels = floor_texture(appearance.floor, rng)
    return [
        Surface(gl, floor_texels, floor_quads, _look(np.array(palette.FLOORS[appearance.floor]), 0.25, 1.0)),
        Surface(gl, plaster, {"whole": room.walls(room.SKIRTING_M, room.HEIGHT_M)}, _look(wall, 0.0, 0.45)),
        Surface(gl, plaster, {"whole": room.walls(0.0, room.SKIRTING_M)}, _look(0.45 * wall, 0.1, 0.4)),
        Surface(gl, plaster, {"whole": room.ceiling()}, _look(np.array(palette.CEILING), 0.0, 0.0)),
    ]


def _look(colour: Array, gloss: float, key_share: float) -> dict[str, Any]:
    return {"tint": colour * (255.0 / NEUTRAL), "gloss": gloss, "key_share": key_share}
