"""Training of the networks of `detect.detectors` on a generated dataset (`wink train`); needs the extra `train`."""
