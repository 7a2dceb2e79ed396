"""The physical state of a home at one instant, which tests compare with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """The state of a home; powers in W, never negative."""

    pv_w: int
    strings_w: tuple[int, ...]
    """Each PV input; an upstream bank's output is the last one."""
    home_w: int
    """Consumption of the home, including plugs and car."""
    plug_w: int
    """Sum of the plugs."""
    plugs_w: tuple[int, ...]
    ev_w: int
    output_w: int
    """AC output of the inverter."""
    grid_import_w: int
    """Into the home and into the battery."""
    grid_to_home_w: int
    grid_to_battery_w: int
    grid_export_w: int
    battery_charge_w: int
    battery_discharge_w: int
    soc_ratio: float
    """State of charge, 0-1."""
    stored_wh: float
    capacity_wh: int
    lifetime_wh: float
    """PV energy since the system was set up."""
    upstream: "Truth | None" = None
    """The first-generation bank that feeds this system, if any."""
