"""Simulated squats as OpenSim files: model, motion, markers, ground reaction."""
