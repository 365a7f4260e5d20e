"""Find winks in video, and score whoever does."""
