"""The devices of an account: bound ones, those by kind, firmware switches."""

from datetime import UTC, datetime

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.answers.site_entries import device_lists
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json, image
from solix_exporter.sim.world import SimDevice, SimSite

_SWITCHED = frozenset({Role.SOLARBANK, Role.PPS, Role.METER, Role.PLUG, Role.EV_CHARGER})
_BLUETOOTH_ONLY = frozenset({Role.INVERTER})
_NOT_LINKED = frozenset({Role.HES_PART})
_POSIX_ZONES = {
    "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
}
_OWNER, _MEMBER = 1, 2
_SETUP_S = 300
"""Time between linking a device and adding it to a site."""


def bound_devices(call: Call) -> Json:
    """Return the devices that the account owns and, since August 2025, those shared with it.

    Source: `power_service/v1/app/get_relate_and_bind_devices`.
    """
    own = [(site, device, _OWNER) for site in call.owned for device in site.devices]
    shared = [
        (site, device, _MEMBER)
        for site in call.sites
        if not call.account.owns(site)
        for device in site.devices
        if device.spec.in_site
    ]
    return {
        "data": [
            _bound(site, device, role)
            for site, device, role in (*own, *shared)
            if device.role not in _NOT_LINKED
        ]
    }


def _bound(site: SimSite, device: SimDevice, account_role: int) -> Json:
    is_foreign = device.is_foreign
    has_wifi = device.role not in _BLUETOOTH_ONLY
    return {
        "device_sn": device.sn,
        "product_code": device.spec.pn,
        "bt_ble_id": "" if is_foreign else f"{device.mac}{device.mac[::-1]}{device.mac[:8]}",
        "bt_ble_mac": "" if is_foreign else device.mac,
        "device_name": device.product.name,
        "alias_name": device.spec.alias,
        "img_url": image(device.spec.pn),
        "link_time": device.created - _SETUP_S,
        "wifi_online": has_wifi,
        "wifi_name": "home-network" if has_wifi and not is_foreign else "",
        "relate_type": ["ble", "wifi"] if has_wifi else ["ble"],
        "charge": False,
        "bws_surplus": 0,
        "device_sw_version": device.product.firmware,
        "has_manual": device.role is Role.SOLARBANK,
        "hes_data": _home_data(site) if device.role is Role.HES else None,
        "tag": device.spec.tag,
        "tag_img": "",
        "tag_alias": "",
        "tag_id": 0,
        "type_tag": "",
        "type_tag_img": "",
        "type_tag_id": 0,
        "platform_tag": "",
        "platform_logo": "",
        "rssi": str(device.rssi_dbm) if has_wifi else "",
        "intgr_device": {"integrator": "shelly", "access_group": 2} if is_foreign else None,
        "blue_password": "",
        "wifi_mac": device.mac if has_wifi else "",
        "time_zone": posix_zone(site),
        "ms_device_type": account_role,
        "owner_user_id": site.owner_id,
        "group_info": None,
        "init_status": 0,
        "ocpp_connect_status": 2 if device.role is Role.EV_CHARGER else 0,
        "link_info": None,
    }


def _home_data(site: SimSite) -> Json:
    """Return the state of a home system's controller; from descriptions, without a capture."""
    return {
        "online_status": 1,
        "master_slave_status": 1,
        "grid_status": 0,
        "network_status": 1,
        "station_id": site.site_id,
        "type": "pcs",
    }


def posix_zone(site: SimSite) -> str:
    """Return the zone of a site as devices store it: a POSIX TZ text."""
    zone = site.spec.plant.place.zone
    known = _POSIX_ZONES.get(zone.key)
    if known:
        return known
    offset = datetime(2025, 1, 1, tzinfo=UTC).astimezone(zone).utcoffset()
    hours = int(offset.total_seconds() // 3600) if offset else 0
    return f"LOC{-hours}"


def user_devices(call: Call) -> Json:
    """Return the account's own devices by kind, without values.

    Source: `power_service/v1/site/list_user_devices`. Members get empty lists.
    """
    devices = [(site, device) for site in call.owned for device in site.devices]
    bound_first = sorted(devices, key=lambda item: not item[1].spec.in_site)
    return device_lists(bound_first, has_status=True)


def auto_upgrade(call: Call) -> Json:
    """Return the firmware switches of the account's own devices.

    Source: `power_service/v1/app/get_auto_upgrade`. For members the list is null and the main
    switch is off.
    """
    devices: list[Json] = [
        {
            "device_sn": device.sn,
            "device_name": device.product.name,
            "auto_upgrade": True,
            "alias_name": device.spec.alias,
            "icon": image(device.spec.pn),
            "sub_device_list": [],
        }
        for site in call.owned
        for device in site.devices
        if device.role in _SWITCHED
    ]
    return {"main_switch": bool(devices), "device_list": devices or None}


def mqtt_credentials(call: Call) -> Json:
    """Return the broker's address and the certificate of the account.

    Source: `app/devicemanage/get_user_mqtt_info`.
    """
    return call.messaging.credentials(call.account)
