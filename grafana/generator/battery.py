"""The board "Battery": how hard the batteries work, and how well they are."""

from grafana_foundation_sdk.models import units

from grafana.generator import palette
from grafana.generator.board import Board, Row
from grafana.generator.charge import SOC, charge_block
from grafana.generator.fields import Tile, bar_cell, coloured_cell
from grafana.generator.panels import (
    Block,
    Curve,
    curve_block,
    heat_block,
    stat_block,
    table_block,
)
from grafana.generator.queries import Query, by_device, increase, site, total

CHARGED = "solix_site_battery_charge_energy_watthours_total"
DISCHARGED = "solix_site_battery_discharge_energy_watthours_total"
STORED = "solix_site_battery_stored_energy_watthours"
CAPACITY = "solix_site_battery_capacity_watthours"

FULL = 0.99
LEAST_CHARGE_WH = 1000
"""Below this an efficiency is mostly rounding."""


def efficiency(window: str) -> str:
    """Return the round-trip efficiency of the chosen sites' batteries over a time.

    What is stored at the end counts as delivered, what was stored at the beginning was not
    charged in that time.
    """
    gained = f"({total(STORED)} - {total(STORED, window)})"
    return (
        f"({increase(DISCHARGED, window=window)} + {gained})"
        f" / ({increase(CHARGED, window=window)} > {LEAST_CHARGE_WH})"
    )


def cycles(window: str) -> str:
    """Return how often the batteries' whole capacity was discharged in a time."""
    return f"{increase(DISCHARGED, window=window)} / {total(CAPACITY)}"


def _number(title: str, about: str, expr: str, unit: str, *, empty: str = "no battery") -> Block:
    return stat_block(
        Tile(
            title=title,
            about=about,
            queries=(Query(expr=expr, is_instant=True),),
            unit=unit,
            size=(4, 4),
            decimals=1,
            steps=((None, palette.BATTERY),),
            empty=empty,
        ),
        trend=False,
    )


WORK = (
    _number(
        "Full cycles in the chosen time",
        "Equivalent full cycles: energy out of the batteries in the time range, divided by their"
        " capacity.",
        cycles("$__range"),
        units.Short,
    ),
    _number(
        "Full cycles in a year at this pace",
        "The cycles of the time range, stretched to 365 days. Cells are made for thousands.",
        f"{cycles('$__range')} * 365 * 86400 / $__range_s",
        units.Short,
    ),
    _number(
        "Full cycles counted",
        "Energy out of the batteries since the exporter counts, divided by their capacity.",
        f"{total(DISCHARGED)} / {total(CAPACITY)}",
        units.Short,
    ),
    _number(
        "Round-trip efficiency",
        "Energy out divided by energy in over the time range, corrected by what is stored now and"
        " was stored at its beginning. Meaningful from a week on; nothing below 1 kWh.",
        efficiency("$__range"),
        units.PercentUnit,
        empty="needs 1 kWh charged",
    ),
    _number(
        "Lost in the chosen time",
        "Energy in minus energy out minus the growth of what is stored: losses and heating.",
        f"{increase(CHARGED)} - {increase(DISCHARGED)}"
        f" - ({total(STORED)} - {total(STORED, '$__range')})",
        units.WattHour,
    ),
    _number(
        "Capacity",
        "Table capacity of all models with their expansion packs, or the configured one.",
        total(CAPACITY),
        units.WattHour,
    ),
)

LEVEL = (
    charge_block(
        "State of charge",
        "Each solarbank's state of charge, and dashed its reserve.",
        size=(16, 9),
        calcs=("lastNotNull", "min", "mean", "max"),
    ),
    stat_block(
        Tile(
            title="Days since full",
            about="Time since each battery was last at 99 % or more, looked for in the last 30"
            " days. A full charge now and then lets the battery count its charge anew.",
            queries=(
                Query(
                    expr=by_device(
                        f"(time() - max_over_time(timestamp({site(SOC)} >= {FULL})[30d:10m]))"
                    ),
                    legend="{{name}}",
                    is_instant=True,
                ),
            ),
            unit=units.DurationSeconds,
            size=(8, 9),
            decimals=0,
            steps=((None, palette.GOOD), (14 * 86400, palette.NOTICE)),
            empty="not full in 30 days",
        ),
        trend=False,
        names=True,
    ),
    heat_block(
        Tile(
            title="At which level the batteries stand",
            about="How long the state of charge lay in each band of ten points, one column a day:"
            " dark at the bottom is a battery that sleeps empty, dark at the top one that is too"
            " small for the PV, or has too little to feed.",
            queries=(Query(expr=by_device(site(SOC)), legend="{{name}}", step="15m"),),
            unit=units.PercentUnit,
            size=(12, 9),
            step="15m",
        ),
        0.1,
    ),
    curve_block(
        Tile(
            title="Lowest and highest charge of each day",
            about="Range of the state of charge on each day, of several batteries the extremes."
            " Points are midnights of the dashboard's time zone.",
            queries=(
                Query(
                    expr=f"max(max_over_time({site(SOC)}[1d] offset -1d))",
                    legend="highest",
                    step="1d",
                ),
                Query(
                    expr=f"min(min_over_time({site(SOC)}[1d] offset -1d))",
                    legend="lowest",
                    step="1d",
                ),
            ),
            unit=units.PercentUnit,
            size=(12, 9),
            decimals=0,
            low=0,
            high=1,
            step="1d",
            colours={"highest": palette.CHARGE, "lowest": palette.RESERVE},
            overrides={"highest": {"custom.fillBelowTo": "lowest", "custom.fillOpacity": 20}},
        ),
        Curve(is_stepped=True, fill=0, calcs=("min", "mean", "max")),
    ),
)

POWER = (
    curve_block(
        Tile(
            title="Charge and discharge",
            about="Power into each battery above zero, out of it below zero.",
            queries=(
                Query(
                    expr=by_device(site("solix_battery_charge_power_watts")),
                    legend="{{name}} charge",
                ),
                Query(
                    expr=f"-({by_device(site('solix_battery_discharge_power_watts'))})",
                    legend="{{name}} discharge",
                ),
            ),
            unit=units.Watt,
            size=(12, 9),
            decimals=0,
        ),
        Curve(calcs=("mean", "max", "min")),
    ),
    curve_block(
        Tile(
            title="Heating",
            about="Power of the batteries' own heating, which keeps the cells warm in winter.",
            queries=(
                Query(expr=by_device(site("solix_battery_heating_power_watts")), legend="{{name}}"),
            ),
            unit=units.Watt,
            size=(12, 9),
            decimals=0,
            empty="no battery reports its heating",
        ),
        Curve(calcs=("mean", "max")),
    ),
    table_block(
        Tile(
            title="Batteries",
            about="Each battery: charge, energy stored, capacity, expansion packs, reserve. The row"
            " of an X1's controller stands for all its modules, which follow one by one.",
            queries=tuple(
                Query(
                    expr=f"max by (device_sn, name) ({by_device(site(metric))})",
                    is_instant=True,
                    is_table=True,
                )
                for metric in (
                    SOC,
                    "solix_battery_stored_energy_watthours",
                    "solix_battery_capacity_watthours",
                    "solix_battery_expansion_packs",
                    "solix_battery_reserve_ratio",
                )
            ),
            unit=units.WattHour,
            size=(24, 7),
            decimals=0,
            transformations=(
                ("merge", {}),
                ("filterFieldsByName", {"include": {"pattern": "^(name|device_sn|Value.*)$"}}),
            ),
            overrides={
                "name": {"displayName": "battery"},
                "device_sn": {"displayName": "serial number"},
                "Value #A": bar_cell(
                    palette.SOC_STEPS,
                    displayName="charge",
                    unit=units.PercentUnit,
                    min=0,
                    max=1,
                ),
                "Value #B": {"displayName": "stored"},
                "Value #C": {"displayName": "capacity"},
                "Value #D": {"displayName": "packs", "unit": units.NoUnit},
                "Value #E": coloured_cell(
                    ((None, palette.RESERVE),), displayName="reserve", unit=units.PercentUnit
                ),
            },
        )
    ),
)

BATTERY = Board(
    slug="battery",
    title="Solix / Battery",
    about="Cycles, efficiency, level and warmth of the batteries.",
    rows=(Row("Work", WORK), Row("Level", LEVEL), Row("Power and packs", POWER)),
    since="now-14d",
    refresh="5m",
)
