"""The lists of sites and of what is in them; names and models, hardly a value."""

from collections.abc import Iterable

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.dialect import Json, image
from solix_exporter.sim.products import DEVICE_TYPES, SITE_RULES, Role
from solix_exporter.sim.world import Device, Site

_OWNER = 1
_MEMBER = 2


def site_list(call: Call) -> Json:
    """Return the sites of the account, shared ones included.

    Source: `power_service/v1/site/get_site_list`.
    """
    return {
        "site_list": [
            _site(site)
            | {
                "ms_type": _OWNER if call.account.owns(site) else _MEMBER,
                "is_allow_delete": True,
                "current_site_device_models": _models(site),
                "site_device_list": [_listed(device) for device in _members(site)],
            }
            for site in call.sites
        ]
    }


def site_detail(call: Call) -> Json:
    """Return one site with its devices; all measurements are empty.

    Source: `power_service/v1/site/get_site_detail`.
    """
    site = call.site()
    return {"site_info": site_info(site)} | device_lists(_members(site))


def site_homepage(call: Call) -> Json:
    """Return the home page; nearly empty for owners, empty for members.

    Source: `power_service/v1/site/get_site_homepage`.
    """
    owned = [site for site in call.owned if site.is_listed]
    lists: dict[str, Json] = {
        name: []
        for name in (
            "solar_list",
            "pps_list",
            "solarbank_list",
            "powerpanel_list",
            "solarbank_pps_list",
            "combiner_box_list",
            "charging_pile_list",
        )
    }
    return {
        "site_list": [
            _site(site)
            | {
                "device_type_list": [],
                "power_site_type": 0,
                "support_device_models": None,
                "site_device_list": None,
                "init_status": 0,
            }
            for site in owned
        ]
    } | lists


def _site(site: Site) -> dict[str, Json]:
    types = dict.fromkeys(DEVICE_TYPES[role] for role in _roles(site) if role in DEVICE_TYPES)
    rule = SITE_RULES[site.spec.site_type]
    return {
        "site_id": site.site_id,
        "site_name": site.spec.name,
        "site_img": "",
        "device_type_list": list(types),
        "ms_type": 0,
        "power_site_type": site.spec.site_type,
        "is_allow_delete": False,
        "support_device_models": list(dict.fromkeys((*rule.main, *rule.allowed))),
        "current_site_device_models": None,
        "init_status": 1,
        "is_site_created_by_installer": False,
    }


def site_info(site: Site) -> Json:
    """Return the entry of one site, as in its details."""
    return _site(site) | {
        "current_site_device_models": _models(site),
        "site_device_list": [_listed(device) for device in _members(site)],
    }


def _members(site: Site) -> list[Device]:
    return [device for device in site.devices if device.spec.in_site]


def _roles(site: Site) -> list[Role]:
    return [device.role for device in _members(site)]


def _models(site: Site) -> Json:
    return list(dict.fromkeys(device.spec.pn for device in _members(site)))


def _listed(device: Device) -> Json:
    return {
        "device_model": device.spec.pn,
        "device_sn": device.sn,
        "device_name": device.spec.alias,
        "device_img": "",
        "device_type": DEVICE_TYPES.get(device.role, 0),
        "status": 1,
        "init_status": 0,
        "create_time": 0,
        "update_time": 0,
        "feature": None,
    }


def device_lists(devices: Iterable[Device], bind_status: str = "") -> dict[str, list[Json]]:
    """Return devices by kind; what would be measured is empty.

    `bind_status` fills the fields that the list of the user's devices has and a site's has not.
    """
    by_role: dict[Role, list[Device]] = {role: [] for role in Role}
    for device in devices:
        by_role[device.role].append(device)
    return {
        "solar_list": [_inverter(device, bind_status) for device in by_role[Role.INVERTER]],
        "pps_list": [],
        "solarbank_list": [_bank(device, bind_status) for device in by_role[Role.SOLARBANK]],
        "powerpanel_list": [
            _blank(device, bind_status) | {"initial_process": 2 if bind_status else 0}
            for device in by_role[Role.PANEL]
        ],
        "grid_list": [
            _blank(device, bind_status) | {"create_time": 0} for device in by_role[Role.METER]
        ],
        "smartplug_list": [_plug(device, bind_status) for device in by_role[Role.PLUG]],
        "solarbank_pps_list": [],
        "combiner_box_list": [],
        "charging_pile_list": [_blank(device, bind_status) for device in by_role[Role.EV_CHARGER]],
        "home_backup_system_list": [],
    }


def _blank(device: Device, bind_status: str) -> dict[str, Json]:
    return {
        "device_pn": device.spec.pn,
        "device_sn": device.sn,
        "device_name": device.spec.alias,
        "device_img": image(device.spec.pn),
        "create_time": 0 if bind_status else device.created,
        "bind_site_status": bind_status,
        "status": bind_status,
        "wireless_type": bind_status,
    }


def _inverter(device: Device, bind_status: str) -> Json:
    blank = _blank(device, bind_status)
    del blank["create_time"]
    return blank | {"generate_power": "", "power_unit": "", "main_version": ""}


def _bank(device: Device, bind_status: str) -> Json:
    empty = (
        "battery_power",
        "charging_power",
        "power_unit",
        "charging_status",
        "main_version",
        "photovoltaic_power",
        "output_power",
        "set_load_power",
        "bat_charge_power",
        "bat_discharge_power",
        "heating_power",
    )
    return (
        _blank(device, bind_status)
        | dict.fromkeys(empty, "")
        | {
            "sub_package_num": device.spec.packs,
            "output_cutoff_data": 0,
            "is_display": False,
            "pv_power": None,
            "pv_name": None,
            "feature_switch": None,
            "err_code": 0,
        }
    )


def _plug(device: Device, bind_status: str) -> Json:
    return _blank(device, bind_status) | {
        "create_time": 0,
        "current_power": "",
        "tag": "",
        "tag_img": "",
        "total_power": "",
        "err_code": 0,
        "priority": 0,
        "auto_switch": False,
        "running_time": None,
    }
