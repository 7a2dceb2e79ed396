"""Writes lines in batches: splits those that are too large, sets aside points that are refused."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from solix_exporter.clock import Clock
from solix_exporter.errors import BatchTooLarge, PointsRefused, SinkMisconfigured
from solix_exporter.influx.writer import InfluxWriter
from solix_exporter.model.events import DeliveryObserver

_LOGGER = logging.getLogger(__name__)

BATCH_LINES = 500
"""Lines of one request; about 100 kB."""

_FIELDS = re.compile(r"(?<!\\) .* ")
"""The part between the tags and the time of a line."""

Refused = tuple[str, str]
"""A line and why it was refused."""


@dataclass(slots=True)
class _Found:
    """The outcome for the lines of one batch."""

    written: int = 0
    refused: list[Refused] = field(default_factory=list)
    doubtful: list[Refused] = field(default_factory=list)
    """Refused with a message that may mean the whole request."""


class BatchWriter:
    """Writes lines to one server in batches."""

    def __init__(self, writer: InfluxWriter, clock: Clock, observer: DeliveryObserver) -> None:
        self._writer = writer
        self._clock = clock
        self._observer = observer
        self._logged: set[str] = set()
        """Points whose refusal was logged, without their fields."""

    async def send(self, lines: Sequence[str]) -> None:
        """Write lines; afterwards each is on the server or refused for good.

        Raises SinkAway and SinkMisconfigured; what was written then may be written again.
        """
        for start in range(0, len(lines), BATCH_LINES):
            batch = lines[start : start + BATCH_LINES]
            found = _Found()
            await self._write(batch, found)
            self._settle(found)

    async def _write(self, lines: Sequence[str], found: _Found) -> None:
        """Write lines, in halves if they are too many or one of them is bad."""
        try:
            await self._writer.write(lines)
        except BatchTooLarge as error:
            if len(lines) == 1:
                found.refused.append((lines[0], str(error)))
                return
        except PointsRefused as error:
            if len(lines) == 1 or error.dropped == len(lines):
                place = found.refused if error.is_certain else found.doubtful
                place.extend((line, str(error)) for line in lines)
                return
        else:
            found.written += len(lines)
            self._observer.points_written(len(lines), self._clock.now())
            return
        middle = len(lines) // 2
        await self._write(lines[:middle], found)
        await self._write(lines[middle:], found)

    def _settle(self, found: _Found) -> None:
        """Set aside what was refused.

        Raises SinkMisconfigured if all were refused and no message blames the points: then they
        are good, and wait.
        """
        if found.doubtful and not found.written:
            raise SinkMisconfigured(f"it refuses every point ({found.doubtful[0][1]})")
        refused = found.refused + found.doubtful
        if not refused:
            return
        self._observer.points_rejected(len(refused))
        new = [(line, reason) for line, reason in refused if _identity(line) not in self._logged]
        self._logged.update(_identity(line) for line, _ in refused)
        if new:
            _LOGGER.warning(
                "InfluxDB refuses %d point%s, which %s set aside; the first is %r: %s",
                len(new),
                "s" if len(new) > 1 else "",
                "are" if len(new) > 1 else "is",
                _identity(new[0][0]),
                new[0][1],
            )


def _identity(line: str) -> str:
    """Return the identity of a point: measurement, tags and time."""
    return _FIELDS.sub(" ", line, count=1)
