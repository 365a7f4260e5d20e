"""Simulate and render squats: from a lifter's limits to labelled clips."""
