"""Firmware: installed version, update history, and the inverter behind a solarbank."""

from datetime import timedelta

from solix_exporter.sim.answers.call import NOT_AVAILABLE, Call, RefusedError
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.noise import derived
from solix_exporter.sim.wire_format import Json, hex_text, local_time
from solix_exporter.sim.world import SimDevice, SimSite

_NO_FIRMWARE = frozenset({Role.METER, Role.INVERTER, Role.HES_PART})
_FIRST_UPDATE = timedelta(days=21)
_INVERTER = "A5143"
_BRAND_ID = "00000000-0000-4000-8000-00000000a5ce"


def ota_batch(call: Call) -> Json:
    """Return the installed and the newest firmware of the requested devices.

    Source: `app/ota/batch/check_update`; devices of other accounts are left out.
    """
    asked = call.body.get("device_list")
    items = asked if isinstance(asked, list) else []
    wanted = [item.get("device_sn") for item in items if isinstance(item, dict)]
    found = [device for site in call.owned for device in site.devices if device.sn in wanted]
    return {
        "update_infos": [_update_info(device) for device in found],
        "popup_info": {"need_update": False, "sub_need_update": False, "upgrade_level": 0},
    }


def _update_info(device: SimDevice) -> Json:
    has_parts = device.role is Role.SOLARBANK
    version = "" if device.role in _NO_FIRMWARE else device.product.firmware
    return {
        "device_sn": device.sn,
        "device_type": device.spec.pn,
        "need_update": False,
        "need_rollback": False,
        "upgrade_type": int(has_parts),
        "lastPackage": {
            "product_code": device.spec.pn if has_parts else "",
            "product_component": device.spec.pn if has_parts else "",
            "version": version if has_parts else "",
            "is_forced": False,
            "md5": hex_text(derived(0, version), 32) if has_parts else "",
            "url": "",
            "size": 0,
        },
        "change_log": "",
        "current_version": version,
        "children": [_component(device, part) for part in ("esp32", "mcu")] if has_parts else None,
        "upgrade_level": 0,
        "device_relation": None,
    }


def _component(device: SimDevice, part: str) -> Json:
    return {
        "needUpdate": False,
        "device_type": f"{device.spec.pn}_{part}",
        "rom_version_name": device.product.firmware,
        "force_upgrade": False,
        "full_package": {"file_path": "", "file_size": 0, "file_md5": ""},
        "change_log": "",
        "sub_current_version": "",
        "upgrade_level": 0,
    }


def upgrade_record(call: Call) -> Json:
    """Return the firmware history of a device (type 1) or a site (type 2).

    Source: `power_service/v1/app/get_upgrade_record`. Members get none.
    """
    sn, site_id = call.text("device_sn"), call.text("site_id")
    devices = [
        (site, device)
        for site in call.owned
        for device in site.devices
        if device.sn == sn or (site.site_id == site_id and site_id)
    ]
    return {
        "device_sn": sn,
        "site_id": site_id,
        "upgrade_record_list": [
            _upgrade(site, device) for site, device in devices if device.role is Role.SOLARBANK
        ],
    }


def _upgrade(site: SimSite, device: SimDevice) -> Json:
    record = _upgrade_entry(site, device)
    return record | {"child_upgrade_records": [record | {"upgrade_record_type": 1}]}


def _upgrade_entry(site: SimSite, device: SimDevice) -> dict[str, Json]:
    at = site.spec.built + _FIRST_UPDATE
    return {
        "upgrade_time": local_time(at, site.spec.plant.place.zone),
        "upgrade_version": device.product.firmware,
        "pre_version": "v1.0.0.1",
        "upgrade_type": "1",
        "upgrade_desc": "",
        "device_sn": device.sn,
        "device_name": device.product.name,
        "upgrade_record_type": 0,
        "child_upgrade_records": None,
    }


def _inverter_behind(call: Call) -> dict[str, Json]:
    """Return the inverter behind a solarbank.

    Newer banks are their own inverter; in a cascade it is the newer bank.
    """
    serial = call.text("solarbank_sn")
    for site in (*call.owned, *call.sites):
        for device in site.of(Role.SOLARBANK):
            if device.sn == serial and call.account.owns(site):
                has_inverter = device.product.generation == 1 and site.spec.plant.upstream is None
                return {
                    "brand_id": _BRAND_ID,
                    "solar_brand": "ANKER",
                    "solar_model": _INVERTER if has_inverter else "A17CX",
                    "solar_sn": "",
                    "solar_model_name": (
                        "MI80 Microinverter(BLE)" if has_inverter else "Solarbank 2 E1600 Pro"
                    ),
                }
    return {
        "brand_id": "",
        "solar_brand": "Others",
        "solar_model": "Others",
        "solar_sn": "",
        "solar_model_name": "Others",
    }


def solar_info(call: Call) -> Json:
    """Return the inverter behind a solarbank; source: `get_compatible_solar_info`.

    Accounts that do not own the solarbank get `Others`.
    """
    return _inverter_behind(call)


def compatible_process(call: Call) -> Json:
    """Return the inverter, blank without one, and the state of its update.

    Source: `get_compatible_process`.
    """
    info = _inverter_behind(call)
    if info["solar_model"] != _INVERTER:
        info = dict.fromkeys(info, "")
    more: dict[str, Json] = {"model_img": "", "version": "", "ota_status": 0}
    return {"ota_complete_status": 2, "process_skip_type": 1, "solar_info": info | more}


def ota_info(call: Call) -> Json:
    """Return the firmware of an inverter; source: `compatible/get_ota_info`."""
    serial = call.text("solar_sn")
    known = [device.sn for site in call.owned for device in site.devices]
    if serial not in known and call.text("solar_bank_sn") not in known:
        raise RefusedError(NOT_AVAILABLE)
    return {
        "ota_status": 0,
        "current_version": "EZ1 2.0.5",
        "timestamp": int(call.now.timestamp()),
        "version_type": 1,
    }
