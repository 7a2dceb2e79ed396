"""The wall box: charging orders."""

from datetime import date, timedelta

from solix_exporter.sim.answers.call import Call, RefusedError
from solix_exporter.sim.answers.live_scene import CO2_KG_PER_KWH
from solix_exporter.sim.answers.periods import DailyStatistics, daily_statistics, parse_day
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimSite

_KM_PER_KWH = 6.0
_DEFAULT_PAGE = 10


def order_statistics(call: Call) -> Json:
    """Return the charging statistics of a range of days.

    Source: `power_service/v1/app/order/get_charge_order_stats`.
    """
    site = _charger_site(call)
    statistics = daily_statistics(call, site)
    days = _days(call, statistics)
    charged = {day: statistics.ev_wh(day) for day in days}
    busy = [day for day in days if charged[day] > 0]
    return {
        "total_stats": _statistics(site, [charged[day] for day in busy]),
        "date_list": [
            {
                "date_number": number,
                "date_range": {"start_date": day.isoformat(), "end_date": day.isoformat()},
                "date_stats": _statistics(site, [charged[day]]),
            }
            for number, day in enumerate(busy, start=1)
        ],
    }


def order_list(call: Call) -> Json:
    """Return the charging orders, newest first, page by page.

    Source: `power_service/v1/app/order/get_charge_order_stats_list`.
    """
    site = _charger_site(call)
    statistics = daily_statistics(call, site)
    days = [day for day in reversed(_days(call, statistics)) if statistics.ev_wh(day) > 0]
    size = _number(call, "page_size") or _DEFAULT_PAGE
    first = size * _number(call, "page")
    serial = call.text("device_sn")
    return {
        "order_list": [_order(statistics, serial, day) for day in days[first : first + size]],
        "total": len(days),
        "page": _number(call, "page"),
        "page_size": size,
    }


def _order(statistics: DailyStatistics, serial: str, day: date) -> Json:
    stats = _statistics(statistics.site, [statistics.ev_wh(day)])
    return stats | {
        "order_id": f"{statistics.site.seed % 10**8:08d}{day:%Y%m%d}",
        "device_sn": serial,
        "start_date": day.isoformat(),
        "end_date": day.isoformat(),
        "order_status": 1,
    }


def _number(call: Call, name: str) -> int:
    value = call.body.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _charger_site(call: Call) -> SimSite:
    site, device = call.device()
    if device.role is not Role.EV_CHARGER:
        raise RefusedError
    return site


def _days(call: Call, statistics: DailyStatistics) -> list[date]:
    """Return the requested days; `all` starts with the setup of the charger."""
    today, built = statistics.today, statistics.site.spec.built.astimezone(statistics.zone).date()
    span = {"week": 7, "month": 31, "year": 366}.get(call.text("date_type"))
    begin = built if span is None else today - timedelta(days=span - 1)
    first = max(built, parse_day(call.text("start_date"), begin))
    last = min(today, parse_day(call.text("end_date"), today))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _statistics(site: SimSite, charged_wh: list[float]) -> dict[str, Json]:
    total_kwh = sum(charged_wh) / 1000.0
    ev = site.spec.plant.ev
    power_kw = ev.power_w / 1000.0 if ev else 1.0
    return {
        "charge_unit": "kWh",
        "charge_total": round(total_kwh, 2),
        "charge_time": round(3600 * total_kwh / power_kw),
        "charge_count": sum(energy_wh > 0 for energy_wh in charged_wh),
        "cost": round(total_kwh * site.spec.price, 2),
        "cost_unit": site.spec.currency,
        "cost_saving": 0,
        "co2_saving": round(total_kwh * CO2_KG_PER_KWH, 2),
        "co2_saveing_unit": "kg",
        "mile_age": round(total_kwh * _KM_PER_KWH, 1),
    }
