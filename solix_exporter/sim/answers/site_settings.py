"""Answers about one site: prices, limits, CO2, AI mode, home load."""

from solix_exporter.sim.answers.call import Call, RefusedError
from solix_exporter.sim.answers.curves import clock_label, samples, slot_means
from solix_exporter.sim.answers.live_scene import CO2_KG_PER_KWH
from solix_exporter.sim.answers.periods import daily_statistics
from solix_exporter.sim.answers.site_entries import site_info
from solix_exporter.sim.answers.tariff_seasons import provider, use_time
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.system_specs import SceneMode
from solix_exporter.sim.wire_format import Json, image, two_decimals
from solix_exporter.sim.world import SimDevice, SimSite

_KG_PER_TREE = 21.0
_DOCK_LIMIT_W = 3600
_LOAD_SLOT_MIN = 60


def site_detail_by_sn(call: Call) -> Json:
    """Return the site that a device belongs to; source: `site/get_site_detail_by_sn`."""
    site, device = call.device()
    if not (site.is_listed and device.spec.in_site):
        raise RefusedError
    return {"site_info": site_info(site)}


def site_price(call: Call) -> Json:
    """Return the price per kWh; source: `site/get_site_price`."""
    site = call.site()
    is_dynamic = site.spec.price_type == "dynamic"
    accuracy = call.body.get("accuracy")
    return {
        "site_id": site.site_id,
        "price": site.spec.price,
        "sell_price": 0,
        "site_co2": 0,
        "site_price_unit": site.spec.currency,
        "price_type": site.spec.price_type,
        "current_mode": int(site.spec.mode),
        "use_time": use_time(site),
        "dynamic_price": provider() if is_dynamic else None,
        "accuracy": accuracy if isinstance(accuracy, int) else 2,
    }


def co2_ranking(call: Call) -> Json:
    """Return the CO2 savings of a site; empty without a solarbank.

    Source: `power_service/v1/site/co2_ranking`.
    """
    site = call.site()
    if not site.of(Role.SOLARBANK):
        blank: dict[str, Json] = dict.fromkeys(("ranking", "co2", "tree", "content"), "")
        return blank | {"show": False, "level": None}
    saved_kg = site.home.lifetime_wh(call.now) / 1000.0 * CO2_KG_PER_KWH
    return {
        "show": True,
        "ranking": "999+",
        "co2": two_decimals(saved_kg),
        "tree": f"{saved_kg / _KG_PER_TREE:.1f}",
        "content": "Not to be underestimated",
        "level": {"tree": 4, "bubble": 4},
    }


def power_limit(call: Call) -> Json:
    """Return the limits of a system and its devices; null without a newer solarbank.

    Source: `power_service/v1/site/get_power_limit`.
    """
    site = call.site()
    banks = [bank for bank in site.of(Role.SOLARBANK) if bank.product.generation > 1]
    if not banks:
        return None
    docks = site.of(Role.DOCK)
    legal_w = _DOCK_LIMIT_W if docks else site.spec.plant.output_limit_w
    return {
        "site_id": site.site_id,
        "power_unit": "kwh",
        "legal_power_limit": legal_w,
        "device_info": [_limited(bank) for bank in banks],
        "current_power": 0,
        "all_power_limit": legal_w if docks else 0,
        "ae100_info": _limited(docks[0]) if docks else None,
        "parallel_type": _parallel_type(site),
        "ac_input_power_unit": "1200W" if len(banks) == 1 else "3600W",
        "legal_limit": 0,
        "power_limit_option": [{"limit": legal_w, "limit_real": legal_w}],
    }


def _parallel_type(site: SimSite) -> str:
    if site.of(Role.DOCK):
        return "AE100"
    return "Cascaded" if site.spec.plant.upstream else "Single"


def _limited(device: SimDevice) -> Json:
    """Return a device without its own limit; captures only have limits of the system."""
    return {
        "device_pn": device.spec.pn,
        "device_sn": device.sn,
        "device_name": device.spec.alias,
        "device_img": image(device.spec.pn),
        "power_limit": 0,
        "power_limit_option": None,
        "power_limit_option_real": None,
        "status": 0,
        "ac_input_limit": 0 if device.role is Role.DOCK else 1200,
    }


def ai_status(call: Call) -> Json:
    """Return the state of the AI mode; `result` is `fail` even while it is active.

    Source: `power_service/v1/ai_ems/get_status`.
    """
    site = call.site()
    is_running = site.spec.mode is SceneMode.SMART
    since_s = int((call.now - site.spec.built).total_seconds())
    return {"status": int(is_running), "result": "fail", "left_time": -since_s}


def home_load_chart(call: Call) -> Json:
    """Return today's hourly load in W; source: `site/get_home_load_chart`."""
    site = call.site()
    statistics = daily_statistics(call, site)
    found = samples(statistics, statistics.today) if site.of(Role.SOLARBANK) else []
    means = slot_means(found, _LOAD_SLOT_MIN, lambda flows, step: flows.home[step])
    return {
        "data": [
            {"time": clock_label(hour * _LOAD_SLOT_MIN), "value": two_decimals(mean)}
            for hour, mean in enumerate(means)
            if mean is not None
        ]
    }
