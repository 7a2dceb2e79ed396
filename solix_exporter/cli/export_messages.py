"""The messages of an account's devices for an export: listened to for a while."""

import click

from solix_exporter.app.connections import AccountSource
from solix_exporter.app.messages import mode_of
from solix_exporter.clock import Clock
from solix_exporter.cloud.endpoints.account import MQTT_INFO
from solix_exporter.config import Settings
from solix_exporter.export.collect import Collection
from solix_exporter.export.discovery import FoundDevice
from solix_exporter.model.broker import BrokerAccess
from solix_exporter.mqtt.asking import ListenedDevice, Mode
from solix_exporter.outages import Outages


async def record(
    account: AccountSource,
    collection: Collection,
    settings: Settings,
    clock: Clock,
    seconds: float,
) -> None:
    """Add the messages of all devices that the answers named; problems are told on stderr."""
    # Only whoever records needs the library of the protocol.
    from solix_exporter.mqtt.events import SilentMqttObserver  # noqa: PLC0415
    from solix_exporter.mqtt.line import LineTools  # noqa: PLC0415
    from solix_exporter.mqtt.recording import Recorder  # noqa: PLC0415

    async def fetch() -> BrokerAccess:
        return await account.source.fetch(MQTT_INFO)

    devices = [
        _listened(device, settings)
        for device in collection.found.devices.values()
        if device.product.part_number
    ]
    tools = LineTools(clock, SilentMqttObserver(), Outages(), settings.state_dir)
    recorder = Recorder(account.name, tools, fetch)
    await recorder.run([one for one in devices if one.mode is not Mode.OFF], seconds)
    collection.messages += recorder.messages
    for problem in recorder.problems:
        click.echo(f"Messages of account {account.name}: {problem}", err=True)
    if not recorder.messages:
        click.echo(f"No messages came for account {account.name} in this time.", err=True)


def _listened(device: FoundDevice, settings: Settings) -> ListenedDevice:
    return ListenedDevice(
        sn=device.sn,
        part_number=device.product.part_number,
        mode=Mode(mode_of(settings, device.sn)),
        refresh_s=settings.mqtt.refresh_s,
    )
