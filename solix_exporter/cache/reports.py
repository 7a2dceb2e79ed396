"""What devices report by themselves: by serial number, belonging to no account.

Each report replaces the one before of its source and kind. Identities and times stay when the
readings are no longer live: they are history.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from solix_exporter.clock import NEVER, Moment
from solix_exporter.model.lifetime import LifetimeEnergy
from solix_exporter.model.report import DeviceReport, Source

_RESTART = 100
"""A sequence number that falls by more belongs to a device that was restarted."""

_METERED_S = timedelta(days=1).total_seconds()
"""No home with a meter reports exactly 0 for so long."""


def _ignore(_: str) -> None:
    """Ignore a change."""


@dataclass(frozen=True, slots=True)
class _Kept:
    report: DeviceReport
    valid_until: Moment


@dataclass(slots=True)
class _Reporter:
    """All that one device reported."""

    since: Moment
    """When its first report came."""
    kept: dict[tuple[Source, str], _Kept] = field(default_factory=dict)
    metered_until: Moment | None = None


class Reports:
    """The reports of all devices."""

    def __init__(self, on_change: Callable[[str], None] = _ignore) -> None:
        """`on_change` is called with the serial number after each change that readers can see."""
        self._reporters: dict[str, _Reporter] = {}
        self._lifetimes: dict[str, tuple[LifetimeEnergy, ...]] = {}
        self._on_change = on_change

    # --- writing ---------------------------------------------------------------------------

    def replace(self, report: DeviceReport, now: Moment) -> bool:
        """Keep a report that came now; return False for one that is older than the kept one."""
        reporter = self._reporters.setdefault(report.sn, _Reporter(now))
        key = (report.source, report.kind)
        before = reporter.kept.get(key)
        if before is not None and _is_late(report, before.report):
            return False
        # A device whose clock is ahead measured now at the latest.
        measured = now.when_measured(report.measured_at).earliest(now)
        reporter.kept[key] = _Kept(report, measured.after(report.valid_s))
        if _shows_a_meter(report):
            reporter.metered_until = now.after(_METERED_S)
        self._on_change(report.sn)
        return True

    def set_lifetimes(self, sn: str, lifetimes: tuple[LifetimeEnergy, ...]) -> None:
        """Set the counters of a device, as the ledger keeps them."""
        if self._lifetimes.get(sn) != lifetimes:
            self._lifetimes[sn] = lifetimes
            self._on_change(sn)

    def forget(self, sn: str, source: Source | None = None) -> None:
        """Forget what a device reported, by one source or by all."""
        reporter = self._reporters.get(sn)
        if reporter is None:
            return
        for key in list(reporter.kept):
            if source in (None, key[0]):
                del reporter.kept[key]
        if not reporter.kept:
            del self._reporters[sn]
        self._on_change(sn)

    def keep_only(self, source: Source, sns: Iterable[str]) -> None:
        """Forget what all other devices reported by a source, as after a reload without them."""
        kept = set(sns)
        for sn in self.sns():
            if sn not in kept and self.latest(sn, source) is not None:
                self.forget(sn, source)

    # --- reading ---------------------------------------------------------------------------

    def sns(self) -> tuple[str, ...]:
        """Return the serial numbers of all devices that ever reported."""
        return tuple(self._reporters)

    def since(self, sn: str) -> Moment:
        """Return when a device first reported."""
        reporter = self._reporters.get(sn)
        return reporter.since if reporter else NEVER

    def live(self, sn: str, now: Moment) -> list[DeviceReport]:
        """Return the reports that are valid now, the newest first."""
        reporter = self._reporters.get(sn)
        if reporter is None:
            return []
        live = [
            row.report for row in reporter.kept.values() if not now.has_reached(row.valid_until)
        ]
        return sorted(live, key=_age)

    def all(self, sn: str) -> list[DeviceReport]:
        """Return the newest report of each source and kind, however old, the newest first."""
        reporter = self._reporters.get(sn)
        return sorted((row.report for row in reporter.kept.values()), key=_age) if reporter else []

    def valid_until(self, sn: str, now: Moment) -> Moment:
        """Return when the next of the reports that are valid now expires."""
        end, reporter = NEVER, self._reporters.get(sn)
        for row in reporter.kept.values() if reporter else ():
            if not now.has_reached(row.valid_until):
                end = end.earliest(row.valid_until)
        return end

    def latest(self, sn: str, source: Source | None = None) -> DeviceReport | None:
        """Return the newest report of a device, of one source or of all, however old."""
        found = (one for one in self.all(sn) if source in (None, one.source))
        return next(found, None)

    def times(self, sn: str) -> tuple[tuple[Source, datetime], ...]:
        """Return when each source last measured a device."""
        newest = ((source, self.latest(sn, source)) for source in Source)
        return tuple((source, report.measured_at) for source, report in newest if report)

    def firmware(self, sn: str) -> str:
        """Return the newest firmware that a device reported, "" where none did."""
        return self._newest_text(sn, lambda report: report.firmware)

    def part_number(self, sn: str) -> str:
        """Return the newest part number; a message about a connected device may lack it."""
        return self._newest_text(sn, lambda report: report.part_number)

    def name(self, sn: str) -> str:
        """Return the newest name, "" where there is none."""
        return self._newest_text(sn, lambda report: report.name)

    def site(self, sn: str) -> str:
        """Return the local site that a device was put into, "" for the default one."""
        return self._newest_text(sn, lambda report: report.site)

    def is_metered(self, sn: str, now: Moment) -> bool:
        """Return whether a bank has shown that a meter tells it of home and grid."""
        reporter = self._reporters.get(sn)
        until = reporter.metered_until if reporter else None
        return until is not None and not now.has_reached(until)

    def lifetimes(self, sn: str) -> tuple[LifetimeEnergy, ...]:
        """Return the counters of a device."""
        return self._lifetimes.get(sn, ())

    def _newest_text(self, sn: str, get: Callable[[DeviceReport], str]) -> str:
        return next((text for one in self.all(sn) if (text := get(one))), "")


def _age(report: DeviceReport) -> tuple[float, int]:
    """Return what sorts the newest report first; several may carry the same second."""
    return -report.measured_at.timestamp(), -(report.sequence or 0)


def _is_late(report: DeviceReport, before: DeviceReport) -> bool:
    """Return whether a report was overtaken on its way by the one that is kept."""
    if report.sequence is None or before.sequence is None:
        return False
    is_behind = 0 <= before.sequence - report.sequence <= _RESTART
    return is_behind and report.measured_at <= before.measured_at and report != before


def _shows_a_meter(report: DeviceReport) -> bool:
    system = report.readings.system
    return system is not None and any(
        (system.home_load_power_w, system.grid_import_power_w, system.grid_export_power_w)
    )
