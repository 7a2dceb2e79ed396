"""Schedules and settings that the cloud sends as JSON in a text."""

import json
from collections.abc import Callable

from solix_exporter.sim.answers.call import NOT_FOUND, BadRequestError, Call, RefusedError
from solix_exporter.sim.answers.device_attributes import preset_w
from solix_exporter.sim.answers.tariff_seasons import chosen_provider, tariffs, use_time
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.system_specs import SceneMode
from solix_exporter.sim.wire_format import Json, image
from solix_exporter.sim.world import SimSite

_TYPES = (1, 2, 3, 4, 5, 6, 7, 12, 13, 16, 18, 20, *range(23, 35))
_FIRST_SCHEDULE = 4
_AI_TRAINED = 5
_AI_UNTRAINED = 3
_THIRD_GENERATION = 3


def device_parameter(call: Call) -> Json:
    """Return one kind of settings of a site; an empty text without any.

    Source: `power_service/v1/site/get_site_device_param`. Raises BadRequestError for a kind that
    does not exist and RefusedError for a first-generation schedule on a site without such banks.
    """
    site = call.site()
    asked = str(call.body.get("param_type", ""))
    if not asked.isdigit() or int(asked) not in _TYPES:
        options = " ".join(map(str, _TYPES))
        message = f'error: value "{asked}" is not defined in options "[{options}]"'
        raise BadRequestError(message)
    if int(asked) == _FIRST_SCHEDULE and not _has(site, 1):
        raise RefusedError(NOT_FOUND)
    return {"param_data": _text(_content(site, int(asked)))}


def device_load(call: Call) -> Json:
    """Return the first-generation schedule, which is the same for all devices of a site.

    Source: `power_service/v1/app/device/get_device_home_load`.
    """
    site, device = call.device()
    is_first = _has(site, 1) and device.spec.in_site
    is_bank = device.product.generation == 1
    count = sum(bank.product.generation == 1 for bank in site.of(Role.SOLARBANK))
    is_shared = is_first and count > 1
    share_w = _first_preset_w(site) // max(1, count)
    return {
        "site_id": site.site_id if site.is_listed and device.spec.in_site else "",
        "home_load_data": _text(_first_schedule(site) if is_first else _no_schedule()),
        "current_home_load": f"{_first_preset_w(site)}W",
        "parallel_home_load": f"{share_w if is_bank else 0}W" if is_shared else "",
        "parallel_display": is_shared,
        "priority_discharge_switch": 0,
        "display_priority_discharge_tips": 0,
        "is_show_priority_discharge": int(is_first),
    }


def _text(content: Json) -> str:
    return "" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _has(site: SimSite, generation: int) -> bool:
    return any(bank.product.generation == generation for bank in site.of(Role.SOLARBANK))


def _is_newer(site: SimSite) -> bool:
    return any(bank.product.generation > 1 for bank in site.of(Role.SOLARBANK))


def _content(site: SimSite, kind: int) -> Json:
    makers: dict[int, Callable[[SimSite], Json]] = {
        _FIRST_SCHEDULE: _first_schedule,
        6: _schedule,
        7: lambda _: {"install_mode": 1},
        12: tariffs,
        13: _authorisation,
        16: _dock,
        18: _station,
        23: lambda _: {"switch": 0},
        26: lambda _: {"third_part_pv_setting": None, "show_third_party_pv_panel": 2},
        33: lambda _: {"is_back_up_install": 0, "is_ats": 0},
    }
    return makers[kind](site) if kind in makers else None


def _first_preset_w(site: SimSite) -> int:
    upstream = site.spec.plant.upstream
    return upstream.preset_w if upstream is not None else preset_w(site)


def _no_schedule() -> dict[str, Json]:
    return {
        "ranges": None,
        "min_load": 150,
        "max_load": 800,
        "step": 0,
        "is_charge_priority": 0,
        "default_charge_priority": 0,
        "is_zero_output_tips": 1,
        "display_advanced_mode": 0,
        "advanced_mode_min_load": 0,
        "is_show_install_mode": 1,
        "display_priority_discharge_tips": 0,
        "priority_discharge_upgrade_devices": "",
        "default_home_load": 200,
        "is_show_priority_discharge": 0,
    }


def _first_schedule(site: SimSite) -> Json:
    banks = [bank for bank in site.of(Role.SOLARBANK) if bank.product.generation == 1]
    total_w = _first_preset_w(site)
    slot: dict[str, Json] = {
        "id": 0,
        "start_time": "00:00",
        "end_time": "24:00",
        "turn_on": True,
        "appliance_loads": [{"id": 0, "name": "Custom", "power": total_w, "number": 1}],
        "charge_priority": _charge_priority_percent(site),
        "power_setting_mode": 1,
        "device_power_loads": [
            {"device_sn": bank.sn, "power": total_w // len(banks)} for bank in banks
        ],
        "priority_discharge_switch": 0,
    }
    return _no_schedule() | {
        "ranges": [slot],
        "min_load": 100,
        "is_charge_priority": 1,
        "default_charge_priority": 80,
        "is_zero_output_tips": 0,
        "display_advanced_mode": int(len(banks) > 1),
        "advanced_mode_min_load": 50 if len(banks) > 1 else 0,
        "is_show_priority_discharge": 1,
    }


def _charge_priority_percent(site: SimSite) -> int:
    """Return the charge below which a bank does not discharge, the same as in its physics."""
    plant = site.spec.plant.upstream or site.spec.plant
    return round(100 * plant.battery.floor_ratio)


def _plan(power_w: int) -> Json:
    slot: Json = {"start_time": "00:00", "end_time": "24:00", "power": power_w}
    return [{"index": 0, "week": list(range(7)), "ranges": [slot]}]


def _schedule(site: SimSite) -> Json:
    is_newer = _is_newer(site)
    mode = site.spec.mode
    has_ai = _has(site, _THIRD_GENERATION)
    trained = _AI_TRAINED if mode is SceneMode.SMART else _AI_UNTRAINED
    return {
        "mode_type": int(mode) if is_newer else 0,
        "custom_rate_plan": _plan(site.spec.retain_load_w) if is_newer else None,
        "blend_plan": _blend_plan(site) if is_newer else None,
        "use_time": use_time(site) if is_newer else None,
        "manual_backup": _manual_backup(site),
        "reserved_soc": 0,
        "dynamic_price": chosen_provider(site),
        "ai_ems": {"enable": mode is SceneMode.SMART, "status": trained} if has_ai else None,
        "time_slot": None,
        "schedule_mode": {"last_select_mode": 1} if mode is SceneMode.SMART else None,
        "default_home_load": 200 if is_newer else 0,
        "max_load": site.spec.plant.output_limit_w if is_newer else 0,
        "min_load": 0,
        "step": 10 if is_newer else 0,
    }


def _blend_plan(site: SimSite) -> Json:
    """Return the base load without the plugs, if there are any."""
    return _plan(20) if site.of(Role.PLUG) else []


def _manual_backup(site: SimSite) -> Json:
    """Return the charging before a blackout; only for banks that can charge from the grid."""
    banks = site.of(Role.SOLARBANK)
    if any(bank.spec.pn == "A17C2" for bank in banks):
        return {"ranges": [{"start_time": 0, "end_time": 0}], "switch": False}
    return {"ranges": None, "switch": False} if _has(site, _THIRD_GENERATION) else None


def _authorisation(site: SimSite) -> Json:
    if site.spec.mode is not SceneMode.SMART:
        return {"data_auth": False}
    return {
        "step": 5,
        "ai_ems": None,
        "reserved_soc": None,
        "max_load": site.spec.plant.output_limit_w,
        "min_load": None,
        "data_auth": True,
        "mode_type": None,
        "blend_plan": None,
        "custom_rate_plan": None,
        "default_home_load": None,
    }


def _dock(site: SimSite) -> Json:
    docks = site.of(Role.DOCK)
    return {"AE100": docks[0].sn, "id_img": image("AE100")} if docks else None


def _station(site: SimSite) -> Json:
    if not _is_newer(site):
        return None
    return {
        "soc_list": [
            {"id": 1, "is_selected": 1, "soc": 10},
            {"id": 2, "is_selected": 0, "soc": 5},
        ],
        "switch_0w": 0,
        "enable_0w": 0,
        "enable_0w_change": False,
        "feed-in_power_limit": 100000,
        "feed_times": None,
        "charge_upper_limit": 100,
        "discharge_lower_limit": 10,
        "backup_reserve": 50,
        "backup_reserve_switch": 0,
        "cmd_type": 1,
    }
