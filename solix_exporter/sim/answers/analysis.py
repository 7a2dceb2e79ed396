"""`energy_analysis`: the charts of the app. `statistic_kinds` has the fields of each kind.

A range query has one value per day, in kWh; a day query a curve of 20-minute means, in W. All
are texts, regardless of the unit labels.
"""

from collections.abc import Callable

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.answers.channels import channel_kind, own_strings
from solix_exporter.sim.answers.curves import (
    DAY_MINUTES,
    Reading,
    clock_label,
    samples,
    slot_means,
)
from solix_exporter.sim.answers.periods import daily_statistics, parse_day
from solix_exporter.sim.answers.pv_forecast import forecast
from solix_exporter.sim.answers.statistic_kinds import FIRST_GENERATION, KINDS, StatisticKind
from solix_exporter.sim.answers.statistics_query import DEFAULT_KIND, StatisticsQuery, blank
from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.wire_format import Json, kwh, two_decimals
from solix_exporter.sim.world import SimSite

_SLOT_MIN = 20
_CHANNEL_PREFIX = "solar_production_"


def energy_analysis(call: Call) -> Json:
    """Return the statistics of a site for a range of days or the curve of one.

    Source: `power_service/v1/site/energy_analysis`. `data` is null for a single input of a
    first-generation bank.
    """
    site = call.site()
    query = _query(call, site)
    if query is None:
        return None
    is_known = _has_statistics(site, query.name)
    days = [day for _, part in query.periods() for day in part]
    energy = query.statistics.sum(days) if is_known else None
    answer = blank(query, energy) | query.kind.totals(energy, query.strings)
    if query.span == "day":
        # Without a record, a range has "0.00" here and a day an empty text (June 2026).
        if energy is None:
            answer["battery_discharging_total"] = ""
        return answer | _curves(query, is_known=is_known)
    return answer | _trends(query, is_known=is_known)


def _query(call: Call, site: SimSite) -> StatisticsQuery | None:
    name = call.text("device_type")
    if name not in KINDS and not name.startswith(_CHANNEL_PREFIX):
        name = DEFAULT_KIND
    kind = _kind(site, name)
    if kind is None:
        return None
    statistics = daily_statistics(call, site)
    first = parse_day(call.text("start_time"), statistics.today)
    span = call.text("type")
    return StatisticsQuery(
        statistics=statistics,
        name=name,
        kind=kind,
        span=span if span in {"week", "month", "year"} else "day",
        first=first,
        last=parse_day(call.text("end_time"), first) if span == "week" else first,
        strings=own_strings(site, call.text("device_sn")),
    )


def _kind(site: SimSite, name: str) -> StatisticKind | None:
    if name.startswith(_CHANNEL_PREFIX):
        return channel_kind(site, name.removeprefix(_CHANNEL_PREFIX))
    if _newest_generation(site) == 1 and name in FIRST_GENERATION:
        return FIRST_GENERATION[name]
    return KINDS[name]


def _has_statistics(site: SimSite, name: str) -> bool:
    """Return whether the cloud keeps this kind for the site.

    It has none for power panels and home systems, and no consumption for the first generation.
    """
    if name == "ev_charger":
        return bool(site.of(Role.EV_CHARGER))
    if name == "pps" or site.of(Role.PANEL, Role.HES):
        return False
    banks = site.of(Role.SOLARBANK)
    if name in {"home_usage", "grid"}:
        return bool(site.of(Role.METER, Role.PLUG)) or _newest_generation(site) > 1
    return bool(banks or site.of(Role.INVERTER))


def _newest_generation(site: SimSite) -> int:
    return max((bank.product.generation for bank in site.of(Role.SOLARBANK)), default=0)


def _point(label: str, text: str) -> Json:
    return {"time": label, "value": text, "rods": None}


def _trends(query: StatisticsQuery, *, is_known: bool) -> dict[str, Json]:
    """Return one value per day or month, in kWh; `0` without a record."""
    periods = query.periods()
    energies = [query.statistics.sum(days) if is_known else None for _, days in periods]

    is_recorded = query.kind.is_recorded

    def trend(value: Callable[[Energy, slice], float]) -> Json:
        return [
            _point(label, kwh(value(energy, query.strings)) if energy and is_recorded else "0")
            for (label, _), energy in zip(periods, energies, strict=True)
        ]

    second = query.kind.second
    found: dict[str, Json] = {"power": trend(query.kind.first)}
    if second is not None:
        found["charge_trend"] = trend(second)
    if query.name == "pps":
        found["charge_level"] = _empty_curve()
    return found


def _curves(query: StatisticsQuery, *, is_known: bool) -> dict[str, Json]:
    """Return the curves of a day in W; the state of charge is in percent."""
    statistics = query.statistics
    found = samples(statistics, query.first) if is_known else []

    def curve(read: Reading) -> Json:
        means = slot_means(found, _SLOT_MIN, read)
        points = [
            _point(clock_label(number * _SLOT_MIN), two_decimals(mean) if mean else "0")
            for number, mean in enumerate(means)
        ]
        return [*points, _point(clock_label(DAY_MINUTES), "0")]

    curves: dict[str, Json] = {
        field: curve(read) for field, read in query.kind.curves(query.site, query.strings).items()
    }
    if found:
        curves["local_time"] = statistics.now.astimezone(statistics.zone).strftime("%Y-%m-%d %H:%M")
    if query.name == DEFAULT_KIND and is_known:
        curves |= forecast(statistics, query.first)
    return curves


def _empty_curve() -> Json:
    return [_point(clock_label(minute), "0") for minute in range(0, DAY_MINUTES + 1, _SLOT_MIN)]
