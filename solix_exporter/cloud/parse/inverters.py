"""Micro inverters outside any system: the service `charging_pv_svc`."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.standalone import InverterStatus, InverterTotals
from solix_exporter.units import GRAMS, WATTHOURS


def parse_inverter_status(record: Record) -> tuple[InverterStatus, ...]:
    """Return power and connection of each inverter.

    Source: `charging_pv_svc/getPvStatus`, `pvStatuses[]`; W, status 0 or 1.
    """
    return tuple(
        InverterStatus(entry.text("sn"), entry.number("power"), entry.flag("status"))
        for entry in record.unique("pvStatuses", "sn")
    )


def parse_inverter_totals(record: Record) -> InverterTotals:
    """Return the totals since the inverter was set up, and the output that it is set to.

    Source: `charging_pv_svc/getPvTotalStatistics`; energy in kWh or MWh as the number grows, the
    set output as text ("800W").
    """
    record.ignore("powerPopUpFlag")
    return InverterTotals(
        lifetime=Lifetime(
            energy_wh=record.quantity("energy", "energyUnit", WATTHOURS),
            co2_savings_g=record.quantity("reductionCo2", "reductionCo2Unit", GRAMS),
            savings=record.number("saveMoney"),
            currency_symbol=record.text("saveMoneyUnit"),
        ),
        power_limit_w=record.number("powerConfig", suffix="W"),
    )
