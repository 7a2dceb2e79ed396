"""The scale of counters on which the sources disagree: each device has to prove it.

The same counter was read in steps of 0.1 kWh, 10 Wh and 1 Wh by different people. It is shown only
after its steps and the integral of the matching power agree with exactly one of them.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from solix_exporter.files import read_json, write_private_json
from solix_exporter.modbus.registers import Field

_LOGGER = logging.getLogger(__name__)

_LEAST_STEPS = 5
_LEAST_WH = 500.0
_MOST_WH = 20_000.0
"""Where nothing has fitted by then, it begins anew: the integral may have begun badly."""
_LEAST_RATIO, _MOST_RATIO = 0.75, 1.33


class ScaleBook:
    """The proven gains by serial number; kept on disk, and void when the firmware changes."""

    def __init__(self, file: Path | None) -> None:
        """Read the file, if there is one; None keeps nothing."""
        self._file = file
        self._known: dict[str, object] = (read_json(file) if file else None) or {}

    def gain(self, sn: str, firmware: str, counter: Field) -> float | None:
        """Return the gain that the device has proven."""
        row = self._known.get(sn)
        if not isinstance(row, dict) or row.get("firmware") != firmware:
            return None
        gain = row.get(counter.value)
        return float(gain) if isinstance(gain, int | float) and gain > 0 else None

    def keep(self, sn: str, firmware: str, counter: Field, gain: float) -> None:
        """Note a proof, and write the file."""
        row = self._known.get(sn)
        if not isinstance(row, dict) or row.get("firmware") != firmware:
            row = {"firmware": firmware}
        self._known[sn] = {**row, counter.value: gain}
        if self._file is None:
            return
        try:
            write_private_json(self._file, self._known)
        except OSError as error:
            _LOGGER.warning("%s cannot be written (%s)", self._file, error.strerror)


@dataclass(slots=True)
class ScaleProof:
    """The steps of one counter of one device, beside the integral of its power."""

    candidates: Sequence[float]
    """Gains that may be right; raw / gain is Wh."""
    longest_s: float
    """A longer time between two readings is a hole in the integral."""
    _last: tuple[float, float, float] | None = field(default=None, init=False)
    """Seconds, raw count and power of the last reading."""
    _start: float | None = field(default=None, init=False)
    """The count just after the first step."""
    _steps: int = field(default=0, init=False)
    _energy_wh: float = field(default=0.0, init=False)

    def add(self, at_s: float, raw: float, power_w: float) -> float | None:
        """Take a reading; return the gain as soon as exactly one candidate fits."""
        last, self._last = self._last, (at_s, raw, power_w)
        if last is None:
            return None
        before_s, before, before_w = last
        if raw < before or at_s - before_s > self.longest_s:
            self._begin(None)
            return None
        self._energy_wh += (power_w + before_w) / 2 * (at_s - before_s) / 3600
        if raw == before:
            return None
        if self._start is None or self._energy_wh > _MOST_WH:
            self._begin(raw)
            return None
        self._steps += 1
        return self._proven(raw - self._start)

    def _begin(self, start: float | None) -> None:
        self._start, self._steps, self._energy_wh = start, 0, 0.0

    def _proven(self, count: float) -> float | None:
        if self._steps < _LEAST_STEPS or self._energy_wh < _LEAST_WH:
            return None
        fitting = [
            gain
            for gain in self.candidates
            if _LEAST_RATIO <= count / gain / self._energy_wh <= _MOST_RATIO
        ]
        return fitting[0] if len(fitting) == 1 else None
