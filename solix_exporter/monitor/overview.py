"""The first view of a site: power flow, energy of the day, and one line per device."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from solix_exporter.model.device import Device
from solix_exporter.model.site import Site, SiteReadings
from solix_exporter.model.source import Source
from solix_exporter.monitor.facts import Fact, FactReader, local_time

_DASH = "-"
UTC_ZONE = ZoneInfo("UTC")
_IN_FLOWS = frozenset(
    {
        *("pv_power_w", "home_load_power_w", "grid_import_power_w", "grid_export_power_w"),
        *("battery_charge_power_w", "battery_discharge_power_w", "soc_ratio", "data_at_local"),
        *("is_data_valid", "currency_symbol"),
    }
)
_IDENTITY = frozenset(
    {
        *("site_id", "account", "name", "site_type", "access", "timezone", "currency"),
        *("data_at", "is_stale"),
    }
)
_DEVICE_IDENTITY = frozenset({"sn", "product", "account", "site_id", "name", "main_device_sn"})

_TOLD_ELSEWHERE = frozenset(
    {
        *("is_online", "is_data_valid", "product_name", "is_owned", "counters"),
        *("is_stale", "is_connected", "origin"),
    }
)
_READINGS = frozenset({"scene", "measured", "totals", "energy", "local", "now"})
"""Fields of a site that `readings_facts` and `today_facts` show."""


def zone_of(site: Site) -> ZoneInfo:
    """Return the zone of a site's clock."""
    return ZoneInfo(site.timezone) if site.timezone else UTC_ZONE


def overview(site: Site, devices: Sequence[Device]) -> RenderableType:
    """Return the view of a site, the most important first: the screen may be small."""
    zone = zone_of(site)
    own = [device for device in devices if device.site_id in {site.site_id, None}]
    return Group(
        _flows(site.now, local_time(site.data_at, zone) if site.data_at else ""),
        Text(""),
        in_columns(today_facts(site)),
        Text(""),
        device_table(own, zone),
        Text(""),
        in_columns(readings_facts(site, _IN_FLOWS)),
        in_columns(other_facts(site, zone)),
    )


def today_facts(site: Site) -> Iterator[Fact]:
    """Yield the energy of the day so far."""
    today = site.energy.today if site.energy else None
    if today is None:
        return
    reader = FactReader(zone_of(site))
    yield from reader.named("today", today.flows)
    yield from reader.named("self_sufficiency_ratio", today.self_sufficiency_ratio)
    yield from reader.named("self_consumption_ratio", today.self_consumption_ratio)


def readings_facts(site: Site, without: frozenset[str] = frozenset()) -> Iterator[Fact]:
    """Give the readings of whichever source has them, and the totals since the beginning."""
    reader = FactReader(zone_of(site), without | {"lifetime"})
    yield from reader.facts_of(site.now)
    yield from FactReader(zone_of(site), without).named("lifetime", site.lifetime)


def other_facts(site: Site, zone: ZoneInfo) -> Iterator[Fact]:
    """Give what is known of a site beside its readings and its day, and what comes to it later."""
    reader = FactReader(zone)
    for field in fields(site):
        if field.name not in _IDENTITY | _READINGS:
            value = getattr(site, field.name)
            is_source = is_dataclass(value)
            yield from reader.facts_of(value) if is_source else reader.named(field.name, value)


def _flows(now: SiteReadings | None, data_at: str) -> Table:
    """Return the four ends of the power, side by side, or when they were last known."""
    table = Table.grid(expand=True)
    for _ in range(4):
        table.add_column(justify="center", ratio=1)
    table.add_row(*(Text(head, style="bold") for head in ("PV", "Home", "Grid", "Battery")))
    if now is None:
        table.add_row(*[Text("no data", style="dim")] * 4)
        if data_at:
            table.add_row(*[Text(part, style="dim") for part in ("last known", *data_at.split())])
        return table
    soc = _DASH if now.soc_ratio is None else f"{now.soc_ratio * 100:.0f} %"
    table.add_row(
        Text(_watts(now.pv_power_w), style="yellow"),
        Text(_watts(now.home_load_power_w), style="cyan"),
        _pair("from", now.grid_import_power_w, "to", now.grid_export_power_w),
        Text(soc, style="green"),
    )
    battery = _pair("in", now.battery_charge_power_w, "out", now.battery_discharge_power_w)
    invalid = "" if now.is_data_valid else "not measured"
    table.add_row("", Text(invalid, style="red"), "", battery)
    return table


def _pair(first: str, first_w: float | None, second: str, second_w: float | None) -> Text:
    """Return the direction that is not zero, the first where both are."""
    if first_w is None and second_w is None:
        return Text(_DASH)
    if second_w:
        return Text(f"{second} {_watts(second_w)}")
    return Text(f"{first} {_watts(first_w)}")


def _watts(value: float | None) -> str:
    return _DASH if value is None else f"{value:.0f} W"


def in_columns(facts: Iterator[Fact]) -> Table:
    """Return facts as label and value, two per line."""
    table = Table.grid(expand=True, padding=(0, 1))
    for ratio, style in ((3, "dim"), (2, "")) * 2:
        table.add_column(ratio=ratio, style=style, no_wrap=True, overflow="ellipsis")
    cells = [cell for fact in facts for cell in (Text(fact.label), Text(fact.text))]
    width = 4
    for start in range(0, len(cells), width):
        row = cells[start : start + width]
        table.add_row(*row, *[Text("")] * (width - len(row)))
    return table


def device_table(devices: Sequence[Device], zone: ZoneInfo) -> Table:
    """Return one line per device: name, model, and as many values as fit."""
    table = Table(box=None, expand=True, pad_edge=False, header_style="bold")
    table.add_column("Device", ratio=2, no_wrap=True, overflow="ellipsis")
    table.add_column("Model", ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column("", width=7, no_wrap=True)
    table.add_column("Values", ratio=5, no_wrap=True, overflow="ellipsis")
    for device in devices:
        facts = sorted(device_facts(device, zone), key=_rank)
        values = ", ".join(f"{fact.label} {fact.text}" for fact in facts)
        table.add_row(Text(device.name), Text(device.product.name), _online(device), Text(values))
    return table


def _rank(fact: Fact) -> int:
    """Return the place of a fact where there is little room: measurements before the rest."""
    words = ("battery soc", "status", "power", "energy")
    return next((place for place, word in enumerate(words) if word in fact.label), len(words))


def _online(device: Device) -> Text:
    if device.is_online is None:
        return Text("")
    return Text("online", "green") if device.is_online else Text("offline", "red")


def device_facts(device: Device, zone: ZoneInfo) -> Iterator[Fact]:
    """Give what is known of a device, the sources one after the other, nothing twice."""
    shown = set()
    for source, at in device.origin.times:
        if source is not Source.CLOUD:
            used = " (in use)" if source is device.origin.now else ""
            yield Fact(f"by {source.value}", f"{local_time(at, zone)}{used}")
    reader = FactReader(zone, _DEVICE_IDENTITY | _TOLD_ELSEWHERE)
    for field in fields(device):
        value = getattr(device, field.name)
        if field.name == "origin":
            continue
        is_source = is_dataclass(value) and field.name != "product"
        for fact in reader.facts_of(value) if is_source else reader.named(field.name, value):
            if fact not in shown:
                shown.add(fact)
                yield fact
