"""The metrics of vehicles."""

from collections.abc import Iterator

from solix_exporter.metrics.subjects import AnyMetric, Subject
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.snapshot import AccountSlice
from solix_exporter.model.vehicle import Vehicle


def _vehicles(part: AccountSlice) -> Iterator[tuple[Labels, Vehicle]]:
    for vehicle in part.vehicles:
        yield (("vehicle_id", vehicle.vehicle_id),), vehicle


VEHICLE: Subject[Vehicle] = Subject(("vehicle_id",), _vehicles)

VEHICLE_METRICS: tuple[AnyMetric, ...] = (
    VEHICLE.info(
        "solix_vehicle_info",
        "Names and facts of a vehicle, always 1; join them by vehicle_id.",
        ("account", "name", "brand", "model", "year"),
        lambda v: (v.account, v.name, v.brand, v.model, str(v.year or "")),
    ),
    VEHICLE.gauge(
        "solix_vehicle_battery_capacity_watthours",
        "Capacity of the vehicle's battery, as entered in the app.",
        "vehicle_list[].battery_capacity",
        lambda v: v.capacity_wh,
    ),
    VEHICLE.gauge(
        "solix_vehicle_charge_power_limit_watts",
        "What the vehicle's AC charger takes at most.",
        "get_vehicle_detail ac_max_charging_power",
        lambda v: v.charge_power_limit_w,
    ),
    VEHICLE.gauge(
        "solix_vehicle_consumption_watthours_per_100_kilometers",
        "What the vehicle needs for 100 km.",
        "get_vehicle_detail energy_consumption_per_100km",
        lambda v: v.consumption_wh_per_100_km,
    ),
)
