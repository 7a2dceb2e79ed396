"""All devices of a scenario that have a local interface, each with its own port on loopback."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from solix_exporter.clock import Clock
from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.modbus.devices import DeviceState, ModbusDevice
from solix_exporter.sim.modbus.faults import ModbusFaults
from solix_exporter.sim.modbus.request_log import ModbusRecord
from solix_exporter.sim.modbus.server import HOST, DeviceServer, Surroundings
from solix_exporter.sim.scenarios import scenario_of
from solix_exporter.sim.system_specs import Scenario
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import World

_KEPT_REQUESTS = 100_000


class LocalNetwork:
    """The local interfaces of a scenario's devices.

    With the clock and the seed of a `SimulatedCloud` the devices are the same ones, with the same
    serial numbers and values. Raises ValueError for an unknown scenario.
    """

    def __init__(
        self, clock: Clock, scenario: str | Scenario, seed: int = 1, *, fleet: int = 1
    ) -> None:
        self.requests: deque[ModbusRecord] = deque(maxlen=_KEPT_REQUESTS)
        self.faults = ModbusFaults(self._refresh)
        self._clock = clock
        known = scenario_of(scenario) if isinstance(scenario, str) else scenario
        self._world = World(known, seed, fleet)
        around = Surroundings(clock, self.faults, self.requests.append)
        self._servers = tuple(DeviceServer(device, around) for device in self._capable())

    @property
    def devices(self) -> tuple[tuple[str, int, ModbusDevice], ...]:
        """Return host, port and device of each server; the ports are known after `start`."""
        return tuple((HOST, server.port, server.device) for server in self._servers)

    @property
    def writes(self) -> tuple[ModbusRecord, ...]:
        """Return the requests that were no reads; none was obeyed."""
        return tuple(record for record in self.requests if not record.is_read)

    def port(self, sn: str) -> int:
        """Return the port of a device.

        Raises KeyError for an unknown serial number.
        """
        return self._server(sn).port

    def state(self, sn: str) -> DeviceState:
        """Return what a device measures now, whatever a fault lets it say.

        Raises KeyError for an unknown serial number.
        """
        return self._server(sn).device.state(self._clock.now())

    def truth(self, site_id: str) -> Truth:
        """Return the physical state of a home now.

        Raises KeyError for an unknown site.
        """
        return self._world.sites[site_id].home.state(self._clock.now())

    def energy(self, site_id: str, start: datetime, end: datetime) -> Energy:
        """Return the energy of a home's flows between two instants.

        Raises KeyError for an unknown site.
        """
        return self._world.sites[site_id].home.energy(start, end)

    def swap(self, sn: str, other_sn: str) -> None:
        """Give two devices each other's address, as a router does; connections are cut.

        Raises KeyError for an unknown serial number.
        """
        first, second = self._server(sn), self._server(other_sn)
        first.device, second.device = second.device, first.device
        for server in (first, second):
            server.cut()
            server.refresh()

    async def start(self) -> None:
        """Hold a free port for each device and listen there."""
        for server in self._servers:
            server.start(0)

    async def stop(self) -> None:
        """Close all ports and connections."""
        for server in self._servers:
            await server.stop()

    def _capable(self) -> Iterator[ModbusDevice]:
        for site in self._world.sites.values():
            for device in site.devices:
                if device.spec.has_modbus:
                    yield ModbusDevice(site, device)

    def _server(self, sn: str) -> DeviceServer:
        by_serial = {server.device.sn: server for server in self._servers}
        return by_serial[sn]

    def _refresh(self) -> None:
        for server in self._servers:
            server.refresh()
