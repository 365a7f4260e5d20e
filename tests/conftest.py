"""What holds for every test."""

import signal

from hypothesis import HealthCheck, settings

# How long examples take to be made says how busy the machine is, nothing of what is tested.
settings.register_profile("busy", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_configure():
    """Let Ctrl-C reach the programs that tests start, even where a shell in the background has told us to ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
