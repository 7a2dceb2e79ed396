"""Snapshots to measure with: a simulated home as the exporter saw it, and copies of it."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from solix_exporter.model.device import Device
from solix_exporter.model.site import Site
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.sim import SimulatedCloud
from tests.metrics.test_exposition import Oracle
from tests.scraping import homes_text

SCENARIO = "home"
SUMMER_NOON = datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC)


@cache
def one_home() -> AccountSlice:
    """Return a home with battery, meter and plugs after one round of all polls."""
    return asyncio.run(_poll_home())


async def _poll_home() -> AccountSlice:
    clock = ManualClock(SUMMER_NOON)
    cloud = SimulatedCloud(clock, SCENARIO, endpoint_limit=0)
    await cloud.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            exporter = Exporter(settings_for(cloud, Path(folder)), clock)
            await exporter.poll_once()
            (part,) = exporter.snapshot().slices
            return part
    finally:
        await cloud.stop()


def settings_for(cloud: SimulatedCloud, folder: Path) -> Settings:
    """Return settings for all owners of a simulated cloud, with no limit on requests."""
    return Settings.model_validate(
        {
            "accounts": [
                {
                    "name": f"account-{number}",
                    "user": account.email,
                    "password": account.password,
                    "country": account.country,
                }
                for number, account in enumerate(cloud.accounts)
            ],
            "cloud": {
                "url": cloud.url,
                "public_key": cloud.public_key,
                "request_gap": 0,
                "endpoint_limit": 0,
            },
            "state_dir": folder,
            "web": {"listen_address": ["127.0.0.1:0"]},
        }
    )


def street(homes: int) -> tuple[AccountSlice, ...]:
    """Return copies of the home with names, ids and powers of their own."""
    return tuple(_copy(one_home(), number) for number in range(homes))


def homes_of(samples: int) -> int:
    """Return how many homes have about so many samples."""
    return round(samples / samples_in(text_of(street(1))))


@cache
def street_of(samples: int) -> tuple[AccountSlice, ...]:
    """Return homes with about so many samples."""
    return street(homes_of(samples))


def changed(part: AccountSlice, more_w: float) -> AccountSlice:
    """Return a slice in which all powers have grown: what a poll of the sites brings."""
    return replace(
        part,
        sites=tuple(_brighter_site(site, more_w) for site in part.sites),
        devices=tuple(_brighter(device, more_w) for device in part.devices),
    )


def _copy(part: AccountSlice, number: int) -> AccountSlice:
    assert part.account is not None
    name = f"home-{number}"
    own = replace(
        part,
        account=replace(part.account, name=name),
        sites=tuple(
            replace(site, account=name, site_id=_numbered(site.site_id, number))
            for site in part.sites
        ),
        devices=tuple(
            replace(
                device,
                account=name,
                sn=_numbered(device.sn, number),
                site_id=_numbered(device.site_id, number) if device.site_id else None,
            )
            for device in part.devices
        ),
    )
    return changed(own, number)


def _numbered(identity: str, number: int) -> str:
    return f"{identity[:-6]}{number:06d}"


def _brighter_site(site: Site, more_w: float) -> Site:
    now = site.scene
    if now is None:
        return site
    return replace(
        site,
        scene=replace(
            now,
            pv_power_w=(now.pv_power_w or 0) + more_w,
            home_load_power_w=(now.home_load_power_w or 0) + more_w,
            output_power_w=(now.output_power_w or 0) + more_w,
            grid_export_power_w=(now.grid_export_power_w or 0) + more_w,
        ),
    )


def _brighter(device: Device, more_w: float) -> Device:
    now = device.scene
    if now is None:
        return device
    inputs = tuple(replace(pv, power_w=(pv.power_w or 0) + more_w) for pv in now.pv_inputs)
    power_w = None if now.pv_power_w is None else now.pv_power_w + more_w
    return replace(device, scene=replace(now, pv_power_w=power_w, pv_inputs=inputs))


def text_of(parts: tuple[AccountSlice, ...]) -> bytes:
    """Return the text of some slices."""
    return homes_text(Snapshot(parts))


def samples_in(text: bytes) -> int:
    """Return how many samples a text has."""
    return sum(not line.startswith(b"#") for line in text.splitlines())


class _Made(Collector):
    """Metrics of the library that were made before: it is not asked to do more than write them."""

    def __init__(self, text: bytes) -> None:
        self._metrics: list[Metric] = list(Oracle(text.decode()).collect())

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def registry_of(parts: tuple[AccountSlice, ...]) -> CollectorRegistry:
    """Return a registry of the library that holds the samples of some slices."""
    registry = CollectorRegistry()
    registry.register(_Made(text_of(parts)))
    return registry
