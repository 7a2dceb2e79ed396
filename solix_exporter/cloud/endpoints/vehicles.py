"""Questions about vehicles and the cloud's list of their models."""

from solix_exporter.cloud.endpoints.endpoint import VEHICLE, AnyEndpoint, Endpoint, file
from solix_exporter.cloud.parse.vehicles import parse_vehicle_details, parse_vehicles

_APP = "power_service/v1/app"

USER_VEHICLES = Endpoint("user_vehicles", f"{_APP}/vehicle/get_vehicle_list", parse_vehicles)

USER_VEHICLE_DETAILS = Endpoint(
    "user_vehicle_details",
    f"{_APP}/vehicle/get_vehicle_detail",
    parse_vehicle_details,
    body={"vehicle_id": VEHICLE},
    may_be_empty=True,
)

ROWS: tuple[AnyEndpoint, ...] = (
    Endpoint("vehicle_brands", f"{_APP}/get_brand_list"),
    Endpoint(
        "vehicle_brand_models",
        f"{_APP}/get_models",
        body={"brand_name": "BMW"},
        captures=file("vehicle_brand_models_{brand_name}"),
    ),
    Endpoint(
        "vehicle_model_years",
        f"{_APP}/get_model_years",
        body={"brand_name": "BMW", "model_name": "iX3"},
        captures=file("vehicle_model_years_{brand_name}_{model_name}"),
    ),
    Endpoint(
        "vehicle_year_attributes",
        f"{_APP}/get_model_list",
        body={"brand_name": "BMW", "model_name": "iX3", "productive_year": 2023},
        captures=file("vehicle_year_attributes_{brand_name}_{model_name}_{productive_year}"),
    ),
    USER_VEHICLES,
    USER_VEHICLE_DETAILS,
)
