"""Daily energy of power panels, home energy systems and stand-alone inverters.

Their answers name no dates: the n-th value is the n-th day that was asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from solix_exporter.cloud.record import Record
from solix_exporter.errors import EmptyAnswer
from solix_exporter.model.energy import EnergyAnswer, EnergyDay, Flow
from solix_exporter.units import WATTHOURS

_DECIMALS = 3
_USUAL_UNIT = "kwh"


@dataclass(frozen=True, slots=True)
class Source:
    """What one `sourceType` says."""

    value: Flow
    """The daily values of `energy[].value`."""
    negative: Flow | None = None
    """The daily values of `energy[].negValue`."""
    imported: Flow | None = None
    """`totalImportedEnergy`, of the whole range."""
    exported: Flow | None = None
    """`totalExportedEnergy`, of the whole range."""
    parts: Mapping[tuple[str, bool], Flow] = field(default_factory=dict)
    """`aggregates[]` by `type` and `imported`, of the whole range."""


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "hes": Source(
            Flow.BATTERY_DISCHARGE,
            imported=Flow.BATTERY_CHARGE,
        ),
        "home": Source(
            Flow.HOME,
            parts={
                ("hes", False): Flow.BATTERY_TO_HOME,
                ("solar", False): Flow.PV_TO_HOME,
                ("grid", False): Flow.GRID_TO_HOME,
            },
        ),
        "grid": Source(
            Flow.GRID_IMPORT,
            negative=Flow.GRID_EXPORT,
            exported=Flow.GRID_EXPORT,
            parts={
                ("hes", True): Flow.GRID_TO_BATTERY,
                ("home", True): Flow.GRID_TO_HOME,
                # Only a home energy system tells where its export came from.
                ("hes", False): Flow.BATTERY_TO_GRID,
                ("solar", False): Flow.PV_TO_GRID,
            },
        ),
        "solar": Source(
            Flow.PV,
            parts={
                ("hes", False): Flow.PV_TO_BATTERY,
                ("grid", False): Flow.PV_TO_GRID,
            },
        ),
        "evCharger": Source(Flow.EV_CHARGE),
    }
)
"""THE table of `sourceType`s."""


def source_parser(source_type: str) -> Callable[[Record], EnergyAnswer]:
    """Return the parser of one source.

    Source: `charging_energy_service/energy_statistics` and
    `charging_hes_svc/get_energy_statistics`, `dateType` "week".
    """
    source = SOURCES[source_type]

    def parse(record: Record) -> EnergyAnswer:
        _require_days(record)
        return read_days(record, source)

    return parse


def read_days(record: Record, source: Source) -> EnergyAnswer:
    """Return the days of an answer, which may be none."""
    record.ignore(
        "power", "powerUnit", "chargeLevel", "hasDiesel", "totalEnergy", "totalEnergyUnit",
        "totalImportedEnergy", "totalImportedEnergyUnit", "totalExportedEnergy",
        "totalExportedEnergyUnit", "totalForecastEnergy", "forecastPower", "aggregates",
    )  # fmt: skip
    scale = record.unit("energyUnit", WATTHOURS, usual=_USUAL_UNIT)
    days = [dict(_daily(entry, source, scale)) for entry in record.records("energy")]
    if len(days) == 1:
        days[0] |= {key: wh for key, wh in _of_range(record, source) if key not in days[0]}
    return EnergyAnswer(tuple(EnergyDay(None, MappingProxyType(day)) for day in days))


def _daily(entry: Record, source: Source, scale: float | None) -> Iterable[tuple[Flow, float]]:
    entry.ignore("rods", "negRods", "negValue")
    value_wh = _magnitude(entry.number("value", scale=scale))
    if value_wh is not None:
        yield source.value, value_wh
    if source.negative:
        negative_wh = _magnitude(entry.number("negValue", scale=scale))
        if negative_wh is not None:
            yield source.negative, negative_wh


def _of_range(record: Record, source: Source) -> Iterable[tuple[Flow, float]]:
    totals = (("totalImportedEnergy", source.imported), ("totalExportedEnergy", source.exported))
    for name, flow in totals:
        value_wh = _energy(record, name, f"{name}Unit") if flow else None
        if flow and value_wh is not None:
            yield flow, value_wh
    for part in record.records("aggregates"):
        part.ignore("title", "percent", "showPercent", "subItemList")
        flow = source.parts.get((part.text("type"), part.flag("imported") or False))
        value_wh = _energy(part, "value", "unit")
        if flow and value_wh is not None:
            yield flow, value_wh


def parse_inverter_energy(record: Record) -> EnergyAnswer:
    """Return the production of a stand-alone inverter.

    Source: `charging_pv_svc/statisticsPv`, `type` "week", `energy[]` by `index` from 1.
    """
    record.ignore(
        "curve", "solarGeneraion", "money", "moneyUnit", "loadPercent", "ppsPercent",
        "generationTime", "maxPower",
    )  # fmt: skip
    scale = record.unit("energyUnit", WATTHOURS, usual=_USUAL_UNIT)
    _require_days(record)
    entries = record.records("energy")
    for entry in entries:
        entry.ignore("money")
    ordered = sorted(entries, key=lambda entry: entry.integer("index") or 0)
    values = (_magnitude(entry.number("energy", scale=scale)) for entry in ordered)
    return EnergyAnswer(
        tuple(
            EnergyDay(None, MappingProxyType({} if wh is None else {Flow.PV: wh})) for wh in values
        )
    )


def _require_days(record: Record) -> None:
    """Raise EmptyAnswer where there is no day: one without any record is a day of zeros."""
    if not record.has("energy"):
        raise EmptyAnswer("the answer holds no day")


def _energy(record: Record, field: str, unit_field: str) -> float | None:
    return _magnitude(record.quantity(field, unit_field, WATTHOURS, usual=_USUAL_UNIT))


def _magnitude(value_wh: float | None) -> float | None:
    """Return an energy without its sign; the cloud writes zero export as "-0.00"."""
    return None if value_wh is None else round(abs(value_wh), _DECIMALS)
