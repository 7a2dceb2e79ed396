"""`get_scen_info`: the live values of a site.

`home_load_power` is output + import - export, `other_loads_power` the part without
plugs; totals of the batteries are never negative.
"""

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.answers.live_solarbanks import feature_switch, solarbank_info
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.system_specs import SceneMode
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.wire_format import Json, image, integer_text, kwh, two_decimals
from solix_exporter.sim.world import SimDevice, SimSite

CO2_KG_PER_KWH = 0.997
_TAG_IMAGES = "https://images.example.com/tag"


def scene_info(call: Call) -> Json:
    """Return the live values of a site.

    Source: `power_service/v1/site/get_scen_info`.
    """
    site = call.site()
    truth = site.home.state(call.now)
    scene: dict[str, Json] = {
        "home_info": {
            "home_name": "Home",
            "home_img": "",
            "charging_power": "0.00",
            "power_unit": "W",
        },
        "solar_list": [_inverter(device, truth) for device in site.of(Role.INVERTER)],
        "pps_info": _pps_info(),
        "statistics": statistics(site, truth.lifetime_wh),
        "topology_type": "1",
        "solarbank_info": solarbank_info(site, truth, call.now),
        "retain_load": f"{site.spec.retain_load_w}W",
        "updated_time": "01-01-0001 00:00:00",
        "power_site_type": site.spec.site_type,
        "site_id": site.site_id,
        "powerpanel_list": [_panel(device) for device in site.of(Role.PANEL)],
        "grid_info": _grid_info(site, truth),
        "smart_plug_info": _plug_info(site, truth),
        "combiner_box_info": {"combiner_box_list": []},
        "charging_pile_info": {
            "charging_pile_list": [_pile(device, truth) for device in site.of(Role.EV_CHARGER)]
        },
    }
    return scene | _loads(site, truth) | _settings(site)


def statistics(site: SimSite, lifetime_wh: float) -> Json:
    """Return the three lifetime totals: energy, CO2, money."""
    banks = site.of(Role.SOLARBANK)
    is_old = not banks or banks[0].product.generation == 1
    total_wh = lifetime_wh if banks else 0.0
    return [
        {"type": "1", "total": kwh(total_wh), "unit": "kwh" if is_old else "kWh"},
        {"type": "2", "total": kwh(total_wh * CO2_KG_PER_KWH), "unit": "kg"},
        {"type": "3", "total": kwh(total_wh * site.spec.price), "unit": site.spec.currency},
    ]


def _pps_info() -> Json:
    return {
        "pps_list": [],
        "total_charging_power": "0.00",
        "power_unit": "W",
        "total_battery_power": "0.00",
        "updated_time": "",
        "pps_status": 0,
    }


def _loads(site: SimSite, truth: Truth) -> dict[str, Json]:
    """Return the consumption of the home, as far as the system can know it."""
    home_w = truth.home_w if site.is_metered else truth.output_w
    if site.of(Role.PANEL, Role.HES):
        home_w = 0
    plug_w = truth.plug_w if site.of(Role.PLUG) else 0
    return {
        "home_load_power": integer_text(home_w),
        "other_loads_power": integer_text(max(0, home_w - plug_w)),
    }


def _settings(site: SimSite) -> dict[str, Json]:
    mode = int(site.spec.mode)
    is_first = any(bank.spec.pn == "A17C0" for bank in site.of(Role.SOLARBANK))
    return {
        "scene_mode": mode,
        "user_scene_mode": mode,
        "feature_switch": feature_switch(site) or {"show_third_party_pv_panel": False},
        "is_downgrade": False,
        "error_code": 0,
        "err_msg": "",
        "priority_discharge_switch": 0,
        "display_priority_discharge_tips": 0,
        "priority_discharge_upgrade_devices": "",
        "is_show_priority_discharge": int(is_first),
        "style_id": 0,
        "solarbank_pps_info": _solarbank_pps_info(),
        "is_dynamic_price_down_grade": False,
        "aiems_profit": _ai_profit(site),
        "switch_0w": 0,
        "third_party_pv": "0",
        "third_part_pv_setting": 2,
        "custom_charging_type": 0,
        "total_output_power_v2": 0,
        "total_input_power_v2": 0,
        "off_grid_power_v2": 0,
        "grid_connected_power_v2": 0,
        "other_load_power_v2": 0,
    }


def _solarbank_pps_info() -> Json:
    return {
        "pps_list": None,
        "total_charging_power": "",
        "total_output_power": "",
        "total_battery_power": "",
        "total_pv_input_power": "",
        "total_home_load_power": "",
        "total_grid_to_battery": "",
        "home": None,
        "grid": None,
        "system": None,
    }


def _ai_profit(site: SimSite) -> Json:
    if not any(bank.product.generation >= 3 for bank in site.of(Role.SOLARBANK)):  # noqa: PLR2004  since generation 3
        return None
    is_smart = site.spec.mode is SceneMode.SMART
    return {
        "unit": site.spec.currency,
        "aiems_profit_total": "46.68" if is_smart else "0.00",
        "percentage": "9.30" if is_smart else "0",
        "show_percentage": is_smart,
        "aiems_self_use_diff": "3.97" if is_smart else "0",
    }


def _grid_info(site: SimSite, truth: Truth) -> Json:
    meters = site.of(Role.METER)
    if not meters:
        return None
    return {
        "grid_list": [
            {
                "device_pn": meter.spec.pn,
                "device_sn": meter.sn,
                "device_name": meter.spec.alias,
                "device_img": "",
                "create_time": meter.created,
                "status": "1",
                "bind_site_status": "",
                "wireless_type": "",
            }
            for meter in meters
        ],
        "photovoltaic_to_grid_power": integer_text(truth.grid_export_w),
        "grid_to_home_power": integer_text(truth.grid_to_home_w),
        "grid_status": 0,
        "has_history_data": True,
    }


def _plug_info(site: SimSite, truth: Truth) -> Json:
    plugs = site.of(Role.PLUG)
    if not plugs:
        return None
    return {
        "smartplug_list": [
            {
                "device_pn": plug.spec.pn,
                "device_sn": plug.sn,
                "device_name": plug.spec.alias,
                "device_img": "",
                "create_time": plug.created,
                "current_power": integer_text(power_w),
                "tag": plug.spec.tag,
                "tag_img": f"{_TAG_IMAGES}/{plug.spec.tag.replace(' ', '%20')}.png",
                "total_power": "",
                "bind_site_status": "",
                "status": "1",
                "wireless_type": "",
                "err_code": 0,
                "priority": 0,
                "auto_switch": False,
                "running_time": None,
            }
            for plug, power_w in zip(plugs, truth.plugs_w, strict=True)
        ],
        "total_power": integer_text(truth.plug_w),
    }


def _inverter(device: SimDevice, truth: Truth) -> Json:
    return {
        "device_pn": device.spec.pn,
        "device_sn": device.sn,
        "device_name": device.spec.alias,
        "device_img": image(device.spec.pn),
        "bind_site_status": "",
        # An inverter behind solarbanks delivers their output.
        "generate_power": two_decimals(truth.output_w),
        "power_unit": "W",
        "status": "1",
        "wireless_type": "2",
        "main_version": "",
    }


def _panel(device: SimDevice) -> Json:
    return {
        "device_pn": device.spec.pn,
        "device_sn": device.sn,
        "device_name": device.spec.alias,
        "device_img": image(device.spec.pn),
        "create_time": device.created,
        "bind_site_status": "",
        "status": "1",
        "wireless_type": "1",
        "initial_process": 0,
    }


def _pile(device: SimDevice, truth: Truth) -> Json:
    """Return a wall box; no capture has one, the keys are from descriptions."""
    return {
        "device_pn": device.spec.pn,
        "device_sn": device.sn,
        "device_name": device.spec.alias,
        "device_img": image(device.spec.pn),
        "create_time": device.created,
        "bind_site_status": "",
        "status": "1",
        "wireless_type": "1",
        "power": integer_text(truth.ev_w),
        "operating_state": 2 if truth.ev_w else 0,
        "ocpp_connect_status": 2,
        "err_code": 0,
    }
