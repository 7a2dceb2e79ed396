"""Lists of sites and their devices: names and models, no measurements."""

from collections.abc import Iterable
from functools import partial

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.answers.templates import Fields, device_fields, fill, template
from solix_exporter.sim.hardware import DEVICE_TYPES, SITE_RULES, Role
from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimDevice, SimSite

_OWNER = 1
_MEMBER = 2


def site_list(call: Call) -> Json:
    """Return the sites of the account, including shared ones.

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
    """Return one site with its devices, without measurements.

    Source: `power_service/v1/site/get_site_detail`.
    """
    site = call.site()
    devices = [(site, device) for device in _members(site)]
    return {"site_info": site_info(site)} | device_lists(devices)


def _site(site: SimSite) -> dict[str, Json]:
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


def site_info(site: SimSite) -> Json:
    """Return the entry of one site, as in `get_site_detail`."""
    return _site(site) | {
        "current_site_device_models": _models(site),
        "site_device_list": [_listed(device) for device in _members(site)],
    }


def _members(site: SimSite) -> list[SimDevice]:
    return [device for device in site.devices if device.spec.in_site]


def _roles(site: SimSite) -> list[Role]:
    return [device.role for device in _members(site)]


def _models(site: SimSite) -> Json:
    return list(dict.fromkeys(device.spec.pn for device in _members(site)))


def _listed(device: SimDevice) -> Json:
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


def device_lists(
    devices: Iterable[tuple[SimSite, SimDevice]], *, has_status: bool = False
) -> Fields:
    """Return devices by kind, without measurements.

    With `has_status` each entry says whether the device is in a site.
    """
    fields = [_listed_fields(site, device, has_status=has_status) for site, device in devices]

    def having(role: Role) -> list[Fields]:
        return [item for item in fields if item["role"] is role]

    lists: Fields = fill(
        template("device_lists"), {role.value: partial(having, role) for role in Role}
    )
    return lists


def _listed_fields(site: SimSite, device: SimDevice, *, has_status: bool) -> Fields:
    fields = device_fields(site, device) | {"role": device.role}
    if not has_status:
        return fields | {"bind_status": "", "initial_process": 0}
    status = "1" if device.spec.in_site else "0"
    return fields | {"bind_status": status, "initial_process": 2, "create_time": 0}
