"""Points in line protocol: their measurements, tags, fields and times.

A point's identity, which is its measurement, tags and time, never depends on what can change: the
same day is the same point however often it is written. Numbers are always floats and the type of a
field never varies, because a server refuses the second type.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from influxdb_client.client.write.point import Point
from influxdb_client.domain.write_precision import WritePrecision

from solix_exporter.influx.live_fields import Reading, device_readings, site_readings
from solix_exporter.ledger import DayIdentity, DayTotal
from solix_exporter.model.device import Device
from solix_exporter.model.energy import DayTotals, Flow
from solix_exporter.model.site import LOCAL_ACCOUNT, Site

ENERGY_DAY = "energy_day"
"""`solix_energy_day` with the usual prefix."""
SITE = "site"
DEVICE = "device"
SITE_INFO = "site_info"
DEVICE_INFO = "device_info"

Fields = Mapping[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Naming:
    """The user's choices for names."""

    prefix: str
    """In front of every measurement."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags of every point."""

    def line(self, measurement: str, tags: Mapping[str, str], fields: Fields, at: datetime) -> str:
        """Return a point as a line, empty where no field has a value.

        Its time is in whole seconds.
        """
        point = Point(f"{self.prefix}{measurement}")
        for name, text in {**self.tags, **tags}.items():
            point.tag(name, _one_line(text))
        for name, value in fields.items():
            point.field(name, _field(value))
        point.time(int(at.timestamp()), WritePrecision.S)
        return str(point.to_line_protocol())


def _field(value: float | str | None) -> float | str | None:
    """Return a value that can be written; NaN becomes None."""
    if isinstance(value, str):
        return _one_line(value) or None
    return float(value) if value is not None and math.isfinite(value) else None


def _one_line(text: str) -> str:
    """Return a text that cannot end the line or escape what follows it."""
    return " ".join(text.split()).rstrip("\\")


# --- daily totals ------------------------------------------------------------------------------


def day_lines(naming: Naming, identity: DayIdentity, rows: Iterable[DayTotal]) -> Iterator[str]:
    """Give the points of one day of a site, those of its devices first.

    InfluxDB 3 fixes a table's tags with its first line, so the one with most of them leads.
    """
    by_device: dict[str, dict[Flow, float]] = {}
    for row in rows:
        by_device.setdefault(row.device_sn, {})[row.flow] = row.wh
    for device_sn in sorted(by_device, reverse=True):
        yield _day_line(naming, identity, device_sn, by_device[device_sn])


def _day_line(
    naming: Naming, identity: DayIdentity, device_sn: str, flows: Mapping[Flow, float]
) -> str:
    tags = {"account": identity.account, "site_id": identity.site_id, "device_sn": device_sn}
    totals = DayTotals(identity.day, identity.start, flows)
    fields: dict[str, float | str | None] = {f"{flow.value}_wh": wh for flow, wh in flows.items()}
    if not device_sn:
        fields["self_sufficiency_ratio"] = totals.self_sufficiency_ratio
        fields["self_consumption_ratio"] = totals.self_consumption_ratio
    return naming.line(ENERGY_DAY, tags, fields, identity.start)


# --- names -------------------------------------------------------------------------------------


def site_info_line(naming: Naming, site: Site, at: datetime) -> str:
    """Return a site's names as fields, because names change and series should not."""
    fields = {
        "name": site.name,
        "site_type": site.site_type.value,
        "timezone": site.timezone,
        "currency": site.currency,
    }
    return naming.line(SITE_INFO, _site_tags(site), fields, at)


def device_info_line(naming: Naming, device: Device, at: datetime) -> str:
    """Return a device's names as fields."""
    fields = {
        "name": device.name,
        "device_type": device.product.device_type.value,
        "model": device.product.part_number,
        "model_name": device.product.name,
    }
    return naming.line(DEVICE_INFO, _device_tags(device), fields, at)


# --- readings ----------------------------------------------------------------------------------


def site_line(naming: Naming, site: Site, at: datetime) -> str:
    """Return a site's readings, empty where there are none."""
    return naming.line(SITE, _site_tags(site), _fields(site_readings(site)), at)


def device_line(naming: Naming, device: Device, at: datetime) -> str:
    """Return a device's readings, empty where there are none."""
    return naming.line(DEVICE, _device_tags(device), _fields(device_readings(device)), at)


def _fields(readings: Iterable[Reading]) -> Fields:
    return dict(readings)


def _site_tags(site: Site) -> Mapping[str, str]:
    return {"account": site.account or LOCAL_ACCOUNT, "site_id": site.site_id}


def _device_tags(device: Device) -> Mapping[str, str]:
    account = device.account or LOCAL_ACCOUNT
    return {"account": account, "site_id": device.site_id or "", "device_sn": device.sn}
