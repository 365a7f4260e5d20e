"""Pictures of trials: camera, appearance, drawing, labels."""
