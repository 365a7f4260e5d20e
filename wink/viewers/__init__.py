"""Ways to look at a clip with what is known of it: one file a way."""
