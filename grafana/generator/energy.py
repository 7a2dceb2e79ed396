"""The board "Energy": days, months and years; where the energy came from and where it went."""

from collections.abc import Mapping

from grafana_foundation_sdk.models import units

from grafana.generator import palette
from grafana.generator.board import Board, Row
from grafana.generator.fields import Properties, Tile, bar_cell
from grafana.generator.panels import (
    Block,
    Curve,
    column_block,
    curve_block,
    gauge_block,
    pie_block,
    stat_block,
    table_block,
)
from grafana.generator.queries import (
    FLOWS,
    Query,
    any_of,
    current,
    day,
    day_share,
    day_total,
    increase,
    labelled,
    once,
    share_now,
    site,
    total,
)

SUFFICIENCY = "Self-sufficiency = (home - grid import) / home"
CONSUMPTION = "self-consumption = (PV - grid export) / PV"
DAY_LONG = "Points are midnights of the dashboard's time zone, which should be the site's."
NEEDS_RULES = "load deploy/prometheus/rules/energy.yml"

FLOW_COLOURS = {
    "PV": palette.PV,
    "Home": palette.HOME,
    "From the grid": palette.GRID_IMPORT,
    "To the grid": palette.GRID_EXPORT,
    "Into the battery": palette.CHARGE,
    "Out of the battery": palette.DISCHARGE,
}
ENDS = {"pv": "PV", "battery": "Battery", "grid": "Grid", "home": "Home"}


def ends(colours: Mapping[str, str]) -> dict[str, Properties]:
    """Return how series that are named after an end of a flow are written."""
    return {
        name: {
            "displayName": ENDS[name],
            "color": {"mode": "fixed", "fixedColor": colour},
        }
        for name, colour in colours.items()
    }


def _today(title: str, flow: str) -> Block:
    metric = f"solix_site_day_{flow}_energy_watthours"
    return stat_block(
        Tile(
            title=title,
            about=f"Today's total so far, from the cloud's statistics ({metric}).",
            queries=(Query(expr=current(total(metric), metric)),),
            unit=units.WattHour,
            size=(4, 4),
            decimals=1,
            steps=((None, FLOW_COLOURS[title]),),
            since="24h",
        )
    )


def _share(title: str, about: str, whole: str, part: str) -> Block:
    return gauge_block(
        Tile(
            title=title,
            about=f"{about}, of today's totals of the chosen sites together; sites without a meter"
            " are left out. Nothing before 50 Wh.",
            queries=(Query(expr=share_now(whole, part), is_instant=True),),
            unit=units.PercentUnit,
            size=(6, 6),
            decimals=0,
            low=0,
            high=1,
            steps=palette.SHARE_STEPS,
            empty="not yet",
        )
    )


def _ring(title: str, about: str, label: str, matcher: str) -> Block:
    """Return a ring of today's edges, by the end that `label` names."""
    expr = f"sum by ({label}) ({once(_edges_today(matcher), 'source', 'sink')})"
    return pie_block(
        Tile(
            title=title,
            about=about,
            queries=(Query(expr=expr, legend=f"{{{{{label}}}}}", is_instant=True),),
            unit=units.WattHour,
            size=(6, 6),
            decimals=1,
            overrides=ends(palette.SOURCES if label == "source" else palette.SINKS),
        )
    )


def _edges_today(*matchers: str) -> str:
    return site("solix_site_day_energy_flow_watthours", *matchers)


TODAY = (
    *(_today(title, flow) for title, flow in FLOWS.items()),
    _share("Self-sufficiency", SUFFICIENCY, "home", "grid_import"),
    _share("Self-consumption", CONSUMPTION.capitalize(), "pv", "grid_export"),
    _ring(
        "What fed the home today",
        "Energy that the home used today, by its source.",
        "source",
        'sink="home"',
    ),
    _ring(
        "Where the PV went today",
        "Today's PV energy, by its destination.",
        "sink",
        'source="pv"',
    ),
)


def _stack(title: str, about: str, label: str, matcher: str) -> Block:
    """Return bars of the days' edges, by the end that `label` names."""
    edges = once(day("solix_site_day_energy_flow_watthours", matcher), "source", "sink")
    expr = f"sum by ({label}) ({edges})"
    return curve_block(
        Tile(
            title=title,
            about=f"{about} {DAY_LONG}",
            queries=(Query(expr=expr, legend=f"{{{{{label}}}}}", step="1d"),),
            unit=units.WattHour,
            size=(12, 9),
            decimals=1,
            step="1d",
            overrides=ends(palette.SOURCES if label == "source" else palette.SINKS),
        ),
        Curve(is_bars=True, is_stacked=True, calcs=("sum", "mean", "max")),
    )


def day_tables() -> tuple[Query, ...]:
    """Return the queries of a table with one line a day, one column a flow."""
    return tuple(
        Query(expr=day_total(flow), legend=name, step="1d") for name, flow in FLOWS.items()
    )


DAYS = (
    _stack(
        "PV by destination",
        "Each day's PV energy: used at once, stored, given to the grid.",
        "sink",
        'source="pv"',
    ),
    _stack(
        "Home by source",
        "What the home used each day: PV at once, from the battery, from the grid.",
        "source",
        'sink="home"',
    ),
    curve_block(
        Tile(
            title="Self-sufficiency and self-consumption",
            about=f"{SUFFICIENCY}; {CONSUMPTION}. Of each day's totals, sites without a meter"
            f" left out. {DAY_LONG}",
            queries=(
                Query(
                    expr=day_share("home", "grid_import"),
                    legend="Self-sufficiency",
                    step="1d",
                ),
                Query(
                    expr=day_share("pv", "grid_export"),
                    legend="Self-consumption",
                    step="1d",
                ),
            ),
            unit=units.PercentUnit,
            size=(12, 9),
            decimals=0,
            low=0,
            high=1,
            step="1d",
            colours={"Self-sufficiency": palette.HOME, "Self-consumption": palette.PV},
        ),
        Curve(is_stepped=True, calcs=("mean", "min", "max")),
    ),
    curve_block(
        Tile(
            title="Battery",
            about="Energy into and out of the batteries on each day; what is missing on the way out"
            f" is loss, or still stored. {DAY_LONG}",
            queries=(
                Query(expr=day_total("battery_charge"), legend="Into the battery", step="1d"),
                Query(
                    expr=f"-{day_total('battery_discharge')}",
                    legend="Out of the battery",
                    step="1d",
                ),
            ),
            unit=units.WattHour,
            size=(12, 9),
            decimals=1,
            step="1d",
            colours=FLOW_COLOURS,
        ),
        Curve(is_bars=True, is_stacked=True, calcs=("sum",)),
    ),
    table_block(
        Tile(
            title="Days",
            about=f"Totals of each day of the time range, newest first. {DAY_LONG}",
            queries=day_tables(),
            unit=units.WattHour,
            size=(16, 10),
            decimals=1,
            step="1d",
            transformations=(("joinByField", {"byField": "Time", "mode": "outer"}),),
            overrides={
                "Time": {"unit": "time:YYYY-MM-DD ddd", "custom.width": 140},
                "PV": bar_cell(((None, palette.PV),)),
                "Home": bar_cell(((None, palette.HOME),)),
                "From the grid": bar_cell(((None, palette.GRID_IMPORT),)),
            },
        ),
        sort_by=("Time", True),
    ),
    table_block(
        Tile(
            title="Best days",
            about=f"The ten days of the time range with the most PV energy. {DAY_LONG}",
            queries=(Query(expr=day_total("pv"), legend="PV", step="1d"),),
            unit=units.WattHour,
            size=(8, 10),
            decimals=1,
            step="1d",
            transformations=(
                ("sortBy", {"sort": [{"field": "PV", "desc": True}]}),
                ("limit", {"limitField": 10}),
            ),
            overrides={
                "Time": {"unit": "time:YYYY-MM-DD ddd", "custom.width": 140},
                "PV": bar_cell(((None, palette.PV),)),
            },
        )
    ),
)


def _compared(offset: str) -> str:
    """Return each flow's energy over a time range, one sample a flow."""
    return any_of(
        *(
            labelled(
                increase(f"solix_site_{flow}_energy_watthours_total", offset=offset), "flow", name
            )
            for name, flow in FLOWS.items()
        )
    )


_EDGES_OF_RANGE = once(
    f"increase({site('solix_site_energy_flow_watthours_total')}[$__range])", "source", "sink"
)

PERIOD = (
    table_block(
        Tile(
            title="From where to where",
            about="Energy of the chosen time range between each source (line) and each sink"
            " (column), from the counters of the flows. Each Wh is in one cell only.",
            queries=(
                Query(
                    expr=f"sum by (source, sink) ({_EDGES_OF_RANGE})",
                    is_instant=True,
                    is_table=True,
                ),
            ),
            unit=units.WattHour,
            size=(12, 8),
            decimals=1,
            transformations=(
                (
                    "groupingToMatrix",
                    {"columnField": "sink", "rowField": "source", "valueField": "Value"},
                ),
            ),
            overrides=ends(palette.SINKS)
            | {
                "source\\sink": {
                    "displayName": "from \\ to",
                    "mappings": palette.mapping(
                        {name: (ENDS[name], colour) for name, colour in palette.SOURCES.items()}
                    ),
                }
            },
        )
    ),
    table_block(
        Tile(
            title="Compared with the time before",
            about="Growth of the counters in the chosen time range, in the equally long time"
            " before it, and the change. Empty where the counters do not reach that far back.",
            queries=(
                Query(expr=_compared(""), is_instant=True, is_table=True),
                Query(expr=_compared("$__range"), is_instant=True, is_table=True),
                Query(
                    expr=f"({_compared('')}) / (({_compared('$__range')}) > 0) - 1",
                    is_instant=True,
                    is_table=True,
                ),
            ),
            unit=units.WattHour,
            size=(12, 8),
            decimals=1,
            transformations=(
                ("joinByField", {"byField": "flow", "mode": "outer"}),
                ("filterFieldsByName", {"include": {"pattern": "^(flow|Value.*)$"}}),
            ),
            overrides={
                "Value #A": {"displayName": "chosen time"},
                "Value #B": {"displayName": "time before"},
                "Value #C": {"displayName": "change", "unit": units.PercentUnit, "decimals": 0},
            },
        )
    ),
)


def _recorded(series: str, by: str, window: str) -> tuple[Query, ...]:
    """Return the flows of finished and running months or years, one line each."""
    totals = (
        once(f"max_over_time({site(series, f'flow={chr(34)}{flow}{chr(34)}')}[{window}])", by)
        for flow in FLOWS.values()
    )
    return tuple(
        Query(expr=f"sum by ({by}) ({total})", is_instant=True, is_table=True) for total in totals
    )


def _columns(title: str, about: str, series: str, by: str, window: str) -> Block:
    names = {f"Value #{ref}": name for ref, name in zip("ABCDEF", FLOWS, strict=True)}
    return column_block(
        Tile(
            title=title,
            about=f"{about} They come from the recording rules, which count from the day on which"
            " they were loaded.",
            queries=_recorded(series, by, window),
            unit=units.WattHour,
            size=(12, 9),
            decimals=1,
            empty=NEEDS_RULES,
            transformations=(
                ("joinByField", {"byField": by, "mode": "outer"}),
                ("filterFieldsByName", {"include": {"pattern": f"^({by}|Value.*)$"}}),
                ("sortBy", {"sort": [{"field": by}]}),
                ("organize", {"renameByName": names}),
            ),
            colours=FLOW_COLOURS,
        ),
        by,
    )


LONG = (
    _columns(
        "Months",
        "Energy of the last thirteen calendar months of the site's clock.",
        "solix:site_energy:month_watthours",
        "month",
        "400d",
    ),
    _columns(
        "Years",
        "Energy of the last calendar years of the site's clock.",
        "solix:site_energy:year_watthours",
        "year",
        "1830d",
    ),
)

ENERGY = Board(
    slug="energy",
    title="Solix / Energy",
    about="How much energy flowed today, on each day and in each month, and between what.",
    rows=(
        Row("Today", TODAY),
        Row("Days", DAYS),
        Row("The chosen time", PERIOD),
        Row("Months and years", LONG),
    ),
    since="now-14d",
    refresh="5m",
)
