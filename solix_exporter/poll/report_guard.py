"""Checks of reports on their way to the cache: charges that no battery can have are held back."""

from dataclasses import replace

from solix_exporter.clock import Clock
from solix_exporter.model.battery import BatteryPack
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.events import Observer
from solix_exporter.model.report import DeviceReport
from solix_exporter.poll.guard import SOC_JUMP
from solix_exporter.poll.plausible import SocGuard, Times

SOC_RANGE = "soc_range"

_CONFIRMED_AFTER_S = 60.0
"""Devices that report every few seconds repeat a wrong charge as quickly."""


class ReportGuard:
    """Replaces the implausible charges of reports by the last plausible ones, and counts them."""

    def __init__(self, observer: Observer, clock: Clock) -> None:
        self._observer = observer
        self._clock = clock
        self._socs = SocGuard(_CONFIRMED_AFTER_S)

    def believed(self, report: DeviceReport) -> DeviceReport:
        """Return the report to keep."""
        readings = report.readings
        battery, packs = readings.battery, readings.packs
        if battery is not None:
            shown = self._soc_ratio(report, "", battery.soc_ratio)
            if shown != battery.soc_ratio:
                battery = replace(battery, soc_ratio=shown)
        packs = tuple(self._pack(report, pack) for pack in packs)
        if (battery, packs) == (readings.battery, readings.packs):
            return report
        found: DeviceReadings = replace(readings, battery=battery, packs=packs)
        return replace(report, readings=found)

    def _pack(self, report: DeviceReport, pack: BatteryPack) -> BatteryPack:
        shown = self._soc_ratio(report, pack.pack, pack.soc_ratio)
        return pack if shown == pack.soc_ratio else replace(pack, soc_ratio=shown)

    def _soc_ratio(self, report: DeviceReport, pack: str, ratio: float | None) -> float | None:
        if ratio is None:
            return None
        if not 0 <= ratio <= 1:
            self._observer.reading_rejected(SOC_RANGE)
            return None
        key = f"{report.sn} {report.source.value} {pack}"
        times = Times(report.measured_at.timestamp(), self._clock.monotonic())
        if not self._socs.holds(key, ratio, times):
            return ratio
        self._observer.reading_rejected(SOC_JUMP)
        return self._socs.ratio(key)
