"""What is private in simulated homes and in their answers: none of it may be in an export."""

import re
from collections.abc import Iterator
from typing import Any

from solix_exporter.export.collect import Collection
from solix_exporter.sim import SimulatedCloud

_KEYS = frozenset(
    {
        *("token", "trace_id", "wifi_name", "ssid", "bt_ble_id", "bt_ble_mac", "ble_mac"),
        *("blue_password", "owner_user_id", "address", "vehicle_id", "vehicle_name", "alias"),
    }
)
"""Keys of answers with tokens, traces, addresses and names."""


def private_values(cloud: SimulatedCloud, collection: Collection) -> set[str]:
    """Return everything private that a cloud holds and has answered."""
    found = {*_of_world(cloud)}
    for answer in collection.answers:
        found.update(_of_answer(answer.envelope))
    return found - {""}


def _of_world(cloud: SimulatedCloud) -> Iterator[str]:
    """Give what the simulation itself knows."""
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


def _of_answer(value: Any) -> Iterator[str]:  # noqa: ANN401  JSON
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _KEYS and isinstance(inner, str):
                yield inner
            yield from _of_answer(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _of_answer(inner)
