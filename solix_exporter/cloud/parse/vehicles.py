"""The vehicles of an account; the cloud gives kWh and kW.

No captured account has a vehicle: the shapes are those of the reference.
"""

from solix_exporter.cloud.record import Record
from solix_exporter.errors import UnexpectedPayload
from solix_exporter.model.vehicle import VehicleDetails, VehicleListing

_KILO = 1e3


def parse_vehicles(record: Record) -> tuple[VehicleListing, ...]:
    """Return the account's vehicles.

    Source: `power_service/v1/app/vehicle/get_vehicle_list`, `vehicle_list[]`.
    Raises UnexpectedPayload when there is no list.
    """
    if not record.is_list("vehicle_list"):
        raise UnexpectedPayload("the answer holds no vehicle_list", outcome="malformed")
    return tuple(_vehicle(entry) for entry in record.unique("vehicle_list", "vehicle_id"))


def _vehicle(entry: Record) -> VehicleListing:
    entry.ignore(
        "is_default_vehicle", "is_smart_charging", "is_connected_to_enodeapi", "update_time"
    )
    return VehicleListing(
        vehicle_id=entry.text("vehicle_id"),
        name=entry.text("vehicle_name"),
        brand=entry.text("brand"),
        model=entry.text("model"),
        # 0 is a year that the owner left open.
        year=entry.integer("productive_year") or None,
        capacity_wh=entry.number("battery_capacity", scale=_KILO) or None,
    )


def parse_vehicle_details(record: Record) -> VehicleDetails:
    """Return what only the details hold; 0 is what the owner left open.

    Source: `power_service/v1/app/vehicle/get_vehicle_detail`.
    """
    record.ignore(
        "vehicle_id", "vehicle_name", "brand", "model", "productive_year", "is_default_vehicle",
        "is_smart_charging", "is_connected_to_enodeapi", "update_time",
    )  # fmt: skip
    return VehicleDetails(
        capacity_wh=record.number("battery_capacity", scale=_KILO) or None,
        charge_power_limit_w=record.number("ac_max_charging_power", scale=_KILO) or None,
        consumption_wh_per_100_km=record.number("energy_consumption_per_100km", scale=_KILO)
        or None,
    )
