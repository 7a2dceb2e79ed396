"""Moments that both clocks agree on."""

from datetime import UTC, datetime

from solix_exporter.clock import Moment

START = datetime(2026, 6, 20, tzinfo=UTC)


def at(seconds: float) -> Moment:
    """Return the moment so long after the start."""
    return Moment(START.timestamp(), 0.0).after(seconds)
