"""Steps of `scripts/bake_body.py`: from the MakeHuman data to the body the renderer loads. For developers."""
