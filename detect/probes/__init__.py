"""What must not find winks, and what is bound to: leak probes, floors and the ceiling beside the detectors."""
