"""Answers about one device: attributes, Wi-Fi, limits, accessories."""

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.plant import Control
from solix_exporter.sim.wire_format import Json, icon, image
from solix_exporter.sim.world import SimDevice, SimSite

_ATTRIBUTE_DEFAULTS: dict[str, Json] = {
    "currency": "$",
    "enable_0w": 0,
    "legal_power_limit": 0,
    "power_limit_option": [350, 600, 800],
    "power_limit_option_real": [350, 600, 800],
    "pps_use_time": "",
    "pv_power_limit": 3600,
    "regulation_code": 0,
    "switch_0w": 1,
}
"""The same for every device since September 2025, supported or not."""
_WITHOUT_SIGNAL = frozenset({Role.INVERTER, Role.PANEL})
_FULL_DBM, _NONE_DBM = -50, -85


def device_attributes(call: Call) -> Json:
    """Return the requested attributes that the cloud knows; members get none.

    Source: `power_service/v1/app/device/get_device_attrs`.
    """
    site, device = call.device()
    if not call.account.owns(site):
        return {"device_sn": device.sn, "attributes": {}}
    has_signal = not device.is_foreign and device.role not in _WITHOUT_SIGNAL
    known = _ATTRIBUTE_DEFAULTS | {
        # Only a power panel knows where it is.
        "ip_region": call.account.scenario.country if device.role is Role.PANEL else "UNKNOWN",
        "rssi": str(device.rssi_dbm) if has_signal else "",
        "tag": _tag(device),
    }
    return {
        "device_sn": device.sn,
        "attributes": {name: known[name] for name in call.texts("attributes") if name in known},
    }


def _tag(device: SimDevice) -> Json:
    room = device.spec.tag or "Living Room"
    return {"id": 4, "name": room, "img": icon(f"A17X8/{room}"), "alias": room}


def signal_text(device: SimDevice) -> str:
    """Return the Wi-Fi signal in dBm; empty for Bluetooth, `0` for third-party meters."""
    if device.role is Role.INVERTER:
        return ""
    return "0" if device.is_foreign else str(device.rssi_dbm)


def signal_percent(device: SimDevice) -> int:
    """Return the Wi-Fi signal in percent."""
    share = (device.rssi_dbm - _NONE_DBM) / (_FULL_DBM - _NONE_DBM)
    return round(100 * min(1.0, max(0.0, share)))


def wifi_list(call: Call) -> Json:
    """Return the Wi-Fi signals of a site's devices, but for meters of other makers.

    Source: `site/get_wifi_info_list`.
    """
    site = call.site()
    radios = site.of(Role.SOLARBANK, Role.METER, Role.PLUG, Role.EV_CHARGER, Role.DOCK)
    return {
        "wifi_info_list": [
            {
                "wifi_name": "home-network",
                "wifi_signal": str(signal_percent(device)) if device.role is Role.SOLARBANK else "",
                "device_sn": device.sn,
                "rssi": signal_text(device),
                "offline": False,
                "is_support_wired": False,
                "wired_connected": False,
            }
            for device in radios
            if not device.is_foreign
        ]
    }


def power_cutoff(call: Call) -> Json:
    """Return the selectable discharge limits of the battery.

    Source: `power_service/v1/app/compatible/get_power_cutoff`; it answers for any device.
    """
    site, _ = call.device()
    is_low = site.spec.plant.battery.floor_ratio < 0.1  # noqa: PLR2004  the cloud offers 10 % and 5 %
    options = ((1, 10, 5, not is_low), (2, 5, 4, is_low))
    return {
        "power_cutoff_data": [
            {
                "id": number,
                "is_selected": int(is_selected),
                "output_cutoff_data": percent,
                "lowpower_input_data": low,
                "input_cutoff_data": percent,
            }
            for number, percent, low, is_selected in options
        ],
        "charge_upper_limit": 100,
        "discharge_lower_limit": 5 if is_low else 10,
        "backup_reserve": 50,
        "backup_reserve_switch": 0,
        "cmd_type": 0,
    }


def device_fittings(call: Call) -> Json:
    """Return the accessories of a device; source: `app/get_relate_device_fittings`."""
    _, device = call.device()
    if not device.spec.has_zero_switch:
        return {"data": []}
    return {
        "data": [
            {
                "device_sn": device.sn[::-1],
                "product_code": "A17Y0",
                "device_name": "E1600 0W Output Switch",
                "alias_name": "E1600 0W Output Switch",
                "img_url": image("A17Y0"),
                "bt_ble_id": "",
                "bt_ble_mac": device.mac[::-1],
                "link_time": device.created,
            }
        ]
    }


def preset_w(site: SimSite) -> int:
    """Return the preset output of a site, W."""
    plant = site.spec.plant
    return plant.preset_w if plant.control is Control.PRESET else site.spec.retain_load_w
