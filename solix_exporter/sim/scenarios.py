"""THE table of scenarios: each row is a complete account."""

from solix_exporter.sim.example_systems import (
    AC_COUPLED,
    CABIN,
    CAMPER,
    CASCADE,
    CHARGER,
    DUAL_FIRST,
    EV_CHARGER,
    FIRST,
    GARDEN,
    HOME,
    HOME_ENERGY,
    INVERTER,
    MAX_AC,
    MULTISYSTEM,
    PLUGS_ONLY,
    POWER_PANEL,
    SMART,
    SOLARBANK_4,
    SOLARBANK_MAX,
    UNMETERED_MAX,
)
from solix_exporter.sim.system_specs import Scenario

SCENARIOS: dict[str, Scenario] = {
    "home": Scenario("Solarbank 2 Pro with a smart meter and two plugs", (HOME,)),
    "sb1": Scenario("Solarbank E1600 with an inverter", (FIRST,)),
    "sb1-dual": Scenario("two Solarbank E1600 in parallel", (DUAL_FIRST,)),
    "sb2-plugs": Scenario("Solarbank 2 Pro with plugs and no meter", (PLUGS_ONLY,)),
    "sb2-ac": Scenario("Solarbank 2 AC with a use-time tariff", (AC_COUPLED,)),
    "cascade": Scenario("Solarbank 2 with two Solarbank E1600 behind it", (CASCADE,)),
    "sb3": Scenario("Solarbank 3 in AI mode with a dynamic tariff", (SMART,)),
    "multisystem": Scenario("three Solarbank 3 behind a power dock", (MULTISYSTEM,)),
    "mi80": Scenario("micro inverter MI80 alone", (INVERTER,)),
    "power-panel": Scenario(
        "power panel with two F3800 power stations", (POWER_PANEL,), country="US", region="com"
    ),
    "x1": Scenario("X1 home energy system with an EV charger", (HOME_ENERGY,)),
    "ev-charger": Scenario("EV charger with a meter and a vehicle", (EV_CHARGER,), vehicles=1),
    "charger": Scenario("a desk charger, which belongs to no system", (CHARGER,)),
    "max-ac": Scenario("Solarbank Max AC with meter and plug, also over Modbus TCP", (MAX_AC,)),
    "local": Scenario(
        "Solarbank 4 with meter and plug over Modbus TCP, without an account",
        (SOLARBANK_4,),
        has_account=False,
    ),
    "local-all": Scenario(
        "every product that has Modbus TCP, in five homes without an account",
        (MAX_AC, SOLARBANK_4, SOLARBANK_MAX, UNMETERED_MAX, HOME_ENERGY),
        has_account=False,
    ),
    "pps": Scenario(
        "power stations C1000X with a pack, C1000 Gen 2 and F3800", (CAMPER, GARDEN, CABIN)
    ),
    "member": Scenario("the home, seen by somebody it is shared with", (HOME,), has_member=True),
    "all": Scenario(
        "everything above in one account",
        (
            HOME,
            PLUGS_ONLY,
            FIRST,
            DUAL_FIRST,
            AC_COUPLED,
            CASCADE,
            SMART,
            MULTISYSTEM,
            INVERTER,
            POWER_PANEL,
            HOME_ENERGY,
            EV_CHARGER,
            CHARGER,
            CAMPER,
            GARDEN,
            CABIN,
        ),
        has_member=True,
        vehicles=2,
    ),
}


def scenario_names() -> tuple[str, ...]:
    """Return the names of all scenarios."""
    return tuple(SCENARIOS)


def cloud_scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios in which somebody has an account."""
    return tuple(name for name, scenario in SCENARIOS.items() if scenario.has_account)


def scenario_titles() -> dict[str, str]:
    """Return the title of each scenario, by its name."""
    return {name: scenario.title for name, scenario in SCENARIOS.items()}


def scenario_of(name: str) -> Scenario:
    """Return a scenario by its name.

    Raises ValueError that lists the known names.
    """
    if name not in SCENARIOS:
        raise ValueError(f"unknown scenario {name!r}, choose one of: {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
