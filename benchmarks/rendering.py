"""What a labelled picture costs, ours against MuJoCo's and PyBullet's renderers: same mesh, same view, same run.

    python benchmarks/rendering.py            # prints a table
    python benchmarks/rendering.py --json     # one JSON object; --quick: under a minute

Every renderer draws the same dressed lifter with a bar over a floor at 640x480: colour with a shadow, a mask that
tells person from bar, and depth, read back to memory. CPU time of the whole process, all threads; median of frames.
Ours poses, skins and uploads the body anew for every frame and adds textures, furniture, soft shadow, noise, keypoints
and boxes; the others turn a rigid copy of the mesh of one moment, with MuJoCo's 4 samples a pixel and TinyRenderer's 1.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT, DISTANCE_M, FIELD_DEG, HEIGHT_M, AIM_M, AZIMUTH_DEG = 640, 480, 3.4, 42.0, 1.1, 0.92, 50.0
SINGLE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LP_NUM_THREADS": "0"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer frames: under a minute")
    arguments = parser.parse_args()
    result = measured(10 if arguments.quick else 40)
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:28} {value if isinstance(value, str) or value is None else format(value, '.2f')}")


def measured(frames: int) -> dict[str, Any]:
    """Every figure; a renderer that is not installed or cannot start is null, and says why."""
    os.environ.update(SINGLE)
    found: dict[str, Any] = {}
    ours = in_a_process(ours_ms, frames, WIDTH, HEIGHT, "standard")
    found["cpu_ms_per_frame"] = ours["ms"]
    found["cpu_ms_per_frame_256"] = in_a_process(ours_ms, frames, 256, 256, "standard")["ms"]
    found["cpu_ms_per_frame_fast"] = in_a_process(ours_ms, frames, WIDTH, HEIGHT, "fast")["ms"]
    found["cpu_ms_per_frame_phone"] = in_a_process(ours_ms, frames, WIDTH, HEIGHT, "phone")["ms"]
    found["cpu_ms_per_frame_software"] = in_a_process(ours_ms, max(3, frames // 4), WIDTH, HEIGHT, "software")["ms"]
    found["cpu_s_per_clip_of_3_s"] = in_a_process(clip_s)["s"]
    with tempfile.TemporaryDirectory() as folder:
        in_a_process(write_meshes, folder)
        for name, measure in (("mujoco", mujoco_ms), ("tinyrenderer", tinyrenderer_ms)):
            theirs = in_a_process(measure, folder, frames)
            found[f"{name}_cpu_ms_per_frame"] = theirs.get("ms")
            found[f"ratio_to_{name}"] = theirs["ms"] / ours["ms"] if "ms" in theirs else None
            if "why" in theirs:
                found[f"{name}_not_measured"] = theirs["why"]
    return found


def in_a_process(measure: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Measure in a fresh process: no two renderers share a context."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        try:
            return pool.apply(measure, arguments)
        except Exception as error:
            return {"why": f"{type(error).__name__}: {error}"}


def median_ms(draw: Callable[[int], object], frames: int) -> float:
    """Median CPU time of a frame [ms], the first two left out."""
    spent = []
    for k in range(frames + 2):
        began = time.process_time()
        draw(k)
        spent.append(time.process_time() - began)
    return float(np.median(spent[2:]) * 1000.0)


def filmed(width: int = WIDTH, height: int = HEIGHT, how: str = "standard") -> Any:
    """A trial being filmed by our own renderer."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from kinematic_trial import kinematic_trial

    from sim.render.camera import Camera
    from sim.render.clip import Look, Session, Shot
    from sim.render.filming import Filming
    from sim.render.quality import Quality
    from sim.render.scenes.gym import Gym

    quality = {"fast": Quality(samples=1), "software": Quality(renderer="software")}.get(how, Quality())
    filming = Filming(shutter_deg=120.0, readout_share=0.4) if how == "phone" else Filming()
    camera = Camera(AZIMUTH_DEG, HEIGHT_M, DISTANCE_M, FIELD_DEG, aim_height_m=AIM_M, width=width, height=height)
    trial = kinematic_trial(bar_kind="high", load_kg=60.0, wink_deg=15.0)
    return Session(trial, [Shot(camera, filming)], Look(scene=Gym(), quality=quality), seed=0)


def ours_ms(frames: int, width: int, height: int, how: str) -> dict[str, Any]:
    """Our renderer: everything a frame of a dataset needs but its encoding."""
    session = filmed(width, height, how)
    step = max(1, (session.n_frames - 1) // (frames + 2))
    return {"ms": median_ms(lambda k: session.frame((k * step) % session.n_frames, False), frames)}


def clip_s() -> dict[str, Any]:
    """A whole clip of 3 s and 30 frames a second: filming, mask file, video, all but physics [CPU s]."""
    from sim.mask import MaskWriter
    from sim.video import VideoWriter

    began = time.process_time()
    session = filmed()
    with tempfile.TemporaryDirectory() as folder:
        video = VideoWriter(Path(folder, "a.mp4"), 30.0, WIDTH, HEIGHT)
        with video, MaskWriter(Path(folder, "a.npz"), session.n_frames, HEIGHT, WIDTH) as mask:
            for k in range(session.n_frames):
                (frame,) = session.frame(k, False)
                video.add(frame.image)
                mask.add(frame.labels)
    return {"s": time.process_time() - began}


def write_meshes(folder: str) -> dict[str, Any]:
    """The lifter and the bar at the bottom as OBJ files, in world coordinates."""
    from sim.render.barbell import load_mesh
    from sim.render.framing import load_pose

    session = filmed()
    sample = int(session._samples[session.n_frames // 2, 0])
    body, (bar, turn) = session._performer.pose(sample), load_pose(session._trial, sample)
    load = load_mesh("high", 60.0)
    assert load is not None
    assert bar is not None
    meshes = {"person": (body.vertices, session._performer.figure.triangles)}
    meshes["bar"] = (load.vertices @ turn.T + bar, load.triangles)
    for name, (vertices, triangles) in meshes.items():
        lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices]
        lines += [f"f {a} {b} {c}" for a, b, c in triangles + 1]
        Path(folder, f"{name}.obj").write_text("\n".join(lines))
    return {"triangles": sum(len(t) for _, t in meshes.values())}


MODEL = """<mujoco>
<visual><global offwidth="640" offheight="480" fovy="{field}"/><quality offsamples="4" shadowsize="1024"/></visual>
<asset><mesh name="person" file="{folder}/person.obj"/><mesh name="bar" file="{folder}/bar.obj"/></asset>
<worldbody>
<light directional="true" castshadow="true" pos="2 2 4" dir="-0.4 -0.5 -0.8"/>
<geom type="plane" size="8 8 .1" rgba=".3 .3 .3 1"/>
<body mocap="true">
<geom type="mesh" mesh="person" rgba=".6 .4 .3 1"/><geom type="mesh" mesh="bar" rgba=".2 .2 .2 1"/>
</body>
</worldbody></mujoco>"""


def mujoco_ms(folder: str, frames: int) -> dict[str, Any]:
    """MuJoCo's renderer: colour with shadow, then segmentation, then depth, as it takes them."""
    if find_spec("mujoco") is None:
        return {"why": "mujoco is not installed"}
    os.environ.setdefault("MUJOCO_GL", "egl")
    import mujoco

    model = mujoco.MjModel.from_xml_string(MODEL.format(folder=folder, field=FIELD_DEG))
    data = mujoco.MjData(model)
    camera = mujoco.MjvCamera()
    camera.lookat[:] = 0.0, 0.0, AIM_M
    camera.distance = float(np.hypot(DISTANCE_M, HEIGHT_M - AIM_M))
    camera.azimuth, camera.elevation = AZIMUTH_DEG + 180.0, -float(np.degrees(np.arctan2(HEIGHT_M - AIM_M, DISTANCE_M)))
    with mujoco.Renderer(model, HEIGHT, WIDTH) as renderer:

        def draw(k: int) -> list[Any]:
            data.mocap_quat[0] = np.cos(0.01 * k), 0.0, 0.0, np.sin(0.01 * k)
            mujoco.mj_forward(model, data)
            found = []
            for enable in (None, "segmentation", "depth"):
                if enable:
                    getattr(renderer, f"enable_{enable}_rendering")()
                renderer.update_scene(data, camera)
                found.append(renderer.render())
                if enable:
                    getattr(renderer, f"disable_{enable}_rendering")()
            return found

        colour, labels, depth = draw(0)
        person = labels[..., 0] == 1
        assert 10_000 < person.sum() < 60_000, f"the person fills {person.sum()} pixels"
        assert colour.std() > 5
        assert depth.min() > 1.0
        return {"ms": median_ms(draw, frames)}


def tinyrenderer_ms(folder: str, frames: int) -> dict[str, Any]:
    """PyBullet's TinyRenderer: colour with shadow, depth and segmentation in one call."""
    import pybullet

    client = pybullet.connect(pybullet.DIRECT)
    bodies = []
    for name, colour in (("person", (0.6, 0.4, 0.3, 1.0)), ("bar", (0.2, 0.2, 0.2, 1.0))):
        shape = pybullet.createVisualShape(pybullet.GEOM_MESH, fileName=f"{folder}/{name}.obj", rgbaColor=colour)
        bodies.append(pybullet.createMultiBody(0, -1, shape))
    floor = pybullet.createVisualShape(pybullet.GEOM_BOX, halfExtents=(8, 8, 0.05), rgbaColor=(0.3, 0.3, 0.3, 1))
    pybullet.createMultiBody(0, -1, floor, (0, 0, -0.05))
    angle = np.radians(AZIMUTH_DEG)
    eye = (DISTANCE_M * np.cos(angle), DISTANCE_M * np.sin(angle), HEIGHT_M)
    view = pybullet.computeViewMatrix(eye, (0, 0, AIM_M), (0, 0, 1))
    projection = pybullet.computeProjectionMatrixFOV(FIELD_DEG, WIDTH / HEIGHT, 0.1, 40.0)

    def draw(k: int) -> Any:
        turn = pybullet.getQuaternionFromEuler((0, 0, 0.02 * k))
        for body in bodies:
            pybullet.resetBasePositionAndOrientation(body, (0, 0, 0), turn)
        return pybullet.getCameraImage(
            *(WIDTH, HEIGHT, view, projection),
            lightDirection=(0.4, 0.5, 0.8),
            shadow=1,
            renderer=pybullet.ER_TINY_RENDERER,
        )

    labels = np.reshape(draw(0)[4], (HEIGHT, WIDTH))
    assert 10_000 < (labels == bodies[0]).sum() < 60_000, f"the person fills {(labels == bodies[0]).sum()} pixels"
    spent = median_ms(draw, frames)
    pybullet.disconnect(client)
    return {"ms": spent}


if __name__ == "__main__":
    main()
