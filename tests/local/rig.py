"""A simulated home with its cloud, its devices and an exporter, on one clock that stands still."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from solix_exporter.sim import LocalNetwork, SimulatedCloud, Truth
from solix_exporter.sim.modbus.devices import DeviceState
from tests.scraping import Samples, Scrape, scrape_text

OWN = ("solix_modbus_", "solix_exporter_", "solix_cloud_", "solix_poll")
TWICE = 2


@dataclass
class Rig:
    """All parts of a home."""

    clock: ManualClock
    network: LocalNetwork
    cloud: SimulatedCloud | None
    folder: Path

    def settings(self, *, has_cloud: bool = True, **sections: object) -> Settings:
        """Return settings with all devices, each called by its part number in small letters."""
        targets = [
            {"host": f"{host}:{port}", "name": device.part_number.lower()}
            for host, port, device in self.network.devices
        ]
        tree: dict[str, object] = {
            "modbus": targets,
            "state_dir": self.folder / "state",
            "web": {"listen_address": ["127.0.0.1:0"]},
            "timezone": "Europe/Berlin",
        }
        if self.cloud is not None and has_cloud:
            tree |= _of_cloud(self.cloud)
        return Settings.model_validate(tree | sections)

    def sn(self, part_number: str) -> str:
        return next(
            device.sn for _, _, device in self.network.devices if device.part_number == part_number
        )

    def state(self, part_number: str) -> Any:  # noqa: ANN401  one of several classes
        state: DeviceState = self.network.state(self.sn(part_number))
        return state

    @property
    def truth(self) -> Truth:
        return self.network.truth(self.network.devices[0][2].site_id)

    @asynccontextmanager
    async def exporter(self, settings: Settings | None = None) -> AsyncIterator[Exporter]:
        """Yield an exporter whose polls run when the test says so."""
        exporter = Exporter(settings or self.settings(), self.clock)
        async with exporter.connected():
            yield exporter


def _of_cloud(cloud: SimulatedCloud) -> Mapping[str, object]:
    account = cloud.accounts[0]
    return {
        "accounts": [
            {"user": account.email, "password": account.password, "country": account.country}
        ],
        "cloud": {
            "url": cloud.url,
            "public_key": cloud.public_key,
            "request_gap": 0,
            "timeout": 60,
            "endpoint_limit": 0,
        },
    }


@asynccontextmanager
async def running(clock: ManualClock, folder: Path, scenario: str) -> AsyncIterator[Rig]:
    network = LocalNetwork(clock, scenario)
    await network.start()
    cloud = None
    if scenario == "max-ac":
        cloud = SimulatedCloud(clock, scenario, endpoint_limit=0)
        await cloud.start()
    try:
        yield Rig(clock, network, cloud, folder)
        assert network.writes == ()
        assert {record.function for record in network.requests} <= {3, 4}
    finally:
        await network.stop()
        if cloud is not None:
            await cloud.stop()


async def ask_cloud(exporter: Exporter) -> None:
    """Run the polls of the accounts, twice because some ask about what others were told."""
    for job in exporter.jobs * TWICE:
        await job.run()


async def read_devices(exporter: Exporter, *targets: str) -> dict[str, bool]:
    """Run the polls of local devices; return which of them succeeded."""
    polls = exporter.local.polls
    return {name: await polls[name].run() for name in targets or polls}


def samples_of_homes(exporter: Exporter) -> Samples:
    """Return the samples of sites and devices; none may be there twice."""
    lines = [line for line in scrape_text(exporter).splitlines() if not line.startswith("#")]
    names = [line.rpartition(" ")[0] for line in lines]
    assert len(names) == len(set(names))
    return {
        (name, labels): value
        for (name, labels), value in Scrape(exporter).samples.items()
        if not name.startswith(OWN) and {"site_id", "device_sn"} & dict(labels).keys()
    }
