"""Which lifter squats like a measured person: limits and style from curves, and how well each is determined."""
