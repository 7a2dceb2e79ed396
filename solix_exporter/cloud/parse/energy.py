"""Daily energy of balcony systems: the statistics of `energy_analysis`, one row a kind.

Source: `power_service/v1/site/energy_analysis`, `type` "week": one value a day from the first to
the last day asked for. The totals beside them cover the whole range, so they belong to a day only
where the range is one day. All figures are kWh as text, whatever `power_unit` says.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from solix_exporter.cloud.record import Record
from solix_exporter.errors import EmptyAnswer
from solix_exporter.model.energy import EnergyAnswer, EnergyDay, Flow, FlowTotals
from solix_exporter.units import WATTHOURS, WATTS

_NO_RECORD = "0"
"""How the cloud writes a day without any record; a measured zero is "0.00"."""

_DECIMALS = 3
_CHARGE = "charge_total"
"""The one total with a unit of its own, `charge_unit`."""
_ANY_UNIT = {**WATTHOURS, **WATTS}
_TREND_UNITS = {**WATTHOURS, **dict.fromkeys(WATTS, 1e3)}
"""A power is the unit of the curve in answers about a single day; daily values are kWh then."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """What one `device_type` says."""

    trend: Flow
    """The daily values of `power`."""
    totals: Mapping[str, tuple[Flow, ...]] = field(default_factory=dict)
    """Fields with the total of the range, and the flows that they give."""
    second: Flow | None = None
    """The daily values of `charge_trend`."""
    may_be_missing: bool = False
    """Whether a system may lack it; the cloud then answers without data (capture
    SB1_DischargePrio). A statistic of all systems has an entry for each day, if only of "0"."""


STATISTICS: Mapping[str, Statistic] = MappingProxyType(
    {
        # `discharge_total` is no discharge but what the home used (every capture).
        "solarbank": Statistic(
            Flow.BATTERY_DISCHARGE,
            {
                "charge_total": (Flow.BATTERY_CHARGE,),
                "grid_to_battery_total": (Flow.GRID_TO_BATTERY,),
                "solar_to_battery_total": (Flow.PV_TO_BATTERY,),
                "third_party_pv_to_bat": (Flow.THIRD_PARTY_PV_TO_BATTERY,),
                "ac_out_put_total": (Flow.AC_SOCKET,),
            },
        ),
        "home_usage": Statistic(
            Flow.HOME,
            {
                "grid_to_home_total": (Flow.GRID_TO_HOME,),
                "battery_to_home_total": (Flow.BATTERY_TO_HOME,),
                "solar_to_home_total": (Flow.PV_TO_HOME,),
                "third_party_pv_to_home": (Flow.THIRD_PARTY_PV_TO_HOME,),
            },
        ),
        "grid": Statistic(
            Flow.GRID_EXPORT,
            {
                "grid_to_home_total": (Flow.GRID_TO_HOME,),
                "grid_to_battery_total": (Flow.GRID_TO_BATTERY,),
                "third_party_pv_to_grid": (Flow.THIRD_PARTY_PV_TO_GRID,),
            },
            second=Flow.GRID_IMPORT,
        ),
        "solar_production": Statistic(
            Flow.PV,
            {
                "charge_total": (Flow.BATTERY_CHARGE,),
                "solar_to_home_total": (Flow.PV_TO_HOME,),
                "solar_to_battery_total": (Flow.PV_TO_BATTERY,),
                "solar_to_grid_total": (Flow.PV_TO_GRID, Flow.GRID_EXPORT),
            },
        ),
        "ev_charger": Statistic(Flow.EV_CHARGE),
        "pps": Statistic(
            Flow.BATTERY_CHARGE,
            {
                "grid_to_battery_total": (Flow.GRID_TO_BATTERY,),
                "solar_to_battery_total": (Flow.PV_TO_BATTERY,),
            },
        ),
        "solar_production_pv1": Statistic(Flow.PV_INPUT_1, may_be_missing=True),
        "solar_production_pv2": Statistic(Flow.PV_INPUT_2, may_be_missing=True),
        "solar_production_pv3": Statistic(Flow.PV_INPUT_3, may_be_missing=True),
        "solar_production_pv4": Statistic(Flow.PV_INPUT_4, may_be_missing=True),
        "solar_production_microinverter": Statistic(
            Flow.PV_INPUT_MICRO_INVERTER, may_be_missing=True
        ),
    }
)
"""THE table of `device_type`s."""

_RODS: Mapping[str, Flow] = MappingProxyType(
    {
        "grid": Flow.GRID_TO_BATTERY,
        "on-board-solar": Flow.PV_TO_BATTERY,
        "third-solar": Flow.THIRD_PARTY_PV_TO_BATTERY,
    }
)
"""`source_type` of the parts of a power station's charge (documented, no capture)."""


def energy_parser(device_type: str) -> Callable[[Record], EnergyAnswer]:
    """Return the parser of one kind of statistics."""
    statistic = STATISTICS[device_type]

    def parse(record: Record) -> EnergyAnswer:
        return _parse(record, statistic)

    return parse


def _parse(record: Record, statistic: Statistic) -> EnergyAnswer:
    """Return the days of an answer.

    Raises EmptyAnswer where there is none of a statistic that all systems have.
    """
    _ignore_known(record)
    if not record.has("power") and not statistic.may_be_missing:
        raise EmptyAnswer("the answer holds no day")
    record.unit("power_unit", _ANY_UNIT)
    scale = record.unit("trend_unit", _TREND_UNITS, usual="kwh")
    days = [_day(point, statistic, scale) for point in record.unique("power", "time")]
    _add_second(days, record.unique("charge_trend", "time"), statistic, scale)
    totals = dict(_totals(record, statistic.totals))
    plugs = dict(_plugs(record))
    if len(days) == 1 and (days[0].has_record or any(totals.values())):
        days[0].flows.update({flow: wh for flow, wh in totals.items() if flow != statistic.trend})
    # Plugs measure by themselves: there may be nothing else that knows what the home uses.
    if len(days) == 1 and plugs and (days[0].has_record or any(plugs.values())):
        days[0].devices.update(plugs)
        days[0].flows[Flow.PLUG] = round(sum(plugs.values()), _DECIMALS)
    return EnergyAnswer(tuple(day.value() for day in days if day.point.day("time")))


class _Day:
    """One day while it is put together."""

    def __init__(self, point: Record, *, has_record: bool) -> None:
        self.point = point
        self.has_record = has_record
        self.flows: dict[Flow, float] = {}
        self.devices: dict[str, float] = {}

    def value(self) -> EnergyDay:
        devices: dict[str, FlowTotals] = {
            sn: MappingProxyType({Flow.PLUG: wh}) for sn, wh in self.devices.items()
        }
        return EnergyDay(
            self.point.day("time"), MappingProxyType(self.flows), MappingProxyType(devices)
        )


def _day(point: Record, statistic: Statistic, scale: float | None) -> _Day:
    day = _Day(point, has_record=point.text("value") != _NO_RECORD)
    value_wh = _magnitude(point.number("value", scale=scale))
    if day.has_record and value_wh is not None:
        day.flows[statistic.trend] = value_wh
    for rod in point.records("rods"):
        first, last = rod.number("from", scale=scale), rod.number("to", scale=scale)
        flow = _RODS.get(rod.text("source_type"))
        if flow and first is not None and last is not None and last >= first:
            day.flows[flow] = round(last - first, _DECIMALS)
    return day


def _add_second(
    days: list[_Day], points: tuple[Record, ...], statistic: Statistic, scale: float | None
) -> None:
    for day, point in zip(days, points, strict=False):
        value_wh = _magnitude(point.number("value", scale=scale))
        if statistic.second and value_wh is not None and point.text("value") != _NO_RECORD:
            day.flows[statistic.second] = value_wh


def _totals(record: Record, fields: Mapping[str, tuple[Flow, ...]]) -> Iterable[tuple[Flow, float]]:
    scale = record.unit("total_energy_unit", WATTHOURS, usual="kwh")
    charge_scale = record.unit("charge_unit", WATTHOURS, usual="kwh")
    for name, flows in fields.items():
        value_wh = record.number(name, scale=charge_scale if name == _CHARGE else scale)
        if value_wh is not None:
            for flow in flows:
                yield flow, round(abs(value_wh), _DECIMALS)


def _plugs(record: Record) -> Iterable[tuple[str, float]]:
    """Give the energy of each smart plug; `total_power` is an energy despite its name.

    One below zero is left out: nobody knows what it would mean.
    """
    plugs = record.record("smart_plug_info")
    plugs.ignore("total_power")
    for plug in plugs.unique("smartplug_list", "device_sn"):
        plug.ignore(
            "device_pn", "device_img", "create_time", "current_power", "tag", "tag_img",
            "bind_site_status", "status", "wireless_type", "err_code", "priority", "auto_switch",
            "running_time", "device_name",
        )  # fmt: skip
        sn, energy_wh = plug.text("device_sn"), plug.number("total_power", scale=1e3)
        if energy_wh is not None and energy_wh >= 0:
            yield sn, round(energy_wh, _DECIMALS)


def _magnitude(value_wh: float | None) -> float | None:
    """Return a daily value without its sign: the cloud writes export as negative."""
    return None if value_wh is None else round(abs(value_wh), _DECIMALS)


def _ignore_known(record: Record) -> None:
    """Name the fields that are known, and repeat others, are always empty, or mislead."""
    record.ignore(
        "discharge_unit", "charge_level", "forecast_trend", "forecast_total", "charge_total",
        "discharge_total", "charging_pre", "electricity_pre", "others_pre", "statistics",
        "battery_discharging_total", "solar_to_grid_total", "grid_to_home_total",
        "ac_out_put_total", "home_usage_total", "solar_total", "battery_to_home_total",
        "local_time", "grid_to_battery_total", "grid_imported_total", "grid_exported_total",
        "solar_to_battery_total", "solar_to_home_total", "sop_grid_to_battery_total",
        "third_solar_to_battery_total", "third_party_pv_to_bat", "third_party_pv_to_grid",
        "third_party_pv_to_home", "pps_list", "device_energy_info",
        "charging_pile_device_energy_info", "tab_switch",
    )  # fmt: skip
