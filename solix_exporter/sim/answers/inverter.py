"""`charging_pv_svc`: the stand-alone inverter. Its numbers are no texts."""

from datetime import date

from solix_exporter.sim.answers.call import Call, RefusedError
from solix_exporter.sim.answers.curves import DAY_MINUTES, clock_label, pv_at, samples, slot_means
from solix_exporter.sim.answers.live_scene import CO2_KG_PER_KWH
from solix_exporter.sim.answers.periods import (
    DailyStatistics,
    daily_statistics,
    parse_day,
    split_span,
)
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimSite

_CURVE_MIN = 5
_MWH_FROM_KWH = 1000.0


def pv_status(call: Call) -> Json:
    """Return the power of inverters; source: `charging_pv_svc/getPvStatus`."""
    wanted = call.text("sns").split(",")
    found = [
        (site, device)
        for site in call.owned
        for device in site.devices
        if device.role is Role.INVERTER and device.sn in wanted
    ]
    return {
        "pvStatuses": [
            {
                "sn": device.sn,
                "power": site.home.state(call.now).output_w,
                "status": int(site.home.state(call.now).output_w > 0),
            }
            for site, device in found
        ]
    }


def _inverter_site(call: Call) -> SimSite:
    site, device = call.device()
    if device.role is not Role.INVERTER:
        raise RefusedError
    return site


def pv_total(call: Call) -> Json:
    """Return lifetime totals, in MWh when they are large.

    Source: `charging_pv_svc/getPvTotalStatistics`.
    """
    site = _inverter_site(call)
    total_kwh = site.home.lifetime_wh(call.now) / 1000.0
    is_large = total_kwh >= _MWH_FROM_KWH
    return {
        "energy": round(total_kwh / _MWH_FROM_KWH if is_large else total_kwh, 2),
        "energyUnit": "MWh" if is_large else "kWh",
        "reductionCo2": round(total_kwh * CO2_KG_PER_KWH),
        "reductionCo2Unit": "kg",
        "saveMoney": round(total_kwh * site.spec.price, 1),
        "saveMoneyUnit": site.spec.currency,
        "powerConfig": f"{site.spec.plant.output_limit_w}W",
        "powerPopUpFlag": 0,
    }


def pv_statistics(call: Call) -> Json:
    """Return a day's curve or the yields of days or months, numbered from 1 and without dates.

    Source: `charging_pv_svc/statisticsPv`.
    """
    site = _inverter_site(call)
    statistics = daily_statistics(call, site)
    first = parse_day(call.text("start"), statistics.today)
    span = call.text("type") or "day"
    periods = split_span(span, first, parse_day(call.text("end"), first))
    yields = [_yield_kwh(statistics, days) for days in periods]
    total_kwh = sum(yields)
    is_day = span == "day"
    return {
        "curve": _curve(statistics, first) if is_day else [],
        "energy": []
        if is_day
        else [
            {"money": 0, "energy": round(energy_kwh, 2), "index": index}
            for index, energy_kwh in enumerate(yields, start=1)
        ],
        "energyUnit": "kWh",
        "solarGeneraion": round(total_kwh, 2 if is_day else 1),
        "money": round(total_kwh * site.spec.price, 1),
        "moneyUnit": site.spec.currency,
        "loadPercent": "",
        "ppsPercent": "",
        "generationTime": 0,
        "maxPower": 0,
    }


def _yield_kwh(statistics: DailyStatistics, days: list[date]) -> float:
    energy = statistics.sum(days)
    return energy.pv / 1000.0 if energy else 0.0


def _curve(statistics: DailyStatistics, day: date) -> Json:
    means = slot_means(samples(statistics, day), _CURVE_MIN, pv_at)
    return [
        {
            "power": round(mean or 0.0),
            "time": clock_label(minute),
            "valuePtr": None,
            "isFix": False,
            "isFuture": False,
        }
        for minute, mean in zip(range(0, DAY_MINUTES, _CURVE_MIN), means, strict=True)
    ]
