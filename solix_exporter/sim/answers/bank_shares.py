"""The share of each solarbank in the flows of a system, in whole watts that add up."""

from collections.abc import Sequence
from dataclasses import dataclass

from solix_exporter.sim.hardware import Role
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimDevice, SimSite


@dataclass(frozen=True, slots=True)
class BankShare:
    """The flows of one solarbank in W; `inputs_w[0]` is its first PV input.

    `pv_w + grid_w + discharge_w == output_w + charge_w`.
    """

    device: SimDevice
    inputs_w: tuple[int, ...]
    charge_w: int
    discharge_w: int
    grid_w: int
    """The part of `charge_w` that comes from the grid."""
    soc_ratio: float

    @property
    def pv_w(self) -> int:
        """Return the sum of the PV inputs."""
        return sum(self.inputs_w)

    @property
    def output_w(self) -> int:
        """Return the output of the bank."""
        return self.pv_w + self.grid_w + self.discharge_w - self.charge_w


def capacity_wh(device: SimDevice) -> int:
    """Return the capacity of a device with its expansion packs."""
    return device.product.capacity_wh * (1 + device.spec.packs)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole parts of `total` in proportion to the weights; they add up to it."""
    whole = sum(weights)
    if not whole:
        return [total, *[0] * (len(weights) - 1)]
    parts: list[int] = []
    seen = given = 0
    for weight in weights:
        seen += weight
        parts.append(total * seen // whole - given)
        given += parts[-1]
    return parts


def shares(site: SimSite, truth: Truth) -> tuple[BankShare, ...]:
    """Return the share of each solarbank of a site, in the order of the devices."""
    banks = site.of(Role.SOLARBANK)
    if truth.upstream is None:
        return _spread(banks, truth)
    feeding = tuple(bank for bank in banks if bank.product.generation == 1)
    fed = tuple(bank for bank in banks if bank.product.generation > 1)
    return (*_spread(fed, truth), *_spread(feeding, truth.upstream))


def _spread(banks: tuple[SimDevice, ...], truth: Truth) -> tuple[BankShare, ...]:
    if not banks:
        return ()
    count, strings = len(banks), truth.strings_w
    inputs = [
        strings[index * len(strings) // count : (index + 1) * len(strings) // count]
        for index in range(count)
    ]
    sizes = [capacity_wh(bank) for bank in banks]
    solar = split(truth.battery_charge_w - truth.grid_to_battery_w, [sum(row) for row in inputs])
    grid = split(truth.grid_to_battery_w, sizes)
    discharge = split(truth.battery_discharge_w, sizes)
    return tuple(
        BankShare(
            device=bank,
            inputs_w=inputs[index],
            charge_w=solar[index] + grid[index],
            discharge_w=discharge[index],
            grid_w=grid[index],
            soc_ratio=truth.soc_ratio,
        )
        for index, bank in enumerate(banks)
    )
