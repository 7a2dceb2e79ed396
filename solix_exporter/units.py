"""The cloud's names of units, and their factors to Wh, W and grams.

The cloud writes the same unit in several cases ("kwh", "kWh", "KWh") and, for life-time totals,
switches to "mwh" and "t" when the number grows. Factors are to the base unit of the metrics.
"""

from collections.abc import Mapping

WATTHOURS: Mapping[str, float] = {"wh": 1.0, "kwh": 1e3, "mwh": 1e6, "gwh": 1e9}
WATTS: Mapping[str, float] = {"w": 1.0, "kw": 1e3, "mw": 1e6}
GRAMS: Mapping[str, float] = {"g": 1.0, "kg": 1e3, "t": 1e6}


def factor_of(unit: str, units: Mapping[str, float]) -> float | None:
    """Return what a number in `unit` is multiplied by, None where it is none of `units`."""
    return units.get(unit.strip().lower())
