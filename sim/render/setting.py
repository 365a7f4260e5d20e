"""A scene as OpenGL buffers: floor, flat parts, furniture, distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.render.gl import Graphics, set_uniforms
from sim.render.meshes import Mesh, Panel, upload_texture
from sim.render.panorama import panorama
from sim.render.scenes.scene import Scene, Surface
from sim.render.scenes.surroundings import SHOWN, Surroundings
from sim.render.solids import Solid, joined
from sim.render.textures import NEUTRAL, texture
from sim.render.view import View

Array = NDArray[np.float64]
SURROUNDINGS_UNIT, PATTERN_UNIT = 2, 1
#: Where the floor begins to become the photographed ground, and where it is [m].
FADE_M = (3.0, 8.0)


class Setting:
    """Everything that stands still."""

    def __init__(self, gl: Graphics, scene: Scene, furniture: Sequence[Solid], rng: np.random.Generator) -> None:
        """Upload surfaces, furniture and textures; `rng` sets their irregularities."""
        self._gl, self._rng = gl, rng
        self._textures: dict[str, Any] = {}
        self._fade = FADE_M if scene.panorama else (0.0, 0.0)
        self._floor, self._near_floor = self._panel(scene.floor()), self._panel(scene.floor_by_lifter())
        self._panels = [self._panel(surface) for surface in scene.surfaces()]
        self._furniture = None if not furniture else _still(gl, joined(furniture))
        self._sky = gl.ctx.vertex_array(gl.sky, [])
        self._photograph = _photograph(gl, scene)
        self.uniforms: dict[str, Any] = {"surroundings": SURROUNDINGS_UNIT, "fade": self._fade}
        if isinstance(scene, Surroundings):
            turn = np.radians(scene.turn_deg)
            self.uniforms |= {"surroundings_turn": float(turn), "surroundings_strength": SHOWN * scene.ambient}

    def _panel(self, surface: Surface) -> Panel:
        if surface.texture not in self._textures:
            self._textures[surface.texture] = upload_texture(self._gl, texture(surface.texture, self._rng))
        look = {
            "tint": np.array(surface.colour) * (255.0 / NEUTRAL),
            "gloss": surface.gloss,
            "key_share": surface.key_share,
            "glow": surface.glow,
        }
        return Panel(self._gl, self._textures[surface.texture], surface.quads, look)

    def draw(self, view: View, values: dict[str, Any]) -> None:
        """Draw all of it; `values` are what the shaders share."""
        gl = self._gl
        self._photograph.use(SURROUNDINGS_UNIT)
        if self._fade[1] > 0.0:
            gl.ctx.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
            set_uniforms(gl.sky, values | {"to_world": np.linalg.inv(view.view_projection), "eye": view.eye})
            self._sky.render(vertices=3)
            gl.ctx.enable(moderngl.DEPTH_TEST)
        for panel in (self._floor, *self._panels):
            panel.draw(gl, PATTERN_UNIT)
        if self._furniture:
            self._furniture.draw(gl.ctx, "colour")

    def draw_near_floor(self) -> None:
        """Draw the floor the lifter's shadow falls on, where no furniture hides it."""
        ctx = self._gl.ctx
        if self._furniture:
            ctx.fbo.color_mask = (False, False, False, False)
            self._furniture.draw(ctx, "colour")
            ctx.fbo.color_mask = (True, True, True, True)
        self._photograph.use(SURROUNDINGS_UNIT)
        self._near_floor.draw(self._gl, PATTERN_UNIT)

    def draw_labels(self) -> None:
        """Draw all of it as background, into the label buffers."""
        for panel in (self._floor, *self._panels):
            panel.draw_label(self._gl)
        if self._furniture:
            self._furniture.draw(self._gl.ctx, "label")

    def release(self) -> None:
        """Free buffers and textures."""
        for panel in (self._floor, self._near_floor, *self._panels):
            panel.release()
        if self._furniture:
            self._furniture.release()
        for thing in (*self._textures.values(), self._sky, self._photograph):
            thing.release()


def _still(gl: Graphics, solid: Solid) -> Mesh:
    paint = np.concatenate([solid.paint, np.zeros((len(solid.paint), 1), dtype=np.float32)], axis=1)
    mesh = Mesh(gl, paint, {"closed": solid.triangles})
    mesh.move(solid.vertices, solid.normals)
    return mesh


def _photograph(gl: Graphics, scene: Scene) -> Any:
    """The scene's panorama, or a black dot where it has none."""
    texels = np.zeros((1, 1, 3), dtype=np.uint8) if scene.panorama is None else panorama(scene.panorama).encoded
    if scene.panorama:  # enlarged smoothly: it looks out of focus, not blocky
        large = cv2.resize(texels, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        texels = np.asarray(cv2.GaussianBlur(large, (0, 0), 1.2), dtype=np.uint8)
    made = gl.ctx.texture((texels.shape[1], texels.shape[0]), 3, np.ascontiguousarray(texels).tobytes(), alignment=1)
    made.filter = (moderngl.LINEAR, moderngl.LINEAR)
    made.repeat_x, made.repeat_y = True, False
    return made
