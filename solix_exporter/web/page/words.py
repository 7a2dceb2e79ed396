"""Numbers and times as the page writes them; a dash means not reported."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DASH = "\u2013"
_THIN = "\u202f"
"""A narrow space that does not break, between a number and its unit."""

_KILO = 1000.0
_TENS, _HUNDREDS = 9.995, 999.95
_SHOWN_DIGITS = 4
_STEPS = (
    (timedelta(days=2), timedelta(days=1), "days"),
    (timedelta(hours=2), timedelta(hours=1), "h"),
    (timedelta(minutes=2), timedelta(minutes=1), "min"),
    (timedelta(0), timedelta(seconds=1), "s"),
)
"""From this age on, counted in this step, in this word."""


def watts(power_w: float | None) -> str:
    """Return a power: 520 W, 1.24 kW."""
    if power_w is None:
        return DASH
    if round(abs(power_w)) < _KILO:
        return f"{power_w:.0f}{_THIN}W"
    return f"{_three_digits(power_w / _KILO)}{_THIN}kW"


def watthours(energy_wh: float | None) -> str:
    """Return an energy, always in kWh as a bill has it: 0.34 kWh, 12.4 kWh."""
    if energy_wh is None:
        return DASH
    return f"{_three_digits(energy_wh / _KILO)}{_THIN}kWh"


def _three_digits(value: float) -> str:
    if abs(value) < _TENS:
        return f"{value:.2f}"
    return f"{value:.1f}" if abs(value) < _HUNDREDS else f"{value:,.0f}".replace(",", _THIN)


def percent(ratio: float | None) -> str:
    """Return a share: 72 %."""
    return DASH if ratio is None else f"{ratio * 100:.0f}{_THIN}%"


def duration(seconds: float) -> str:
    """Return a time span in its largest unit: 45 s, 12 min, 3 h, 4 days."""
    span = timedelta(seconds=max(0.0, seconds))
    for least, step, word in _STEPS:
        if span >= least:
            return f"{span // step}{_THIN}{word}"
    return f"0{_THIN}s"


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago something was."""
    return "never" if at is None else f"{duration((now - at).total_seconds())} ago"


def clock_time(at: datetime, zone: str) -> str:
    """Return an instant on the clock of a site: 2026-06-20 13:02:30 CEST."""
    local = at.astimezone(ZoneInfo(zone)) if zone else at
    return f"{local:%Y-%m-%d %H:%M:%S %Z}"


def clock_minute(at: datetime, zone: str, now: datetime) -> str:
    """Return a recent instant on the clock of a site: 13:02, of another day 2026-06-19 13:02."""
    tz = ZoneInfo(zone or "UTC")
    local = at.astimezone(tz)
    is_today = local.date() == now.astimezone(tz).date()
    return f"{local:%H:%M}" if is_today else f"{local:%Y-%m-%d %H:%M}"


def short_sn(sn: str) -> str:
    """Return the end of a serial number: enough to tell devices apart, too little to misuse."""
    return f"…{sn[-_SHOWN_DIGITS:]}" if len(sn) > 2 * _SHOWN_DIGITS else "…"


def sentence(name: str) -> str:
    """Return the name of a state as words: charge_priority is "charge priority"."""
    return name.replace("_", " ")
