"""`charging_energy_service` and `charging_disaster_prepared`: the power panel and its F3800."""

from solix_exporter.sim.answers.call import BAD_PARAMETER, Call, RefusedError
from solix_exporter.sim.answers.live_scene import CO2_KG_PER_KWH
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimDevice, SimSite

_MWH_FROM_KWH = 1000.0
_DISASTER_TYPE = 2
_INACTIVE = 2
_CHARGING_ROLES = frozenset({Role.PANEL, Role.PPS})


def panel_site(call: Call) -> SimSite:
    """Return the panel's site that the request is about.

    Raises RefusedError for a site without a power panel.
    """
    site = call.site()
    if not site.of(Role.PANEL):
        raise RefusedError
    return site


def _panel_device(call: Call) -> tuple[SimSite, SimDevice]:
    site, device = call.device()
    if device.role not in _CHARGING_ROLES:
        raise RefusedError
    return site, device


def running_info(call: Call) -> Json:
    """Return lifetime totals and connections; source: `get_system_running_info`."""
    site = panel_site(call)
    total_kwh = site.home.lifetime_wh(call.now) / 1000.0
    is_large = total_kwh >= _MWH_FROM_KWH
    return {
        "connect_infos": {panel.sn: True for panel in site.of(Role.PANEL)},
        "connected": True,
        "total_system_savings": round(total_kwh * site.spec.price, 2),
        "system_savings_price_unit": site.spec.currency,
        "save_carbon_footprint": round(total_kwh * CO2_KG_PER_KWH, 2),
        "save_carbon_unit": "kg",
        "save_carbon_c": CO2_KG_PER_KWH,
        "total_system_power_generation": round(
            total_kwh / _MWH_FROM_KWH if is_large else total_kwh, 2
        ),
        "system_power_generation_unit": "MWh" if is_large else "KWh",
    }


def installation_inspection(call: Call) -> Json:
    """Return when the installation was checked; source: `get_installation_inspection`."""
    site, device = _panel_device(call)
    is_panel = device.role is Role.PANEL
    return {
        "latest_result": is_panel,
        "latest_time": int(site.spec.built.timestamp()) if is_panel else 0,
        "latest_page": "/electricityScene" if is_panel else "",
        "need_self_inspection": is_panel,
    }


def serials(call: Call) -> Json:
    """Return the serial numbers of addresses; empty for its own; source: `get_sns`."""
    site, main = _panel_device(call)
    known = {device.mac: device.sn for device in site.devices if device is not main}
    return {"mac_sn_map": {mac: known.get(mac, "") for mac in call.texts("macs")}}


def _check_disaster(call: Call) -> SimSite:
    if call.body.get("type") != _DISASTER_TYPE:
        raise RefusedError(BAD_PARAMETER, "type error")
    return panel_site(call)


def disaster_support(call: Call) -> Json:
    """Return the countries with storm warnings; source: `get_support_func`."""
    _check_disaster(call)
    return {
        "support_auto_disaster": True,
        "support_country_code": [{"code": code, "google_code": ""} for code in ("US", "PR")],
    }


def disaster(call: Call) -> Json:
    """Return the planned backup, a manual one that is over; source: `get_site_device_disaster`."""
    site = _check_disaster(call)
    return {
        "auto_disaster_switch": False,
        "manual_disaster_switch": True,
        "disaster_details": [_plan(site)],
    }


def _plan(site: SimSite) -> dict[str, Json]:
    start = int(site.spec.built.timestamp()) + 86400
    return {
        "uuid": site.site_id,
        "disaster_type": 1,
        "event": "",
        "start_time": start,
        "end_time": start + 3600,
        "charging_time": 36,
        "event_key": "",
    }


def disaster_status(call: Call) -> Json:
    """Return whether a backup is active; source: `get_site_device_disaster_status`."""
    site = _check_disaster(call)
    return {
        "auto_disaster_status": _INACTIVE,
        "manual_disaster_status": _INACTIVE,
        "current_disaster_detail": _plan(site),
    }
