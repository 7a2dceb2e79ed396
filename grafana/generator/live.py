"""The board "Live": what happens in the chosen sites now."""

from grafana_foundation_sdk.models import units

from grafana.generator import palette
from grafana.generator.board import Board, Row
from grafana.generator.charge import charge_block
from grafana.generator.fields import Tile
from grafana.generator.panels import (
    Block,
    Curve,
    curve_block,
    gauge_block,
    stat_block,
    timeline_block,
)
from grafana.generator.queries import (
    Query,
    any_of,
    by_device,
    by_site,
    current,
    once,
    own,
    site,
    total,
    where,
)

STORED = "solix_site_battery_stored_energy_watthours"
CAPACITY = "solix_site_battery_capacity_watthours"
DATA_AT = "solix_site_data_timestamp_seconds"

DEVICE_STATES: tuple[tuple[str, str, str], ...] = (
    ("standby|sleep|detection", "idle", palette.CALM),
    ("charge|charge_ac|charge_priority", "charging", palette.CHARGE),
    ("charge_bypass", "charging and supplying", palette.PV),
    ("discharge|bypass_discharge", "discharging", palette.RESERVE),
    ("bypass", "PV to the home", palette.HOME),
    ("fully_charged|full_bypass", "full", palette.DISCHARGE),
    ("wakeup|cold_wakeup|protection_charge", "waking or protecting", palette.GRID_EXPORT),
    ("unknown", "unknown", palette.BAD),
)
"""States of the exporter that a line shows as one, its text, its colour."""

USAGE_MODES: tuple[tuple[str, str, str], ...] = (
    ("smartmeter", "smart meter", palette.HOME),
    ("smartplugs", "smart plugs", palette.PLUG),
    ("manual", "manual", palette.CALM),
    ("backup", "backup", palette.RESERVE),
    ("use_time", "tariff times", palette.GRID_EXPORT),
    ("smart", "smart", palette.CHARGE),
    ("time_slot", "time slots", palette.PV),
    ("unknown", "unknown", palette.BAD),
)

States = tuple[tuple[str, str, str], ...]


def coded(metric: str, label: str, states: States) -> str:
    """Return a query that gives the number of the state that is on, beginning with 1."""
    parts = (
        f"{number} * ({site(metric, f'{label}=~{chr(34)}{pattern}{chr(34)}')} == 1)"
        for number, (pattern, _, _) in enumerate(states, start=1)
    )
    return any_of(*parts)


def texts_of(states: States) -> dict[str, tuple[str, str]]:
    """Return the texts of the numbers that `coded` gives."""
    return {str(number): row[1:] for number, row in enumerate(states, start=1)}


def _watts(title: str, about: str, plus: str, steps: palette.Steps, minus: str = "") -> Block:
    """Return a power now, or the difference of two."""
    expr = f"{total(plus)} - {total(minus)}" if minus else total(plus)
    return stat_block(
        Tile(
            title=title,
            about=about,
            queries=(Query(expr=current(expr, plus)),),
            unit=units.Watt,
            size=(4, 4),
            decimals=0,
            steps=steps,
        )
    )


NOW = (
    _watts(
        "PV",
        "PV power of the chosen sites together, as the cloud reported it last.",
        "solix_site_pv_power_watts",
        ((None, palette.CALM), (1, palette.PV)),
    ),
    _watts(
        "Home",
        "What the homes draw: output of the systems plus grid import minus grid export.",
        "solix_site_home_load_power_watts",
        ((None, palette.HOME),),
    ),
    _watts(
        "Battery",
        "Charge minus discharge of all batteries: above zero they charge, below they discharge.",
        "solix_site_battery_charge_power_watts",
        ((None, palette.RESERVE), (0, palette.CALM), (1, palette.CHARGE)),
        minus="solix_site_battery_discharge_power_watts",
    ),
    _watts(
        "Grid",
        "Grid import minus grid export: above zero power is bought, below zero it is given away.",
        "solix_site_grid_import_power_watts",
        ((None, palette.GRID_EXPORT), (0, palette.CALM), (1, palette.GRID_IMPORT)),
        minus="solix_site_grid_export_power_watts",
    ),
    gauge_block(
        Tile(
            title="State of charge",
            about="Energy in all batteries of the chosen sites, divided by their capacity; sites"
            " whose charge is not told are left out.",
            queries=(
                Query(
                    expr=f"{total(STORED)} / sum({once(where(site(CAPACITY), site(STORED)))})",
                    is_instant=True,
                ),
            ),
            unit=units.PercentUnit,
            size=(4, 4),
            decimals=0,
            low=0,
            high=1,
            steps=palette.SOC_STEPS,
            empty="no battery",
        )
    ),
    stat_block(
        Tile(
            title="Age of the data",
            about="Time since the devices last sent data to the cloud; of several sites the oldest."
            " A first-generation solarbank in standby sends once an hour, others each minute or"
            " every five minutes.",
            queries=(Query(expr=current(f"max(time() - {site(DATA_AT)})", DATA_AT)),),
            unit=units.Seconds,
            size=(4, 4),
            decimals=0,
            steps=palette.AGE_STEPS,
            empty="the cloud does not tell",
        ),
        trend=False,
    ),
)

POWER = (
    curve_block(
        Tile(
            title="Where the power comes from and goes to",
            about="Sources above zero: PV, batteries and grid. Below zero what is stored or given"
            " to the grid. The line is what the homes draw; it is as high as the sources minus"
            " what lies below zero. Sums of the chosen sites.",
            queries=(
                Query(expr=total("solix_site_pv_power_watts"), legend="PV"),
                Query(
                    expr=total("solix_site_battery_discharge_power_watts"),
                    legend="Battery discharge",
                ),
                Query(expr=total("solix_site_grid_import_power_watts"), legend="Grid import"),
                Query(
                    expr=f"-{total('solix_site_battery_charge_power_watts')}",
                    legend="Battery charge",
                ),
                Query(expr=f"-{total('solix_site_grid_export_power_watts')}", legend="Grid export"),
                Query(expr=total("solix_site_home_load_power_watts"), legend="Home"),
            ),
            unit=units.Watt,
            size=(16, 11),
            decimals=0,
            colours={
                "PV": palette.PV,
                "Battery discharge": palette.DISCHARGE,
                "Grid import": palette.GRID_IMPORT,
                "Battery charge": palette.CHARGE,
                "Grid export": palette.GRID_EXPORT,
                "Home": palette.HOME,
            },
            overrides={
                "Home": {
                    "custom.stacking": {"mode": "none", "group": "B"},
                    "custom.fillOpacity": 0,
                    "custom.lineWidth": 2,
                },
            },
        ),
        Curve(is_stacked=True, fill=45, calcs=("lastNotNull", "mean", "max")),
    ),
    charge_block(
        "State of charge and reserve",
        "State of charge of each solarbank, and dashed the reserve below which it is not"
        " discharged.",
        size=(8, 11),
        calcs=("lastNotNull", "min"),
    ),
)

DEVICES = (
    curve_block(
        Tile(
            title="PV inputs",
            about="Power of each PV input. Compare equal panels: one that stays behind is shaded,"
            " dirty or loose.",
            queries=(
                Query(
                    expr=by_device(site("solix_pv_input_power_watts")),
                    legend="{{name}} · {{input}}",
                ),
            ),
            unit=units.Watt,
            size=(12, 9),
            decimals=0,
            empty="no PV input reports its power",
        ),
        Curve(calcs=("lastNotNull", "max")),
    ),
    curve_block(
        Tile(
            title="Plugs and wall boxes",
            about="What each smart plug and each EV charger draws, and what the sockets of the"
            " solarbanks give.",
            queries=(
                Query(expr=by_device(site("solix_plug_power_watts")), legend="{{name}}"),
                Query(expr=by_device(site("solix_ev_charger_power_watts")), legend="{{name}}"),
                Query(
                    expr=by_device(f"({site('solix_device_ac_socket_power_watts')} > 0)"),
                    legend="{{name}} socket",
                ),
            ),
            unit=units.Watt,
            size=(12, 9),
            decimals=0,
            empty="no plug and no wall box",
        ),
        Curve(calcs=("lastNotNull", "max")),
    ),
    timeline_block(
        Tile(
            title="What the solarbanks did",
            about="Status of each solarbank; some of the cloud's states are shown as one.",
            queries=(
                Query(
                    expr=by_device(
                        "max by (job, instance, device_sn)"
                        f" ({coded('solix_device_status', 'status', DEVICE_STATES)})"
                    ),
                    legend="{{name}}",
                ),
            ),
            unit=units.NoUnit,
            size=(12, 7),
            texts=texts_of(DEVICE_STATES),
            empty="no solarbank",
        )
    ),
    timeline_block(
        Tile(
            title="Who decided",
            about="Usage mode of each site: what decides how much the system gives.",
            queries=(
                Query(
                    expr=by_site(
                        "max by (job, instance, site_id)"
                        f" ({coded('solix_site_usage_mode', 'mode', USAGE_MODES)})"
                    ),
                    legend="{{name}}",
                ),
            ),
            unit=units.NoUnit,
            size=(12, 7),
            texts=texts_of(USAGE_MODES),
            empty="no site reports its mode",
        )
    ),
    timeline_block(
        Tile(
            title="Devices online",
            about="Whether the cloud says that a device is connected.",
            queries=(Query(expr=by_device(site("solix_device_online")), legend="{{name}}"),),
            unit=units.NoUnit,
            size=(12, 8),
            texts={"0": ("offline", palette.BAD), "1": ("online", palette.GOOD)},
        )
    ),
    timeline_block(
        Tile(
            title="Numbers that could be trusted",
            about="Whether the cloud said that a site's numbers are measured. While it did not,"
            " they are left out everywhere; the second line is whether the account could be"
            " polled.",
            queries=(
                Query(expr=by_site(site("solix_site_data_valid")), legend="{{name}}"),
                Query(expr=own("solix_up"), legend="account {{account}}"),
            ),
            unit=units.NoUnit,
            size=(12, 8),
            texts={"0": ("no", palette.BAD), "1": ("yes", palette.GOOD)},
        )
    ),
)

LIVE = Board(
    slug="live",
    title="Solix / Live",
    about="What the PV, the homes, the batteries and the grid do now.",
    rows=(Row("Now", NOW), Row("Power", POWER), Row("Devices", DEVICES)),
)
