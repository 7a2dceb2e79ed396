"""Up to which age readings are live: one table by product, which all readers share.

A reading is as old as its measurement, however recently the cloud repeated it. Reference 02.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from solix_exporter.model.products import DeviceType, Product

LIVE_S = timedelta(minutes=30).total_seconds()
"""For products that report every 1 to 5 minutes: a few reports may be lost on the way."""

STANDBY_S = timedelta(hours=2.5).total_seconds()
"""For products that report once an hour while they stand by."""

UNTOLD_S = timedelta(hours=24).total_seconds()
"""Where the cloud tells no time of measurement, since the answer last changed: in a winter night
a system may well report the same zeros for longer than half a day."""

_LIMITS_S: Mapping[tuple[DeviceType, int | None], float] = {(DeviceType.SOLARBANK, 1): STANDBY_S}
"""By device type and generation; products that are not here have `LIVE_S`."""

_REPORTERS = frozenset({DeviceType.SOLARBANK, DeviceType.SOLARBANK_PPS, DeviceType.SMARTMETER})
"""What the time stamp of a scene comes from; a smart plug does not renew it."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """Decides up to which age readings are live."""

    stale_after_s: float | None = None
    """The configured age, in the place of the table's."""
    is_judged: bool = True
    """False for captured answers: they are shown as of their own time, whatever day it is."""

    def limit_s(self, products: Iterable[Product]) -> float:
        """Return the age up to which the readings of a site with these products are live."""
        if self.stale_after_s is not None:
            return self.stale_after_s
        reporters = [product for product in products if product.device_type in _REPORTERS]
        return min(map(_limit_s, reporters), default=LIVE_S)

    def untold_limit_s(self, *, is_leftover: bool) -> float:
        """Return for how long an answer without a time may stay the same and be live.

        `is_leftover` is one that tells of power although the device is offline: it can only be
        what was measured before.
        """
        told_s = LIVE_S if self.stale_after_s is None else self.stale_after_s
        return told_s if is_leftover else max(UNTOLD_S, told_s)


def _limit_s(product: Product) -> float:
    return _LIMITS_S.get((product.device_type, product.generation), LIVE_S)
