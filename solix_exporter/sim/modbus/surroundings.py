"""What a device measures besides powers: temperature, mains voltage and frequency.

Everything follows from the instant alone, so that two readers of it agree.
"""

from datetime import datetime
from math import cos, pi, sin

from solix_exporter.sim.consumption import EPOCH

_DAY_S = 86400.0
_YEAR_DAYS = 365.25
_COLDEST_DAY = 15
_WARMEST_S = 14 * 3600.0


def temperature_c(at: datetime, warming_w: float) -> float:
    """Return the temperature of a bank in an unheated room, to a tenth; below zero in winter."""
    elapsed = at - EPOCH
    season = -9.0 * cos(2 * pi * (elapsed.days % _YEAR_DAYS - _COLDEST_DAY) / _YEAR_DAYS)
    hour = 3.5 * cos(2 * pi * (elapsed.total_seconds() % _DAY_S - _WARMEST_S) / _DAY_S)
    return round(9.5 + season + hour + warming_w / 500.0, 1)


def voltage_v(at: datetime, phase: int) -> float:
    """Return the voltage of a phase, counted from 0, to a tenth."""
    return round(230.4 + 1.8 * sin(at.timestamp() / 97.0 + 2.1 * phase), 1)


def frequency_hz(at: datetime) -> float:
    """Return the frequency of the mains, to a hundredth."""
    return round(50.0 + 0.03 * sin(at.timestamp() / 61.0), 2)


def current_a(power_w: float, volts: float) -> float:
    """Return the current of a power, to a hundredth, with its sign."""
    return round(power_w / volts, 2)
