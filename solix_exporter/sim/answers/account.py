"""What the cloud says to any account: messages, configuration, platforms, switches."""

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.answers.sites import device_lists
from solix_exporter.sim.dialect import Json, image
from solix_exporter.sim.products import Role

_SWITCHED = frozenset({Role.SOLARBANK, Role.PPS, Role.METER, Role.PLUG, Role.EV_CHARGER})


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
