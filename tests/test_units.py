import pytest

from solix_exporter import units


@pytest.mark.parametrize(
    ("value", "unit", "watthours"),
    [(0.45, "kWh", 450), (1457.71, "kwh", 1457710), (1.25, "mwh", 1250000), (3, "WH", 3),
     (2, "GWh", 2e9), (1, "€", None), (1, "", None)],
)  # fmt: skip
def test_energy_comes_in_any_case(value: float, unit: str, watthours: float | None) -> None:
    assert units.to_watthours(value, unit) == watthours


@pytest.mark.parametrize(
    ("value", "unit", "watts"), [(4.11, "KW", 4110), (5, "W", 5), (5, "x", None)]
)
def test_power_comes_in_kilowatts(value: float, unit: str, watts: float | None) -> None:
    assert units.to_watts(value, unit) == watts


@pytest.mark.parametrize(
    ("value", "unit", "grams"), [(77, "kg", 77000), (1.2, "t", 1.2e6), (1, "kwh", None)]
)
def test_mass_comes_in_tonnes(value: float, unit: str, grams: float | None) -> None:
    assert units.to_grams(value, unit) == grams
