"""What holds for every test."""

import signal


def pytest_configure():
    """Let Ctrl-C reach the programs that tests start, even where a shell in the background has told us to ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
