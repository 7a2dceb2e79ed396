"""Nothing private is in an export: what the simulated homes hold is looked for in every file."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from solix_exporter.export.collect import Collection
from solix_exporter.sim import SimulatedCloud, scenario_names
from tests.export.rig import collect, write

SettingsFor = Callable[..., Settings]

PART = 6
"""A part of so many characters tells whose it is..."""
HEX_PART = 10
"""... and of so many hexadecimal digits: shorter ones are alike by chance."""

VOCABULARY = (
    *("solarbank", "home power panel", "microinverter", "mi80 microinverter(ble)", "battery"),
    *("smart meter", "prime charger", "charger", "wall box", "balcony solar power system"),
    *(".example.com/", "battery charging", "living_room", "solarbank 2 e1600", "network"),
)
"""Words of the products and of the format that people call their things by, too."""


def world_of(cloud: SimulatedCloud) -> Iterator[str]:
    """Give what is private in the simulated homes, as the simulation itself knows it."""
    world = cloud._world
    for account in world.accounts.values():
        yield account.login.email
        yield account.login.password
        yield account.user_id
    for site in world.sites.values():
        yield site.site_id
        yield site.spec.name
        for device in site.devices:
            yield device.sn
            yield device.mac
            yield ":".join(re.findall("..", device.mac))
            yield device.spec.alias
    yield "home-network"


def answered(collection: Collection) -> Iterator[str]:
    """Give what is private in the answers themselves: tokens, traces, addresses."""
    keys = {"token", "trace_id", "wifi_name", "ssid", "bt_ble_id", "bt_ble_mac", "ble_mac"}
    keys |= {"blue_password", "owner_user_id", "address", "vehicle_id", "vehicle_name", "alias"}

    def walk(value: Any) -> Iterator[str]:  # noqa: ANN401  JSON
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in keys and isinstance(inner, str):
                    yield inner
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    for answer in collection.answers:
        yield from walk(answer.envelope)


def spellings(value: str) -> Iterator[str]:
    """Give the ways to write a value: as it is, without separators, in base64 at any place."""
    yield value.lower()
    yield re.sub(r"[^0-9A-Za-z]", "", value).lower()
    for place in range(3):
        encoded = base64.b64encode(bytes(place) + value.encode()).decode().rstrip("=")
        # The characters at both ends depend on the neighbours, too.
        yield encoded[(place * 8 + 5) // 6 : -1].lower()


def parts(value: str) -> Iterator[str]:
    for text in spellings(value):
        length = HEX_PART if re.fullmatch(r"[0-9a-f:-]+", text) else PART
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def survivors(folder: Path, private: set[str]) -> set[tuple[str, str]]:
    """Return the parts of private values that are in the files or in their names."""
    public = {part for word in VOCABULARY for part in parts(word)}
    wanted = {part for value in private for part in parts(value)} - public
    found = set()
    for file in sorted(folder.rglob("*")):
        text = f"{file.name} {file.read_text(encoding='utf-8')}".lower()
        for length in (PART, HEX_PART):
            windows = {text[start : start + length] for start in range(len(text) - length + 1)}
            found |= {(file.name, part) for part in windows & wanted}
    return found


@pytest.mark.parametrize("scenario", scenario_names())
async def test_no_private_value_is_in_an_export(
    scenario: str, clock: ManualClock, settings_for: SettingsFor, tmp_path: Path
) -> None:
    cloud = SimulatedCloud(clock, scenario=scenario, seed=7, endpoint_limit=0)
    await cloud.start()
    try:
        settings = settings_for(cloud, cloud={"endpoint_limit": 0, "headroom": 0})
        collection = await collect(settings, clock)
    finally:
        await cloud.stop()
    folder = write(collection, settings, clock, tmp_path / "export")
    private = {value for value in (*world_of(cloud), *answered(collection)) if value}
    assert len(private) > 20
    assert survivors(folder, private) == set()
