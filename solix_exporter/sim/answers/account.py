"""What the cloud says to any account: messages, configuration, platforms, switches."""

from solix_exporter.sim.answers.call import Call, RefusedError
from solix_exporter.sim.answers.sites import device_lists
from solix_exporter.sim.dialect import Json, hex_text, image
from solix_exporter.sim.noise import derived
from solix_exporter.sim.products import Role
from solix_exporter.sim.world import Site

_SWITCHED = frozenset({Role.SOLARBANK, Role.PPS, Role.METER, Role.PLUG, Role.EV_CHARGER})
_LISTS = (
    "solar_list",
    "pps_list",
    "solarbank_list",
    "powerpanel_list",
    "grid_list",
    "smartplug_list",
    "solarbank_pps_list",
    "combiner_box_list",
    "charging_pile_list",
    "home_backup_system_list",
)
_BOUND = "1"
_LOOSE = "0"


def user_devices(call: Call) -> Json:
    """Return the account's own devices by kind, without values.

    Source: `power_service/v1/site/list_user_devices`. Members get empty lists.
    """
    merged: dict[str, list[Json]] = {name: [] for name in _LISTS}
    devices = [device for site in call.owned for device in site.devices]
    for status in (_BOUND, _LOOSE):
        bound = [device for device in devices if device.spec.in_site == (status == _BOUND)]
        for name, entries in device_lists(bound, status).items():
            merged[name] += entries
    return merged


def charging_devices(_: Call) -> Json:
    """Return nothing of use, as the cloud does; source: `site/get_charging_device`."""
    return {"device_list": None, "guide_txt": ""}


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


def app_config(_: Call) -> Json:
    """Return an empty configuration; source: `app/get_config`."""
    return {"conf_list": [], "start_config_id": 0, "last": False}


def third_platforms(_: Call) -> Json:
    """Return no platforms, as since 2025; source: `app/third/platform/list`."""
    return {"data": []}


def user_token(call: Call) -> Json:
    """Return the token for `shelly_status`; source: `app/get_token_by_userid`."""
    return {"token": hex_text(derived(1, call.account.user_id), 160)}


def shelly_status(_: Call) -> Json:
    """Return no operations; source: `app/get_user_op_shelly_status`."""
    return {"op_list": []}


def message_unread(_: Call) -> Json:
    """Return whether there is unread mail; source: `get_message_unread`, a GET."""
    return {"has_unread_msg": False, "system_msg": False, "device_msg": False}


def messages(_: Call) -> Json:
    """Return no messages; source: `get_message`, a GET that nobody has explored."""
    return {"messages": None}


def mqtt_info(call: Call) -> Json:
    """Return where the account's MQTT broker would be; the simulated cloud has none.

    Source: `app/devicemanage/get_user_mqtt_info`. Certificates and keys are empty.
    """
    return {
        "user_id": call.account.user_id,
        "app_name": "anker_power",
        "thing_name": f"{call.account.user_id}-anker_power",
        "certificate_id": "",
        "certificate_pem": "",
        "private_key": "",
        "public_key": "",
        "endpoint_addr": "mqtt.example.com",
        "aws_root_ca1_pem": "",
        "origin": "",
        "pkcs12": "",
    }


def extender_systems(_: Call) -> Json:
    """Return no generator systems; source: `app/get_extender_system_list`."""
    return {"range_extender_systems": None}


def extender_firmware(_: Call) -> Json:
    """Return the least firmware for use with a generator; source: `…_system_pn_ota`."""
    pairs = (("A1782", "v1.2.1.6"), ("A1790P", "v3.7.0"), ("A1790", "v2.6.5"))
    return {
        "extender_system_relation_ota": [
            {"device_model": model, "versions": {model: version, "A7320": "v0.0.6.2"}}
            for model, version in pairs
        ]
    }


def extender_detail(_: Call) -> Json:
    """Refuse: there is no generator system; sources: `…_system_detail`, `…_cumulative_data`."""
    raise RefusedError


def bind_details(call: Call) -> Json:
    """Return that devices belong to no generator system; source: `get_device_bind_details`."""
    serials = call.texts("device_sn_list")
    known = {device.sn for site in _visible(call) for device in site.devices}
    return {
        "device_list": [
            {"device_sn": sn, "extender_system_id": ""} for sn in serials if sn in known
        ]
    }


def _visible(call: Call) -> tuple[Site, ...]:
    return (*call.owned, *call.sites)
