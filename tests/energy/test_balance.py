"""What follows from a day's figures, for the totals of the captures. Reference 04, section 1.4."""

import pytest

from solix_exporter.model.balance import complete
from solix_exporter.model.energy import Flow

F = Flow


def flows(**named: float) -> dict[Flow, float]:
    return {Flow(name): wh for name, wh in named.items()}


REPORTED_2024 = flows(
    pv=8370, home=10170, battery_charge=3490, grid_to_home=3770, battery_to_home=1790,
    pv_to_grid=270,
)  # fmt: skip


@pytest.mark.parametrize(
    ("reported", "derived"),
    [
        # SB2_SM_NoPvEnergy_Invalid, July 2024: the newer fields do not exist yet.
        # 10.17 - 3.77 - 1.79 = 4.61; 8.37 - 4.61 - 0.27 = 3.49 = all that was charged.
        (
            REPORTED_2024,
            flows(pv_to_home=4610, pv_to_battery=3490, grid_to_battery=0, grid_import=3770),
        ),
        # SB2_SM_AiMode_Schedule_invalid: 18.58 - 12.09 - 2.51 = 3.98; 10.16 - 3.98 - 2.21 = 3.97.
        (
            flows(
                pv=10160, home=18580, battery_charge=3970, grid_to_home=12090,
                battery_to_home=2510, pv_to_grid=2210,
            ),
            flows(pv_to_home=3980, pv_to_battery=3970, grid_to_battery=0, grid_import=12090),
        ),
        # SB2_SB1_AI_Input_50, January 2025: zeros for 1.33 and 1.09 kWh that flowed.
        # 21.12 - 18.86 - 0.93 = 1.33; 1.09 - 0.00 = 1.09; together with 0.06 out they are 2.48.
        (
            flows(
                pv=2480, home=21120, battery_charge=1090, grid_to_home=18860, battery_to_home=930,
                pv_to_grid=60, pv_to_home=0, pv_to_battery=0, grid_to_battery=0,
            ),
            flows(pv_to_home=1330, pv_to_battery=1090, grid_to_battery=0, grid_import=18860),
        ),
        # SB3_SM_Smart, 17-18 July 2025: everything is reported and stays as it is.
        (
            flows(
                pv=4670, home=15200, battery_charge=780, grid_to_home=10730, battery_to_home=610,
                pv_to_grid=60, pv_to_home=3860, pv_to_battery=750, grid_to_battery=30,
            ),
            flows(pv_to_home=3860, pv_to_battery=750, grid_to_battery=30, grid_import=10760),
        ),
        # SB2_AC_UseTime: all charge is from the grid, the zeros of PV are real.
        (
            flows(
                pv=0, home=50, battery_charge=5590, grid_to_home=40, battery_to_home=10,
                pv_to_grid=0, pv_to_home=0, pv_to_battery=0, grid_to_battery=5590,
            ),
            flows(pv_to_home=0, pv_to_battery=0, grid_to_battery=5590, grid_import=5630),
        ),
        # A home energy system tells no charge: 3.00 from PV and 1.50 from the grid.
        (
            flows(pv_to_battery=3000, grid_to_battery=1500, grid_to_home=700),
            flows(battery_charge=4500, grid_import=2200),
        ),
    ],
)  # fmt: skip
def test_what_is_missing_follows_from_the_rest(
    reported: dict[Flow, float], derived: dict[Flow, float]
) -> None:
    full = complete(reported)
    assert {flow: full[flow] for flow in derived} == derived
    assert {flow for flow in full if flow not in reported} <= derived.keys()


def test_nothing_is_invented_where_a_term_is_missing() -> None:
    reported = flows(pv=8370, home=10170, grid_to_home=3770)
    assert complete(reported) == reported


def test_nothing_is_invented_where_the_figures_contradict_each_other() -> None:
    # More from grid and battery than the home used: the rest for PV would be negative.
    reported = flows(home=1000, grid_to_home=900, battery_to_home=900)
    assert Flow.PV_TO_HOME not in complete(reported)


def test_what_others_pv_gave_is_not_the_systems() -> None:
    # A night with somebody else's battery inverter: 5.00 - 2.00 - 0.50 = 2.50 kWh of foreign PV
    # into the home, 1.20 - 0.20 = 1.00 kWh into the battery, and none of 0.10 kWh of its own.
    told = flows(
        home=5000, grid_to_home=2000, battery_to_home=500, battery_charge=1200,
        grid_to_battery=200, pv=100, pv_to_grid=100,
    )  # fmt: skip
    for zeros in (flows(), flows(pv_to_home=0, pv_to_battery=0)):
        full = complete(told | zeros)
        assert full.get(Flow.PV_TO_HOME, 0) == 0
        assert full.get(Flow.PV_TO_BATTERY, 0) == 0


def test_other_pv_that_is_told_leaves_the_rest_to_the_system() -> None:
    # 5.00 - 2.00 - 0.50 - 1.50 = 1.00 kWh into the home; 1.20 - 0.20 - 0.40 = 0.60 kWh into the
    # battery.
    full = complete(
        flows(
            home=5000, grid_to_home=2000, battery_to_home=500, battery_charge=1200,
            grid_to_battery=200, pv=1600, pv_to_grid=0, third_party_pv_to_home=1500,
            third_party_pv_to_battery=400,
        )
    )  # fmt: skip
    assert full[Flow.PV_TO_HOME] == 1000
    assert full[Flow.PV_TO_BATTERY] == 600


def test_rounding_alone_makes_no_energy() -> None:
    reported = flows(home=1000, grid_to_home=600, battery_to_home=380)
    assert complete(reported)[Flow.PV_TO_HOME] == 0


def test_export_of_the_battery_is_told_only_where_the_cloud_tells_exports_apart() -> None:
    reported = flows(grid_export=500, pv_to_grid=300)
    assert complete(reported, tells_exports_apart=True)[Flow.BATTERY_TO_GRID] == 200
    assert Flow.BATTERY_TO_GRID not in complete(reported)
