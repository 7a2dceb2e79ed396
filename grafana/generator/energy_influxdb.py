"""The board "Energy (InfluxDB)": the daily totals that the exporter wrote to InfluxDB, by Flux."""

from grafana_foundation_sdk.models import units

from grafana.generator import palette
from grafana.generator.board import INFLUXDB, Board, Row
from grafana.generator.energy import CONSUMPTION, FLOW_COLOURS, SUFFICIENCY
from grafana.generator.fields import Tile, bar_cell
from grafana.generator.flux import days, field_of, shares, whole_range
from grafana.generator.panels import Block, Curve, curve_block, pie_block, stat_block, table_block
from grafana.generator.queries import FLOWS

WRITTEN = "From the daily totals in InfluxDB (measurement solix_energy_day)."

HOME_SOURCES = {"PV": "pv_to_home", "Battery": "battery_to_home", "Grid": "grid_to_home"}
PV_SINKS = {"Home": "pv_to_home", "Battery": "pv_to_battery", "Grid": "pv_to_grid"}
SOURCE_COLOURS = {"PV": palette.PV, "Battery": palette.BATTERY, "Grid": palette.GRID_IMPORT}
SINK_COLOURS = {"Home": palette.HOME, "Battery": palette.BATTERY, "Grid": palette.GRID_EXPORT}

_VARIABLES = (
    ("bucket", "Bucket", "The bucket that the exporter writes to.", "solix"),
    (
        "prefix",
        "Prefix",
        "What stands before the measurements: influxdb.measurement_prefix.",
        "solix_",
    ),
    (
        "timezone",
        "Time zone",
        "The site's time zone: it decides where a day begins.",
        "Europe/Berlin",
    ),
)


def fields(flows: dict[str, str]) -> dict[str, str]:
    """Return the fields of flows, by title."""
    return {title: field_of(flow) for title, flow in flows.items()}


def _sum(title: str, flow: str) -> Block:
    return stat_block(
        Tile(
            title=title,
            about=f"Sum over the chosen sites and the time range. {WRITTEN}",
            queries=(whole_range({title: field_of(flow)}),),
            unit=units.WattHour,
            size=(4, 4),
            decimals=1,
            steps=((None, FLOW_COLOURS[title]),),
        ),
        trend=False,
    )


def _ring(title: str, about: str, flows: dict[str, str], colours: dict[str, str]) -> Block:
    return pie_block(
        Tile(
            title=title,
            about=f"{about} {WRITTEN}",
            queries=(whole_range(fields(flows)),),
            unit=units.WattHour,
            size=(12, 7),
            decimals=1,
            colours=colours,
        )
    )


def _bars(title: str, about: str, flows: dict[str, str], colours: dict[str, str]) -> Block:
    return curve_block(
        Tile(
            title=title,
            about=f"{about} {WRITTEN}",
            queries=(days(fields(flows)),),
            unit=units.WattHour,
            size=(12, 9),
            decimals=1,
            colours=colours,
        ),
        Curve(is_bars=True, is_stacked=True, calcs=("sum", "mean", "max")),
    )


def _long_bars(title: str, about: str, every: str, since: str) -> Block:
    """Return bars over a time of their own; it begins with a whole month or year."""
    return curve_block(
        Tile(
            title=title,
            about=f"{about}, whatever time range is chosen. {WRITTEN}",
            queries=(days(fields(FLOWS), every=every),),
            unit=units.WattHour,
            size=(12, 9),
            decimals=1,
            colours=FLOW_COLOURS,
            since=since,
        ),
        Curve(is_bars=True, calcs=("sum", "mean", "max")),
    )


SUMS = (
    *(_sum(title, flow) for title, flow in FLOWS.items()),
    _ring("What fed the home", "The home's energy by its source.", HOME_SOURCES, SOURCE_COLOURS),
    _ring("Where the PV went", "PV energy by its destination.", PV_SINKS, SINK_COLOURS),
)

DAYS = (
    _bars(
        "PV by destination",
        "Each day's PV energy: used at once, stored, given to the grid.",
        PV_SINKS,
        SINK_COLOURS,
    ),
    _bars(
        "Home by source",
        "What the home used each day: PV at once, from the battery, from the grid.",
        HOME_SOURCES,
        SOURCE_COLOURS,
    ),
    curve_block(
        Tile(
            title="Self-sufficiency and self-consumption",
            about=f"{SUFFICIENCY}; {CONSUMPTION}. {WRITTEN}",
            queries=(shares(),),
            unit=units.PercentUnit,
            size=(12, 9),
            decimals=0,
            low=0,
            high=1,
            colours={"Self-sufficiency": palette.HOME, "Self-consumption": palette.PV},
        ),
        Curve(is_stepped=True, calcs=("mean", "min", "max")),
    ),
    table_block(
        Tile(
            title="Days",
            about=f"Totals of each day of the time range, newest first. {WRITTEN}",
            queries=(days(fields(FLOWS)),),
            unit=units.WattHour,
            size=(12, 9),
            decimals=1,
            transformations=(("joinByField", {"byField": "Time", "mode": "outer"}),),
            overrides={
                "/Time/": {"unit": "time:YYYY-MM-DD ddd", "custom.width": 140},
                "/PV/": bar_cell(((None, palette.PV),)),
            },
        ),
        sort_by=("Time", True),
    ),
)

LONG = (
    _long_bars("Months", "Sums of the last thirteen calendar months", "1mo", "now-12M/M"),
    _long_bars("Years", "Sums of the last ten calendar years", "1y", "now-9y/y"),
)

ENERGY_INFLUXDB = Board(
    slug="energy-influxdb",
    title="Solix / Energy (InfluxDB)",
    about="The daily totals in InfluxDB: days, months and years of energy, for years.",
    rows=(
        Row("The chosen time", SUMS),
        Row("Days", DAYS),
        Row("Months and years", LONG),
    ),
    source=INFLUXDB,
    texts=_VARIABLES,
    since="now-30d",
    refresh="15m",
)
