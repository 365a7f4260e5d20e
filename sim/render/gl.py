"""OpenGL without a screen: one context per process, its programs and frame buffers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from wink.errors import RenderError

OCCLUDERS = 11
SHADOW_SIZE = 1024
#: Frame buffers of different sizes that a process keeps.
KEPT_TARGETS = 12

INSTALL = "apt-get install libegl1 libgl1-mesa-dri"


@dataclass(frozen=True)
class Targets:
    """Where pictures of one size are drawn and read."""

    picture: Any
    labels: Any
    label_depth: Any
    parts: tuple[Any, ...]

    def release(self) -> None:
        """Free everything."""
        for part in self.parts:
            part.release()


class Graphics:
    """The process's context: programs compiled once, frame buffers kept by size."""

    def __init__(self) -> None:
        """Open a context.

        Raises:
            RenderError: there is no OpenGL.
        """
        self.ctx = open_context()
        self.body = self._program("body", "light.glsl")
        self.room = self._program("room", "light.glsl", "panorama.glsl")
        self.sky = self._program("sky", "light.glsl", "panorama.glsl")
        self.shadow = self._program("shadow")
        self.label = self._program("label")
        self.shadow_map = self.ctx.depth_texture((SHADOW_SIZE, SHADOW_SIZE))
        self.shadow_map.compare_func = "<="
        self.shadow_map.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.shadow_target = self.ctx.framebuffer([], self.shadow_map)
        self._targets: OrderedDict[tuple[int, int], Targets] = OrderedDict()

    def targets(self, size: tuple[int, int]) -> Targets:
        """Frame buffers of a size (width, height); those used last are kept."""
        if size not in self._targets:
            if len(self._targets) >= KEPT_TARGETS:
                self._targets.popitem(last=False)[1].release()
            self._targets[size] = self._new_targets(size)
        self._targets.move_to_end(size)
        return self._targets[size]

    def _new_targets(self, size: tuple[int, int]) -> Targets:
        ctx = self.ctx
        depth, label_depth = ctx.depth_renderbuffer(size), ctx.depth_texture(size)
        colour, label = ctx.renderbuffer(size, 4), ctx.renderbuffer(size, 1)
        picture, labels = ctx.framebuffer([colour], depth), ctx.framebuffer([label], label_depth)
        return Targets(picture, labels, label_depth, (picture, labels, label_depth, colour, label, depth))

    def _program(self, name: str, *shared: str) -> Any:
        light = "".join(map(_source, shared))
        head = f"#version 330\n#define OCCLUDERS {OCCLUDERS}\n{light}\n"
        return self.ctx.program(
            vertex_shader=head + _source(f"{name}.vert.glsl"), fragment_shader=head + _source(f"{name}.frag.glsl")
        )


@cache
def graphics() -> Graphics:
    """The context of this process, opened at first use.

    Raises:
        RenderError: there is no OpenGL.
    """
    return Graphics()


def open_context() -> Any:
    """A context without a window.

    Raises:
        RenderError: there is no OpenGL.
    """
    try:
        return moderngl.create_context(standalone=True, backend="egl", require=330)  # type: ignore[arg-type]
    except Exception as error:  # the backend raises whatever the loader met
        raise RenderError(
            f"pictures need OpenGL 3.3 through EGL, and none was found ({error}). On Debian or Ubuntu: {INSTALL}"
        ) from error


def set_uniforms(program: Any, values: dict[str, Any]) -> None:
    """Give a program those of the values it knows; matrices are passed as (rows, columns)."""
    for name, value in values.items():
        if name not in program:
            continue
        array = np.asarray(value, dtype=np.float32)
        if array.ndim == 0:
            program[name].value = value
        else:
            matrix = array.shape == (4, 4)
            program[name].write(np.ascontiguousarray(array.T if matrix else array).tobytes())


def read_rows(target: Any, size: tuple[int, int], components: int) -> NDArray[np.uint8]:
    """Pixels (H, W, components) of a frame buffer, top row first."""
    width, height = size
    raw = target.read(components=components, alignment=1)
    return np.frombuffer(raw, dtype=np.uint8).reshape(height, width, components)[::-1]


def _source(name: str) -> str:
    return files("sim.render.shaders").joinpath(name).read_text(encoding="utf-8")
