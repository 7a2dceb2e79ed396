"""An entry of the account's list of bound devices, the only source of stand-alone devices."""

from dataclasses import dataclass

from solix_exporter.model.products import Product


@dataclass(frozen=True, slots=True)
class BoundDevice:
    """One device that the account is related to."""

    sn: str
    product: Product
    name: str = ""
    """The owner's name for it."""
    product_name: str = ""
    """The cloud's name of the model."""
    firmware: str = ""
    """Version without a leading "v"."""
    is_online: bool | None = None
    """Whether it reaches the cloud; None for micro inverters, which only speak Bluetooth."""
    rssi_dbm: float | None = None
    ssid: str = ""
    """The Wi-Fi network that it is in."""
    room: str = ""
    """The room that the owner put it in."""
    clock_rule: str = ""
    """The POSIX rule of its clock (`CET-1CEST,M3.5.0,M10.5.0/3`), which names no place."""
    is_owned: bool = False
    """Whether the list says that the device is the account's own."""
    owner_user_id: str = ""
    """Whose it is, where it is shared with the account."""
