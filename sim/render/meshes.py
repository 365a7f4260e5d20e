"""Meshes and surfaces on the graphics side, and the label pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.render.gl import Graphics, read_rows, set_uniforms
from sim.render.region import Region
from sim.render.room import Quads
from sim.render.textures import Picture
from sim.render.view import View

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


class Panel:
    """A flat part of the place: rectangles, a texture and a look."""

    def __init__(self, gl: Graphics, texture: Any, quads: Quads, look: dict[str, Any]) -> None:
        """Upload the rectangles; the texture is another's."""
        self.look = look
        self._texture = texture
        self._buffers = [gl.ctx.buffer(quads.vertices.tobytes()), gl.ctx.buffer(quads.triangles.tobytes())]
        vertices, indices = self._buffers
        coloured = [(vertices, "3f 3f 2f", "position", "normal", "uv")]
        self._array = gl.ctx.vertex_array(gl.room, coloured, indices, skip_errors=True)
        self._labelled = gl.ctx.vertex_array(gl.label, [(vertices, "3f 20x", "position")], indices)

    def draw(self, gl: Graphics, unit: int) -> None:
        """Draw it, its texture at a unit."""
        gl.ctx.enable(moderngl.CULL_FACE)
        self._texture.use(unit)
        set_uniforms(gl.room, self.look)
        self._array.render()

    def draw_label(self, gl: Graphics) -> None:
        """Draw it as background."""
        gl.ctx.enable(moderngl.CULL_FACE)
        self._labelled.render()

    def release(self) -> None:
        """Free everything."""
        for thing in (self._array, self._labelled, *self._buffers):
            thing.release()


def upload_texture(gl: Graphics, texels: Picture) -> Any:
    """A repeating texture, smooth at every size."""
    texture = gl.ctx.texture((texels.shape[1], texels.shape[0]), 3, texels.tobytes(), alignment=1)
    texture.build_mipmaps()
    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    return texture


def draw_labels(
    gl: Graphics, meshes: Sequence[Mesh], view: View, region: Region, rest: Callable[[], None] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Label of the nearest mesh at every pixel (H, W), 0 where there is none, and the depth buffer (H, W).

    Only a region is drawn: nothing is outside it. `rest` draws what is in the depth buffer besides, as background.
    """
    targets, (width, height) = gl.targets(region.target_size), region.target_size
    targets.labels.viewport = region.viewport
    targets.labels.use()
    targets.labels.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
    gl.ctx.enable(moderngl.DEPTH_TEST)
    set_uniforms(gl.label, {"view_projection": view.view_projection})
    for mesh in meshes:
        mesh.draw(gl.ctx, "label")
    if rest is not None:
        rest()
    raw = np.frombuffer(targets.label_depth.read(alignment=1), dtype=np.float32).reshape(height, width)
    labels = np.zeros(view.size[::-1], dtype=np.uint8)
    depth = np.ones(view.size[::-1], dtype=np.float32)
    inside = slice(0, region.height), slice(0, region.width)
    labels[region.rows, region.columns] = read_rows(targets.labels, region.target_size, 1)[::-1][inside][::-1, :, 0]
    depth[region.rows, region.columns] = raw[inside][::-1]
    return labels, depth
