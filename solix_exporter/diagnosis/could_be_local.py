"""Devices of the accounts that could be read over the local network, and are not."""

from collections.abc import Iterator, Sequence

from solix_exporter.diagnosis.report import REGISTERS, Finding, Mark
from solix_exporter.modbus.maps import can_be_read_locally
from solix_exporter.model.device import Device


def could_be_local(devices: Sequence[Device], local: Sequence[str]) -> Iterator[Finding]:
    """Give a sentence for each device that has a local interface and is not read by it.

    `local` are the serial numbers of those that are.
    """
    for device in devices:
        part_number = device.product.part_number
        if device.sn not in local and can_be_read_locally(part_number, device.sn):
            yield Finding(
                REGISTERS,
                Mark.OK,
                f"{device.name or device.product.name} could be read here every 5 s",
                "Switch on Modbus TCP in the app (the device, gear, Three-Party Control Settings)"
                " and add to the file, modbus: - host: <address>.",
            )
