"""The day curves of power panels and X1 systems: one source, 288 slots of 5 minutes.

Sources: `charging_energy_service/energy_statistics` (power panel) and
`charging_hes_svc/get_energy_statistics` (X1), `dateType` day. The two differ in signs: a panel
sends charge and discharge as two values, the first of them negative, and no grid export at all;
an X1 sends one signed value each for battery and grid.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time

from solix_exporter.cloud.parse.system_energy import SOURCES, read_days
from solix_exporter.cloud.record import Record
from solix_exporter.model.home_system import (
    CurveSlot,
    EnergySource,
    SocSlot,
    SourceDay,
)
from solix_exporter.units import WATTHOURS, WATTS

SOURCE_TYPES: Mapping[EnergySource, str] = {
    EnergySource.BATTERY: "hes",
    EnergySource.PV: "solar",
    EnergySource.HOME: "home",
    EnergySource.GRID: "grid",
    EnergySource.EV_CHARGER: "evCharger",
}
"""`sourceType` of a request; case matters."""

_PERCENT = 0.01
_USUAL_UNIT = "kW"

Values = tuple[float, ...]
"""The values of one slot in W, signed as delivered."""

Powers = tuple[float | None, float | None]
"""Power in and out of a source, W and >= 0; None where the source does not tell it."""


_ToPowers = Callable[[EnergySource, Values], Powers]


def panel_day_parser(source: EnergySource) -> Callable[[Record], SourceDay]:
    """Return the parser of one source of a power panel's day.

    Beside the curve stands the same as in the statistics of one day: one item of `energy` and the
    aggregates (capture Powerpanel_Tou).
    """
    told = SOURCES[SOURCE_TYPES[source]]

    def parse(record: Record) -> SourceDay:
        days = read_days(record, told).days
        flows = days[0].flows if len(days) == 1 else None
        return replace(_parse_day(record, source, _panel_powers), flows=flows)

    return parse


def hes_day_parser(source: EnergySource) -> Callable[[Record], SourceDay]:
    """Return the parser of one source of an X1's day.

    Its energy is left to the statistics: `energy` may be null here, and nobody has seen a filled
    answer.
    """

    def parse(record: Record) -> SourceDay:
        return _parse_day(record, source, _hes_powers)

    return parse


def _parse_day(record: Record, source: EnergySource, powers: _ToPowers) -> SourceDay:
    record.ignore(
        "totalEnergy", "totalEnergyUnit", "totalImportedEnergy", "totalImportedEnergyUnit",
        "energy", "energyUnit", "aggregates", "hasDiesel", "totalForecastEnergy", "forecastPower",
    )  # fmt: skip
    scale = record.unit("powerUnit", WATTS, usual=_USUAL_UNIT)
    slots = []
    for entry in record.records("power"):
        start, values = _clock_time(entry), _values(entry, scale)
        if start is not None and values:
            slots.append(CurveSlot(start, *powers(source, values)))
    levels = (_level(entry) for entry in record.records("chargeLevel"))
    return SourceDay(
        slots=tuple(slots),
        soc=tuple(level for level in levels if level),
        exported_wh=_exported(record),
    )


def _values(entry: Record, scale: float | None) -> Values:
    """Return the values of a slot; none where one of them cannot be read."""
    entry.ignore("valuePtr", "isFix")
    values = [_value(info, scale) for info in entry.records("powerInfos")]
    measured = tuple(value_w for value_w in values if value_w is not None)
    return measured if len(measured) == len(values) else ()


def _value(info: Record, scale: float | None) -> float | None:
    # The source is the one that was asked for, whatever the cloud calls it here.
    info.ignore("valuePtr", "isFix", "type")
    value_w = info.number("value", scale=scale)
    return None if value_w is None else round(value_w, 3)


def _panel_powers(source: EnergySource, values: Values) -> Powers:
    """Return power in and out; charge comes first and negative, or as "-0.00"."""
    if source is EnergySource.BATTERY:
        return abs(values[0]), abs(values[1]) if len(values) > 1 else 0.0
    return _one_way(source, values[0])


def _hes_powers(source: EnergySource, values: Values) -> Powers:
    """Return power in and out: a negative battery charges, a negative grid is fed."""
    value = values[0]
    taken, given = abs(min(0.0, value)), max(0.0, value)
    if source is EnergySource.BATTERY:
        return taken, given
    if source is EnergySource.GRID:
        return given, taken
    return _one_way(source, value)


def _one_way(source: EnergySource, value: float) -> Powers:
    return (None, abs(value)) if source is EnergySource.PV else (abs(value), None)


def _level(entry: Record) -> SocSlot | None:
    entry.ignore("valuePtr", "isFix")
    start, soc = _clock_time(entry), entry.number("value", scale=_PERCENT)
    return None if start is None or soc is None else SocSlot(start, soc)


def _clock_time(entry: Record) -> time | None:
    hours, _, minutes = entry.text("time").partition(":")
    try:
        return time(int(hours), int(minutes))
    except ValueError:
        return None


def _exported(record: Record) -> float | None:
    return record.quantity("totalExportedEnergy", "totalExportedEnergyUnit", WATTHOURS, usual="kwh")
