"""The cloud's totals since a system was set up."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.ai import AiAdvantage, AiSavings
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.units import GRAMS, WATTHOURS

_ENERGY, _CO2, _MONEY = "1", "2", "3"
_PERCENT = 0.01
_UNITS = {_ENERGY: WATTHOURS, _CO2: GRAMS}


def parse_lifetime(statistics: tuple[Record, ...]) -> Lifetime:
    """Return the life-time totals.

    Source: `statistics[]` of a scene answer, chosen by `type` and not by place: 1 energy, 2 CO2,
    3 money. The unit of energy and mass changes with the size of the number; that of money is the
    currency's symbol.
    """
    totals: dict[str, float] = {}
    symbol = ""
    for entry in statistics:
        kind = entry.text("type")
        units = _UNITS.get(kind)
        total = entry.quantity("total", "unit", units) if units else entry.number("total")
        if total is not None:
            totals[kind] = total
        if not units:
            symbol = entry.text("unit") if kind == _MONEY and total is not None else symbol
            entry.ignore("unit")
    return Lifetime(
        energy_wh=totals.get(_ENERGY),
        co2_savings_g=totals.get(_CO2),
        savings=totals.get(_MONEY),
        currency_symbol=symbol,
    )


def read_ai_savings(record: Record) -> AiSavings:
    """Return what the optimiser saved.

    Source: `aiems_profit` of a scene answer, null for systems without it. In SB3_SM_Smart 3.97 of
    46.68 EUR are the difference to self-consumption: 9.30 % of the other 42.71 EUR.
    """
    shown, share = record.flag("show_percentage"), record.number("percentage", scale=_PERCENT)
    return AiSavings(
        savings=record.number("aiems_profit_total"),
        advantage=AiAdvantage(
            savings=record.number("aiems_self_use_diff"), ratio=share if shown else None
        ),
        currency_symbol=record.text("unit"),
    )


def parse_pps_totals(record: Record) -> Lifetime:
    """Return the life-time totals of a system of F3000s, whose scene has none that count.

    Source: `power_service/v1/site/energy_analysis`, `device_type` pps. Its curves and the totals
    of the day belong to the energy poll.
    """
    record.ignore(*record.names())
    return parse_lifetime(record.records("statistics"))
