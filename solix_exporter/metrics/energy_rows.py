"""The metrics of daily energy: gauges of today, and counters.

`backfill` writes the same gauges for past days.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from solix_exporter.metrics.device_rows import DEVICE
from solix_exporter.metrics.site_rows import SITE
from solix_exporter.metrics.subjects import AnyMetric, Subject
from solix_exporter.model.device import Device
from solix_exporter.model.energy import (
    EDGES,
    LOCAL_FLOWS,
    PV_INPUTS,
    THIRD_PARTY_PV,
    DayTotals,
    DeviceEnergy,
    EnergyCounters,
    Flow,
    FlowTotals,
)
from solix_exporter.model.products import DeviceType


@dataclass(frozen=True, slots=True)
class _SiteTotal:
    """The metrics of one total of a site's statistics."""

    flow: Flow
    day_name: str
    yesterday_name: str
    counter_name: str
    meaning: str
    source: str
    """The cloud's own name for it."""


_SITE_TOTALS = (
    _SiteTotal(
        Flow.PV,
        "solix_site_day_pv_energy_watthours",
        "solix_site_yesterday_pv_energy_watthours",
        "solix_site_pv_energy_watthours_total",
        "PV production",
        "solar_production power or solar energy",
    ),
    _SiteTotal(
        Flow.HOME,
        "solix_site_day_home_energy_watthours",
        "solix_site_yesterday_home_energy_watthours",
        "solix_site_home_energy_watthours_total",
        "What the home used",
        "home_usage power or home energy",
    ),
    _SiteTotal(
        Flow.GRID_IMPORT,
        "solix_site_day_grid_import_energy_watthours",
        "solix_site_yesterday_grid_import_energy_watthours",
        "solix_site_grid_import_energy_watthours_total",
        "Energy from the grid, into home and battery",
        "grid_to_home_total and grid_to_battery_total, or grid energy",
    ),
    _SiteTotal(
        Flow.GRID_EXPORT,
        "solix_site_day_grid_export_energy_watthours",
        "solix_site_yesterday_grid_export_energy_watthours",
        "solix_site_grid_export_energy_watthours_total",
        "Energy into the grid",
        "solar_to_grid_total or totalExportedEnergy",
    ),
    _SiteTotal(
        Flow.BATTERY_CHARGE,
        "solix_site_day_battery_charge_energy_watthours",
        "solix_site_yesterday_battery_charge_energy_watthours",
        "solix_site_battery_charge_energy_watthours_total",
        "Energy into the batteries",
        "charge_total or totalImportedEnergy",
    ),
    _SiteTotal(
        Flow.BATTERY_DISCHARGE,
        "solix_site_day_battery_discharge_energy_watthours",
        "solix_site_yesterday_battery_discharge_energy_watthours",
        "solix_site_battery_discharge_energy_watthours_total",
        "Energy out of the batteries",
        "solarbank power or hes energy",
    ),
    _SiteTotal(
        Flow.PLUG,
        "solix_site_day_plug_energy_watthours",
        "solix_site_yesterday_plug_energy_watthours",
        "solix_site_plug_energy_watthours_total",
        "What the smart plugs used together",
        "smart_plug_info.smartplug_list",
    ),
    _SiteTotal(
        Flow.AC_SOCKET,
        "solix_site_day_ac_socket_energy_watthours",
        "solix_site_yesterday_ac_socket_energy_watthours",
        "solix_site_ac_socket_energy_watthours_total",
        "Energy drawn from the AC sockets",
        "ac_out_put_total",
    ),
    _SiteTotal(
        Flow.EV_CHARGE,
        "solix_site_day_ev_charge_energy_watthours",
        "solix_site_yesterday_ev_charge_energy_watthours",
        "solix_site_ev_charge_energy_watthours_total",
        "Energy into vehicles",
        "ev_charger power or evCharger energy",
    ),
    _SiteTotal(
        Flow.GRID_TO_BATTERY,
        "solix_site_day_grid_to_battery_energy_watthours",
        "solix_site_yesterday_grid_to_battery_energy_watthours",
        "solix_site_grid_to_battery_energy_watthours_total",
        "Energy from the grid into the batteries",
        "grid_to_battery_total, or charge_total less the share of PV",
    ),
)
_EDGE_SOURCE = (
    "the *_to_*_total and third_party_pv_to_* fields; what they leave out follows from the others"
)
_OTHER_PV = (
    "Energy of PV that does not belong to the system, as far as the cloud tells what it feeds: the"
    " home, the batteries and, with poll.energy_extra: grid, the grid"
)
_OTHER_PV_SOURCE = "third_party_pv_to_home, third_party_pv_to_bat, third_party_pv_to_grid"
_DAY = "of the site's day so far"
_STEP = " Of a site that no cloud counts, in its devices' steps of 100 Wh."
_SUM = "since the ledger began; it never falls, and days fetched afterwards do not count"


def _edges(flows: FlowTotals) -> Iterator[tuple[tuple[str, ...], float | None]]:
    for flow, ends in EDGES.items():
        yield ends, flows.get(flow)


def _other_pv_wh(flows: FlowTotals) -> float | None:
    known = [flows[flow] for flow in flows.keys() & THIRD_PARTY_PV]
    return round(sum(known), 3) if known else None


TODAY: Subject[DayTotals] = SITE.child(lambda site: site.energy.today if site.energy else None)
YESTERDAY: Subject[DayTotals] = SITE.child(
    lambda site: site.energy.yesterday if site.energy else None
)
COUNTERS: Subject[EnergyCounters] = SITE.child(
    lambda site: site.energy.counters if site.energy else None
)
_EDGE_LABELS = ("source", "sink")
_INPUT_FLOWS = frozenset(PV_INPUTS.values())


def _plug_energy(device: Device) -> DeviceEnergy | None:
    return device.energy if device.product.device_type is DeviceType.SMARTPLUG else None


def _with_inputs(flows: FlowTotals) -> FlowTotals | None:
    return None if _INPUT_FLOWS.isdisjoint(flows) else flows


DEVICE_ENERGY: Subject[DeviceEnergy] = DEVICE.child(lambda device: device.energy)
INPUTS_TODAY: Subject[FlowTotals] = DEVICE_ENERGY.child(lambda energy: _with_inputs(energy.today))
INPUT_COUNTERS: Subject[FlowTotals] = DEVICE_ENERGY.child(
    lambda energy: _with_inputs(energy.counters)
)
PLUG_ENERGY: Subject[DeviceEnergy] = DEVICE.child(_plug_energy)


def _inputs(flows: FlowTotals) -> Iterable[tuple[str, float | None]]:
    return ((name, flows.get(flow)) for name, flow in PV_INPUTS.items())


def _day_gauge(row: _SiteTotal) -> AnyMetric:
    return TODAY.gauge(
        row.day_name,
        f"{row.meaning}, {_DAY}.{_STEP if row.flow in LOCAL_FLOWS else ''}",
        row.source,
        lambda day: day.flows.get(row.flow),
    )


def _yesterday_gauge(row: _SiteTotal) -> AnyMetric:
    return YESTERDAY.gauge(
        row.yesterday_name,
        f"{row.meaning}, of the site's day before, from the ledger.",
        row.source,
        lambda day: day.flows.get(row.flow),
    )


def _counter(row: _SiteTotal) -> AnyMetric:
    return COUNTERS.counter(
        row.counter_name,
        f"{row.meaning}, {_SUM}.{_STEP if row.flow in LOCAL_FLOWS else ''}",
        row.source,
        lambda sums: sums.flows.get(row.flow),
    )


DAY_METRICS: tuple[AnyMetric, ...] = (
    TODAY.timestamp(
        "solix_site_day_start_timestamp_seconds",
        "Start of the site's local day that the day values belong to.",
        "the power[].time that was asked for, in the site's time zone",
        lambda day: day.start,
    ),
    *map(_day_gauge, _SITE_TOTALS),
    TODAY.gauge(
        "solix_site_day_third_party_pv_energy_watthours",
        f"{_OTHER_PV}, {_DAY}.",
        _OTHER_PV_SOURCE,
        lambda day: _other_pv_wh(day.flows),
    ),
    TODAY.each_of(
        "solix_site_day_energy_flow_watthours",
        f"Energy from a source to a sink {_DAY}; each Wh is in one of them only.",
        _EDGE_SOURCE,
        (_EDGE_LABELS, lambda day: _edges(day.flows)),
    ),
    TODAY.gauge(
        "solix_site_day_self_sufficiency_ratio",
        "Share of what the home used today that did not come from the grid, 0-1.",
        "the day's home usage and grid import",
        lambda day: day.self_sufficiency_ratio,
    ),
    TODAY.gauge(
        "solix_site_day_self_consumption_ratio",
        "Share of today's PV production that was not exported, 0-1.",
        "the day's PV production and grid export",
        lambda day: day.self_consumption_ratio,
    ),
    PLUG_ENERGY.gauge(
        "solix_plug_day_energy_watthours",
        f"What the smart plug used {_DAY}.",
        "smartplug_list[].total_power",
        lambda energy: energy.today.get(Flow.PLUG),
    ),
    INPUTS_TODAY.each(
        "solix_pv_input_day_energy_watthours",
        f"Production of one PV input {_DAY}; needs poll.energy_extra: pv_inputs.",
        "solar_production_pv1..4 and microinverter power",
        ("input", _inputs),
    ),
    DEVICE_ENERGY.gauge(
        "solix_device_day_pv_energy_watthours",
        f"PV production of the device {_DAY}; needs poll.energy_extra: devices.",
        "solar_production power of the device",
        lambda energy: energy.today.get(Flow.PV),
    ),
    DEVICE_ENERGY.gauge(
        "solix_device_day_battery_charge_energy_watthours",
        f"Energy into the device's battery {_DAY}; needs poll.energy_extra: devices.",
        "pps power of the device",
        lambda energy: energy.today.get(Flow.BATTERY_CHARGE),
    ),
)
"""Gauges of today; `backfill` writes them for past days."""

COUNTER_METRICS: tuple[AnyMetric, ...] = (
    *map(_counter, _SITE_TOTALS),
    COUNTERS.counter(
        "solix_site_third_party_pv_energy_watthours_total",
        f"{_OTHER_PV}, {_SUM}.",
        _OTHER_PV_SOURCE,
        lambda sums: _other_pv_wh(sums.flows),
    ),
    COUNTERS.each_of(
        "solix_site_energy_flow_watthours_total",
        f"Energy from a source to a sink {_SUM}.",
        _EDGE_SOURCE,
        (_EDGE_LABELS, lambda sums: _edges(sums.flows)),
        kind="counter",
    ),
    PLUG_ENERGY.counter(
        "solix_plug_energy_watthours_total",
        f"What the smart plug used {_SUM}.",
        "smartplug_list[].total_power",
        lambda energy: energy.counters.get(Flow.PLUG),
    ),
    INPUT_COUNTERS.each(
        "solix_pv_input_energy_watthours_total",
        f"Production of one PV input {_SUM}; needs poll.energy_extra: pv_inputs.",
        "solar_production_pv1..4 and microinverter power",
        ("input", _inputs),
        kind="counter",
    ),
    DEVICE_ENERGY.counter(
        "solix_device_pv_energy_watthours_total",
        f"PV production of the device {_SUM}; needs poll.energy_extra: devices.",
        "solar_production power of the device",
        lambda energy: energy.counters.get(Flow.PV),
    ),
    DEVICE_ENERGY.counter(
        "solix_device_battery_charge_energy_watthours_total",
        f"Energy into the device's battery {_SUM}; needs poll.energy_extra: devices.",
        "pps power of the device",
        lambda energy: energy.counters.get(Flow.BATTERY_CHARGE),
    ),
)

YESTERDAY_METRICS: tuple[AnyMetric, ...] = tuple(map(_yesterday_gauge, _SITE_TOTALS))
"""For boards that cannot ask for what was a day ago."""

ENERGY_METRICS: tuple[AnyMetric, ...] = (*DAY_METRICS, *YESTERDAY_METRICS, *COUNTER_METRICS)
