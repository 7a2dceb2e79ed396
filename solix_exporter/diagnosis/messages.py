"""What the messages of an account's devices give, and the line that would give more."""

from collections.abc import Iterator, Sequence

from solix_exporter.app.messages import listened_devices
from solix_exporter.config import Settings
from solix_exporter.diagnosis.report import MESSAGES, Finding, Mark
from solix_exporter.model.device import Device


def examine_messages(devices: Sequence[Device], settings: Settings) -> Iterator[Finding]:
    """Give a finding per device; nobody is asked."""
    from solix_exporter.mqtt.telling import tell_device, tell_more  # noqa: PLC0415 - see app.messages

    names = {device.sn: device.name or device.product.name for device in devices}
    for one in listened_devices(devices, settings):
        yield Finding(
            MESSAGES,
            Mark.OK,
            f"{names[one.sn]}: {tell_device(one.part_number, one.mode, one.refresh_s)}",
            _advice(tell_more(one.sn, one.part_number, one.mode)),
        )


def _advice(line: str) -> str:
    return f"In the file, under devices: {line}" if line else ""
