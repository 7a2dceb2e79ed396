"""What the delivered bank values really mean: battery power, corrected totals, shares of a bank.

The cloud's totals are right for a single bank only. With two generations in one system
(cascaded) they cover the newer bank; with several new banks (multisystem) they describe the first
one at best. Reference 02, sections 2.4 and 4.3.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from solix_exporter.cloud.parse.banks import Bank, Shared
from solix_exporter.cloud.parse.sums import sum_of_known
from solix_exporter.model.products import Feature

FIRST_GENERATION = 1


class SystemKind(Enum):
    """How the banks of a system are put together."""

    SAME_TYPE = auto()
    """One bank of any generation, or two of the first."""
    CASCADED = auto()
    """First-generation banks feed the PV input of a newer one."""
    MULTISYSTEM = auto()
    """Several banks of the second generation or later."""


@dataclass(slots=True)
class System:
    """The banks of a site after all corrections; powers in W."""

    kind: SystemKind
    powers_w: tuple[float | None, ...]
    """Battery power of each bank, positive while charging."""
    grid_to_battery_w: tuple[float | None, ...]
    """What each bank takes from the grid."""
    shared: Shared
    total_battery_w: float | None
    """Battery power of the system, positive while charging."""


def system_kind(banks: tuple[Bank, ...]) -> SystemKind:
    """Return how the banks are put together; decided by the banks alone, at every poll."""
    if len(banks) < 2:  # noqa: PLR2004 - one bank is no system of several
        return SystemKind.SAME_TYPE
    has_first = any(bank.generation == FIRST_GENERATION for bank in banks)
    models = {bank.product.part_number for bank in banks}
    if has_first and len(models) > 1:
        return SystemKind.CASCADED
    return SystemKind.SAME_TYPE if has_first else SystemKind.MULTISYSTEM


def correct(banks: tuple[Bank, ...], shared: Shared) -> System:
    """Return the system with battery powers and totals put right."""
    kind = system_kind(banks)
    grid_w = tuple([_grid_to_battery(bank, shared, kind) for bank in banks])
    powers_w = tuple(
        [
            _battery_power(bank, bank_grid_w or 0.0, kind)
            for bank, bank_grid_w in zip(banks, grid_w, strict=True)
        ]
    )
    system = System(kind, powers_w, grid_w, _repair_home(shared), shared.charging_w)
    if kind is SystemKind.CASCADED:
        return _correct_cascaded(banks, system)
    if kind is SystemKind.MULTISYSTEM:
        return _correct_multisystem(system)
    return _correct_same_type(system)


def _grid_to_battery(bank: Bank, shared: Shared, kind: SystemKind) -> float | None:
    """Return what this bank takes from the grid; a multisystem's total is shared out by need.

    Each bank is held against the system's total by itself, so that the order of the banks does
    not matter.
    """
    total_w = shared.grid_to_battery_w
    if Feature.GRID_CHARGE not in bank.product.features:
        return None
    if kind is not SystemKind.MULTISYSTEM or total_w is None or total_w <= 0:
        return total_w
    charge_w, pv_w = bank.charge_w or 0.0, bank.pv_w or 0.0
    output_w = pv_w - charge_w + (bank.discharge_w or 0.0)
    return 0.0 if output_w > 0 else max(0.0, charge_w - pv_w)


def _battery_power(bank: Bank, grid_w: float, kind: SystemKind) -> float | None:
    """Return the bank's battery power, positive while charging.

    What the bank says of its battery goes first; else it is what comes in and does not go out.
    """
    if bank.charge_w is not None and bank.charge_w > 0:
        return bank.charge_w
    if bank.discharge_w is not None and bank.discharge_w > 0:
        return -bank.discharge_w
    if bank.pv_w is None or bank.output_w is None:
        return None
    # The output that a multisystem reports for a bank is not its own; its balance is.
    output_w = bank.pv_w if kind is SystemKind.MULTISYSTEM else bank.output_w
    return bank.pv_w + grid_w - output_w


def _repair_home(shared: Shared) -> Shared:
    """Return the shared values with the home output that the cloud leaves at 0 at times.

    Seen while the owner's app is not connected: output flows and `to_home_load` is 0.
    """
    if shared.home_w == 0 and shared.output_w is not None:
        return replace(shared, home_w=shared.output_w)
    return shared


def _correct_same_type(system: System) -> System:
    """Share the cloud's total out over the banks in proportion to their own power."""
    sum_w = sum_of_known(system.powers_w)
    shared = system.shared
    if sum_w is None:
        return system
    total_w = shared.charging_w
    if sum_w < 0 and total_w is not None:
        # The delivered total stays at 0 while discharging.
        is_told = shared.pv_w is not None and shared.output_w is not None
        total_w = (shared.pv_w or 0.0) - (shared.output_w or 0.0) if is_told else None
    if total_w is None:
        system.total_battery_w = sum_w
        return system
    factor = 0.0 if sum_w == 0 else total_w / sum_w
    system.powers_w = tuple(
        [None if w is None else float(round(factor * w)) for w in system.powers_w]
    )
    system.total_battery_w = total_w
    return system


def _correct_cascaded(banks: tuple[Bank, ...], system: System) -> System:
    """Count the first-generation banks in; their output is part of the newer bank's PV input."""
    first = [bank for bank in banks if bank.generation == FIRST_GENERATION]
    newer = [bank for bank in banks if bank.generation != FIRST_GENERATION]
    pv_w, passed_on_w = (
        sum_of_known(bank.pv_w for bank in banks),
        sum_of_known(bank.output_w for bank in first),
    )
    shared = replace(
        system.shared,
        pv_w=None if pv_w is None else max(0.0, pv_w - (passed_on_w or 0.0)),
        output_w=sum_of_known(bank.output_w for bank in newer),
    )
    return replace(system, shared=shared, total_battery_w=sum_of_known(system.powers_w))


def _correct_multisystem(system: System) -> System:
    """Take the net of the banks; the home gets what the system puts out."""
    shared = replace(system.shared, home_w=system.shared.output_w)
    return replace(system, shared=shared, total_battery_w=sum_of_known(system.powers_w))


def ac_input_shares(banks: tuple[Bank, ...], system: System) -> tuple[float | None, ...]:
    """Return each bank's share of the system's AC input, W.

    A single bank has all of it; the banks of a multisystem share it as they charge from the grid.
    """
    total_w = system.shared.ac_input_w
    if system.kind is not SystemKind.MULTISYSTEM or not total_w:
        return tuple(total_w for _ in banks)
    charging_w = sum(max(0.0, power_w or 0.0) for power_w in system.powers_w)
    if charging_w == 0:
        return tuple(total_w for _ in banks)
    return tuple(
        float(round(total_w * min(1.0, (grid_w or 0.0) / charging_w)))
        for grid_w in system.grid_to_battery_w
    )
