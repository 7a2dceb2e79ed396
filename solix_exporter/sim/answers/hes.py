"""`charging_hes_svc`: the X1. Some endpoints answer for other sites too, without content."""

from solix_exporter.sim.answers.call import (
    BAD_PARAMETER,
    NOT_AVAILABLE,
    Call,
    RefusedError,
)
from solix_exporter.sim.answers.device_attributes import signal_percent
from solix_exporter.sim.answers.live_scene import CO2_KG_PER_KWH
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json, image
from solix_exporter.sim.world import SimDevice, SimSite

_MWH_FROM_KWH = 1000.0
_CHARGING, _STANDBY = 2, 0


def _home_site(call: Call, code: int) -> SimSite:
    site = call.site()
    if not site.of(Role.HES):
        raise RefusedError(code)
    return site


def running_info(call: Call) -> Json:
    """Return the system's state; empty for sites without a home system.

    Source: `get_system_running_info`.
    """
    site = call.site()
    controllers = site.of(Role.HES)
    answer: dict[str, Json] = {
        "mainSn": "",
        "pcsSns": None,
        "mainDeviceModel": "",
        "connected": False,
        "totalSystemSavings": 0,
        "systemSavingsPriceUnit": "",
        "saveCarbonFootprint": 0,
        "saveCarbonUnit": "",
        "saveCarbonC": CO2_KG_PER_KWH,
        "totalSystemPowerGeneration": 0,
        "systemPowerGenerationUnit": "",
        "numberOfParallelDevice": 0,
        "batCount": 0,
        "rePostTime": 5,
        "supportDiesel": False,
        "net": 0,
        "isAddHeatPump": False,
        "realNet": 0,
        "systemCode": "",
        "emsDisable": False,
        "enwgs": None,
        "hasEvCharger": False,
        "evChargerInfos": None,
        "countryCode": "",
        "mode": 0,
        "hasSwitch": False,
    }
    return answer | _running(call, site, controllers) if controllers else answer


def _running(call: Call, site: SimSite, controllers: tuple[SimDevice, ...]) -> dict[str, Json]:
    total_kwh = site.home.lifetime_wh(call.now) / 1000.0
    is_large = total_kwh >= _MWH_FROM_KWH
    boxes = site.of(Role.EV_CHARGER)
    return {
        "mainSn": controllers[0].sn,
        "pcsSns": [controller.sn for controller in controllers],
        "mainDeviceModel": controllers[0].spec.pn,
        "connected": True,
        "totalSystemSavings": round(total_kwh * site.spec.price, 2),
        "systemSavingsPriceUnit": site.spec.currency,
        "saveCarbonFootprint": round(total_kwh * CO2_KG_PER_KWH, 2),
        "saveCarbonUnit": "kg",
        "totalSystemPowerGeneration": round(
            total_kwh / _MWH_FROM_KWH if is_large else total_kwh, 2
        ),
        "systemPowerGenerationUnit": "MWh" if is_large else "KWh",
        "numberOfParallelDevice": len(controllers),
        "batCount": len(site.of(Role.HES_PART)),
        "net": 1,
        "realNet": 1,
        "hasEvCharger": bool(boxes),
        "evChargerInfos": [_box(call, site, box) for box in boxes] or None,
        "countryCode": call.account.login.country,
        "mode": 16,
    }


def _box(call: Call, site: SimSite, box: SimDevice) -> Json:
    is_charging = site.home.state(call.now).ev_w > 0
    return {
        "evChargerSn": box.sn,
        "evChargerStatus": _CHARGING if is_charging else _STANDBY,
        "evChargerHesAlarm": 0,
        "evChargerName": box.spec.alias,
    }


def wifi_info(call: Call) -> Json:
    """Return the Wi-Fi of a controller, `rssi` in percent; source: `get_wifi_info`."""
    site, device = call.device()
    if device.role not in {Role.HES, Role.HES_PART}:
        raise RefusedError
    level = signal_percent(device)
    return {
        "ssid": "home-network",
        "rssi": level,
        "wifiInfos": [
            {
                "sn": controller.sn,
                "pn": controller.spec.pn,
                "type": "pcs",
                "ssid": "home-network",
                "rssi": signal_percent(controller),
                "encryption": "WPA2",
            }
            for controller in site.of(Role.HES)
        ],
    }


def device_tree(call: Call) -> Json:
    """Return the controllers with their parts; source: `get_hes_dev_info`."""
    site = _home_site(call, NOT_AVAILABLE)
    controllers = site.of(Role.HES)
    packs = site.of(Role.HES_PART)
    count = len(controllers)
    return {
        "ats": {"sn": "", "pn": "", "type": "ats", "img": "", "name": "", "aliasName": ""},
        "results": [
            _node(controller, "pcs")
            | {
                "subDevInfo": [
                    _node(controller, "ems"),
                    _node(controller, "pcs"),
                    *(_node(pack, "pack") for pack in packs[place::count]),
                ]
            }
            for place, controller in enumerate(controllers)
        ],
        "ecuDevices": None,
    }


def _node(device: SimDevice, kind: str) -> dict[str, Json]:
    return {
        "sn": device.sn,
        "pn": device.spec.pn,
        "type": kind,
        "img": image(device.spec.pn),
        "name": device.product.name,
        "aliasName": device.spec.alias,
    }


def charger_station(call: Call) -> Json:
    """Return the system that a wall box belongs to; source: `get_evcharger_station_info`."""
    site, device = call.device()
    if device.role is not Role.EV_CHARGER:
        raise RefusedError
    if call.body.get("featuretype") not in (1, 2):
        raise RefusedError(BAD_PARAMETER, "featuretype error")
    return {
        "siteId": site.site_id,
        "siteName": site.spec.name,
        "evChargerSn": device.sn,
        "mainSn": next((main.sn for main in site.of(Role.HES)), ""),
    }
