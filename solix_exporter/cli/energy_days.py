"""Days of the ledger as rows: for a table, for CSV, and as metrics of the past."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from solix_exporter.ledger import Ledger
from solix_exporter.ledger.rows import FlowKey
from solix_exporter.metrics.history import HistoryDay
from solix_exporter.model.device import Device
from solix_exporter.model.energy import DayTotals, DeviceEnergy, Flow, SiteEnergy
from solix_exporter.model.products import DeviceType, Product
from solix_exporter.model.site import Site, SiteType
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.poll.energy.backfill import SitePlan
from solix_exporter.poll.energy.days import end_of, start_of

_SAMPLE_BEFORE_END = timedelta(seconds=1)
_MANY_FLOWS = frozenset({SiteType.POWERPANEL, SiteType.HES})

COLUMNS: tuple[tuple[str, Flow], ...] = (
    ("battery_discharge", Flow.BATTERY_DISCHARGE),
    ("battery_charge", Flow.BATTERY_CHARGE),
    ("ac_socket", Flow.AC_SOCKET),
    ("battery_to_home", Flow.BATTERY_TO_HOME),
    ("battery_to_grid", Flow.BATTERY_TO_GRID),
    ("grid_to_battery", Flow.GRID_TO_BATTERY),
    ("home_usage", Flow.HOME),
    ("grid_to_home", Flow.GRID_TO_HOME),
    ("grid_import", Flow.GRID_IMPORT),
    ("grid_export", Flow.GRID_EXPORT),
    ("smartplugs_total", Flow.PLUG),
    ("ev_charge", Flow.EV_CHARGE),
    ("solar_production_pv1", Flow.PV_INPUT_1),
    ("solar_production_pv2", Flow.PV_INPUT_2),
    ("solar_production_pv3", Flow.PV_INPUT_3),
    ("solar_production_pv4", Flow.PV_INPUT_4),
    ("solar_production_microinverter", Flow.PV_INPUT_MICRO_INVERTER),
    ("solar_production", Flow.PV),
    ("solar_to_grid", Flow.PV_TO_GRID),
    ("solar_to_battery", Flow.PV_TO_BATTERY),
    ("solar_to_home", Flow.PV_TO_HOME),
)
"""The columns in kWh: name and flow. The names are those that the cloud's users know."""

RATIOS = (
    "battery_percentage",
    "solar_percentage",
    "other_percentage",
    "self_sufficiency",
    "self_consumption",
)
"""The columns with shares, 0-1."""


@dataclass(frozen=True, slots=True)
class SiteDays:
    """A range of days of one site."""

    site_id: str
    name: str
    site_type: SiteType
    zone: ZoneInfo
    first: date
    last: date

    @classmethod
    def of(cls, site: SitePlan, first: date | None = None, last: date | None = None) -> Self:
        """Return the range of a plan, or another one of its site."""
        listing = site.listing
        return cls(
            listing.site_id,
            listing.name,
            listing.site_type,
            site.zone,
            first or site.first,
            last or site.last,
        )


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """One day of one site."""

    site_id: str
    site_name: str
    site_type: SiteType
    totals: DayTotals
    plug_names: Mapping[str, str] = field(default_factory=dict)

    def cells(self) -> dict[str, str]:
        """Return the row by column name; what was not reported is missing."""
        cells = {
            "date": self.totals.day.isoformat(),
            "site_id": self.site_id,
            "site_name": self.site_name,
        }
        flows = dict(self._pv_inputs()) | dict(self.totals.flows)
        cells |= {name: f"{flows[flow] / 1000:.2f}" for name, flow in COLUMNS if flow in flows}
        for sn, own in sorted(self.totals.devices.items()):
            if Flow.PLUG in own:
                cells[f"plug {self.plug_names.get(sn, sn)}"] = f"{own[Flow.PLUG] / 1000:.2f}"
        cells |= {name: f"{share:.2f}" for name, share in self._ratios()}
        return cells

    def _pv_inputs(self) -> Iterator[tuple[Flow, float]]:
        for own in self.totals.devices.values():
            yield from ((flow, wh) for flow, wh in own.items() if flow.value.startswith("pv_input"))

    def _ratios(self) -> Iterator[tuple[str, float]]:
        totals = self.totals
        shares = (*self._shares(), totals.self_sufficiency_ratio, totals.self_consumption_ratio)
        for name, share in zip(RATIOS, shares, strict=True):
            if share is not None:
                yield name, share

    def _shares(self) -> tuple[float | None, float | None, float | None]:
        """Return the three percentages, which mean other things for other systems.

        Of a balcony system they tell how its PV energy was used (charged, used at once), of a
        panel where the home's energy came from (battery, PV, grid). Reference 04, section 1.6.
        Nobody knows which of them it is while the cloud is away.
        """
        flows = self.totals.flows
        if self.site_type is SiteType.UNKNOWN:
            return None, None, None
        if self.site_type in _MANY_FLOWS:
            home = flows.get(Flow.HOME)
            parts = (Flow.BATTERY_TO_HOME, Flow.PV_TO_HOME, Flow.GRID_TO_HOME)
            battery, solar, other = (_share(flows.get(part), home) for part in parts)
            return battery, solar, other
        charged = _share(flows.get(Flow.BATTERY_CHARGE), flows.get(Flow.PV))
        return charged, None if charged is None else 1 - charged, None if charged is None else 0.0


def _share(part: float | None, whole: float | None) -> float | None:
    return min(1.0, part / whole) if part is not None and whole else None


def columns_of(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the columns that any row has, in the order of the table; plugs before PV."""
    found = {name for row in rows for name in row}
    plugs = sorted(name for name in found if name.startswith("plug "))
    names = [name for name, _ in COLUMNS]
    place = names.index("smartplugs_total") + 1
    ordered = ["date", "site_id", "site_name", *names[:place], *plugs, *names[place:], *RATIOS]
    return [name for name in ordered if name in found]


def rows_of(ledger: Ledger, site: SiteDays, snapshot: Snapshot) -> list[EnergyRow]:
    """Return the days of a site that the ledger has, oldest first."""
    names = names_of(snapshot)
    by_day: dict[date, dict[FlowKey, float]] = {}
    for total in ledger.totals((site.site_id,), site.first, site.last):
        by_day.setdefault(total.day, {})[total.device_sn, total.flow] = total.wh
    return [row_of(site, day, values, names) for day, values in sorted(by_day.items())]


def names_of(snapshot: Snapshot) -> dict[str, str]:
    """Return what people call their devices, by serial number; no two have the same name."""
    called = Counter(device.name for device in snapshot.devices)
    return {
        device.sn: device.name if called[device.name] == 1 else f"{device.name} {device.sn}".strip()
        for device in snapshot.devices
    }


def row_of(
    site: SiteDays,
    day: date,
    values: Mapping[FlowKey, float],
    plug_names: Mapping[str, str],
) -> EnergyRow:
    """Return one day of a site."""
    flows: dict[Flow, float] = {}
    devices: dict[str, dict[Flow, float]] = {}
    for (sn, flow), wh in values.items():
        (devices.setdefault(sn, {}) if sn else flows)[flow] = wh
    totals = DayTotals(day, start_of(day, site.zone), flows, devices)
    return EnergyRow(site.site_id, site.name, site.site_type, totals, plug_names)


def history_of(
    rows: Iterable[EnergyRow], days: Iterable[SiteDays], snapshot: Snapshot
) -> Iterator[HistoryDay]:
    """Give the rows as sites and devices of the past."""
    sites = {site.site_id: site for site in snapshot.sites}
    devices = {device.sn: device for device in snapshot.devices}
    zones = {found.site_id: found.zone for found in days}
    for row in rows:
        site = sites[row.site_id]
        at = end_of(row.totals.day, zones[row.site_id]) - _SAMPLE_BEFORE_END
        yield HistoryDay(
            at,
            AccountSlice(
                account=None,
                sites=(replace(site, energy=SiteEnergy(row.totals)),),
                devices=tuple(
                    replace(_device(site, sn, flows, devices), energy=DeviceEnergy(flows))
                    for sn, flows in sorted(row.totals.devices.items())
                ),
            ),
        )


def _device(
    site: Site, sn: str, flows: Mapping[Flow, float], known: Mapping[str, Device]
) -> Device:
    """Return a device of the past, which may not exist any more."""
    if sn in known:
        return known[sn]
    kind = DeviceType.SMARTPLUG if Flow.PLUG in flows else DeviceType.UNKNOWN
    return Device(sn, Product("", "", kind), site.account, site.site_id)
