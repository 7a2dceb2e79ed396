"""The parameters of `energy_analysis`, and its answer without figures."""

from dataclasses import dataclass
from datetime import date

from solix_exporter.sim.answers.live_scene import CO2_KG_PER_KWH
from solix_exporter.sim.answers.periods import DailyStatistics, day_range, month_days
from solix_exporter.sim.answers.statistic_kinds import StatisticKind
from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json, kwh
from solix_exporter.sim.world import SimSite

DEFAULT_KIND = "solar_production"
_MONTHS = 12
_TEXTS = (
    "charge_total",
    "discharge_total",
    "charging_pre",
    "electricity_pre",
    "others_pre",
    "battery_discharging_total",
    "solar_to_grid_total",
    "grid_to_home_total",
    "ac_out_put_total",
    "home_usage_total",
    "solar_total",
    "battery_to_home_total",
    "local_time",
    "grid_to_battery_total",
    "grid_imported_total",
    "solar_to_battery_total",
    "solar_to_home_total",
    "forecast_total",
    "sop_grid_to_battery_total",
    "third_solar_to_battery_total",
    "total_energy_unit",
    "third_party_pv_to_bat",
    "third_party_pv_to_grid",
    "grid_exported_total",
    "third_party_pv_to_home",
)


@dataclass(frozen=True, slots=True)
class StatisticsQuery:
    """The parameters of a request."""

    statistics: DailyStatistics
    name: str
    kind: StatisticKind
    span: str
    """`day`, `week`, `month` or `year`."""
    first: date
    last: date
    strings: slice
    """The PV inputs that are included."""

    @property
    def site(self) -> SimSite:
        """Return the site."""
        return self.statistics.site

    def periods(self) -> list[tuple[str, list[date]]]:
        """Return label and days of each value."""
        if self.span == "year":
            months = [date(self.first.year, month + 1, 1) for month in range(_MONTHS)]
            return [(month.strftime("%Y-%m"), month_days(month)) for month in months]
        days = month_days(self.first) if self.span == "month" else day_range(self.first, self.last)
        return [(day.isoformat(), [day]) for day in days]


def blank(query: StatisticsQuery, energy: Energy | None) -> dict[str, Json]:
    """Return an answer with the fields that all kinds have in common."""
    unit = "w" if query.span == "day" else "kwh"
    is_solar = query.name == DEFAULT_KIND
    return dict.fromkeys(_TEXTS, "") | {
        "charge_trend": None,
        "charge_level": [] if is_solar else None,
        "forecast_trend": [] if is_solar else None,
        "power_unit": "w" if query.name == "pps" else "wh",
        "charge_unit": "kwh",
        "discharge_unit": "kwh",
        "trend_unit": "" if energy is None else unit,
        "statistics": [] if query.name == "pps" else _statistics(query, energy),
        "smart_plug_info": _plugs(query, energy) if query.name == "home_usage" else None,
        "pps_list": None,
        "device_energy_info": [] if is_solar else None,
        "charging_pile_device_energy_info": (
            [] if query.name in {"home_usage", "ev_charger"} else None
        ),
        "tab_switch": None,
    }


def _statistics(query: StatisticsQuery, energy: Energy | None) -> Json:
    solar_wh = energy.pv if energy else 0.0
    return [
        {"type": "1", "total": kwh(solar_wh), "unit": "kwh"},
        {"type": "2", "total": kwh(solar_wh * CO2_KG_PER_KWH), "unit": "kg"},
        {
            "type": "3",
            "total": kwh(solar_wh * query.site.spec.price),
            "unit": query.site.spec.currency,
        },
    ]


def _plugs(query: StatisticsQuery, energy: Energy | None) -> Json:
    plugs = query.site.of(Role.PLUG)
    used_wh = energy.plugs if energy else (0.0,) * len(plugs)
    return {
        "smartplug_list": [
            {
                "device_pn": "",
                "device_sn": plug.sn,
                "device_name": plug.spec.alias,
                "device_img": "",
                "create_time": 0,
                "current_power": "",
                "tag": "",
                "tag_img": "",
                "total_power": kwh(energy_wh),
                "bind_site_status": "",
                "status": "",
                "wireless_type": "",
                "err_code": 0,
                "priority": 0,
                "auto_switch": False,
                "running_time": None,
            }
            for plug, energy_wh in zip(plugs, used_wh, strict=False)
        ],
        "total_power": kwh(sum(used_wh)),
    }
