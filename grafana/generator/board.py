"""The frame of a board: variables, links, rows, and the place of each panel on the page."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import dashboard, prometheus
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    Panel,
    RowPanel,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from grafana.generator.flux import FluxQuery, FluxTarget, site_names
from grafana.generator.panels import Block
from grafana.generator.queries import SCOPE, Query

PAGE_WIDTH = 24
TAG = "solix"
PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${datasource}")
# Links between the boards carry variables: another kind of data source needs another name.
INFLUXDB = DataSourceRef(type_val="influxdb", uid="${influxdb_datasource}")

_SITE_REGEX = '/name="(?<text>[^"]+)".*site_id="(?<value>[^"]+)"/'
_ALL = VariableOption(selected=True, text=["All"], value=["$__all"])
_INTERVAL_KEYS = ("auto", "auto_count", "auto_min")
"""What the library writes into every variable, though only those of type interval have it."""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one headline; the layout flows from left to right."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard."""

    slug: str
    """Name of its file, and end of its uid."""
    title: str
    about: str
    rows: tuple[Row, ...]
    source: DataSourceRef = PROMETHEUS
    texts: tuple[tuple[str, str, str, str], ...] = ()
    """Variables to type in: name, label, description, default."""
    has_sites: bool = True
    since: str = "now-24h"
    refresh: str = "1m"


def to_json(board: Board) -> str:
    """Return the text of a board's file."""
    builder = (
        dashboard.Dashboard(board.title)
        .uid(f"solix-{board.slug}")
        .description(board.about)
        .tags([TAG])
        .readonly()
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time(board.since, "now")
        .refresh(board.refresh)
        .link(_links())
        .variables(list(_variables(board)))
    )
    model = builder.build()
    model.panels = list(_laid_out(board))
    plain: dict[str, Any] = json.loads(JSONEncoder().encode(model))
    for variable in plain["templating"]["list"]:
        for key in _INTERVAL_KEYS:
            variable.pop(key, None)
    for link in plain["links"]:
        # The library's only value hides the links in a menu.
        del link["placement"]
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _links() -> dashboard.DashboardLink:
    return (
        dashboard.DashboardLink("Solix")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .include_vars(True)  # noqa: FBT003  the library's way
        .keep_time(False)  # noqa: FBT003  a day's view of the live board says little about months
    )


# --- variables -----------------------------------------------------------------------------


def _variables(board: Board) -> Iterator[Builder[VariableModel]]:
    if board.source is INFLUXDB:
        source = dashboard.DatasourceVariable("influxdb_datasource").type("influxdb")
        yield source.label("InfluxDB data source")
    else:
        yield dashboard.DatasourceVariable("datasource").type("prometheus").label("Data source")
        yield _query("job", "Job", "label_values(solix_exporter_build_info, job)")
        yield _query(
            "instance", "Instance", 'label_values(solix_exporter_build_info{job=~"$job"}, instance)'
        )
    for text in board.texts:
        yield _text(*text)
    if board.has_sites:
        yield _sites(board)


def _query(name: str, label: str, query: str, every: str = ".+") -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(PROMETHEUS)
        .query(query)
        .definition(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)  # noqa: FBT003  the library's way
        .include_all(True)  # noqa: FBT003
        .all_value(every)
        .current(_ALL)
    )


def _sites(board: Board) -> dashboard.QueryVariable:
    """Return the variable that shows the sites' names and stands for their ids."""
    if board.source is INFLUXDB:
        return _query("site", "Site", site_names()).datasource(INFLUXDB).regex(_SITE_REGEX)
    query = f"query_result(max by (name, site_id) (solix_site_info{{{SCOPE}}}))"
    # Devices that belong to no site have no such label: "All" must match nothing, too.
    return _query("site", "Site", query, every=".*").regex(_SITE_REGEX)


def _text(name: str, label: str, about: str, default: str) -> dashboard.TextBoxVariable:
    choice = VariableOption(selected=True, text=default, value=default)
    return (
        dashboard.TextBoxVariable(name)
        .label(label)
        .description(about)
        .default_value(default)
        .current(choice)
        .options([choice])
    )


# --- layout --------------------------------------------------------------------------------


def _laid_out(board: Board) -> Iterator[Panel | RowPanel]:
    ids = count(1)
    top = 0
    for row in board.rows:
        yield RowPanel(id_val=next(ids), title=row.title, grid_pos=GridPos(h=1, w=24, x=0, y=top))
        top += 1
        for block, place in _flow(row.blocks, top):
            block.panel.id_val = next(ids)
            block.panel.grid_pos = place
            block.panel.datasource = board.source
            block.panel.targets = list(_targets(block.tile.queries, board.source))
            top = max(top, place.y + place.h)
            yield block.panel


def _flow(blocks: Sequence[Block], top: int) -> Iterator[tuple[Block, GridPos]]:
    """Place blocks from left to right; a line is as high as its highest block."""
    left, height = 0, 0
    for block in blocks:
        width, own_height = block.tile.size
        if left + width > PAGE_WIDTH:
            top, left, height = top + height, 0, 0
        yield block, GridPos(h=own_height, w=width, x=left, y=top)
        left, height = left + width, max(height, own_height)


def _targets(queries: Sequence[Query | FluxQuery], source: DataSourceRef) -> Iterator[Dataquery]:
    for ref_id, query in zip(ascii_uppercase, queries, strict=False):
        if isinstance(query, FluxQuery):
            yield FluxTarget(query.text, ref_id, source)
        else:
            yield _promql(query, ref_id).datasource(source).build()


def _promql(query: Query, ref_id: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(query.expr).ref_id(ref_id)
    if query.legend:
        target = target.legend_format(query.legend)
    if query.is_table:
        target = target.format(PromQueryFormat.TABLE)
    if query.step:
        target = target.interval(query.step)
    return target.instant() if query.is_instant else target.range()
