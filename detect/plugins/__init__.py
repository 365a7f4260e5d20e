"""Detectors that are not part of this program: other packages, other programs, tables made elsewhere."""
