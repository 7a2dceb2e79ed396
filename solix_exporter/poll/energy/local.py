"""The energy of sites that no cloud counts: what their devices' own counters added since midnight.

The registers have steps of 100 Wh, and so have the days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType

from solix_exporter.cache import Cache, Life
from solix_exporter.clock import Clock, Moment, moment_of
from solix_exporter.ledger import DayRecord, Ledger
from solix_exporter.ledger.rows import FlowKey
from solix_exporter.model.device import Device
from solix_exporter.model.energy import NO_FLOWS, DayTotals, EnergyCounters, Flow
from solix_exporter.model.lifetime import LifetimeFlow
from solix_exporter.model.products import DeviceType
from solix_exporter.model.site import LOCAL_ACCOUNT
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.energy.days import local_day, start_of
from solix_exporter.poll.energy.reader import device_flows
from solix_exporter.poll.lifetimes import LifetimeCounters

_FLOWS: Mapping[LifetimeFlow, Flow] = MappingProxyType(
    {
        LifetimeFlow.PV: Flow.PV,
        LifetimeFlow.CHARGE: Flow.BATTERY_CHARGE,
        LifetimeFlow.DISCHARGE: Flow.BATTERY_DISCHARGE,
        LifetimeFlow.GRID_IMPORT: Flow.GRID_IMPORT,
        LifetimeFlow.GRID_EXPORT: Flow.GRID_EXPORT,
        LifetimeFlow.CONSUMED: Flow.HOME,
    }
)
_OF_BANKS = (Flow.PV, Flow.BATTERY_CHARGE, Flow.BATTERY_DISCHARGE)
_OF_METERS = (Flow.GRID_IMPORT, Flow.GRID_EXPORT)

_VALID_S = timedelta(minutes=15).total_seconds()
"""Registers of energy are read every five minutes."""
_PUBLISH_S = 60.0
"""A day that begins shows its zeros within this time."""
_CLOSE_AFTER = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _SiteDay:
    """One day of one local site, to be kept."""

    site_id: str
    day: date
    totals: Mapping[FlowKey, float]
    is_over: bool


class LocalEnergy:
    """Publishes and keeps the days of local sites."""

    def __init__(
        self, cache: Cache, ledger: Ledger, clock: Clock, counters: LifetimeCounters
    ) -> None:
        self._cache = cache
        self._ledger = ledger
        self._clock = clock
        self._counters = counters
        self._closed: dict[str, date] = {}
        """By site: the last day that was closed."""
        self._publish_again: dict[str, Moment] = {}

    def is_due(self, site_id: str) -> bool:
        """Return whether a site has to be published again although nothing was counted."""
        due = self._publish_again.get(site_id)
        return due is None or moment_of(self._clock).has_reached(due)

    def publish(self, site_id: str, devices: Iterable[Device]) -> None:
        """Show the day of a local site so far."""
        zone, now = self._cache.local.zone(site_id), moment_of(self._clock)
        day = local_day(self._clock.now(), zone)
        found = device_flows(self._totals(day, devices))
        flows = MappingProxyType(found.pop("", {}))
        totals = DayTotals(day, start_of(day, zone), flows, MappingProxyType(found))
        self._cache.local.energy_today.replace(site_id, totals, Life(now, _VALID_S))
        self._publish_again[site_id] = now.after(_PUBLISH_S)
        if self._cache.local.energy_counters.latest(site_id) is None:
            self._cache.local.energy_counters.replace(site_id, EnergyCounters())

    def due(self, snapshot: Snapshot) -> tuple[_SiteDay, ...]:
        """Return the days of the local sites that are to be kept now."""
        found = []
        now = self._clock.now()
        for part in snapshot.slices:
            for site in (site for site in part.sites if not site.account):
                zone = self._cache.local.zone(site.site_id)
                today = local_day(now, zone)
                devices = [one for one in part.devices if one.site_id == site.site_id]
                if self._closed.get(site.site_id, date.min) < today - _DAY:
                    is_over = now - start_of(today, zone) >= _CLOSE_AFTER
                    yesterday = today - _DAY
                    totals = self._totals(yesterday, devices)
                    found.append(_SiteDay(site.site_id, yesterday, totals, is_over))
                totals = self._totals(today, devices)
                found.append(_SiteDay(site.site_id, today, totals, is_over=False))
                self._counters.forget_days(today)
        return tuple(found)

    def keep(self, days: Iterable[_SiteDay]) -> dict[str, dict[FlowKey, float]]:
        """Keep days in the ledger; waits for the disk. Return the sites' counters.

        Raises LedgerError.
        """
        sums = {}
        for one in days:
            began = self._ledger.began(one.site_id)
            is_known = began is not None and one.day >= began
            if one.totals and not is_known:
                self._ledger.begin(one.site_id, one.day)
            if one.totals or (one.is_over and is_known):
                record = DayRecord(
                    one.site_id, one.day, one.totals, self._clock.now(), closed=one.is_over
                )
                self._ledger.record(record)
                zone = self._cache.local.zone(one.site_id)
                place = self._ledger.outbox.place
                place(one.site_id, LOCAL_ACCOUNT, partial(start_of, zone=zone))
            sums[one.site_id] = self._ledger.counters(one.site_id)
        return sums

    def kept(self, days: Iterable[_SiteDay], sums: Mapping[str, Mapping[FlowKey, float]]) -> None:
        """Show the counters of the days that were kept."""
        for one in days:
            if one.is_over:
                self._closed[one.site_id] = one.day
        for site_id, totals in sums.items():
            found = device_flows(dict(totals))
            flows = MappingProxyType(found.pop("", {}))
            counters = EnergyCounters(flows, MappingProxyType(found))
            self._cache.local.energy_counters.replace(site_id, counters)

    # --- one day ---------------------------------------------------------------------------

    def _totals(self, day: date, devices: Iterable[Device]) -> dict[FlowKey, float]:
        """Return the energy of the site and its devices on a day, Wh."""
        banks: dict[str, dict[Flow, float]] = {}
        meters: dict[str, dict[Flow, float]] = {}
        zeros: set[Flow] = set()
        has_inputs = False
        for device in devices:
            counted = self._counters.day(device.sn, day)
            flows = {_FLOWS[flow]: wh for flow, wh in counted.items() if flow in _FLOWS}
            is_meter = device.product.device_type is DeviceType.SMARTMETER
            (meters if is_meter else banks)[device.sn] = flows
            zeros |= {_FLOWS[flow] for flow in _FLOWS if self._counters.is_zero(device.sn, flow)}
            has_inputs = has_inputs or device.product.pv_inputs > 0
        if not has_inputs:
            zeros.add(Flow.PV)
        site = _site_flows(banks, meters, zeros)
        totals: dict[FlowKey, float] = {("", flow): wh for flow, wh in site.items()}
        for sn, flows in banks.items():
            totals |= {(sn, flow): wh for flow, wh in flows.items() if flow in _OF_BANKS}
        return totals


def _site_flows(
    banks: Mapping[str, Mapping[Flow, float]],
    meters: Mapping[str, Mapping[Flow, float]],
    zeros: set[Flow],
) -> dict[Flow, float]:
    """Return the flows of a site; the home's follows where no register counts it."""
    found: dict[Flow, float] = {}
    for flow in _OF_BANKS:
        known = [flows[flow] for flows in banks.values() if flow in flows]
        if known:
            found[flow] = round(sum(known), 3)
    metered = [flows for flows in meters.values() if any(flow in flows for flow in _OF_METERS)]
    grid = metered[0] if len(metered) == 1 else _only(banks)
    found |= {flow: grid[flow] for flow in _OF_METERS if flow in grid}
    home_wh = _only(banks).get(Flow.HOME)
    if home_wh is None:
        home_wh = _home_wh(found, zeros)
    if home_wh is not None:
        found[Flow.HOME] = home_wh
    return found


def _only(banks: Mapping[str, Mapping[Flow, float]]) -> Mapping[Flow, float]:
    """Return the flows of the only bank: of several it is not known whose the grid is."""
    known = [flows for flows in banks.values() if flows]
    return known[0] if len(known) == 1 else NO_FLOWS


def _home_wh(found: Mapping[Flow, float], zeros: set[Flow]) -> float | None:
    """Return what is left for the home; None where a flow is neither known nor always 0."""
    terms = {
        Flow.PV: 1,
        Flow.GRID_IMPORT: 1,
        Flow.BATTERY_DISCHARGE: 1,
        Flow.GRID_EXPORT: -1,
        Flow.BATTERY_CHARGE: -1,
    }
    if not found or any(flow not in found and flow not in zeros for flow in terms):
        return None
    return round(max(0.0, sum(sign * found.get(flow, 0.0) for flow, sign in terms.items())), 3)
