"""All read endpoints with requests as the reference describes them, independent of the package."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SITE = "$site"
DEVICE = "$device"


@dataclass(frozen=True)
class Endpoint:
    path: str
    bodies: tuple[dict[str, Any], ...] = field(default=({},))
    prefix: str = ""
    """Start of the names of its captures."""
    method: str = "POST"


def _site(path: str, prefix: str, **more: Any) -> Endpoint:  # noqa: ANN401  JSON
    return Endpoint(path, ({"site_id": SITE} | more,), prefix)


def _device(path: str, prefix: str, **more: Any) -> Endpoint:  # noqa: ANN401  JSON
    return Endpoint(path, ({"site_id": SITE, "device_sn": DEVICE} | more,), prefix)


def _analysis(kind: str, prefix: str) -> tuple[Endpoint, Endpoint]:
    def ask(span: str, first: str, last: str) -> tuple[dict[str, Any], ...]:
        return (
            {
                "site_id": SITE,
                "device_sn": "",
                "type": span,
                "device_type": kind,
                "start_time": first,
                "end_time": last,
            },
        )

    path = "power_service/v1/site/energy_analysis"
    return (
        Endpoint(path, ask("week", "2026-06-19", "2026-06-20"), prefix),
        Endpoint(path, ask("day", "2026-06-20", "2026-06-20"), f"{prefix}_today"),
    )


def _storage(path: str, kind: str, prefix: str) -> tuple[Endpoint, Endpoint]:
    def ask(span: str, first: str, last: str) -> tuple[dict[str, Any], ...]:
        body = {"siteId": SITE, "sourceType": kind, "dateType": span, "start": first, "end": last}
        return (body | {"global": False, "productCode": ""},)

    return (
        Endpoint(path, ask("week", "2026-06-19", "2026-06-20"), f"{prefix}_{kind}"),
        Endpoint(path, ask("day", "2026-06-20", "2026-06-20"), f"{prefix}_{kind}_today"),
    )


_P = "power_service/v1"
_SITE = f"{_P}/site"
_APP = f"{_P}/app"
_PANEL = "charging_energy_service"
_HES = "charging_hes_svc"
_MINI = "mini_power/v1/app"
_PARAMETERS = (1, 2, 3, 4, 5, 6, 7, 12, 13, 16, 18, 20, 23, 26, 27, 28, 29, 30, 31, 33, 34)
_KINDS = ("solarbank", "solar_production", "home_usage", "grid", "pps", "ev_charger")
_CHANNELS = ("pv1", "pv2", "pv3", "pv4", "microinverter")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(f"{_SITE}/get_site_homepage", prefix="homepage"),
    Endpoint(f"{_SITE}/get_site_list", prefix="site_list"),
    _site(f"{_SITE}/get_site_detail", "site_detail"),
    Endpoint(f"{_SITE}/get_site_detail_by_sn", ({"device_sn": DEVICE},)),
    Endpoint(f"{_SITE}/get_site_rules", prefix="list_site_rules"),
    Endpoint(f"{_SITE}/get_site_rules", prefix="site_rules"),
    _site(f"{_SITE}/get_scen_info", "scene"),
    Endpoint(f"{_SITE}/list_user_devices", prefix="user_devices"),
    Endpoint(f"{_SITE}/get_charging_device", prefix="charging_devices"),
    *(
        _site(f"{_SITE}/get_site_device_param", f"device_parm_{kind}", param_type=str(kind))
        for kind in _PARAMETERS
    ),
    *(pair for kind in _KINDS for pair in _analysis(kind, f"energy_{kind}")),
    *(
        pair
        for channel in _CHANNELS
        for pair in _analysis(f"solar_production_{channel}", f"energy_solar_production_{channel}")
    ),
    _site(f"{_SITE}/get_home_load_chart", ""),
    _site(f"{_SITE}/get_wifi_info_list", "wifi_list"),
    _site(f"{_SITE}/get_site_price", "price", accuracy=5),
    _site(f"{_SITE}/get_schedule", "forecast_schedule"),
    _site(f"{_SITE}/co2_ranking", "co2_ranking"),
    _site(f"{_SITE}/get_power_limit", "power_limit"),
    _site(f"{_SITE}/site_data_exported", "", start_time="2026-03-14", end_time="2026-03-15"),
    Endpoint(f"{_APP}/get_auto_upgrade", prefix="auto_upgrade"),
    Endpoint(f"{_APP}/get_relate_and_bind_devices", prefix="bind_devices"),
    _device(f"{_APP}/device/get_device_home_load", "device_load"),
    Endpoint(f"{_APP}/compatible/get_ota_info", ({"solar_bank_sn": DEVICE, "solar_sn": ""},)),
    Endpoint(
        f"{_APP}/compatible/get_compatible_solar_info", ({"solarbank_sn": DEVICE},), "solar_info"
    ),
    _device(f"{_APP}/compatible/get_power_cutoff", "power_cutoff"),
    Endpoint(
        f"{_APP}/compatible/get_compatible_process",
        ({"solarbank_sn": DEVICE},),
        "compatible_process",
    ),
    _device(f"{_APP}/get_relate_device_fittings", "device_fittings"),
    Endpoint(
        f"{_APP}/get_upgrade_record",
        ({"device_sn": DEVICE, "type": 1}, {"site_id": SITE, "type": 2}, {"type": 0}),
        "upgrade_record_1",
    ),
    Endpoint(f"{_APP}/get_upgrade_record", ({"site_id": SITE, "type": 2},), "get_upgrade_record"),
    Endpoint(f"{_APP}/check_upgrade_record", ({"type": 2},)),
    Endpoint(
        f"{_APP}/device/get_device_attrs",
        (
            {
                "device_sn": DEVICE,
                "attributes": [
                    "rssi",
                    "pv_power_limit",
                    "legal_power_limit",
                    "power_limit_option",
                    "power_limit_option_real",
                    "switch_0w",
                    "enable_0w",
                    "ip_region",
                    "regulation_code",
                    "pps_use_time",
                    "currency",
                    "tag",
                    "temperature",
                ],
            },
        ),
        "device_attrs",
    ),
    Endpoint(f"{_APP}/get_config", prefix="config"),
    _site(f"{_APP}/compatible/get_installation", "installation"),
    Endpoint(f"{_APP}/third/platform/list", prefix="list_third_platforms"),
    Endpoint(f"{_APP}/get_token_by_userid", prefix="get_token"),
    Endpoint(f"{_APP}/get_user_op_shelly_status", ({"token": "token"},), "shelly_status"),
    Endpoint(
        f"{_APP}/device/get_device_income",
        ({"device_sn": DEVICE, "start_time": "00:00"},),
        "device_income",
    ),
    Endpoint(f"{_APP}/group/get_group_devices", ({"device_sn": DEVICE},), "device_group"),
    Endpoint(
        f"{_APP}/order/get_charge_order_stats",
        tuple(
            {"device_sn": DEVICE, "date_type": kind, "start_date": first, "end_date": last}
            for kind, first, last in (("all", "", ""), ("week", "2026-06-14", "2026-06-20"))
        ),
    ),
    Endpoint(
        f"{_APP}/order/get_charge_order_stats_list",
        (
            {
                "device_sn": DEVICE,
                "order_status": 1,
                "date_type": "all",
                "start_date": "",
                "end_date": "",
                "page": 0,
                "page_size": 10,
            },
        ),
    ),
    Endpoint(f"{_APP}/get_ocpp_endpoint_list", prefix="ocpp_endpoint_list"),
    Endpoint(f"{_APP}/get_ocpp_info", ({"device_sn": DEVICE},)),
    Endpoint(f"{_APP}/get_brand_list", prefix="vehicle_brands"),
    Endpoint(f"{_APP}/get_models", ({"brand_name": "BMW"},), "vehicle_brand_models"),
    Endpoint(
        f"{_APP}/get_model_years",
        ({"brand_name": "BMW", "model_name": "iX3"},),
        "vehicle_model_years",
    ),
    Endpoint(
        f"{_APP}/get_model_list",
        ({"brand_name": "BMW", "model_name": "iX3", "productive_year": 2023},),
        "vehicle_year_attributes",
    ),
    Endpoint(f"{_APP}/vehicle/get_vehicle_list", prefix="user_vehicles"),
    Endpoint(f"{_APP}/vehicle/get_vehicle_detail", ({"vehicle_id": "$vehicle"},)),
    Endpoint(
        f"{_P}/device/get_tamper_records",
        ({"device_sn": DEVICE, "page_num": 0, "page_size": 10},),
        "tamper_records",
    ),
    Endpoint(
        "charging_hes_third_party_service_svc/query_modbus_setting",
        ({"device_sn": DEVICE},),
        "modbus_setting",
    ),
    Endpoint(f"{_P}/currency/get_list", prefix="currency_list"),
    Endpoint(f"{_P}/dynamic_price/check_available", prefix="dynamic_price_sites"),
    Endpoint(
        f"{_P}/dynamic_price/support_option", ({"device_pn": "A17C5"},), "dynamic_price_providers"
    ),
    Endpoint(
        f"{_P}/dynamic_price/price_detail",
        ({"company": "Nordpool", "area": "GER", "date": "1781949600", "device_sn": ""},),
        "dynamic_price_details",
    ),
    Endpoint(f"{_P}/get_message_unread", prefix="message_unread", method="GET"),
    Endpoint(f"{_P}/get_message", method="GET"),
    Endpoint(f"{_P}/product_categories", prefix="list_products", method="GET"),
    Endpoint(f"{_P}/product_accessories", prefix="list_accessories", method="GET"),
    _site(f"{_P}/ai_ems/get_status", "ai_ems_status"),
    _site(f"{_P}/ai_ems/profit", "", start_time="00:00", end_time="24:00", type="grid"),
    Endpoint(f"{_APP}/get_extender_system_pn_ota", prefix="extender_system_pn_ota"),
    Endpoint(f"{_APP}/get_extender_system_list", prefix="extender_system_list"),
    Endpoint(f"{_APP}/get_extender_system_detail", ({"extender_system_id": "none"},)),
    Endpoint(f"{_APP}/get_extender_system_cumulative_data", ({"extender_system_id": "none"},)),
    Endpoint(f"{_APP}/get_device_bind_details", ({"device_sn_list": [DEVICE]},)),
    Endpoint(f"{_P}/rfid/get_device_cards", ({"device_sn": DEVICE},)),
    Endpoint(
        "app/ota/batch/check_update",
        ({"device_list": [{"device_sn": DEVICE, "version": ""}]},),
        "ota_batch",
    ),
    Endpoint("app/devicemanage/get_user_mqtt_info"),
    Endpoint("app/devicerelation/get_shared_device", ({"device_sn": DEVICE},)),
    Endpoint("charging_pv_svc/getPvStatus", ({"sns": DEVICE},), "device_pv_status"),
    Endpoint(
        "charging_pv_svc/getPvTotalStatistics", ({"sn": DEVICE},), "device_pv_total_statistics"
    ),
    Endpoint(
        "charging_pv_svc/statisticsPv",
        (
            {
                "sn": DEVICE,
                "type": "week",
                "start": "2026-06-19",
                "end": "2026-06-20",
                "version": "1",
            },
        ),
        "device_pv_statistics",
    ),
    Endpoint(
        "charging_pv_svc/statisticsPv",
        ({"sn": DEVICE, "type": "day", "start": "2026-06-20", "end": "", "version": "1"},),
        "device_pv_statistics_today",
    ),
    Endpoint("charging_pv_svc/selectUserTieredElecPrice", ({"sn": DEVICE},), "device_pv_price"),
    Endpoint(f"{_MINI}/charging/get_charging_mode_list", ({"device_sn": DEVICE},)),
    Endpoint(f"{_MINI}/egg/get_easter_egg_trigger_list", ({"device_sn": DEVICE},)),
    Endpoint(
        f"{_MINI}/power/get_day_power_data",
        ({"device_sn": DEVICE, "device_model": "A2345", "date": "2026-06-20"},),
    ),
    Endpoint(f"{_MINI}/setting/get_device_setting", ({"device_sn": DEVICE},)),
    Endpoint(f"{_MINI}/style/get_clock_screensavers", ({"product_code": "A2345"},)),
    Endpoint(f"{_MINI}/style/get_manual_clock_screensavers", ({"sn": DEVICE},)),
    Endpoint(f"{_MINI}/setting/get_port_remarks", ({"device_sn": DEVICE},)),
    Endpoint(f"{_MINI}/setting/get_protocol_status", ({"device_sn": DEVICE},)),
    Endpoint(f"{_PANEL}/get_error_infos", prefix="charging_error_info"),
    Endpoint(
        f"{_PANEL}/get_system_running_info", ({"siteId": SITE},), "charging_system_running_info"
    ),
    *(
        pair
        for kind in ("solar", "hes", "home", "grid", "pps", "diesel")
        for pair in _storage(f"{_PANEL}/energy_statistics", kind, "charging_energy")
    ),
    Endpoint(f"{_PANEL}/get_rom_versions"),
    Endpoint(
        f"{_PANEL}/get_device_infos", ({"siteId": SITE, "sns": [DEVICE]},), "charging_device_info"
    ),
    Endpoint(f"{_PANEL}/get_wifi_info", ({"sn": DEVICE},), "charging_wifi_info"),
    Endpoint(
        f"{_PANEL}/get_installation_inspection",
        ({"siteId": SITE, "sn": DEVICE},),
        "charging_installation_inspection",
    ),
    Endpoint(
        f"{_PANEL}/get_utility_rate_plan",
        ({"siteId": SITE, "sn": DEVICE},),
        "charging_utility_rate_plan",
    ),
    Endpoint(
        f"{_PANEL}/get_configs",
        ({"siteId": SITE, "sn": DEVICE, "param_types": ["hes", "home", "grid"]},),
        "charging_configs",
    ),
    Endpoint(f"{_PANEL}/get_sns", ({"main_sn": DEVICE, "macs": ["E8EECC000001"]},), "charging_sns"),
    Endpoint(f"{_PANEL}/get_world_monetary_unit", ({"sn": DEVICE},), "charging_monetary_units"),
    *(
        Endpoint(
            f"charging_disaster_prepared/{name}", ({"identifier_id": SITE, "type": 2},), prefix
        )
        for name, prefix in (
            ("get_support_func", "charging_disaster_support_func"),
            ("get_site_device_disaster", "charging_site_device_disaster"),
            ("get_site_device_disaster_status", "charging_site_device_disaster_status"),
        )
    ),
    Endpoint(f"{_HES}/get_device_product_info", prefix="hes_product_info"),
    Endpoint(f"{_HES}/get_heat_pump_plan_json", prefix="hes_heat_pump_plan"),
    Endpoint(
        f"{_HES}/get_electric_utility_and_electric_plan_list",
        ({"country": "de", "state_code": "nw"},),
        "hes_electric_plan_de_nw",
    ),
    Endpoint(f"{_HES}/get_system_running_info", ({"siteId": SITE},), "hes_system_running_info"),
    *(
        Endpoint(
            f"{_HES}/get_system_profit_detail",
            ({"siteId": SITE, "dateType": kind, "start": start},),
            f"hes_system_profit_{kind}",
        )
        for kind, start in (("day", "2026-06-19"), ("month", "2026-06"))
    ),
    *(
        pair
        for kind in ("solar", "hes", "home", "grid", "evCharger", "otherLoad")
        for pair in _storage(f"{_HES}/get_energy_statistics", kind, "hes_energy")
    ),
    Endpoint(f"{_HES}/get_world_monetary_unit", ({"siteId": SITE},), "hes_monetary_units"),
    Endpoint(f"{_HES}/get_install_info", ({"siteId": SITE},), "hes_install_info"),
    Endpoint(f"{_HES}/get_wifi_info", ({"sn": DEVICE},)),
    Endpoint(f"{_HES}/get_installer_info", ({"siteIds": [SITE], "siteId": SITE},)),
    Endpoint(f"{_HES}/get_system_running_time", ({"siteId": SITE},)),
    Endpoint(f"{_HES}/get_mi_layout", ({"siteId": SITE},)),
    Endpoint(f"{_HES}/get_conn_net_tips", ({"siteId": SITE},)),
    Endpoint(f"{_HES}/get_hes_dev_info", ({"siteId": SITE},)),
    Endpoint(
        f"{_HES}/get_user_bind_and_not_in_station_evchargers", prefix="hes_evcharger_standalone"
    ),
    Endpoint(f"{_HES}/get_evcharger_station_info", ({"evChargerSn": DEVICE, "featuretype": 1},)),
)


@dataclass(frozen=True)
class Known:
    """The ids that an account can ask about."""

    sites: tuple[str, ...]
    devices: tuple[tuple[str, str], ...]
    """Site (empty without one) and serial number."""
    vehicles: tuple[str, ...] = ()


def requests(endpoint: Endpoint, known: Known) -> Iterator[dict[str, Any]]:
    """Yield the bodies of an endpoint for all ids of an account."""
    for body in endpoint.bodies:
        text = json.dumps(body)
        if DEVICE in text:
            for site_id, sn in known.devices:
                yield json.loads(text.replace(DEVICE, sn).replace(SITE, site_id))
        elif SITE in text:
            for site_id in known.sites:
                yield json.loads(text.replace(SITE, site_id))
        elif "$vehicle" in text:
            for vehicle in known.vehicles:
                yield json.loads(text.replace("$vehicle", vehicle))
        else:
            yield body
