"""The other views: all values of a site, state of polls and budget, log, and keys."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from solix_exporter.model.device import Device
from solix_exporter.model.site import Site
from solix_exporter.monitor.facts import FactReader
from solix_exporter.monitor.overview import (
    device_facts,
    in_columns,
    other_facts,
    readings_facts,
    today_facts,
    zone_of,
)
from solix_exporter.monitor.watched import PollLine, Watched

KEYS = (
    ("q, Esc", "quit"),
    ("r", "refresh now"),
    ("s, Tab", "next site"),
    ("S", "site before"),
    ("1, 2, 3, 4", "overview, values, cloud, log"),
    ("v", "next view"),
    ("n, p", "next and previous folder (--replay)"),
    ("arrows, j, k, space", "scroll"),
    ("?", "this list"),
)

_IDENTITY = ("account", "site_type", "access", "timezone", "currency", "data_at")


def values_view(site: Site, devices: Sequence[Device]) -> RenderableType:
    """Return all values of a site and its devices."""
    zone = zone_of(site)
    reader = FactReader(zone)
    identity = (fact for name in _IDENTITY for fact in reader.named(name, getattr(site, name)))
    rows: list[RenderableType] = [
        Text(f"{site.name}  {site.site_id}", style="bold"),
        in_columns(identity),
        in_columns(readings_facts(site)),
        in_columns(today_facts(site)),
        in_columns(other_facts(site, zone)),
    ]
    own = [device for device in devices if device.site_id in {site.site_id, None}]
    return Group(*rows, device_values(own, zone))


def device_values(devices: Sequence[Device], zone: ZoneInfo) -> RenderableType:
    """Return all values of devices, one below the other."""
    rows: list[RenderableType] = []
    for device in devices:
        rows += [
            Text(""),
            Text(f"{device.name}  {device.product.name}  {device.sn}", style="bold"),
            in_columns(device_facts(device, zone)),
        ]
    return Group(*rows)


def cloud_view(watched: Watched) -> RenderableType:
    """Return the state of each poll and each window of the budget."""
    polls = Table(box=None, expand=True, pad_edge=False, header_style="bold")
    for head in ("Account", "Poll", "Next", "State"):
        polls.add_column(head, overflow="fold")
    for line in watched.polls():
        state = Text(line.error, "red") if line.error else Text("ok" if line.has_answered else "")
        polls.add_row(Text(line.account), Text(line.poll), until(line), state)
    budget = Table(box=None, expand=True, pad_edge=False, header_style="bold")
    budget.add_column("Endpoint", overflow="fold")
    budget.add_column("Left in this minute", justify="right")
    for row in watched.budget():
        budget.add_row(Text(row.endpoint), f"{row.remaining} of {row.limit}")
    return Group(polls, Text(""), budget if budget.row_count else Text("No limit is set."))


def until(line: PollLine) -> str:
    """Return when a poll runs next, in words."""
    return "-" if line.next_in_s is None else f"in {line.next_in_s:.0f} s"


def log_view(lines: Sequence[str]) -> RenderableType:
    """Return the log, the newest line first."""
    return Group(*(Text(line, overflow="fold") for line in reversed(lines))) if lines else Text("")


def keys_view() -> RenderableType:
    """Return what each key does."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Key")
    table.add_column("What it does")
    for key, meaning in KEYS:
        table.add_row(key, meaning)
    return table
