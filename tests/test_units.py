from collections.abc import Mapping

import pytest

from solix_exporter.units import GRAMS, WATTHOURS, WATTS, factor_of


@pytest.mark.parametrize(
    ("units", "unit", "factor"),
    [
        (WATTHOURS, "kWh", 1e3), (WATTHOURS, "KWh", 1e3), (WATTHOURS, " mwh ", 1e6),
        (WATTHOURS, "WH", 1), (WATTHOURS, "GWh", 1e9), (WATTHOURS, "kW", None),
        (WATTHOURS, "kkWh", None), (WATTHOURS, "€", None), (WATTHOURS, "", None),
        (WATTS, "KW", 1e3), (WATTS, "W", 1), (WATTS, "MW", 1e6), (WATTS, "wh", None),
        (GRAMS, "kg", 1e3), (GRAMS, "t", 1e6), (GRAMS, "g", 1), (GRAMS, "kwh", None),
    ],
)  # fmt: skip
def test_units_come_in_any_case(
    units: Mapping[str, float], unit: str, factor: float | None
) -> None:
    assert factor_of(unit, units) == factor
