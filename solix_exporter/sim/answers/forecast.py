"""The PV forecast of a system in AI mode: what the sun will give in the next 24 hours."""

from datetime import date, timedelta

from solix_exporter.sim.answers.periods import Ledger, bounds
from solix_exporter.sim.dialect import Json, cents, kwh
from solix_exporter.sim.systems import SceneMode

_HORIZON = timedelta(hours=24)
_HOUR = timedelta(hours=1)


def forecast(ledger: Ledger, day: date) -> dict[str, Json]:
    """Return the hours of a local day that lie ahead; labels are the ends of the hours.

    Nothing is filled where the system does not run in AI mode.
    """
    if ledger.site.spec.mode is not SceneMode.SMART:
        return {}
    start, end = bounds(day, ledger.zone)
    hour = ledger.now.replace(minute=0, second=0, microsecond=0)
    trend: list[Json] = []
    total_wh = 0.0
    until = hour + _HORIZON
    while hour < until:
        expected_wh = ledger.site.home.expected_wh(hour, hour + _HOUR)
        total_wh += expected_wh
        if start <= hour < end:
            label = (hour + _HOUR).astimezone(ledger.zone).strftime("%H:%M")
            trend.append({"time": label, "value": cents(expected_wh), "rods": None})
        hour += _HOUR
    return {"forecast_trend": trend, "forecast_total": kwh(total_wh)}
