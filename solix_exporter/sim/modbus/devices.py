"""The devices of a site that have a Modbus server: identity, state at an instant, registers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from solix_exporter.sim.modbus.banks import BankState, bank_blocks, bank_state
from solix_exporter.sim.modbus.lifetimes import Lifetimes, lifetime_meter
from solix_exporter.sim.modbus.meters import MeterState, meter_blocks, meter_state
from solix_exporter.sim.modbus.plugs import PlugState, plug_blocks, plug_state
from solix_exporter.sim.modbus.registers import HIGH_FIRST, LOW_FIRST, Block, Order
from solix_exporter.sim.modbus.wall_boxes import WallBoxState, wall_box_blocks, wall_box_state
from solix_exporter.sim.modbus.x1 import X1State, x1_blocks, x1_state
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimDevice, SimSite

DeviceState = BankState | X1State | MeterState | PlugState | WallBoxState
StateMaker = Callable[[SimSite, SimDevice, Truth, Lifetimes, datetime], DeviceState]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a product measures and what its registers are."""

    state: StateMaker
    blocks: Callable[[Any], tuple[Block, ...]]
    order: Order = HIGH_FIRST
    is_exclusive: bool = False
    """Whether it takes a single connection."""


_BANK = _Kind(bank_state, bank_blocks)
_X1 = _Kind(x1_state, x1_blocks, LOW_FIRST, is_exclusive=True)
_KINDS = {
    "A17E2": _BANK,
    "AE103": _BANK,
    "AE111": _BANK,
    "AE113": _BANK,
    "AE1X0": _Kind(meter_state, meter_blocks),
    "A17X8": _Kind(plug_state, plug_blocks),
    "A5101": _X1,
    "A5102": _X1,
    "A5103": _X1,
    "A5191": _Kind(wall_box_state, wall_box_blocks),
}


class ModbusDevice:
    """One device with its server's view of the home.

    Raises KeyError for a product without a local interface.
    """

    def __init__(self, site: SimSite, device: SimDevice) -> None:
        self._site = site
        self._device = device
        self._kind = _KINDS[device.spec.pn]

    @property
    def sn(self) -> str:
        """Return the serial number, the same as in the cloud."""
        return self._device.sn

    @property
    def part_number(self) -> str:
        """Return the part number."""
        return self._device.spec.pn

    @property
    def site_id(self) -> str:
        """Return the id of its home."""
        return self._site.site_id

    @property
    def order(self) -> Order:
        """Return the order of its words and bytes."""
        return self._kind.order

    @property
    def is_exclusive(self) -> bool:
        """Return whether it takes a single connection."""
        return self._kind.is_exclusive

    def state(self, at: datetime) -> DeviceState:
        """Return what it measures at an instant."""
        home = self._site.home
        lifetimes = lifetime_meter(home).at(at)
        return self._kind.state(self._site, self._device, home.state(at), lifetimes, at)

    def blocks(self, state: DeviceState) -> tuple[Block, ...]:
        """Return its registers in a state."""
        return self._kind.blocks(state)
