"""A real person's movement, measured by markers, on the body that is drawn."""
