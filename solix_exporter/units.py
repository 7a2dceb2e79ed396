"""The one place that converts units: the cloud's words for a unit to watt-hours, watts, grams.

The cloud writes the same unit in several cases ("kwh", "kWh", "KWh") and, for life-time totals,
switches to "mwh" and "t" when the number grows. Factors are to the base unit of the metrics.
"""

WATTHOURS = {"wh": 1.0, "kwh": 1e3, "mwh": 1e6, "gwh": 1e9}
WATTS = {"w": 1.0, "kw": 1e3, "mw": 1e6}
GRAMS = {"g": 1.0, "kg": 1e3, "t": 1e6}


def _convert(value: float, unit: str, factors: dict[str, float]) -> float | None:
    factor = factors.get(unit.strip().lower())
    return None if factor is None else value * factor


def to_watthours(value: float, unit: str) -> float | None:
    """Return `value` in watt-hours, None where the unit is not one of energy."""
    return _convert(value, unit, WATTHOURS)


def to_watts(value: float, unit: str) -> float | None:
    """Return `value` in watts, None where the unit is not one of power."""
    return _convert(value, unit, WATTS)


def to_grams(value: float, unit: str) -> float | None:
    """Return `value` in grams, None where the unit is not one of mass."""
    return _convert(value, unit, GRAMS)
