"""The Wi-Fi links of a site's devices."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.radio import WifiLink, WifiList

_PERCENT = 0.01


def parse_wifi_list(record: Record) -> WifiList:
    """Return the links by serial number; those without one in the order of the list.

    Source: `power_service/v1/site/get_wifi_info_list`, `wifi_info_list[]`. Clouds of before 2025
    name no serial number: the scene's `wireless_type` is then a device's place in the list.
    """
    by_sn: dict[str, WifiLink] = {}
    unnamed = []
    for entry in record.records("wifi_info_list"):
        link, sn = _link(entry), entry.text("device_sn")
        if sn:
            by_sn[sn] = link
        else:
            unnamed.append(link)
    return WifiList(by_sn, tuple(unnamed))


def _link(entry: Record) -> WifiLink:
    # `is_support_wired` is a capability, `offline` is false even for devices that are.
    entry.ignore("offline", "is_support_wired")
    return WifiLink(
        signal_ratio=entry.number("wifi_signal", scale=_PERCENT),
        # "0" is what devices send that do not measure it.
        rssi_dbm=entry.number("rssi") or None,
        is_wired=entry.flag("wired_connected"),
        ssid=entry.text("wifi_name"),
    )
