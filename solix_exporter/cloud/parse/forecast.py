"""The cloud's forecast of PV energy."""

from datetime import timedelta

from solix_exporter.cloud.record import Record
from solix_exporter.model.forecast import PvForecast
from solix_exporter.units import WATTHOURS, WATTS

_DAY_MIN = 24 * 60


def parse_forecast(record: Record) -> PvForecast:
    """Return the forecast of the rest of a day, an empty one where the cloud has none.

    Source: `power_service/v1/site/energy_analysis`, `solar_production` by `day`: `forecast_trend[]`
    is the mean power of hours that are named by their ends, "00:00" being the next midnight;
    `forecast_total` goes on into the next day.
    """
    record.ignore_rest(
        "local_time", "trend_unit", "solar_total", "total_energy_unit", "forecast_total"
    )
    made_at = record.local_time("local_time")
    entries = record.unique("forecast_trend", "time")
    scale = record.unit("trend_unit", WATTS, is_needed=bool(entries))
    produced_wh = record.quantity("solar_total", "total_energy_unit", WATTHOURS, usual="kwh")
    next_24_hours_wh = record.quantity(
        "forecast_total", "total_energy_unit", WATTHOURS, usual="kwh"
    )
    if made_at is None:
        return PvForecast()
    midnight = made_at.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = []
    for entry in entries:
        entry.ignore("rods")
        minute, energy_wh = entry.minutes("time"), entry.number("value", scale=scale)
        if minute is not None and energy_wh is not None:
            hours.append((midnight + timedelta(minutes=minute or _DAY_MIN), energy_wh))
    return PvForecast(made_at, produced_wh, tuple(hours), next_24_hours_wh)
