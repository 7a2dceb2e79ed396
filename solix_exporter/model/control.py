"""Who decides what a battery does, as the device itself reports it."""

from enum import Enum


class ControlMode(Enum):
    """The mode of a device with a local interface; the value is the `mode` label."""

    SELF_CONSUMPTION = "self_consumption"
    TIME_OF_USE = "time_of_use"
    RAPID_CHARGE = "rapid_charge"
    THIRD_PARTY = "third_party"
    CUSTOM = "custom"
    SOCKET_OVERLAY = "socket_overlay"
    SMART = "smart"
    DYNAMIC_TARIFF = "dynamic_tariff"
    APP = "app"
    """The app decides; no further name is reported."""
    UNKNOWN = "unknown"
