"""Reports of a device made from what it once said, for folders that are replayed."""

from collections.abc import Iterator
from datetime import datetime

from solix_exporter.modbus.device import FILL
from solix_exporter.modbus.fill import Values
from solix_exporter.modbus.maps import sold_as
from solix_exporter.modbus.registers import Field, Group, Key, Value
from solix_exporter.modbus.survey import Survey
from solix_exporter.model.report import DeviceReport, Source

_VALID_S = 86400.0


def captured_reports(found: Survey, at: datetime) -> Iterator[DeviceReport]:
    """Give a report per group of registers that the survey holds, as measured at a moment.

    Counters whose scale the device would have to prove are left out.
    """
    identity = found.identity
    if identity is None:
        return
    by_group: dict[Group, dict[Key, Value]] = {}
    shown = {
        row.register.address: row.value
        for row in found.rows()
        if row.value is not None and not row.note
    }
    for block in identity.registers.blocks:
        for register in block.registers:
            if register.address in shown:
                group = by_group.setdefault(block.group, {})
                group[register.key] = shown[register.address]
    offered = by_group.get(Group.SLOW, {}).get((Field.LIMITS_OFFERED, 0))
    for kind, values in by_group.items():
        limits = int(offered) if isinstance(offered, int | float) else None
        readings = FILL[kind](Values(values, identity.registers.most_pv_w, limits))
        yield DeviceReport(
            sn=identity.sn,
            source=Source.MODBUS,
            kind=kind.value,
            part_number=identity.part_number,
            measured_at=at,
            valid_s=_VALID_S,
            readings=readings,
            firmware=identity.firmware,
            name=sold_as(identity.sn),
        )
