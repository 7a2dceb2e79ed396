"""Prometheus exporter for Anker Solix home power systems, and a client for Python programs.

`SolixClient` is loaded on first use, so that `import solix_exporter` stays light. Its type is in
`__init__.pyi`.
"""

import importlib

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Return the client for `from solix_exporter import SolixClient`."""
    if name != "SolixClient":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Loaded by name, because who imports the package's root must not depend on its top layer.
    return importlib.import_module("solix_exporter.client").SolixClient
