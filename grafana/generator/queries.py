"""Building blocks of the queries: selectors, names, sums of days."""

from dataclasses import dataclass

SCOPE = 'job=~"$job", instance=~"$instance"'
SITES = f'{SCOPE}, site_id=~"$site"'

FLOWS = {
    "PV": "pv",
    "Home": "home",
    "From the grid": "grid_import",
    "To the grid": "grid_export",
    "Into the battery": "battery_charge",
    "Out of the battery": "battery_discharge",
}
"""Title and name of the flows that every board shows, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One PromQL query of a panel."""

    expr: str
    legend: str = ""
    is_instant: bool = False
    """Asked once, for the end of the time range."""
    is_table: bool = False
    """Labels become columns; such queries are instant unless `interval` is given."""
    step: str = ""
    """Least distance of two points."""


def own(metric: str, *matchers: str) -> str:
    """Return a selector of the exporter's own metrics."""
    return f"{metric}{{{', '.join((SCOPE, *matchers))}}}"


def site(metric: str, *matchers: str) -> str:
    """Return a selector of the chosen sites."""
    return f"{metric}{{{', '.join((SITES, *matchers))}}}"


def once(expr: str, *labels: str) -> str:
    """Return the series of sites, each site once, with the site's id and these labels.

    Two exporters may see the same site, say one with its owner's account and one with a member's.
    """
    return f"max by ({', '.join(('site_id', *labels))}) ({expr})"


def total(metric: str, offset: str = "") -> str:
    """Return the sum of a metric over the chosen sites."""
    return f"sum({once(site(metric) + _past(offset))})"


def current(expr: str, metric: str) -> str:
    """Return the expression where a site still has the metric at the end of the time range.

    A big number shows the last point that the range holds, however long before its end that is;
    without points it shows that there are none.
    """
    return f"{expr} and on () {site(metric)} @ end()"


def by_site(expr: str) -> str:
    """Return the expression with the site's name as label `name`."""
    return f"{expr} * on (job, instance, site_id) group_left (name) {site('solix_site_info')}"


def by_device(expr: str) -> str:
    """Return the expression with the device's name as label `name`."""
    return f"{expr} * on (job, instance, device_sn) group_left (name) {site('solix_device_info')}"


def increase(metric: str, *, window: str = "$__range", offset: str = "") -> str:
    """Return how much the counters of the chosen sites grew together."""
    return f"sum({once(f'increase({site(metric)}[{window}]{_past(offset)})')})"


def _past(offset: str) -> str:
    return f" offset {offset}" if offset else ""


def day(metric: str, *matchers: str) -> str:
    """Return the last value that a gauge of the day reached on the day that begins at a point.

    The points are the dashboard's midnights. The window begins an hour later, because the cloud
    can go on showing yesterday for some minutes, and ends with the day; a gauge of the day only
    grows, so its highest value is the day's total.
    """
    return f"max_over_time({site(metric, *matchers)}[23h] offset -24h)"


def day_total(flow: str) -> str:
    """Return the energy of a flow on each day, summed over the chosen sites."""
    return f"sum({once(day(f'solix_site_day_{flow}_energy_watthours'))})"


def where(expr: str, other: str) -> str:
    """Return the series of the sites that have the other one, too.

    A site without a meter tells of no grid: among several it would count in the whole of a share
    and with nothing in its part.
    """
    return f"{expr} and on (job, instance, site_id) {other}"


def day_share(whole: str, part: str) -> str:
    """Return the share of a flow that is not another, on each day of the chosen sites, 0-1."""
    ends = [day(f"solix_site_day_{flow}_energy_watthours") for flow in (whole, part)]
    return _share(*ends)


def share_now(whole: str, part: str) -> str:
    """Return the share of today's total of a flow that is not another, 0-1."""
    ends = [site(f"solix_site_day_{flow}_energy_watthours") for flow in (whole, part)]
    return _share(*ends)


def _share(whole: str, part: str) -> str:
    wholes, parts = once(where(whole, part)), once(where(part, whole))
    return share_without(f"sum({wholes})", f"sum({parts})")


def share_without(whole: str, part: str, least: float = 50) -> str:
    """Return the share of `whole` that is not `part`, 0-1; nothing where `whole` is tiny."""
    return f"clamp(1 - {part} / ({whole} > {least:g}), 0, 1)"


def labelled(expr: str, label: str, value: str) -> str:
    """Return the expression with a label of a fixed value."""
    return f'label_replace({expr}, "{label}", "{value}", "", "")'


def any_of(*exprs: str) -> str:
    """Return the union of expressions."""
    return " or ".join(exprs)
