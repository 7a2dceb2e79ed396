"""The systems of an account: what their devices deliver, how fresh it is, and in which zone."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from solix_exporter.cloud.regions import zones_of
from solix_exporter.diagnosis.examined_account import ExaminedAccount
from solix_exporter.diagnosis.report import DATA, Finding, Mark
from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.site import Site

_CAPABILITIES: tuple[tuple[str, Callable[[DeviceReadings], object]], ...] = (
    ("battery", lambda readings: readings.battery),
    ("PV power", lambda readings: readings.pv_power_w is not None),
    ("single PV inputs", lambda readings: readings.pv_inputs),
    ("output", lambda readings: readings.output),
    ("grid import and export", lambda readings: readings.meter),
    ("plug power", lambda readings: readings.plug),
    ("inverter power", lambda readings: readings.inverter),
    ("charging of a car", lambda readings: readings.ev_charger),
    ("whether it is online", lambda readings: readings.is_online is not None),
)


def examine_systems(examined: ExaminedAccount) -> Iterator[Finding]:
    """Give the findings of each site and its devices, then of devices without a site."""
    devices = examined.devices()
    for site in examined.sites():
        yield _time_of(examined, site)
        yield from (_delivers(device) for device in devices if device.site_id == site.site_id)
    yield from (_delivers(device) for device in devices if device.site_id is None)


def _delivers(device: Device) -> Finding:
    title = f"{device.name}, {device.product.name}" if device.name else device.product.name
    readings = device.scene
    if device.is_stale and device.is_online is False:
        return Finding(DATA, Mark.NOTE, f"{title}: offline now", "Check its Wi-Fi in the app.")
    if device.is_stale:
        return Finding(DATA, Mark.NOTE, f"{title}: its readings are too old, so none are shown")
    if readings is None:
        return Finding(DATA, Mark.OK, f"{title}: its identity")
    words = [word for word, has in _CAPABILITIES if has(readings)]
    text = f"{title}: {', '.join(words) or 'its identity'}"
    if readings.is_online is False:
        return Finding(DATA, Mark.NOTE, f"{text}; offline now", "Check its Wi-Fi in the app.")
    if not readings.is_data_valid:
        return Finding(DATA, Mark.NOTE, f"{text}; its numbers are not valid now, so none are shown")
    return Finding(DATA, Mark.OK, text)


def _time_of(examined: ExaminedAccount, site: Site) -> Finding:
    text = f"{site.name or site.site_id}: time zone {site.timezone}, {_origin(examined, site)}"
    age = None if site.data_at is None else examined.clock.now() - site.data_at
    if age is not None:
        text += f"; newest data {_spelled(age)} old"
        if not site.is_stale:
            return Finding(DATA, Mark.OK, text)
        return Finding(
            DATA, Mark.NOTE, text, f"The devices are offline, or the zone is wrong: {_mend(site)}"
        )
    stamp = _stamp(examined, site)
    if stamp is None:
        return Finding(DATA, Mark.OK, text)
    return Finding(
        DATA,
        Mark.NOTE,
        f"{text}; its devices' clock shows {stamp:%Y-%m-%d %H:%M}, which is in the future there",
        f"The zone is wrong: {_mend(site)}",
    )


def _mend(site: Site) -> str:
    return f"set `timezone` under `sites: {site.site_id}:` in the file, or SOLIX_TIMEZONE."


def _stamp(examined: ExaminedAccount, site: Site) -> datetime | None:
    """Return what the site's devices take for the time, without a zone."""
    answer = examined.account.parts.scenes.latest(site.site_id)
    return answer.scene.site.data_at_local if answer else None


def _origin(examined: ExaminedAccount, site: Site) -> str:
    """Return where the zone is known from."""
    own = examined.settings.sites.get(site.site_id)
    if (own is not None and own.timezone) or examined.settings.timezone:
        return "as configured"
    zones, known = zones_of(examined.account.country), examined.account.zones
    if known.zone(site.site_id).key not in zones and known.is_confirmed_by_devices(site.site_id):
        return "told by its devices"
    if not zones:
        return "this machine's, because the country's is not known"
    now = examined.clock.now()
    if len({now.astimezone(ZoneInfo(name)).utcoffset() for name in zones}) == 1:
        return "the country's"
    return f"one of the country's {len(zones)}, told apart by the devices' clocks"


def _spelled(age: timedelta) -> str:
    minutes = max(0, round(age.total_seconds() / 60))
    if minutes < 120:  # noqa: PLR2004  two hours read better than 119 minutes
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{minutes // 60} hours"
