"""Bake sim/render/surroundings.npz: photographed surroundings as light and distant background.

The photographs are CC0 (Poly Haven) and come in the CC0 npm package @pmndrs/assets:

    npm pack @pmndrs/assets && tar xzf pmndrs-assets-*.tgz
    OPENCV_IO_ENABLE_OPENEXR=1 python scripts/bake_surroundings.py package/hdri sim/render/surroundings.npz
"""

from __future__ import annotations

import base64
import re
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.render.panorama import BRIGHTEST, GAMMA, directions_of

NAMES = (
    *("apartment", "city", "esplanade", "forest", "hall", "lab", "lobby", "park"),
    *("sunrise", "sunset", "venice", "warehouse", "workshop"),
)
#: Brighter than this share of all pixels is a lamp or the sun: left to the key light [%].
LAMP_PERCENTILE = 99.5


def main(folder: str, out: str) -> None:
    """Bake every panorama of `NAMES`."""
    pictures, suns, shares = [], [], []
    for name in NAMES:
        radiance = read(Path(folder, f"{name}.exr.js"))
        picture, sun, share = baked(radiance)
        pictures.append(picture)
        suns.append(sun)
        shares.append(share)
        print(f"{name}: {len(picture)} bytes, lamp {np.round(sun, 2)}, its share {share:.2f}")
    ends = np.cumsum([len(p) for p in pictures])
    np.savez(
        out,
        names=np.array(NAMES),
        jpegs=np.frombuffer(b"".join(pictures), dtype=np.uint8),
        ends=ends,
        suns=np.array(suns),
        shares=np.array(shares),
    )


def read(file: Path) -> NDArray[np.float32]:
    """Radiance (256, 512, 3), red green blue, of an EXR wrapped in JavaScript."""
    found = re.search(r"base64,([^'\"]+)", file.read_text())
    assert found, file
    data = np.frombuffer(base64.b64decode(found.group(1)), dtype=np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert image is not None, "set OPENCV_IO_ENABLE_OPENEXR=1"
    return np.asarray(image[..., 2::-1], dtype=np.float32)


def baked(radiance: NDArray[np.float32]) -> tuple[bytes, NDArray[np.float64], float]:
    """A JPEG with lamps clipped and mean light one, the direction of the lamps, and their share of all light."""
    height, width = radiance.shape[:2]
    directions = directions_of(height, width)
    solid = np.cos(np.radians(90.0 - (np.arange(height) + 0.5) * 180.0 / height))[:, None]
    solid = solid / (solid.sum() * width)
    brightness = radiance.mean(axis=2)
    lamp = brightness > np.percentile(brightness, LAMP_PERCENTILE)
    lamp &= directions[..., 2] > 0.0
    weight = brightness * solid * lamp
    sun = (directions * weight[..., None]).sum(axis=(0, 1))
    share = float(np.linalg.norm(sun) / (brightness * solid).sum())
    clipped = np.clip(radiance, 0.0, np.percentile(brightness, LAMP_PERCENTILE))
    # the photographs' own compression rings darkly round lamps
    clipped[lamp] = np.percentile(brightness, LAMP_PERCENTILE)  # white, whatever a saturated sensor made of it
    closed = cv2.morphologyEx(clipped, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    near_lamp = cv2.dilate((brightness > np.percentile(brightness, 97.0)).astype(np.uint8), np.ones((5, 5), np.uint8))
    clipped = np.where(near_lamp[..., None] > 0, closed, clipped)
    clipped = clipped / (clipped.mean(axis=2) * solid).sum()
    # a camera balances most of the light's colour away
    clipped = clipped / (clipped * solid[..., None]).sum(axis=(0, 1)) ** 0.75
    for _ in range(8):  # what eight bits cannot hold must not be missing from the light
        shown = np.minimum(clipped, BRIGHTEST)
        clipped = clipped / (shown.mean(axis=2) * solid).sum()
    encoded = np.clip(clipped / BRIGHTEST, 0.0, 1.0) ** (1.0 / GAMMA) * 255.0
    done, jpeg = cv2.imencode(".jpg", np.round(encoded[..., ::-1]).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 88])
    assert done
    return jpeg.tobytes(), sun / np.linalg.norm(sun), share


if __name__ == "__main__":
    main(*sys.argv[1:])
