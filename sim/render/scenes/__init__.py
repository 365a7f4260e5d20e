"""Places where people squat, a file each."""
