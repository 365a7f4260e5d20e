"""A stage without OpenGL: the same labels, plainer pictures, many times slower."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.body.figure import Figure
from sim.body.posed import PosedBody
from sim.render.appearance import Appearance
from sim.render.barbell import Load
from sim.render.lighting import irradiance, lighting
from sim.render.paint import painted_figure, painted_load
from sim.render.panorama import panorama
from sim.render.props import Props
from sim.render.rasterizer import Canvas
from sim.render.scenes.scene import Scene, Surface
from sim.render.scenes.surroundings import SHOWN, Surroundings
from sim.render.solids import Solid, joined
from sim.render.view import View

Array = NDArray[np.float64]
Indices = NDArray[np.int32]


class SoftwareStage:
    """One lifter in one place, drawn by numpy: flat colours, a hard shadow, no textures."""

    def __init__(
        self,
        figure: Figure,
        load: Load | None,
        appearance: Appearance,
        scene: Scene,
        furniture: Sequence[Solid],
        seed: int,
        props: Props | None = None,
    ) -> None:
        """Take up what will be drawn; `seed` sets its irregularities."""
        rng = np.random.default_rng([seed, 1])
        self._scene, self._load = scene, load
        self._light = lighting(scene.key, scene.environment(), scene.brightness)
        paints = [painted_figure(figure, appearance, rng)]
        self._triangles = [figure.triangles]
        if load is not None:
            paints.append(painted_load(load, appearance))
            self._triangles.append((load.triangles + len(figure.rest)).astype(np.int32))
        self._props = props
        if props is not None:
            first = sum(len(paint) for paint in paints)
            paints.append(props.paint)
            self._triangles.append((props.triangles + first).astype(np.int32))
        self._paint = np.concatenate(paints).astype(float)
        self._index = np.concatenate(self._triangles)
        self._furniture = joined(furniture) if furniture else None
        self._backdrops: dict[Any, NDArray[np.uint8]] = {}

    @property
    def light(self) -> Array:
        """Direction (3,) of the key light's middle."""
        return self._light.direction

    def pose(
        self, body: PosedBody, bar: Array | None, bar_rotation: Array, light: Array | None = None, shadow: bool = True
    ) -> None:
        """Put lifter and load in place."""
        del shadow  # it is drawn with the picture
        vertices, normals = [body.vertices.astype(float)], [body.normals.astype(float)]
        if self._load is not None:
            place = np.full(3, 1e3) if bar is None else bar
            vertices.append(self._load.vertices @ bar_rotation.T + place)
            normals.append(self._load.normals @ bar_rotation.T)
        if self._props is not None:
            vertices.append(self._props.vertices.astype(float))
            normals.append(self._props.normals.astype(float))
        self._vertices, self._normals = np.concatenate(vertices), np.concatenate(normals)
        self._from = self._light.direction if light is None else light

    def picture(self, view: View) -> NDArray[np.uint8]:
        """The picture (H, W, 3) of a view."""
        key = (view.camera, view.filming, view.time_s if not view.camera.still else 0.0)
        if key not in self._backdrops:
            self._backdrops = {k: v for k, v in self._backdrops.items() if k[0].still}
            self._backdrops[key] = self._place(view)
        picture = self._shaded(self._backdrops[key].copy(), view)
        canvas = self._canvas(view)
        colour = self._toned(self._lit(self._normals, self._paint[:, :3]), view)
        seen = canvas.triangle >= 0
        picture.reshape(-1, 3)[seen] = colour[self._index].mean(axis=1)[canvas.triangle[seen]]
        return picture

    def labels(self, view: View, everything: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Class of every pixel (H, W), and the depth buffer (H, W), top row first."""
        canvas = self._canvas(view)
        classes = self._paint[self._index[:, 0], 5]
        labels = np.where(canvas.triangle >= 0, classes[canvas.triangle], 0).astype(np.uint8)
        place = self._place_canvas(view)[0].depth if everything else np.float64(1.0)
        width, height = view.size
        depth = np.minimum(canvas.depth, place).reshape(height, width)
        return labels.reshape(height, width), depth.astype(np.float32)

    def release(self) -> None:
        """Nothing is held outside Python."""

    def _canvas(self, view: View) -> Canvas:
        canvas = Canvas(*view.size)
        canvas.draw(_clip(view, self._vertices), self._index)
        return canvas

    def _lit(self, normals: Array, albedo: Array) -> Array:
        ambient = irradiance(self._light.ambient, normals)
        key = np.maximum(normals @ self._light.direction, 0.0)[:, None] * self._light.colour
        return np.asarray(albedo * (ambient + key))

    def _toned(self, colour: Array, view: View) -> NDArray[np.float64]:
        """Filmic curve (Narkowicz 2015) and display gamma, as the shaders have them; grey levels of 255."""
        c = colour * self._light.exposure * view.balance
        c = np.clip(c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14), 0.0, 1.0)
        return np.asarray(255.0 * c ** (1.0 / 2.2))

    def _place_canvas(self, view: View) -> tuple[Canvas, Array]:
        """The place drawn, and the colour (T, 3) of its triangles."""
        canvas, colours, count = Canvas(*view.size), [], 0
        for surface in (self._scene.floor(), *self._scene.surfaces()):
            vertices, normals, triangles = _tessellated(surface)
            facing = _facing(vertices, normals, triangles, view)
            canvas.draw(_clip(view, vertices), triangles[facing], count)
            level = surface.key_share if abs(normals[0, 2]) < 0.5 else 1.0
            lit = irradiance(self._light.ambient, normals[:1])
            lit = lit + level * max(float(normals[0] @ self._light.direction), 0.0) * self._light.colour + surface.glow
            colours.append(np.tile(np.array(surface.colour) * lit, (int(facing.sum()), 1)))
            count += int(facing.sum())
        if self._furniture:
            canvas.draw(_clip(view, self._furniture.vertices.astype(float)), self._furniture.triangles, count)
            lit = self._lit(self._furniture.normals.astype(float), self._furniture.paint[:, :3].astype(float))
            colours.append(lit[self._furniture.triangles].mean(axis=1))
        return canvas, np.concatenate(colours)

    def _place(self, view: View) -> NDArray[np.uint8]:
        """The empty place (H, W, 3)."""
        canvas, colours = self._place_canvas(view)
        width, height = view.size
        picture = self._distance(view).reshape(-1, 3)
        seen = canvas.triangle >= 0
        picture[seen] = self._toned(colours, view)[canvas.triangle[seen]]
        return picture.reshape(height, width, 3).astype(np.uint8)

    def _distance(self, view: View) -> Array:
        """What is behind everything (H, W, 3): the photograph, or grey."""
        width, height = view.size
        if not isinstance(self._scene, Surroundings):
            return np.full((height, width, 3), 128.0)
        column, row = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        far = np.stack([2 * column / width - 1, 1 - 2 * row / height, np.ones_like(row), np.ones_like(row)], axis=-1)
        world = far @ np.linalg.inv(view.view_projection).T
        towards = world[..., :3] / world[..., 3:] - view.eye
        shown = panorama(self._scene.photograph)
        tall, wide = shown.encoded.shape[:2]
        azimuth = np.arctan2(towards[..., 1], towards[..., 0]) - np.radians(self._scene.turn_deg)
        down = np.arccos(towards[..., 2] / np.linalg.norm(towards, axis=-1))
        x = ((0.5 - azimuth / (2 * np.pi)) * wide) % wide
        y = np.clip(down / np.pi * tall, 0, tall - 1)
        radiance = SHOWN * self._scene.ambient * shown.radiance[y.astype(int), x.astype(int)]
        return self._toned(radiance, view)

    def _shaded(self, picture: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
        """The picture with the shadow on the floor: every triangle thrown down along the light."""
        fallen = self._vertices - self._vertices[:, 2:] * (self._from / self._from[2])
        clip = _clip(view, fallen)
        if (clip[:, 3] < 0.1).any():
            return picture
        pixels = (clip[:, :2] / clip[:, 3:] * [0.5, -0.5] + 0.5) * view.size
        shadow = np.zeros(picture.shape[:2], dtype=np.uint8)
        for triangle in np.round(pixels[self._index] * 16.0).astype(np.int32):
            cv2.fillConvexPoly(shadow, triangle, 255, lineType=cv2.LINE_8, shift=4)
        share = cv2.GaussianBlur(shadow, (0, 0), 2.0).astype(float)[..., None] / 255.0
        return np.asarray(picture * (1.0 - 0.45 * share), dtype=np.uint8)


def _clip(view: View, points: Array) -> Array:
    return np.concatenate([points, np.ones((len(points), 1))], axis=1) @ view.view_projection.T


def _facing(vertices: Array, normals: Array, triangles: Indices, view: View) -> NDArray[np.bool_]:
    """Which triangles are seen from their front."""
    first = triangles[:, 0]
    return np.asarray(((view.eye - vertices[first]) * normals[first]).sum(axis=1) > 0)


def _tessellated(surface: Surface) -> tuple[Array, Array, Indices]:
    """A surface's rectangles cut into pieces, so that those behind the lens can be left out."""
    points, normals, triangles, count = [], [], [], 0
    for corners in surface.quads.vertices.reshape(-1, 4, 8):
        pieces = [max(1, int(np.ceil(np.linalg.norm(corners[k + 1, :3] - corners[k, :3]) / 0.5))) for k in (0, 1)]
        u, v = np.meshgrid(np.linspace(0, 1, pieces[0] + 1), np.linspace(0, 1, pieces[1] + 1), indexing="ij")
        a, b, _, d = (corners[k, :3].astype(float) for k in range(4))
        points.append((a + u[..., None] * (b - a) + v[..., None] * (d - a)).reshape(-1, 3))
        normals.append(np.tile(corners[0, 3:6].astype(float), (u.size, 1)))
        i = np.arange(u.size).reshape(u.shape)
        quad = np.stack([i[:-1, :-1], i[1:, :-1], i[1:, 1:], i[:-1, 1:]], axis=-1).reshape(-1, 4) + count
        triangles += [quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]]
        count += u.size
    return np.concatenate(points), np.concatenate(normals), np.concatenate(triangles).astype(np.int32)
