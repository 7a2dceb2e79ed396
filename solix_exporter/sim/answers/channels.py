"""The statistics of single PV inputs and of single banks of a multisystem."""

from solix_exporter.sim.answers.statistic_kinds import (
    ALL_STRINGS,
    StatisticKind,
    kwh_totals,
    solar_ways,
)
from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.flows import DayFlows
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimSite


def _channel_totals(energy: Energy | None, _: slice) -> dict[str, Json]:
    """Return the totals of a PV input, which are those of the whole site."""
    fields = {"charge_total": lambda e: e.charge, "solar_total": lambda e: e.pv}
    return kwh_totals(energy, fields) | solar_ways(energy)


def channel_kind(site: SimSite, channel: str) -> StatisticKind | None:
    """Return the statistics of one PV input, None if the cloud has none.

    `channel` is `pv1` to `pv4` or `microinverter`. An upstream bank is the last input.
    """
    banks = [bank for bank in site.of(Role.SOLARBANK) if bank.product.generation > 1]
    if not banks:
        return None
    index = int(channel[2:]) - 1 if channel[:2] == "pv" and channel[2:].isdigit() else -1
    plant = site.spec.plant
    has_power = 0 <= index < len(plant.strings) + (plant.upstream is not None)

    def value(energy: Energy, _: slice) -> float:
        return energy.strings[index] if has_power else 0.0

    def read(flows: DayFlows, step: int) -> float:
        return float(flows.strings[index][step]) if has_power else 0.0

    return StatisticKind(
        first=value,
        totals=_channel_totals,
        curves=lambda _, __: {"power": read},
        is_recorded=0 <= index < banks[0].product.inputs,
    )


def own_strings(site: SimSite, sn: str) -> slice:
    """Return the PV inputs of a solarbank in a multisystem, otherwise all inputs."""
    banks = site.of(Role.SOLARBANK)
    serials = [bank.sn for bank in banks]
    is_multiple = len(banks) > 1 and all(bank.product.generation > 1 for bank in banks)
    if sn not in serials or not is_multiple:
        return ALL_STRINGS
    place, count = serials.index(sn), len(site.spec.plant.strings)
    return slice(place * count // len(banks), (place + 1) * count // len(banks))
