"""How well a device is heard: its Wi-Fi link."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WifiLink:
    """One Wi-Fi link."""

    signal_ratio: float | None = None
    """0-1, as the cloud rates it."""
    rssi_dbm: float | None = None
    is_wired: bool | None = None
    """True while an Ethernet cable carries the link."""
    ssid: str = ""
    """Name of the network."""


@dataclass(frozen=True, slots=True)
class WifiList:
    """The links of a site."""

    by_sn: Mapping[str, WifiLink] = field(default_factory=dict)
    unnamed: tuple[WifiLink, ...] = ()
    """Of older clouds: in an order to which each device knows its place."""

    def of(self, sn: str, place: int | None) -> WifiLink | None:
        """Return the link of a device; `place` counts from 1."""
        known = self.by_sn.get(sn)
        if known is not None or place is None or not 1 <= place <= len(self.unnamed):
            return known
        return self.unnamed[place - 1]


def rated_signal(rssi_dbm: float) -> float:
    """Return the signal 0-1 that the cloud would give: -100 dBm is 0, -50 dBm and more is 1.

    It reports both for some devices (-76 dBm and 48 %, -70 and 60 %, -52 and 96 %).
    """
    return round(min(100.0, max(0.0, 2 * (rssi_dbm + 100))) / 100, 2)
