"""Joins the vehicles of an account from their list and their details."""

from collections.abc import Callable

from solix_exporter.cache.parts import AccountParts
from solix_exporter.clock import Moment
from solix_exporter.cloud.endpoints.vehicles import USER_VEHICLE_DETAILS
from solix_exporter.model.vehicle import Vehicle, VehicleDetails, VehicleListing


def join_vehicles(
    account: str, parts: AccountParts, now: Moment, shows: Callable[[str], bool]
) -> tuple[Vehicle, ...]:
    """Return the vehicles of an account, each once; `shows` says which it shows."""
    listed = {vehicle.vehicle_id: vehicle for vehicle in parts.listed_vehicles()}
    return tuple(
        _join(account, vehicle, parts[USER_VEHICLE_DETAILS].fresh(vehicle_id, now))
        for vehicle_id, vehicle in listed.items()
        if shows(vehicle_id)
    )


def _join(account: str, listed: VehicleListing, details: VehicleDetails | None) -> Vehicle:
    known = details or VehicleDetails()
    return Vehicle(
        vehicle_id=listed.vehicle_id,
        account=account,
        name=listed.name,
        brand=listed.brand,
        model=listed.model,
        year=listed.year,
        capacity_wh=listed.capacity_wh if known.capacity_wh is None else known.capacity_wh,
        charge_power_limit_w=known.charge_power_limit_w,
        consumption_wh_per_100_km=known.consumption_wh_per_100_km,
    )
