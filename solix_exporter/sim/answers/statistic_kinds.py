"""THE table of `device_type`: totals and curves of `energy_analysis`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from solix_exporter.sim.answers.curves import Reading, pv_at, soc_reading
from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.flows import DayFlows, units
from solix_exporter.sim.wire_format import Json, kwh, two_decimals
from solix_exporter.sim.world import SimSite

Value: TypeAlias = Callable[[Energy, slice], float]
Totals: TypeAlias = Callable[[Energy | None, slice], dict[str, Json]]
Curves: TypeAlias = Callable[[SimSite, slice], dict[str, Reading]]

ALL_STRINGS = slice(None)


@dataclass(frozen=True, slots=True)
class StatisticKind:
    """One `device_type`."""

    first: Value
    """The trend `power`, Wh."""
    totals: Totals
    curves: Curves
    """The fields of a day query and their readings."""
    second: Value | None = None
    """The trend `charge_trend`, Wh."""
    is_recorded: bool = True
    """False if the site has no such input: its trend is `0`, not `0.00`."""


def _share(part_wh: float, whole_wh: float) -> float:
    return min(1.0, part_wh / whole_wh) if whole_wh else 0.0


def _wh(energy: Energy | None, value: Callable[[Energy], float]) -> str:
    return kwh(value(energy)) if energy else "0.00"


def kwh_totals(
    energy: Energy | None, fields: Mapping[str, Callable[[Energy], float]]
) -> dict[str, Json]:
    """Return totals as text; empty without a record."""
    return {name: kwh(value(energy)) for name, value in fields.items()} if energy else {}


def _solarbank_totals(energy: Energy | None, _: slice) -> dict[str, Json]:
    always: dict[str, Json] = {
        "charge_total": _wh(energy, lambda e: e.charge),
        # Misnamed by the cloud: the consumption of the home.
        "discharge_total": _wh(energy, lambda e: e.home),
        "battery_discharging_total": _wh(energy, lambda e: e.discharge),
        "charging_pre": "0",
        "electricity_pre": "0",
        "others_pre": "0",
        "third_party_pv_to_bat": "0",
    }
    return always | kwh_totals(
        energy,
        {
            "ac_out_put_total": lambda _: 0.0,
            "battery_to_home_total": lambda e: e.battery_to_home,
            "grid_to_battery_total": lambda e: e.grid_to_battery,
            "solar_to_battery_total": lambda e: e.solar_to_battery,
        },
    )


def _solar_totals(energy: Energy | None, _: slice) -> dict[str, Json]:
    charged = _share(energy.charge, energy.pv) if energy else 0.0
    always: dict[str, Json] = {
        "charge_total": _wh(energy, lambda e: e.charge),
        "discharge_total": _wh(energy, lambda e: e.home),
        "solar_total": kwh(energy.pv) if energy else "0.0000",
        "charging_pre": two_decimals(charged) if charged else "0",
        "electricity_pre": two_decimals(1 - charged) if energy and energy.pv else "0",
        "others_pre": "0",
    }
    return always | solar_ways(energy)


def solar_ways(energy: Energy | None) -> dict[str, Json]:
    """Return the distribution of the PV energy; empty without a record."""
    return kwh_totals(
        energy,
        {
            "solar_to_grid_total": lambda e: e.solar_to_grid,
            "solar_to_battery_total": lambda e: e.solar_to_battery,
            "solar_to_home_total": lambda e: e.solar_to_home,
        },
    )


def _home_totals(energy: Energy | None, _: slice) -> dict[str, Json]:
    always: dict[str, Json] = {
        "home_usage_total": _wh(energy, lambda e: e.home),
        "battery_discharging_total": _wh(energy, lambda e: e.discharge),
        "third_party_pv_to_home": "0",
    }
    return always | kwh_totals(
        energy,
        {
            "grid_to_home_total": lambda e: e.grid_to_home,
            "battery_to_home_total": lambda e: e.battery_to_home,
            "solar_to_home_total": lambda e: e.solar_to_home,
        },
    )


def _grid_totals(energy: Energy | None, _: slice) -> dict[str, Json]:
    always: dict[str, Json] = {"third_party_pv_to_grid": "0"}
    return always | kwh_totals(
        energy,
        {
            "solar_to_grid_total": lambda e: e.export,
            "grid_to_home_total": lambda e: e.grid_to_home,
            "grid_to_battery_total": lambda e: e.grid_to_battery,
            "grid_imported_total": lambda e: e.grid_import,
        },
    )


def _ev_totals(energy: Energy | None, _: slice) -> dict[str, Json]:
    return {
        "home_usage_total": _wh(energy, lambda e: e.home),
        "battery_discharging_total": _wh(energy, lambda e: e.discharge),
        "third_party_pv_to_home": "0",
    }


def _pps_totals(_: Energy | None, __: slice) -> dict[str, Json]:
    return {
        "charge_total": "0.00",
        "discharge_total": "0.00",
        "charging_pre": "0.00",
        "electricity_pre": "0.00",
        "others_pre": "0",
        "grid_to_battery_total": "0.00",
        "solar_to_battery_total": "0.00",
    }


def _first_solarbank_totals(energy: Energy | None, _: slice) -> dict[str, Json]:
    return {
        "charge_total": _wh(energy, lambda e: e.charge),
        "discharge_total": _wh(energy, lambda e: e.output),
        "charging_pre": "0",
        "electricity_pre": "0",
        "others_pre": "0",
    }


def _first_solar_totals(energy: Energy | None, strings: slice) -> dict[str, Json]:
    names = ("charge_total", "charging_pre", "electricity_pre", "others_pre")
    totals = _solar_totals(energy, strings)
    return {name: totals[name] for name in names} | {
        "discharge_total": _wh(energy, lambda e: e.output),
        "solar_total": f"{energy.pv / 1000 if energy else 0.0:.4f}",
    }


def _column(name: str, sign: int = 1) -> Reading:
    def read(flows: DayFlows, step: int) -> float:
        return sign * float(getattr(flows, name)[step])

    return read


def _imported(flows: DayFlows, step: int) -> float:
    return flows.grid_to_home[step] + flows.grid_to_battery[step]


def _solarbank_curves(site: SimSite, _: slice) -> dict[str, Reading]:
    return {
        "power": _column("discharge"),
        "charge_trend": _column("charge", -1),
        "charge_level": soc_reading(units(site.spec.plant.battery.capacity_wh)),
    }


def _first_solarbank_curves(site: SimSite, strings: slice) -> dict[str, Reading]:
    return _solarbank_curves(site, strings) | {"power": _column("output")}


def _grid_curves(site: SimSite, _: slice) -> dict[str, Reading]:
    """Return the curves of the meter; without one the grid is unknown."""
    if site.is_metered:
        return {"power": _column("export", -1), "charge_trend": _imported}
    return {"power": lambda _, __: 0.0, "charge_trend": _column("grid_to_battery")}


def _pps_curves(site: SimSite, strings: slice) -> dict[str, Reading]:
    level = _solarbank_curves(site, strings)["charge_level"]
    return {"power": _column("charge"), "charge_level": level}


def _solar_curves(_: SimSite, strings: slice) -> dict[str, Reading]:
    def read(flows: DayFlows, step: int) -> float:
        return float(sum(column[step] for column in flows.strings[strings]))

    return {"power": pv_at if strings == ALL_STRINGS else read}


KINDS: dict[str, StatisticKind] = {
    "solarbank": StatisticKind(
        first=lambda e, _: e.discharge, totals=_solarbank_totals, curves=_solarbank_curves
    ),
    "solar_production": StatisticKind(
        first=lambda e, strings: sum(e.strings[strings]) if strings != ALL_STRINGS else e.pv,
        totals=_solar_totals,
        curves=_solar_curves,
    ),
    "home_usage": StatisticKind(
        first=lambda e, _: e.home,
        totals=_home_totals,
        curves=lambda site, _: {"power": _column("home" if site.is_metered else "output")},
    ),
    "grid": StatisticKind(
        first=lambda e, _: -e.export,
        second=lambda e, _: e.grid_import,
        totals=_grid_totals,
        curves=_grid_curves,
    ),
    "ev_charger": StatisticKind(
        first=lambda e, _: e.ev, totals=_ev_totals, curves=lambda _, __: {"power": _column("ev")}
    ),
    "pps": StatisticKind(first=lambda e, _: e.charge, totals=_pps_totals, curves=_pps_curves),
}

FIRST_GENERATION = {
    "solarbank": StatisticKind(
        # The output of the bank instead of the battery's, since June 2024.
        first=lambda e, _: e.output,
        totals=_first_solarbank_totals,
        curves=_first_solarbank_curves,
    ),
    "solar_production": StatisticKind(
        first=lambda e, _: e.pv, totals=_first_solar_totals, curves=_solar_curves
    ),
}
"""The kinds that differ where all solarbanks are of the first generation."""
