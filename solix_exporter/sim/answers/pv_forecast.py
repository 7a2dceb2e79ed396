"""The PV forecast of a system in AI mode: the next 24 hours."""

from datetime import date, timedelta

from solix_exporter.sim.answers.periods import DailyStatistics, bounds
from solix_exporter.sim.system_specs import SceneMode
from solix_exporter.sim.wire_format import Json, kwh, two_decimals

_HORIZON = timedelta(hours=24)
_HOUR = timedelta(hours=1)


def forecast(statistics: DailyStatistics, day: date) -> dict[str, Json]:
    """Return the forecast of the remaining hours of a local day; labels are the ends of the hours.

    Empty if the system is not in AI mode.
    """
    if statistics.site.spec.mode is not SceneMode.SMART:
        return {}
    start, end = bounds(day, statistics.zone)
    hour = statistics.now.replace(minute=0, second=0, microsecond=0)
    trend: list[Json] = []
    total_wh = 0.0
    until = hour + _HORIZON
    while hour < until:
        expected_wh = statistics.site.home.expected_wh(hour, hour + _HOUR)
        total_wh += expected_wh
        if start <= hour < end:
            label = (hour + _HOUR).astimezone(statistics.zone).strftime("%H:%M")
            trend.append({"time": label, "value": two_decimals(expected_wh), "rods": None})
        hour += _HOUR
    return {"forecast_trend": trend, "forecast_total": kwh(total_wh)}
