"""Meshes and surfaces on the graphics side, and the label pass."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.render.camera import Camera
from sim.render.gl import Graphics, read_rows, set_uniforms
from sim.render.room import Quads
from sim.render.textures import Picture

Array = NDArray[np.float64]


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


class Surface:
    """A flat part of the room: texture, look, and rectangles of different extent."""

    def __init__(self, gl: Graphics, texels: Picture, quads: dict[str, Quads], look: dict[str, Any]) -> None:
        """Upload texture and rectangles."""
        size = (texels.shape[1], texels.shape[0])
        self.look = look
        self.texture = gl.ctx.texture(size, 3, texels.tobytes(), alignment=1)
        self.texture.build_mipmaps()
        self.texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._buffers: list[Any] = []
        self.arrays = {extent: self._array(gl, quad) for extent, quad in quads.items()}

    def _array(self, gl: Graphics, quads: Quads) -> Any:
        vertices, indices = gl.ctx.buffer(quads.vertices.tobytes()), gl.ctx.buffer(quads.triangles.tobytes())
        self._buffers += [vertices, indices]
        layout = [(vertices, "3f 3f 2f", "position", "normal", "uv")]
        return gl.ctx.vertex_array(gl.room, layout, indices, skip_errors=True)

    def release(self) -> None:
        """Free everything."""
        for thing in (*self.arrays.values(), *self._buffers, self.texture):
            thing.release()


def draw_labels(gl: Graphics, meshes: list[Mesh], camera: Camera) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Label of the nearest mesh at every pixel (H, W), 0 where there is none, and the depth buffer (H, W)."""
    size = (camera.width, camera.height)
    targets = gl.targets(size)
    targets.labels.use()
    targets.labels.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
    gl.ctx.enable(moderngl.DEPTH_TEST)
    set_uniforms(gl.label, camera_uniforms(camera))
    for mesh in meshes:
        mesh.draw(gl.ctx, "label")
    depth = np.frombuffer(targets.label_depth.read(alignment=1), dtype=np.float32)
    return read_rows(targets.labels, size, 1)[..., 0], depth.reshape(camera.height, camera.width)[::-1]


def camera_uniforms(camera: Camera) -> dict[str, Array]:
    """What a shader needs to know of a camera."""
    return {"view_projection": camera.projection() @ camera.view(), "eye": camera.position_m}
