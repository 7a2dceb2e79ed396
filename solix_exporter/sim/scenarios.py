"""THE table of scenarios: each row is a complete account. Adding one is adding a row."""

from solix_exporter.sim.example_systems import (
    AC_COUPLED,
    CASCADE,
    CHARGER,
    DUAL_FIRST,
    EV_CHARGER,
    FIRST,
    HOME,
    HOME_ENERGY,
    INVERTER,
    MULTISYSTEM,
    PLUGS_ONLY,
    POWER_PANEL,
    SMART,
)
from solix_exporter.sim.systems import Scenario

SCENARIOS: dict[str, Scenario] = {
    "home": Scenario((HOME,)),
    "sb1": Scenario((FIRST,)),
    "sb1-dual": Scenario((DUAL_FIRST,)),
    "sb2-plugs": Scenario((PLUGS_ONLY,)),
    "sb2-ac": Scenario((AC_COUPLED,)),
    "cascade": Scenario((CASCADE,)),
    "sb3": Scenario((SMART,)),
    "multisystem": Scenario((MULTISYSTEM,)),
    "mi80": Scenario((INVERTER,)),
    "power-panel": Scenario((POWER_PANEL,), country="US", region="com"),
    "x1": Scenario((HOME_ENERGY,)),
    "ev-charger": Scenario((EV_CHARGER,), vehicles=1),
    "charger": Scenario((CHARGER,)),
    "member": Scenario((HOME,), has_member=True),
    "all": Scenario(
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
        ),
        has_member=True,
        vehicles=2,
    ),
}


def scenario_names() -> tuple[str, ...]:
    """Return the names of all scenarios."""
    return tuple(SCENARIOS)


def scenario_of(name: str) -> Scenario:
    """Return a scenario by its name.

    Raises ValueError that tells the names there are.
    """
    if name not in SCENARIOS:
        raise ValueError(f"unknown scenario {name!r}, choose one of: {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
