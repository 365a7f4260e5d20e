"""Encode pictures of one size and print the digest of the video: run with memory filled with one thing or another."""

import hashlib
import sys
from pathlib import Path

import numpy as np

from sim.video import VideoWriter

file, width, height = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
y, x = np.mgrid[:height, :width]
with VideoWriter(file, 30, width, height) as video:
    for k in range(40):
        shade = 128 + 60 * np.sin(x / 9 + k / 3) + 60 * np.sin(y / 7 - k / 5 + x * y / 4e3)
        video.add(np.repeat(shade[..., None], 3, axis=2).clip(0, 255).astype(np.uint8))
print(hashlib.sha256(file.read_bytes()).hexdigest())
