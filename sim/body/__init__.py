"""The lifter's body as a mesh: shape, clothes, rig, skinning."""
