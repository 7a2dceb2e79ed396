"""Charge and discharge priority of first-generation solarbanks, from captured schedules."""

from pathlib import Path

import pytest

from tests.captures.test_details import metrics_at, value

PRIORITIES = [
    # Until 15:50 filled first below 5 %, after that below 80 % and with discharge priority.
    ("SB1_DischargePrio", "2024-12-17 15:49", {"9J7O": (0.05, 0)}),
    ("SB1_DischargePrio", "2024-12-17 15:50", {"9J7O": (0.8, 1)}),
    # Schedules of firmware without discharge priority.
    ("SB1_NoEnergy", "2024-04-24 07:20", {"G55H": (0.1, None)}),
    ("SB1_Dual_NoEnergy", "2024-05-22 20:12", {"W8Z0": (0.1, None), "XGR9": (0.1, None)}),
    # It sends the switch's 0 and does not show it; the newer bank has no such schedule.
    (
        "SB2_SB1_AI_Input_50",
        "2025-01-23 09:21",
        {"V58H": (0.8, None), "3K3Y": (0.8, None), "6SFN": (None, None)},
    ),
]


@pytest.mark.parametrize(("folder", "local", "banks"), PRIORITIES)
async def test_the_priorities_in_force(
    captures: Path, folder: str, local: str, banks: dict[str, tuple[float | None, float | None]]
) -> None:
    metrics = await metrics_at(captures / folder, local)
    for sn, (charge, discharge) in banks.items():
        assert value(metrics, "solix_battery_charge_priority_ratio", f'"{sn}') == charge
        assert value(metrics, "solix_battery_discharge_priority_enabled", f'"{sn}') == discharge
