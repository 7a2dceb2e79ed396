"""Vehicles: all models, and the vehicles of an account."""

from dataclasses import dataclass
from uuid import UUID

from solix_exporter.sim.answers.call import BAD_PARAMETER, NOT_FOUND, Call, RefusedError
from solix_exporter.sim.noise import derived, mixed
from solix_exporter.sim.wire_format import Json

_MOST_VEHICLES = 5


@dataclass(frozen=True, slots=True)
class _Model:
    """One vehicle model."""

    number: int
    brand: str
    name: str
    years: tuple[int, ...]
    battery_kwh: float
    ac_kw: float
    use_kwh: float
    """Per 100 km."""


_MODELS = (
    _Model(101001, "BMW", "iX3", (2021, 2022, 2023), 74, 11, 18.5),
    _Model(101002, "BMW", "i4 eDrive40", (2022, 2023, 2024), 80.7, 11, 16.1),
    _Model(101003, "Renault", "5 E-Tech", (2024, 2025), 52, 11, 15.2),
    _Model(101004, "Volkswagen", "ID.3 Pro", (2021, 2022, 2023, 2024), 58, 11, 15.5),
    _Model(101005, "Volkswagen", "ID.4", (2021, 2022, 2023, 2024), 77, 11, 17.4),
)


def brands(_: Call) -> Json:
    """Return the brands; source: `power_service/v1/app/get_brand_list`."""
    return {"brand_list": sorted({model.brand for model in _MODELS})}


def brand_models(call: Call) -> Json:
    """Return the models of a brand; source: `power_service/v1/app/get_models`."""
    return {"model_list": [model.name for model in _found(call)]}


def model_years(call: Call) -> Json:
    """Return the years of a model; source: `power_service/v1/app/get_model_years`."""
    name = call.text("model_name")
    years = {year for model in _found(call) if model.name == name for year in model.years}
    return {"year_list": sorted(years)}


def year_attributes(call: Call) -> Json:
    """Return the attributes of a model of a year; source: `power_service/v1/app/get_model_list`."""
    name, year = call.text("model_name"), call.body.get("productive_year")
    return {
        "car_model_list": [
            {
                "id": model.number,
                "brand_name": model.brand,
                "model_name": model.name,
                "productive_year": year,
                "battery_capacity": model.battery_kwh,
                "ac_max_power": model.ac_kw,
                "hundred_fuel_consumption": model.use_kwh,
            }
            for model in _found(call)
            if model.name == name and year in model.years
        ]
    }


def _found(call: Call) -> list[_Model]:
    brand = call.text("brand_name")
    if not brand:
        raise RefusedError(BAD_PARAMETER, "brand_name is required")
    return [model for model in _MODELS if model.brand == brand]


def user_vehicles(call: Call) -> Json:
    """Return the vehicles of the account; source: `app/vehicle/get_vehicle_list`."""
    return {"vehicle_list": [_listed(call, number) for number in range(_count(call))]}


def user_vehicle(call: Call) -> Json:
    """Return one vehicle; source: `app/vehicle/get_vehicle_detail`."""
    wanted = call.text("vehicle_id")
    for number in range(_count(call)):
        listed = _listed(call, number)
        if listed["vehicle_id"] == wanted:
            model = _MODELS[number % len(_MODELS)]
            return listed | {
                "ac_max_charging_power": model.ac_kw,
                "energy_consumption_per_100km": model.use_kwh,
            }
    raise RefusedError(NOT_FOUND)


def _count(call: Call) -> int:
    owns_any = bool(call.account.owned)
    return min(_MOST_VEHICLES, call.account.scenario.vehicles) if owns_any else 0


def _listed(call: Call, number: int) -> dict[str, Json]:
    model = _MODELS[number % len(_MODELS)]
    seed = derived(number, call.account.user_id)
    built = min(site.spec.built for site in call.account.owned)
    return {
        "vehicle_id": str(UUID(int=mixed(seed, 1) << 64 | mixed(seed, 2))),
        "vehicle_name": f"Car {number + 1}",
        "brand": model.brand,
        "model": model.name,
        "productive_year": model.years[-1],
        "is_default_vehicle": number == 0,
        "is_smart_charging": False,
        "is_connected_to_enodeapi": False,
        "battery_capacity": model.battery_kwh,
        "update_time": int(built.timestamp()),
    }
