"""Two sources of one device that report different powers for the same minutes.

The fresher source is not always the one that is right: an owner is told once, and decides.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

from solix_exporter.model.compared import COMPARED
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.events import Observer
from solix_exporter.model.report import Source

_LOGGER = logging.getLogger(__name__)

SAME_S = timedelta(minutes=1).total_seconds()
"""Readings this close in time are of the same minute."""
LONG_S = timedelta(minutes=10).total_seconds()
"""For how long they have to differ."""
_PAUSE_S = timedelta(minutes=5).total_seconds()
"""After more time without a comparison, a difference begins anew."""
_LEAST_W, _LEAST_SHARE = 100.0, 0.2

_Pair = tuple[Source, Source]


@dataclass(slots=True)
class _Difference:
    since_s: float
    seen_s: float
    is_told: bool = False


@dataclass(slots=True)
class _Seen:
    """The newest powers of a device by source, and where they differ."""

    powers: dict[tuple[str, Source], tuple[float, float]] = field(default_factory=dict)
    """By field and source: the time in seconds since 1970, and W."""
    differences: dict[tuple[str, _Pair], _Difference] = field(default_factory=dict)


class Disagreements:
    """Watches all devices that more than one source reports about."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._seen: dict[str, _Seen] = {}

    def note(
        self, sn: str, source: Source, readings: DeviceReadings, measured_at: datetime
    ) -> None:
        """Take the readings of one source, and compare them with those of the others."""
        seen = self._seen.setdefault(sn, _Seen())
        at_s = measured_at.timestamp()
        for name, get in COMPARED.items():
            power_w = get(readings)
            if power_w is None or seen.powers.get((name, source)) == (at_s, power_w):
                continue
            seen.powers[name, source] = (at_s, power_w)
            for pair in combinations(Source, 2):
                if source in pair:
                    self._compare(sn, name, pair)

    def forget(self, sn: str) -> None:
        """Forget a device."""
        self._seen.pop(sn, None)

    def _compare(self, sn: str, name: str, pair: _Pair) -> None:
        seen = self._seen[sn]
        one, other = (seen.powers.get((name, source)) for source in pair)
        if one is None or other is None or abs(one[0] - other[0]) > SAME_S:
            return
        if not differs(one[1], other[1]):
            seen.differences.pop((name, pair), None)
            return
        at_s = max(one[0], other[0])
        known = seen.differences.get((name, pair))
        if known is None or at_s - known.seen_s > _PAUSE_S:
            known = seen.differences[name, pair] = _Difference(at_s, at_s)
        known.seen_s = at_s
        if not known.is_told and at_s - known.since_s >= LONG_S:
            known.is_told = True
            self._tell(sn, name, pair, (one[1], other[1]))

    def _tell(self, sn: str, name: str, pair: _Pair, powers_w: tuple[float, float]) -> None:
        self._observer.readings_disagree(name)
        first, second = pair
        hint = ""
        if first is Source.CLOUD:
            setting = f"devices: {{{sn}: {{{second.value}: fill}}}}"
            hint = f". The newest is shown; `{setting}` lets the cloud go first"
        _LOGGER.warning(
            "device %s: %s and %s have reported a %s that differs for ten minutes, now %.0f W and"
            " %.0f W%s",
            sn,
            first.value,
            second.value,
            name.replace("_", " "),
            *powers_w,
            hint,
        )


def differs(one_w: float, other_w: float) -> bool:
    """Return whether two powers are more than 20 % and 100 W apart."""
    apart_w = abs(one_w - other_w)
    return apart_w > _LEAST_W and apart_w > _LEAST_SHARE * max(abs(one_w), abs(other_w))
