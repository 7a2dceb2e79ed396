"""Prometheus exporter for Anker Solix home power systems."""

__version__ = "0.1.0"
