"""Security in the format of the Prometheus exporter-toolkit: one file for TLS, users and limits."""

from solix_exporter.web.toolkit.access import Verdict
from solix_exporter.web.toolkit.security import Security

__all__ = ["Security", "Verdict"]
