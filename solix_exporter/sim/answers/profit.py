"""The savings of home systems and panels, by day or month."""

from solix_exporter.sim.answers.call import Call, RefusedError
from solix_exporter.sim.answers.energy_sources import percent
from solix_exporter.sim.answers.live_scene import CO2_KG_PER_KWH
from solix_exporter.sim.answers.periods import (
    daily_statistics,
    parse_day,
    split_span,
)
from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json, kwh


def system_profit(call: Call) -> Json:
    """Return savings by day or month; panels have them too; source: `get_system_profit_detail`."""
    site = call.site()
    if not site.of(Role.HES, Role.PANEL):
        raise RefusedError
    statistics = daily_statistics(call, site)
    first = parse_day(call.text("start"), statistics.today)
    last = parse_day(call.text("end"), first)
    periods = split_span(call.text("dateType"), first, last)
    energies = [statistics.sum(days) for days in periods]
    whole = statistics.sum([day for days in periods for day in days])
    own = percent(_own_wh(whole), whole.home) if whole else "0%"
    price = site.spec.price
    return {
        "savings": [f"{_own_wh(energy) / 1000 * price:.1f}" for energy in energies],
        "savingsUnit": "",
        "saveCarbons": [kwh(energy.pv * CO2_KG_PER_KWH if energy else 0) for energy in energies],
        "saveCarbonsUnit": "kg",
        "powerGenerations": [kwh(energy.pv if energy else 0) for energy in energies],
        "powerGenerationsUnit": "kWh",
        "aggregates": [
            {
                "title": "Proportion of self-use",
                "value": own,
                "unit": "",
                "type": "",
                "percent": "",
                "imported": False,
                "showPercent": "",
                "subItemList": None,
            }
        ],
        "percents": _percents(whole),
        "selfPowerPercent": own,
    }


def _own_wh(energy: Energy | None) -> float:
    return energy.home - energy.grid_to_home if energy else 0.0


def _percents(energy: Energy | None) -> Json:
    home = energy.home if energy else 0.0
    parts = {
        "hes": energy.battery_to_home if energy else 0.0,
        "solar": energy.solar_to_home if energy else 0.0,
        "grid": energy.grid_to_home if energy else 0.0,
    }
    return [{"type": kind, "value": percent(part, home)} for kind, part in parts.items()]
