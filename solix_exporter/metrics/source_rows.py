"""The metrics of where a device's readings come from, and of what it counts by itself."""

from collections.abc import Iterator

from solix_exporter.metrics.device_rows import DEVICE, DEVICE_NOW
from solix_exporter.metrics.subjects import AnyMetric, Value
from solix_exporter.model.control import ControlMode
from solix_exporter.model.device import Device
from solix_exporter.model.report import Source


def _times(device: Device) -> Iterator[tuple[str, Value]]:
    return ((source.value, at.timestamp()) for source, at in device.origin.times)


SOURCE_METRICS: tuple[AnyMetric, ...] = (
    DEVICE.states(
        "solix_device_source",
        "Whose readings of the device go first: 1 for that source, 0 for the others; what it lacks,"
        " the others fill in.",
        "",
        ("source", Source, lambda d: d.origin.now),
    ),
    DEVICE.each(
        "solix_device_source_timestamp_seconds",
        "Time of the newest readings of each source; of the cloud where it tells that.",
        "",
        ("source", _times),
    ),
    DEVICE.timestamp(
        "solix_device_message_timestamp_seconds",
        "Time of the newest MQTT message of the device.",
        "MQTT: head.timestamp",
        lambda d: d.origin.at(Source.MQTT),
    ),
    DEVICE.each(
        "solix_device_lifetime_energy_watthours_total",
        "The device's own counter of a flow; it goes on when the device starts anew.",
        "MQTT: pv_yield, charged_energy, discharged_energy, output_energy. Modbus: 10018, 10262,"
        " 10264, 10656, 10664",
        ("flow", lambda d: ((one.flow.value, one.energy_wh) for one in d.lifetime_energy)),
        kind="counter",
    ),
    DEVICE_NOW.states(
        "solix_device_control_mode",
        "Who or what controls the battery: 1 for the mode that is on, 0 for the others.",
        "Modbus: 10064",
        ("mode", ControlMode, lambda d: d.control_mode),
    ),
    DEVICE_NOW.gauge(
        "solix_device_charge_setpoint_watts",
        "Charging power that is asked of the battery from outside.",
        "Modbus: 10071",
        lambda d: d.charge_setpoint_w,
    ),
    DEVICE_NOW.gauge(
        "solix_device_discharge_setpoint_watts",
        "Discharging power that is asked of the battery from outside.",
        "Modbus: 10071",
        lambda d: d.discharge_setpoint_w,
    ),
)
