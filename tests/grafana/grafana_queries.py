"""Asks a Prometheus what a panel asks it: variables, steps and time ranges as Grafana has them."""

from datetime import datetime, timedelta

from tests.grafana import truth
from tests.grafana.dashboards import FILES, Target, filled, load, targets
from tests.grafana.servers import Prometheus, Series

STEPS_S = {"": 3600.0, "15m": 900.0, "1d": 86400.0}
WEEK = timedelta(days=7)

ALL = {"job": ".+", "instance": ".+", "site": ".*", "purchase_price": "1500", "feed_in": "0.08"}
LIVE_RANGE = {"__range": "5s", "__range_s": "5", "__rate_interval": "5s"}


def week_range(end: datetime) -> dict[str, str]:
    """Return Grafana's own variables for the week that ends at an instant."""
    seconds = int(WEEK.total_seconds())
    return {"__range": f"{seconds}s", "__range_s": str(seconds), "__rate_interval": "2h"}


def target_of(file: str, panel: str, ref_id: str = "A") -> Target:
    """Return one query of a board."""
    (board,) = (load(path) for path in FILES if path.stem == file)
    (found,) = (
        target
        for target in targets(board)
        if target.panel == panel and target.content["refId"] == ref_id
    )
    return found


def ask(server: Prometheus, target: Target, end: datetime = truth.NOW, site: str = ".*") -> Series:
    """Return what a panel gets for the week that ends at an instant.

    Points of a time range lie on multiples of the step; a sample lies one second before them.
    """
    expr = filled(target.expr, **(ALL | week_range(end) | {"site": site}))
    if target.content["instant"]:
        return server.query(expr, at=end.timestamp())
    step = STEPS_S[target.content.get("interval", "")]
    return server.query_range(expr, _aligned(end - WEEK, step), end.timestamp() + 1, step)


def ask_live(server: Prometheus, target: Target, now: float) -> Series:
    """Return what a panel gets for the last seconds."""
    expr = filled(target.expr, **(ALL | LIVE_RANGE))
    if target.content["instant"]:
        return server.query(expr, at=now)
    return server.query_range(expr, now - 5, now, 1)


def _aligned(start: datetime, step: float) -> float:
    """Return the start of a range as Grafana aligns it: to steps from the zone's midnight."""
    offset = (start.utcoffset() or timedelta()).total_seconds()
    return (start.timestamp() + offset) // step * step - offset
