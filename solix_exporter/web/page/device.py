"""A device in the words of the page."""

from dataclasses import dataclass
from datetime import datetime

from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.source import Source
from solix_exporter.web.page.words import ago, percent, sentence, short_sn, watts

_BY_ITSELF = {Source.MODBUS: "local", Source.MQTT: "by message"}
"""How readings are called that the device reports itself."""


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device of a site."""

    name: str
    model: str
    kind: str
    sn: str
    """Shortened."""
    mark: str
    """good, bad or unknown."""
    state: str
    facts: tuple[str, ...]
    note: str = ""
    """What its messages give, and the line that would give more."""


def view_device(device: Device, now: datetime, note: str = "") -> DeviceView:
    """Return the device with its state and the readings that it has at a moment."""
    mark, state = _state(device)
    product = device.product
    return DeviceView(
        name=device.name or product.name,
        model=product.name if product.name != device.name else "",
        kind=sentence(product.device_type.value),
        sn=short_sn(device.sn),
        mark=mark,
        state=state,
        note=note,
        facts=(
            *_source(device, now),
            *(_readings(device.now) if device.now else ()),
            *_details(device),
        ),
    )


def _state(device: Device) -> tuple[str, str]:
    readings, is_reporting = device.now, device.origin.now in _BY_ITSELF
    if readings is not None and readings.error_code:
        return "bad", f"error {readings.error_code}"
    if device.is_online is False and not is_reporting:
        return "bad", "offline"
    if readings is not None and not readings.is_data_valid:
        return "unknown", "nothing measured"
    if device.is_stale:
        return "unknown", "no fresh readings"
    if device.is_online or is_reporting:
        return "good", "online"
    return "unknown", "no fresh readings" if readings is None else "state not told"


def _source(device: Device, now: datetime) -> tuple[str, ...]:
    """Return where the readings come from and how old they are, if not from the cloud."""
    source = device.origin.now
    word = _BY_ITSELF.get(source) if source else None
    at = device.origin.at(source) if source else None
    return (f"{word}, {ago(at, now)}",) if word and at else ()


def _details(device: Device) -> tuple[str, ...]:
    """Return radio link and firmware."""
    radio = device.details.radio
    signal = radio.signal_ratio if radio else None
    firmware = device.details.firmware
    pairs = (
        ("Wi-Fi", percent(signal) if signal is not None else None),
        ("firmware", device.firmware or None),
        ("", "update ready" if firmware and firmware.is_update_available else None),
    )
    return tuple(f"{label} {value}".strip() for label, value in pairs if value is not None)


def _readings(readings: DeviceReadings) -> tuple[str, ...]:
    battery, meter = readings.battery, readings.meter
    pairs: list[tuple[str, str | None]] = [
        ("", sentence(readings.status.value) if readings.status else None),
        ("", percent(battery.soc_ratio) if battery and battery.soc_ratio is not None else None),
        ("solar", _watts(readings.pv_power_w)),
        ("output", _watts(readings.output.power_w if readings.output else None)),
        ("import", _watts(meter.import_power_w if meter else None)),
        ("export", _watts(meter.export_power_w if meter else None)),
        ("draws", _watts(readings.plug.power_w if readings.plug else None)),
        ("gives", _watts(readings.inverter.power_w if readings.inverter else None)),
        ("", _ev_status(readings)),
        ("charges with", _watts(readings.ev_charger.power_w if readings.ev_charger else None)),
    ]
    return tuple(f"{label} {value}".strip() for label, value in pairs if value is not None)


def _watts(power_w: float | None) -> str | None:
    return None if power_w is None else watts(power_w)


def _ev_status(readings: DeviceReadings) -> str | None:
    charger = readings.ev_charger
    return sentence(charger.status.value) if charger and charger.status else None
