"""Readings that cannot be true are held back: a state of charge that jumps, a total that falls."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from solix_exporter.model.battery import Battery
from solix_exporter.model.events import Observer
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.site import DeviceListing, Scene

SOC_JUMP, LIFETIME_FALL = "soc_jump", "lifetime_backwards"

HELD_SOC_S = timedelta(minutes=10).total_seconds()
HELD_LIFETIME_S = timedelta(hours=1).total_seconds()

CHARGES_PER_HOUR = 1.5
"""Power over capacity that no battery exceeds. The references name no rated powers; the largest of
a capture is 1713 W into 3200 Wh."""
REPORT_S = timedelta(minutes=5).total_seconds()
"""Batteries report at least this seldom: so much may have happened between two polls."""
_POINT = 0.01
_SAME = 0.02
"""Two readings this close confirm each other."""


@dataclass(slots=True)
class _Soc:
    """The last believed state of charge of a battery, and a doubtful one."""

    ratio: float
    at_s: float
    doubtful: float | None = None
    doubtful_since_s: float = 0.0


class SocGuard:
    """Holds back a jump that no battery can make until it is confirmed."""

    def __init__(self) -> None:
        self._known: dict[str, _Soc] = {}

    def holds(self, sn: str, ratio: float, now_s: float) -> bool:
        """Return whether the reading has to wait; monotonic seconds."""
        known = self._known.get(sn)
        if (
            known is None
            or self._is_possible(known, ratio, now_s)
            or _confirms(known, ratio, now_s)
        ):
            self._known[sn] = _Soc(ratio, now_s)
            return False
        if known.doubtful is None:
            known.doubtful_since_s = now_s
        known.doubtful = ratio
        return True

    @staticmethod
    def _is_possible(known: _Soc, ratio: float, now_s: float) -> bool:
        elapsed_s = max(now_s - known.at_s, REPORT_S)
        return abs(ratio - known.ratio) <= CHARGES_PER_HOUR * elapsed_s / 3600 + _POINT

    def ratio(self, sn: str) -> float:
        """Return the last believed state of charge of a battery that was seen before."""
        return self._known[sn].ratio


def _confirms(known: _Soc, ratio: float, now_s: float) -> bool:
    """Return whether a doubtful reading is now believed: seen twice, or for too long."""
    if known.doubtful is None:
        return False
    return abs(ratio - known.doubtful) <= _SAME or now_s - known.doubtful_since_s >= HELD_SOC_S


class LifetimeGuard:
    """Holds back a life-time total that falls; if it stays low for an hour, it was a reset."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[float, float | None]] = {}

    def believed(self, site_id: str, lifetime: Lifetime, now_s: float) -> tuple[Lifetime, int]:
        """Return the totals to show, and how many of them have begun to be held back."""
        totals = (lifetime.energy_wh, lifetime.co2_savings_g, lifetime.savings)
        found = [self._total((site_id, place), total, now_s) for place, total in enumerate(totals)]
        energy_wh, co2_g, savings = (shown for shown, _ in found)
        return (
            replace(lifetime, energy_wh=energy_wh, co2_savings_g=co2_g, savings=savings),
            sum(is_new for _, is_new in found),
        )

    def _total(
        self, key: tuple[str, int], value: float | None, now_s: float
    ) -> tuple[float | None, bool]:
        """Return the total to show, and whether it has just begun to be held back."""
        known, low_since_s = self._known.get(key, (value, None))
        if value is None or known is None:
            return value, False
        has_waited = low_since_s is not None and now_s - low_since_s >= HELD_LIFETIME_S
        if value >= known or has_waited:
            self._known[key] = (value, None)
            return value, False
        self._known[key] = (known, now_s if low_since_s is None else low_since_s)
        return known, low_since_s is None


class SceneGuard:
    """Puts the held-back values of a scene in the place of those that cannot be true."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._socs = SocGuard()
        self._lifetimes = LifetimeGuard()

    def believed(self, site_id: str, scene: Scene, now_s: float) -> Scene:
        """Return the scene to show."""
        lifetime, fallen = self._lifetimes.believed(site_id, scene.site.lifetime, now_s)
        for _ in range(fallen):
            self._observer.reading_rejected(LIFETIME_FALL)
        devices = tuple(self._device(listed, now_s) for listed in scene.devices)
        site = replace(scene.site, lifetime=lifetime)
        if devices != scene.devices:
            batteries = list(_batteries(devices))
            stored_wh = sum(battery.stored_energy_wh or 0.0 for battery in batteries)
            capacity_wh = sum(battery.capacity_wh or 0.0 for battery in batteries)
            if site.soc_ratio is not None and capacity_wh:
                ratio = round(stored_wh / capacity_wh, 6)
                site = replace(site, soc_ratio=ratio, stored_energy_wh=round(stored_wh, 3))
        return Scene(site, devices)

    def _device(self, listed: DeviceListing, now_s: float) -> DeviceListing:
        readings = listed.readings
        battery = readings.battery if readings else None
        if readings is None or battery is None or battery.soc_ratio is None:
            return listed
        if not self._socs.holds(listed.sn, battery.soc_ratio, now_s):
            return listed
        self._observer.reading_rejected(SOC_JUMP)
        before = replace(battery, soc_ratio=self._socs.ratio(listed.sn))
        return replace(listed, readings=replace(readings, battery=before))


def _batteries(devices: Iterable[DeviceListing]) -> Iterable[Battery]:
    for listed in devices:
        if listed.readings and listed.readings.battery:
            yield listed.readings.battery
