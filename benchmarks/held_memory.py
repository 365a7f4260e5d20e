"""How much memory this process holds."""

from __future__ import annotations

import ctypes
from pathlib import Path


class _Mallinfo(ctypes.Structure):
    """What glibc's `mallinfo2` tells [bytes]."""

    _fields_ = [
        *((name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd")),
        *((name, ctypes.c_size_t) for name in ("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")),
    ]


def resident_mb() -> float:
    """In main memory now [MB]."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def used_mb() -> float:
    """Handed out by glibc and not given back [MB]; AttributeError where there is no glibc from 2.33 on."""
    libc = ctypes.CDLL("libc.so.6")
    libc.mallinfo2.restype = _Mallinfo
    told = libc.mallinfo2()
    return float(told.uordblks + told.hblkhd) / 2**20
