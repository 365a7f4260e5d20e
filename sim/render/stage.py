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
from sim.render.paint import painted_figure, painted_load
from sim.render.textures import floor_texture, wall_texture

Array = NDArray[np.float64]
SHADOW_UNIT, PATTERN_UNIT = 0, 1


class Mesh:
    """A triangle mesh on the graphics side whose vertices move every frame."""

    def __init__(self, gl: Graphics, paint: NDArray[np.float32], groups: dict[str, NDArray[np.int32]]) -> None:
        """Upload what stays the same: paint per vertex, and triangles in groups (`closed`, `open`)."""
        ctx = gl.ctx
        self._moving = ctx.buffer(reserve=len(paint) * 24, dynamic=True)
        self._fixed = ctx.buffer(np.ascontiguousarray(paint, dtype=np.float32).tobytes())
        self._indices = {k: ctx.buffer(np.ascontiguousarray(t, dtype=np.int32).tobytes()) for k, t in groups.items()}
        self.arrays = {
            pass_name: {k: self._array(ctx, program, index) for k, index in self._indices.items()}
            for pass_name, program in (("colour", gl.body), ("label", gl.label), ("shadow", gl.shadow))
        }

    def _array(self, ctx: Any, program: Any, index: Any) -> Any:
        layout = [(self._moving, "3f 3f", "position", "normal"), (self._fixed, "3f 3f", "albedo", "surface")]
        return ctx.vertex_array(program, layout, index, skip_errors=True)

    def move(self, vertices: NDArray[np.float32], normals: NDArray[np.float32]) -> None:
        """Put the vertices (V, 3) and their normals in place."""
        self._moving.write(np.concatenate([vertices, normals], axis=1, dtype=np.float32).tobytes())

    def draw(self, ctx: Any, pass_name: str) -> None:
        """Draw closed surfaces from outside only, open ones from both sides."""
        for kind, array in self.arrays[pass_name].items():
            (ctx.enable if kind == "closed" else ctx.disable)(moderngl.CULL_FACE)
            array.render()

    def release(self) -> None:
        """Free everything."""
        for arrays in self.arrays.values():
            for array in arrays.values():
                array.release()
        for buffer in (self._moving, self._fixed, *self._indices.values()):
            buffer.release()


class Stage:
    """One lifter in one room, ready to be drawn."""

    def __init__(self, gl: Graphics, figure: Figure, load: Load | None, appearance: Appearance, seed: int) -> None:
        """Upload meshes and textures; `seed` sets their irregularities."""
        self._gl = gl
        rng = np.random.default_rng([seed, 1])
        self._person = Mesh(gl, painted_figure(figure, appearance, rng), _groups(figure))
        self._load = load
        self._bar = None if load is None else Mesh(gl, painted_load(load, appearance), {"closed": load.triangles})
        self._surfaces = _room(gl, appearance, rng)
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
        ctx, size = self._gl.ctx, (camera.width, camera.height)
        targets = self._gl.targets(size)
        targets.multisampled.use()
        targets.multisampled.clear(0.0, 0.0, 0.0, 1.0, depth=1.0)
        ctx.enable(moderngl.DEPTH_TEST)
        values = self._uniforms | _camera_uniforms(camera) | {"shadow_map": SHADOW_UNIT, "pattern": PATTERN_UNIT}
        self._gl.shadow_map.use(SHADOW_UNIT)
        set_uniforms(self._gl.body, values)
        for mesh in self._meshes():
            mesh.draw(ctx, "colour")
        set_uniforms(self._gl.room, values)
        ctx.enable(moderngl.CULL_FACE)
        for texture, array, look in self._surfaces:
            texture.use(PATTERN_UNIT)
            set_uniforms(self._gl.room, look)
            array.render()
        ctx.copy_framebuffer(targets.resolved, targets.multisampled)
        return read_rows(targets.resolved, size, 3)

    def labels(self, camera: Camera) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Class of every pixel (H, W), and the depth buffer (H, W), top row first."""
        return draw_labels(self._gl, self._meshes(), camera)

    def release(self) -> None:
        """Free buffers and textures."""
        for mesh in self._meshes():
            mesh.release()
        for texture, array, _ in self._surfaces:
            array.release()
            texture.release()

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


def draw_labels(gl: Graphics, meshes: list[Mesh], camera: Camera) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Label of the nearest mesh at every pixel (H, W), 0 where there is none, and the depth buffer (H, W)."""
    size = (camera.width, camera.height)
    targets = gl.targets(size)
    targets.labels.use()
    targets.labels.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
    gl.ctx.enable(moderngl.DEPTH_TEST)
    set_uniforms(gl.label, _camera_uniforms(camera))
    for mesh in meshes:
        mesh.draw(gl.ctx, "label")
    depth = np.frombuffer(targets.label_depth.read(alignment=1), dtype=np.float32)
    return read_rows(targets.labels, size, 1)[..., 0], depth.reshape(camera.height, camera.width)[::-1]


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


def _room(gl: Graphics, appearance: Appearance, rng: np.random.Generator) -> list[tuple[Any, Any, dict[str, Any]]]:
    """Texture, vertex array and look of every surface of the room."""
    wall = palette.WALLS[appearance.wall_colour]
    floor_look = {"tint": _tint(palette.FLOORS[appearance.floor]), "gloss": 0.25, "key_share": 1.0}
    wall_look = {"tint": _tint(wall), "gloss": 0.0, "key_share": 0.45}
    skirting = {"tint": _tint((0.45 * wall[0], 0.45 * wall[1], 0.45 * wall[2])), "gloss": 0.1, "key_share": 0.4}
    plaster = wall_texture(rng)
    return [
        (_texture(gl, floor_texture(appearance.floor, rng)), _quads(gl, room.floor()), floor_look),
        (_texture(gl, plaster), _quads(gl, room.walls(room.SKIRTING_M, room.HEIGHT_M)), wall_look),
        (_texture(gl, plaster), _quads(gl, room.walls(0.0, room.SKIRTING_M)), skirting),
        (_texture(gl, plaster), _quads(gl, room.ceiling()), {"tint": _tint(palette.CEILING), "gloss": 0.0, "key_share": 0.0}),
    ]


def _tint(colour: palette.Colour) -> Array:
    return np.array(colour) * (255.0 / 128.0)


def _texture(gl: Graphics, picture: NDArray[np.uint8]) -> Any:
    texture = gl.ctx.texture((picture.shape[1], picture.shape[0]), 3, picture.tobytes(), alignment=1)
    texture.build_mipmaps()
    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    return texture


def _quads(gl: Graphics, quads: room.Quads) -> Any:
    vertices = gl.ctx.buffer(quads.vertices.tobytes())
    layout = [(vertices, "3f 3f 2f", "position", "normal", "uv")]
    return gl.ctx.vertex_array(gl.room, layout, gl.ctx.buffer(quads.triangles.tobytes()), skip_errors=True)


def _camera_uniforms(camera: Camera) -> dict[str, Array]:
    return {"view_projection": camera.projection() @ camera.view(), "eye": camera.position_m}
