"""What the exporter is going to ask of the cloud, against what it may."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from solix_exporter.cloud.budget import EndpointDemand
from solix_exporter.diagnosis.report import PLAN, Finding, Mark

_UNITS = (("min", 1), ("h", 60), ("d", 1440))
_LEAST_TO_SHOW = 0.05


def examine_plan(demand: Iterable[EndpointDemand]) -> tuple[Finding, ...]:
    """Return one finding a server: requests a minute and endpoint of how many."""
    rows = sorted(demand, key=lambda row: (row.server, -row.per_minute, row.endpoint))
    return tuple(
        _of_server(server, list(group)) for server, group in groupby(rows, lambda row: row.server)
    )


def _of_server(server: str, rows: Sequence[EndpointDemand]) -> Finding:
    host = server.partition("://")[2]
    wanted = ", ".join(_spelled(row) for row in rows)
    limit = max(row.limit for row in rows)
    allowed = f"of {limit} each" if limit else "without a limit"
    crowded = [row for row in rows if row.limit and row.per_minute > row.limit]
    text = f"{host}: {wanted} {allowed}"
    if not crowded:
        return Finding(PLAN, Mark.OK, text)
    factor = max(row.per_minute / row.limit for row in crowded)
    return Finding(
        PLAN,
        Mark.NOTE,
        f"{text}; the polls run {factor:.1f} times less often than configured",
        "More systems at this pace need shards behind other addresses, see --shard.",
    )


def _spelled(row: EndpointDemand) -> str:
    fitting = (unit for unit in _UNITS if row.per_minute * unit[1] >= _LEAST_TO_SHOW)
    unit, minutes = next(fitting, _UNITS[-1])
    return f"{row.endpoint} {row.per_minute * minutes:.1f}/{unit}"
