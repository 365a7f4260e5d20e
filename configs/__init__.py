"""Every setting, as YAML, found by Hydra as pkg://configs."""
