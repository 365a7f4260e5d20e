"""GLSL programs."""
