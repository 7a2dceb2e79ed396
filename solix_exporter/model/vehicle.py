"""A vehicle that the owner entered in the app; it is known to the account, not to a site."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VehicleListing:
    """An entry of the account's list of vehicles."""

    vehicle_id: str
    name: str = ""
    brand: str = ""
    model: str = ""
    year: int | None = None
    capacity_wh: float | None = None


@dataclass(frozen=True, slots=True)
class VehicleDetails:
    """What only the details of a vehicle hold."""

    capacity_wh: float | None = None
    charge_power_limit_w: float | None = None
    """Of its AC charger."""
    consumption_wh_per_100_km: float | None = None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle, list entry and details together."""

    vehicle_id: str
    account: str
    """Name of the account that it belongs to."""
    name: str = ""
    brand: str = ""
    model: str = ""
    year: int | None = None
    capacity_wh: float | None = None
    charge_power_limit_w: float | None = None
    consumption_wh_per_100_km: float | None = None
