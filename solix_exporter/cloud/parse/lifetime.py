"""The cloud's totals since a system was set up."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.units import to_grams, to_watthours

_ENERGY, _CO2, _MONEY = "1", "2", "3"


def parse_lifetime(statistics: tuple[Record, ...]) -> Lifetime:
    """Return the life-time totals.

    Source: `statistics[]` of a scene answer, chosen by `type` and not by place: 1 energy, 2 CO2,
    3 money. The unit of energy and mass changes with the size of the number; that of money is the
    currency's symbol.
    """
    totals: dict[str, tuple[float, str]] = {}
    for entry in statistics:
        kind, total, unit = entry.text("type"), entry.number("total"), entry.text("unit")
        if total is not None:
            totals[kind] = (total, unit)
    energy, co2 = totals.get(_ENERGY), totals.get(_CO2)
    savings, symbol = totals.get(_MONEY, (None, ""))
    return Lifetime(
        energy_wh=to_watthours(*energy) if energy else None,
        co2_savings_g=to_grams(*co2) if co2 else None,
        savings=savings,
        currency_symbol=symbol,
    )


def parse_pps_totals(record: Record) -> Lifetime:
    """Return the life-time totals of a system of F3000s, whose scene has none that count.

    Source: `power_service/v1/site/energy_analysis`, `device_type` pps. Its curves and the totals
    of the day belong to the energy poll.
    """
    record.ignore(*record.names())
    return parse_lifetime(record.records("statistics"))
