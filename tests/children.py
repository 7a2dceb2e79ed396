"""The environment of the programs that tests start."""

import os

_KEPT = ("PATH", "HOME", "LD_PRELOAD", "FAKETIME")
"""Where programs are, and what makes the clock of a test run another one."""


def bare_environ(**more: str) -> dict[str, str]:
    """Return an environment without the settings of an exporter, and `more`."""
    return {key: value for key, value in os.environ.items() if key.startswith(_KEPT)} | more
