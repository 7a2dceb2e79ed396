"""Statistics of panels and home systems: five-minute powers of a day, or one value per day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from solix_exporter.sim.answers.call import Call, RefusedError
from solix_exporter.sim.answers.curves import (
    DAY_MINUTES,
    clock_label,
    samples,
    slot_means,
    soc_reading,
)
from solix_exporter.sim.answers.energy_sources import (
    HOME_SOURCES,
    HOME_SYSTEM_EXTRA,
    PANEL_SOURCES,
    SOURCES,
    BreakdownRow,
    StatisticsSource,
    percent,
)
from solix_exporter.sim.answers.periods import (
    DailyStatistics,
    daily_statistics,
    parse_day,
    split_span,
)
from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.flows import units
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.weather import STEP_S
from solix_exporter.sim.wire_format import Json, kwh, two_decimals
from solix_exporter.sim.world import SimSite

_SLOT_MIN = 5
_UNIT = "KWh"


@dataclass(frozen=True, slots=True)
class _Query:
    statistics: DailyStatistics
    name: str
    source: StatisticsSource
    span: str
    periods: tuple[list[date], ...]
    is_home_system: bool

    @property
    def is_day(self) -> bool:
        return self.span == "day"

    @property
    def first(self) -> date:
        return self.periods[0][0]


def panel_statistics(call: Call) -> Json:
    """Return the statistics of a panel; source: `charging_energy_service/energy_statistics`."""
    site = call.site()
    if not site.of(Role.PANEL):
        raise RefusedError
    query = _query(call, site, PANEL_SOURCES, is_home_system=False)
    energy = _sum(query)
    chosen = query.source.day_parts if query.is_day else ()
    parts = chosen or query.source.parts
    return _totals(query, energy) | {
        "power": _panel_curve(query) if query.is_day else None,
        "powerUnit": "KW" if query.is_day else "",
        "chargeLevel": _charge_level(query),
        "energy": [_item(query, days) for days in query.periods],
        "energyUnit": _UNIT,
        "aggregates": [_aggregate(part, energy, parts) for part in parts],
        "hasDiesel": False,
    }


def home_statistics(call: Call) -> Json:
    """Return the statistics of a home system.

    Source: `charging_hes_svc/get_energy_statistics`. No capture has them filled; the keys are those
    that are documented.
    """
    site = call.site()
    if not site.of(Role.HES):
        raise RefusedError
    query = _query(call, site, HOME_SOURCES, is_home_system=True)
    energy = _sum(query)
    parts = (*query.source.parts, *HOME_SYSTEM_EXTRA.get(query.name, ()))
    answer = _totals(query, energy) | {
        "power": _home_curve(query) if query.is_day else None,
        "powerUnit": "kw" if query.is_day else "",
        "chargeLevel": _charge_level(query),
        "energy": None if query.is_day else [_home_item(query, days) for days in query.periods],
        "energyUnit": "" if query.is_day else _UNIT,
        "aggregates": [_home_aggregate(query, part, energy, parts) for part in parts],
    }
    if query.is_day:
        return answer | {"totalForecastEnergy": "", "forecastPower": None}
    return answer


def _query(call: Call, site: SimSite, names: frozenset[str], *, is_home_system: bool) -> _Query:
    statistics = daily_statistics(call, site)
    finished = replace(statistics, now=statistics.now - timedelta(seconds=STEP_S))
    name = call.text("sourceType")
    name = name if name in names else "solar"
    span = call.text("dateType")
    span = span if span in {"week", "year"} else "day"
    first = parse_day(call.text("start"), statistics.today)
    periods = split_span(span, first, parse_day(call.text("end"), first))
    return _Query(finished, name, SOURCES[name], span, tuple(periods), is_home_system)


def _sum(query: _Query) -> Energy | None:
    return query.statistics.sum([day for days in query.periods for day in days])


def _totals(query: _Query, energy: Energy | None) -> dict[str, Json]:
    source = query.source
    imported = source.imported
    if query.is_home_system and query.name == "hes" and not query.is_day:
        imported = None
    found: dict[str, Json] = {}
    for name, value in (
        ("totalEnergy", source.total),
        ("totalImportedEnergy", imported),
        ("totalExportedEnergy", source.exported),
    ):
        known = kwh(value(energy) if energy else 0.0) if value else ""
        found |= {name: known, f"{name}Unit": _UNIT if value else ""}
    return found


def _item(query: _Query, days: list[date]) -> dict[str, Json]:
    energy = query.statistics.sum(days)
    source = query.source
    total = kwh(source.total(energy)) if energy else "0.00"
    begin = "0" if source.kind in {"hes", "grid"} else "0.00"
    negative = "0"
    if source.negative is not None:
        negative = kwh(source.negative(energy)) if energy else "0.00"
    return {
        "value": total,
        "negValue": negative,
        "rods": [{"from": begin, "to": total, "sourceType": source.kind}],
    }


def _home_item(query: _Query, days: list[date]) -> Json:
    item = _item(query, days)
    if query.source.negative is None:
        return item | {"negRods": None}
    negative = f"-{item['negValue']}"
    rod: Json = {"from": "0", "to": negative, "sourceType": query.source.kind}
    return item | {"negValue": negative, "negRods": [rod]}


def _aggregate(
    part: BreakdownRow, energy: Energy | None, parts: tuple[BreakdownRow, ...]
) -> dict[str, Json]:
    siblings = [other for other in parts if other.is_imported == part.is_imported]
    value = part.value(energy) if energy else 0.0
    whole = sum(other.value(energy) for other in siblings) if energy else 0.0
    return {
        "title": part.title,
        "value": kwh(value),
        "unit": _UNIT,
        "type": part.kind,
        "percent": percent(value, whole),
        "imported": part.is_imported,
    }


def _home_aggregate(
    query: _Query, part: BreakdownRow, energy: Energy | None, parts: tuple[BreakdownRow, ...]
) -> Json:
    row = _aggregate(part, energy, parts)
    return row | {"showPercent": row["percent"]} | ({"subItemList": None} if query.is_day else {})


def _panel_curve(query: _Query) -> Json:
    found = samples(query.statistics, query.first)
    curves = [slot_means(found, _SLOT_MIN, read) for read in query.source.readings]
    return [
        {
            "time": clock_label(slot * _SLOT_MIN),
            "powerInfos": [
                {"type": query.source.kind, "value": two_decimals((curve[slot] or 0.0) / 1000.0)}
                for curve in curves
            ],
        }
        for slot in range(DAY_MINUTES // _SLOT_MIN)
    ]


def _home_curve(query: _Query) -> Json:
    """Return one signed power per slot: negative charges the battery or feeds into the grid."""
    found = samples(query.statistics, query.first)
    reads = query.source.readings
    means = slot_means(
        found, _SLOT_MIN, lambda flows, step: sum(read(flows, step) for read in reads)
    )
    if query.name == "grid":
        exported = slot_means(found, _SLOT_MIN, lambda flows, step: float(flows.export[step]))
        means = [
            None if drawn is None or fed is None else drawn - fed
            for drawn, fed in zip(means, exported, strict=True)
        ]
    return [
        {
            "time": clock_label(slot * _SLOT_MIN),
            "powerInfos": [
                {"type": query.source.kind, "value": two_decimals((mean or 0.0) / 1000.0)}
            ],
            "valuePtr": None if mean is None else two_decimals(mean / 1000.0),
            "isFix": mean is None,
        }
        for slot, mean in enumerate(means)
    ]


def _charge_level(query: _Query) -> Json:
    if not (query.is_day and query.source.kind == "hes"):
        return None
    read = soc_reading(units(query.statistics.site.spec.plant.battery.capacity_wh))
    means = slot_means(samples(query.statistics, query.first), _SLOT_MIN, read)
    levels: list[dict[str, Json]] = [
        {"value": str(round(mean)) if mean is not None else "0", "time": clock_label(slot * 5)}
        for slot, mean in enumerate(means)
    ]
    if query.is_home_system:
        return [
            level | {"valuePtr": None if mean is None else level["value"], "isFix": mean is None}
            for level, mean in zip(levels, means, strict=True)
        ]
    return levels
