"""Questions about sites, most of them about balcony systems. Reference 01, section 6."""

from collections.abc import Mapping

from solix_exporter.cloud.endpoints.endpoint import (
    DEVICE,
    SITE,
    TODAY,
    YESTERDAY,
    AnyEndpoint,
    Asker,
    Capture,
    Endpoint,
    Json,
    file,
)
from solix_exporter.cloud.parse.energy import STATISTICS, energy_parser
from solix_exporter.cloud.parse.forecast import parse_forecast
from solix_exporter.cloud.parse.lifetime import parse_pps_totals
from solix_exporter.cloud.parse.power_limits import parse_power_limits
from solix_exporter.cloud.parse.scene import parse_scene
from solix_exporter.cloud.parse.site_extras import parse_ai_runtime, parse_co2_ranking
from solix_exporter.cloud.parse.site_list import parse_site_list
from solix_exporter.cloud.parse.site_price import parse_site_price
from solix_exporter.cloud.parse.soc_settings import parse_system_settings
from solix_exporter.cloud.parse.usage_schedule import parse_usage_schedule
from solix_exporter.cloud.parse.wifi import parse_wifi_list
from solix_exporter.model.energy import EnergyAnswer

_SITE = "power_service/v1/site"
_SITE_ID: Mapping[str, Json] = {"site_id": SITE}
_WEEK: Mapping[str, str] = {"type": "week"}
_DAYS = ("start_time", "end_time")

SITE_LIST = Endpoint("site_list", f"{_SITE}/get_site_list", parse_site_list)

SCENE_INFO = Endpoint(
    "scene_info",
    f"{_SITE}/get_scen_info",
    parse_scene,
    body=_SITE_ID,
    asker=Asker.MEMBER,
    captures=file("scene_{site_id}"),
)

SITE_DEVICE_PARAM: Endpoint[None] = Endpoint(
    "site_device_param",
    f"{_SITE}/get_site_device_param",
    body={"site_id": SITE, "param_type": "6"},
    asker=Asker.OWNER,
    captures=file("device_parm_{param_type}_{site_id}"),
    note="param_type 4 and 6 are schedules, 12 is the tariff; the answer is JSON in a text",
)
USAGE_SCHEDULE = SITE_DEVICE_PARAM.variant(
    "usage_schedule", parse_usage_schedule, may_be_empty=True, param_type="6"
)
SYSTEM_SETTINGS = SITE_DEVICE_PARAM.variant(
    "system_settings", parse_system_settings, may_be_empty=True, param_type="18"
)

ENERGY_ANALYSIS: Endpoint[None] = Endpoint(
    "energy_analysis",
    f"{_SITE}/energy_analysis",
    body={
        "site_id": SITE,
        "device_sn": "",
        "type": "week",
        "device_type": "solarbank",
        "start_time": YESTERDAY,
        "end_time": TODAY,
    },
    asker=Asker.MEMBER,
    captures=(
        Capture("energy_{device_type}_today_{site_id}", {"type": "day"}),
        Capture("energy_{device_type}_day_{device_sn}_{site_id}", _WEEK, _DAYS),
        Capture("energy_{device_type}_{device_sn}_{site_id}"),
        Capture("energy_{device_type}_day_{site_id}", _WEEK, _DAYS),
        Capture("energy_{device_type}_{site_id}"),
    ),
    note="type day, week, month, year; device_type solarbank, solar_production (_pv1 to _pv4,"
    " _microinverter), home_usage, grid, pps, ev_charger",
)
FORECAST = ENERGY_ANALYSIS.variant(
    "forecast", parse_forecast, may_be_empty=True, device_type="solar_production", type="day"
)
PPS_TOTALS = ENERGY_ANALYSIS.variant("pps_totals", parse_pps_totals, device_type="pps", type="day")
SITE_ENERGY: Mapping[str, Endpoint[EnergyAnswer]] = {
    device_type: ENERGY_ANALYSIS.variant(
        f"energy_{device_type}",
        energy_parser(device_type),
        may_be_empty=statistic.may_be_missing,
        device_type=device_type,
    )
    for device_type, statistic in STATISTICS.items()
}
"""Daily energy of balcony systems, by `device_type`; the last day asked for is included."""

WIFI_LIST = Endpoint(
    "wifi_list", f"{_SITE}/get_wifi_info_list", parse_wifi_list, body=_SITE_ID, asker=Asker.OWNER
)

SITE_PRICE = Endpoint(
    "site_price",
    f"{_SITE}/get_site_price",
    parse_site_price,
    # Without `accuracy` the cloud rounds to cents.
    body={"site_id": SITE, "accuracy": 5},
    asker=Asker.OWNER,
    captures=file("price_{site_id}"),
)

CO2_RANKING = Endpoint(
    "co2_ranking", f"{_SITE}/co2_ranking", parse_co2_ranking, body=_SITE_ID, asker=Asker.MEMBER
)

POWER_LIMIT = Endpoint(
    "power_limit",
    f"{_SITE}/get_power_limit",
    parse_power_limits,
    body=_SITE_ID,
    asker=Asker.OWNER,
    may_be_empty=True,
)

AI_EMS_STATUS = Endpoint(
    "ai_ems_status",
    "power_service/v1/ai_ems/get_status",
    parse_ai_runtime,
    body=_SITE_ID,
    asker=Asker.MEMBER,
    may_be_empty=True,
)

ROWS: tuple[AnyEndpoint, ...] = (
    Endpoint("homepage", f"{_SITE}/get_site_homepage", note="empty for members"),
    SITE_LIST,
    Endpoint("site_detail", f"{_SITE}/get_site_detail", body=_SITE_ID, asker=Asker.OWNER),
    Endpoint(
        "site_detail_by_sn",
        f"{_SITE}/get_site_detail_by_sn",
        body={"device_sn": DEVICE},
        asker=Asker.OWNER,
        captures=file("site_detail_sn_{device_sn}"),
    ),
    Endpoint("site_rules", f"{_SITE}/get_site_rules", captures=file("list_site_rules")),
    SCENE_INFO,
    Endpoint("user_devices", f"{_SITE}/list_user_devices", note="empty for members"),
    Endpoint("charging_devices", f"{_SITE}/get_charging_device"),
    SITE_DEVICE_PARAM,
    USAGE_SCHEDULE,
    SYSTEM_SETTINGS,
    ENERGY_ANALYSIS,
    FORECAST,
    PPS_TOTALS,
    *SITE_ENERGY.values(),
    Endpoint(
        "home_load_chart",
        f"{_SITE}/get_home_load_chart",
        captures=(),
        body=_SITE_ID,
        asker=Asker.UNKNOWN,
    ),
    WIFI_LIST,
    SITE_PRICE,
    Endpoint("forecast_schedule", f"{_SITE}/get_schedule", body=_SITE_ID, asker=Asker.MEMBER),
    CO2_RANKING,
    POWER_LIMIT,
    Endpoint(
        "site_csv_export",
        f"{_SITE}/site_data_exported",
        captures=(),
        body={"site_id": SITE, "start_time": YESTERDAY, "end_time": TODAY},
        asker=Asker.MEMBER,
    ),
    AI_EMS_STATUS,
    Endpoint(
        "ai_ems_profit",
        "power_service/v1/ai_ems/profit",
        captures=(),
        body={"site_id": SITE, "start_time": "00:00", "end_time": "24:00", "type": "grid"},
        asker=Asker.MEMBER,
        note="which values type takes is not known",
    ),
    Endpoint(
        "installation",
        "power_service/v1/app/compatible/get_installation",
        body=_SITE_ID,
        asker=Asker.MEMBER,
    ),
)
