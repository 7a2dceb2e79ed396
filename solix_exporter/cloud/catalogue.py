"""THE table of read endpoints: all that are known, whether a parser reads them or not.

An endpoint that a parser reads has its path in `endpoints`, and its row here refers to that one.
Bodies are examples; reference 01, section 6.
"""

from collections.abc import Mapping

from solix_exporter.cloud.endpoint import Json
from solix_exporter.cloud.endpoints import (
    AI_RUNTIME,
    AUTO_UPGRADE,
    BANK_SCHEDULE,
    BOUND_DEVICES,
    CO2_RANKING,
    CURRENCY_LIST,
    FITTINGS,
    HES_ENERGY,
    INVERTER_BEHIND,
    INVERTER_ENERGY,
    MARKET_PRICES,
    PANEL_ENERGY,
    POWER_CUTOFF,
    POWER_LIMITS,
    PRODUCT_NAMES,
    PV_FORECAST,
    PV_LIMIT,
    SCENE_INFO,
    SITE_LIST,
    SITE_PRICE,
    UNREAD_MESSAGES,
    UPDATES,
    USAGE_SCHEDULE,
    WIFI_LIST,
)
from solix_exporter.cloud.family_endpoints import (
    CHARGE_TOTALS,
    CHARGER_MODES,
    CHARGER_SETTINGS,
    HES_WIFI,
    INVERTER_PRICE,
    INVERTER_STATUS,
    INVERTER_TOTALS,
    PANEL_BACKUP,
    PANEL_RATE_PLAN,
    PANEL_STATUS,
    PANEL_WIFI,
    VEHICLE_DETAILS,
    VEHICLES,
)
from solix_exporter.cloud.read_endpoint import (
    DEVICE,
    SITE,
    TODAY,
    YESTERDAY,
    Asker,
    Capture,
    ReadEndpoint,
)

_P = "power_service/v1"
_SITE = f"{_P}/site"
_APP = f"{_P}/app"
_PRICE = f"{_P}/dynamic_price"
_MINI = "mini_power/v1/app"
_PANEL = "charging_energy_service"
_DISASTER = "charging_disaster_prepared"
_HES = "charging_hes_svc"

_ACCOUNT, _MEMBER, _OWNER, _UNKNOWN = Asker
_SITE_ID: Mapping[str, Json] = {"site_id": SITE}
_DEVICE_SN: Mapping[str, Json] = {"device_sn": DEVICE}
_SITE_AND_DEVICE: Mapping[str, Json] = {"site_id": SITE, "device_sn": DEVICE}
_WEEK: Mapping[str, str] = {"type": "week"}
_START_TO_END = ("start_time", "end_time")
_DISASTER_BODY: Mapping[str, Json] = {"identifier_id": SITE, "type": 2}


def _row(  # noqa: PLR0913  the columns of a table
    name: str,
    path: str,
    capture: str | tuple[Capture, ...] = "",
    *,
    body: Mapping[str, Json] | None = None,
    asker: Asker = _ACCOUNT,
    method: str = "POST",
    note: str = "",
) -> ReadEndpoint:
    captures = capture
    if isinstance(captures, str):
        captures = (Capture(captures),) if captures else ()
    return ReadEndpoint(name, path, body or {}, asker, captures, method, note)


def _site(name: str, path: str, capture: str, asker: Asker = _OWNER, **more: Json) -> ReadEndpoint:
    return _row(name, path, f"{capture}_{{site_id}}", body={**_SITE_ID, **more}, asker=asker)


def _device(
    name: str, path: str, capture: str, asker: Asker = _OWNER, **more: Json
) -> ReadEndpoint:
    body = {**_DEVICE_SN, **more}
    return _row(name, path, f"{capture}_{{device_sn}}", body=body, asker=asker)


def _statistics(service: str) -> tuple[Capture, ...]:
    """Return the names of energy statistics: a day's curve, one day whole, the days of a week."""
    return (
        Capture(f"{service}_energy_{{sourceType}}_today_{{siteId}}", {"dateType": "day"}),
        Capture(
            f"{service}_energy_{{sourceType}}_day_{{siteId}}",
            {"dateType": "week"},
            ("start", "end"),
        ),
        Capture(f"{service}_energy_{{sourceType}}_{{siteId}}"),
    )


_POWER_SITES = (
    _row("homepage", f"{_SITE}/get_site_homepage", "homepage", note="empty for members"),
    _row("site_list", SITE_LIST.path, SITE_LIST.capture),
    _site("site_detail", f"{_SITE}/get_site_detail", "site_detail"),
    _device("site_detail_by_sn", f"{_SITE}/get_site_detail_by_sn", "site_detail_sn"),
    _row("site_rules", f"{_SITE}/get_site_rules", "list_site_rules"),
    _row("scene_info", SCENE_INFO.path, SCENE_INFO.capture, body=_SITE_ID, asker=_MEMBER),
    _row("user_devices", f"{_SITE}/list_user_devices", "user_devices", note="empty for members"),
    _row("charging_devices", f"{_SITE}/get_charging_device", "charging_devices"),
    _row(
        "site_device_param",
        USAGE_SCHEDULE.path,
        "device_parm_{param_type}_{site_id}",
        body={"site_id": SITE, "param_type": "6"},
        asker=_OWNER,
        note="param_type 4 and 6 are schedules, 12 is the tariff; the answer is JSON in a text",
    ),
    _row(
        "energy_analysis",
        PV_FORECAST.path,
        (
            Capture("energy_{device_type}_today_{site_id}", {"type": "day"}),
            Capture("energy_{device_type}_day_{device_sn}_{site_id}", _WEEK, _START_TO_END),
            Capture("energy_{device_type}_{device_sn}_{site_id}"),
            Capture("energy_{device_type}_day_{site_id}", _WEEK, _START_TO_END),
            Capture("energy_{device_type}_{site_id}"),
        ),
        body={
            "site_id": SITE,
            "device_sn": "",
            "type": "week",
            "device_type": "solarbank",
            "start_time": YESTERDAY,
            "end_time": TODAY,
        },
        asker=_MEMBER,
        note="type day, week, month, year; device_type solarbank, solar_production (_pv1 to _pv4,"
        " _microinverter), home_usage, grid, pps, ev_charger",
    ),
    _row("home_load_chart", f"{_SITE}/get_home_load_chart", body=_SITE_ID, asker=_UNKNOWN),
    _site("wifi_list", WIFI_LIST.path, "wifi_list"),
    _site("site_price", SITE_PRICE.path, "price", accuracy=5),
    _site("forecast_schedule", f"{_SITE}/get_schedule", "forecast_schedule", _MEMBER),
    _site("co2_ranking", CO2_RANKING.path, "co2_ranking", _MEMBER),
    _site("power_limit", POWER_LIMITS.path, "power_limit"),
    _row(
        "site_csv_export",
        f"{_SITE}/site_data_exported",
        body={"site_id": SITE, "start_time": YESTERDAY, "end_time": TODAY},
        asker=_MEMBER,
    ),
    _site("ai_ems_status", AI_RUNTIME.path, "ai_ems_status", _MEMBER),
    _row(
        "ai_ems_profit",
        f"{_P}/ai_ems/profit",
        body={"site_id": SITE, "start_time": "00:00", "end_time": "24:00", "type": "grid"},
        asker=_MEMBER,
        note="which values type takes is not known",
    ),
    _site("installation", f"{_APP}/compatible/get_installation", "installation", _MEMBER),
)

_POWER_ACCOUNT = (
    _row("auto_upgrade", AUTO_UPGRADE.path, "auto_upgrade", note="empty for members"),
    _row("bind_devices", BOUND_DEVICES.path, BOUND_DEVICES.capture),
    _row(
        "check_upgrade_record",
        f"{_APP}/check_upgrade_record",
        "check_upgrade_record_{type}",
        body={"type": 2},
        asker=_OWNER,
    ),
    _row("config", f"{_APP}/get_config", "config"),
    _row("third_platforms", f"{_APP}/third/platform/list", "list_third_platforms"),
    _row("token_by_userid", f"{_APP}/get_token_by_userid", "get_token", note="gives a secret"),
    _row(
        "shelly_status",
        f"{_APP}/get_user_op_shelly_status",
        "shelly_status",
        body={"token": "<of token_by_userid>"},
    ),
    _row("ocpp_endpoint_list", f"{_APP}/get_ocpp_endpoint_list", "ocpp_endpoint_list"),
    _row("currency_list", CURRENCY_LIST.path, CURRENCY_LIST.capture),
    _row("dynamic_price_sites", f"{_PRICE}/check_available", "dynamic_price_sites"),
    _row(
        "dynamic_price_providers",
        f"{_PRICE}/support_option",
        "dynamic_price_providers_{device_pn}",
        body={"device_pn": "A17C5"},
        asker=_MEMBER,
    ),
    _row(
        "dynamic_price_details",
        MARKET_PRICES.path,
        (
            Capture("dynamic_price_details_{country}_{company}_{area}"),
            Capture("dynamic_price_details_*_{company}_{area}"),
        ),
        body={"company": "Nordpool", "area": "GER", "date": "1748908800", "device_sn": ""},
        asker=_MEMBER,
        note="date in Unix seconds, as a text",
    ),
    _row("message_unread", UNREAD_MESSAGES.path, "message_unread", method="GET"),
    _row(
        "message",
        f"{_P}/get_message",
        body={"last_time": ""},
        method="GET",
        note="the form of last_time is not known",
    ),
    _row("product_categories", PRODUCT_NAMES.path, "list_products", method="GET"),
    _row("product_accessories", f"{_P}/product_accessories", "list_accessories", method="GET"),
    _row("extender_system_pn_ota", f"{_APP}/get_extender_system_pn_ota", "extender_system_pn_ota"),
    _row("extender_system_list", f"{_APP}/get_extender_system_list", "extender_system_list"),
    _row(
        "extender_system_detail",
        f"{_APP}/get_extender_system_detail",
        body={"extender_system_id": "<of extender_system_list>"},
        asker=_UNKNOWN,
    ),
    _row(
        "extender_system_cumulative_data",
        f"{_APP}/get_extender_system_cumulative_data",
        body={"extender_system_id": "<of extender_system_list>"},
        asker=_UNKNOWN,
    ),
    _row(
        "ota_batch",
        UPDATES.path,
        "ota_batch",
        body={"device_list": [{"device_sn": DEVICE, "version": ""}]},
        note="answers for owned devices",
    ),
    _row(
        "mqtt_info",
        "app/devicemanage/get_user_mqtt_info",
        note="gives a certificate and its private key",
    ),
)

_POWER_DEVICES = (
    _row(
        "device_load",
        BANK_SCHEDULE.path,
        "device_load_{device_sn}",
        body=_SITE_AND_DEVICE,
        asker=_OWNER,
    ),
    _row(
        "ota_info",
        f"{_APP}/compatible/get_ota_info",
        "ota_info_{solar_bank_sn}",
        body={"solar_bank_sn": DEVICE, "solar_sn": ""},
        asker=_UNKNOWN,
    ),
    _row(
        "solar_info",
        INVERTER_BEHIND.path,
        "solar_info_{solarbank_sn}",
        body={"solarbank_sn": DEVICE},
        asker=_MEMBER,
    ),
    _row(
        "power_cutoff",
        POWER_CUTOFF.path,
        "power_cutoff_{device_sn}",
        body=_SITE_AND_DEVICE,
        asker=_OWNER,
    ),
    _row(
        "compatible_process",
        f"{_APP}/compatible/get_compatible_process",
        "compatible_process_{solarbank_sn}",
        body={"solarbank_sn": DEVICE},
        asker=_MEMBER,
    ),
    _row(
        "device_fittings",
        FITTINGS.path,
        "device_fittings_{device_sn}",
        body=_SITE_AND_DEVICE,
        asker=_OWNER,
    ),
    _row(
        "upgrade_record",
        f"{_APP}/get_upgrade_record",
        (
            Capture("upgrade_record_{type}_{device_sn}"),
            Capture("upgrade_record_{type}_{site_id}"),
            Capture("upgrade_record_{type}"),
        ),
        body={"device_sn": DEVICE, "type": 1},
        asker=_MEMBER,
        note="type 1 with device_sn, 2 with site_id, 0 with neither",
    ),
    _device(
        "device_attrs",
        PV_LIMIT.path,
        "device_attrs",
        attributes=[
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
        ],
    ),
    _device(
        "device_income",
        f"{_APP}/device/get_device_income",
        "device_income",
        _MEMBER,
        start_time="00:00",
    ),
    _device("device_group", f"{_APP}/group/get_group_devices", "device_group", _MEMBER),
    _row(
        "device_bind_details",
        f"{_APP}/get_device_bind_details",
        body={"device_sn_list": [DEVICE]},
        asker=_MEMBER,
    ),
    _device(
        "tamper_records",
        f"{_P}/device/get_tamper_records",
        "tamper_records",
        page_num=0,
        page_size=10,
    ),
    _row(
        "shared_device",
        "app/devicerelation/get_shared_device",
        body=_DEVICE_SN,
        asker=_MEMBER,
    ),
)

_VEHICLES = (
    _row("vehicle_brands", f"{_APP}/get_brand_list", "vehicle_brands"),
    _row(
        "vehicle_brand_models",
        f"{_APP}/get_models",
        "vehicle_brand_models_{brand_name}",
        body={"brand_name": "BMW"},
    ),
    _row(
        "vehicle_model_years",
        f"{_APP}/get_model_years",
        "vehicle_model_years_{brand_name}_{model_name}",
        body={"brand_name": "BMW", "model_name": "iX3"},
    ),
    _row(
        "vehicle_year_attributes",
        f"{_APP}/get_model_list",
        "vehicle_year_attributes_{brand_name}_{model_name}_{productive_year}",
        body={"brand_name": "BMW", "model_name": "iX3", "productive_year": 2023},
    ),
    _row("user_vehicles", VEHICLES.path, "user_vehicles"),
    _row(
        "user_vehicle_details",
        VEHICLE_DETAILS.path,
        "user_vehicle_details_{vehicle_id}",
        body={"vehicle_id": "<vehicle_id>"},
    ),
)

_EV_CHARGERS = (
    _row(
        "charge_order_stats",
        CHARGE_TOTALS.path,
        (
            Capture("charge_order_stats_all_{device_sn}", {"date_type": "all"}),
            Capture("charge_order_stats_today_{device_sn}"),
        ),
        body={"device_sn": DEVICE, "date_type": "week", "start_date": TODAY, "end_date": TODAY},
        asker=_MEMBER,
        note="date_type week, month, year; all wants empty dates",
    ),
    _row(
        "charge_order_stats_list",
        f"{_APP}/order/get_charge_order_stats_list",
        "charge_order_stats_list_{order_status}_{device_sn}",
        body={
            "device_sn": DEVICE,
            "order_status": 1,
            "date_type": "all",
            "start_date": "",
            "end_date": "",
            "page": 0,
            "page_size": 10,
        },
        asker=_MEMBER,
    ),
    _device("ocpp_info", f"{_APP}/get_ocpp_info", "ocpp_info", _MEMBER),
    _device("rfid_cards", f"{_P}/rfid/get_device_cards", "rfid_cards"),
)

_INVERTERS = (
    _row(
        "pv_status",
        INVERTER_STATUS.path,
        "device_pv_status_{sns}",
        body={"sns": DEVICE},
        asker=_OWNER,
    ),
    _row(
        "pv_total_statistics",
        INVERTER_TOTALS.path,
        "device_pv_total_statistics_{sn}",
        body={"sn": DEVICE},
        asker=_OWNER,
    ),
    _row(
        "pv_statistics",
        INVERTER_ENERGY.path,
        (
            Capture("device_pv_statistics_today_{sn}", {"type": "day"}),
            Capture("device_pv_statistics_day_{sn}", _WEEK, ("start", "end")),
            Capture("device_pv_statistics_{sn}"),
        ),
        body={"sn": DEVICE, "type": "week", "start": YESTERDAY, "end": TODAY, "version": "1"},
        asker=_OWNER,
        note="type day (without an end), week, month, year",
    ),
    _row(
        "pv_price",
        INVERTER_PRICE.path,
        "device_pv_price_{sn}",
        body={"sn": DEVICE},
        asker=_OWNER,
    ),
)

_CHARGERS = (
    _device(
        "charger_charging_modes",
        CHARGER_MODES.path,
        "charger_charging_modes",
    ),
    _device("charger_triggers", f"{_MINI}/egg/get_easter_egg_trigger_list", "charger_triggers"),
    _row(
        "charger_statistics",
        f"{_MINI}/power/get_day_power_data",
        body={"device_sn": DEVICE, "device_model": "A2345", "date": TODAY},
        asker=_UNKNOWN,
        note="which form works is not known",
    ),
    _device("charger_device_setting", CHARGER_SETTINGS.path, "charger_device_setting"),
    _row(
        "charger_screensavers",
        f"{_MINI}/style/get_clock_screensavers",
        "charger_screensavers_{product_code}",
        body={"product_code": "A2345"},
    ),
    _row(
        "charger_manual_screensavers",
        f"{_MINI}/style/get_manual_clock_screensavers",
        "charger_manual_screensavers_{sn}",
        body={"sn": DEVICE},
        asker=_OWNER,
    ),
    _device("charger_port_remarks", f"{_MINI}/setting/get_port_remarks", "charger_port_remarks"),
    _device(
        "charger_protocol_status",
        f"{_MINI}/setting/get_protocol_status",
        "charger_protocol_status",
    ),
)

_PANELS = (
    _row("charging_error_info", f"{_PANEL}/get_error_infos", "charging_error_info"),
    _row(
        "charging_system_running_info",
        PANEL_STATUS.path,
        "charging_system_running_info_{siteId}",
        body={"siteId": SITE},
        asker=_MEMBER,
    ),
    _row(
        "charging_energy",
        PANEL_ENERGY["solar"].path,
        _statistics("charging"),
        body={
            "siteId": SITE,
            "sourceType": "solar",
            "dateType": "week",
            "start": YESTERDAY,
            "end": TODAY,
            "global": False,
            "productCode": "",
        },
        asker=_MEMBER,
        note="sourceType solar, hes, home, grid, pps, diesel; dateType day, week, year",
    ),
    _row(
        "charging_rom_versions",
        f"{_PANEL}/get_rom_versions",
        asker=_OWNER,
        note="the body is not known",
    ),
    _row(
        "charging_device_info",
        f"{_PANEL}/get_device_infos",
        "charging_device_info_{sns[0]}",
        body={"siteId": SITE, "sns": [DEVICE]},
        asker=_OWNER,
    ),
    _row(
        "charging_wifi_info",
        PANEL_WIFI.path,
        "charging_wifi_info_{sn}",
        body={"sn": DEVICE},
        asker=_OWNER,
    ),
    _row(
        "charging_installation_inspection",
        f"{_PANEL}/get_installation_inspection",
        "charging_installation_inspection_{sn}",
        body={"siteId": SITE, "sn": DEVICE},
        asker=_OWNER,
    ),
    _row(
        "charging_utility_rate_plan",
        PANEL_RATE_PLAN.path,
        "charging_utility_rate_plan_{sn}",
        body={"siteId": SITE, "sn": DEVICE},
        asker=_OWNER,
    ),
    _row(
        "charging_configs",
        f"{_PANEL}/get_configs",
        "charging_configs_{sn}",
        body={"siteId": SITE, "sn": DEVICE, "param_types": ["hes", "home", "grid"]},
        asker=_OWNER,
    ),
    _row(
        "charging_sns",
        f"{_PANEL}/get_sns",
        "charging_sns_{main_sn}",
        body={"main_sn": DEVICE, "macs": ["<ble_mac of charging_device_info>"]},
        asker=_OWNER,
    ),
    _row(
        "charging_monetary_units",
        f"{_PANEL}/get_world_monetary_unit",
        "charging_monetary_units_{sn}",
        body={"siteId": SITE, "sn": DEVICE},
        asker=_OWNER,
    ),
    _row(
        "charging_disaster_support_func",
        f"{_DISASTER}/get_support_func",
        "charging_disaster_support_func_{identifier_id}",
        body=_DISASTER_BODY,
        asker=_MEMBER,
    ),
    _row(
        "charging_site_device_disaster",
        f"{_DISASTER}/get_site_device_disaster",
        "charging_site_device_disaster_{identifier_id}",
        body=_DISASTER_BODY,
        asker=_MEMBER,
    ),
    _row(
        "charging_site_device_disaster_status",
        PANEL_BACKUP.path,
        "charging_site_device_disaster_status_{identifier_id}",
        body=_DISASTER_BODY,
        asker=_MEMBER,
    ),
)


def _hes_site(name: str, path: str, asker: Asker) -> ReadEndpoint:
    return _row(name, f"{_HES}/{path}", f"{name}_{{siteId}}", body={"siteId": SITE}, asker=asker)


_HOMES = (
    _row("hes_product_info", f"{_HES}/get_device_product_info", "hes_product_info"),
    _row("hes_heat_pump_plan", f"{_HES}/get_heat_pump_plan_json", "hes_heat_pump_plan"),
    _row(
        "hes_electric_plan",
        f"{_HES}/get_electric_utility_and_electric_plan_list",
        "hes_electric_plan_{country}_{state_code}",
        body={"country": "de", "state_code": "nw"},
    ),
    _hes_site("hes_system_running_info", "get_system_running_info", _MEMBER),
    _row(
        "hes_system_profit",
        f"{_HES}/get_system_profit_detail",
        "hes_system_profit_{dateType}_{siteId}",
        body={"siteId": SITE, "dateType": "day", "start": TODAY},
        asker=_MEMBER,
        note="dateType day, month, year",
    ),
    _row(
        "hes_energy",
        HES_ENERGY["solar"].path,
        _statistics("hes"),
        body={
            "siteId": SITE,
            "sourceType": "solar",
            "dateType": "week",
            "start": YESTERDAY,
            "end": TODAY,
        },
        asker=_MEMBER,
        note="sourceType solar, hes, home, grid, pps, evCharger, otherLoad;"
        " dateType day, week, year",
    ),
    _hes_site("hes_monetary_units", "get_world_monetary_unit", _MEMBER),
    _row(
        "hes_install_info",
        f"{_HES}/get_install_info",
        "hes_install_info_{siteId}",
        body={"siteId": SITE},
        asker=_MEMBER,
        note="gives the postal address; never exported",
    ),
    _row(
        "hes_wifi_info",
        HES_WIFI.path,
        "hes_wifi_info_{sn}",
        body={"sn": DEVICE},
        asker=_OWNER,
    ),
    _row(
        "hes_installer_info",
        f"{_HES}/get_installer_info",
        body={"siteIds": [SITE], "siteId": SITE},
        asker=_OWNER,
        note="gives the installer's contact; never exported",
    ),
    _hes_site("hes_system_running_time", "get_system_running_time", _OWNER),
    _hes_site("hes_mi_layout", "get_mi_layout", _OWNER),
    _hes_site("hes_conn_net_tips", "get_conn_net_tips", _OWNER),
    _hes_site("hes_dev_info", "get_hes_dev_info", _MEMBER),
    _row(
        "hes_evcharger_standalone",
        f"{_HES}/get_user_bind_and_not_in_station_evchargers",
        "hes_evcharger_standalone",
    ),
    _row(
        "hes_evcharger_station_info",
        f"{_HES}/get_evcharger_station_info",
        "hes_evcharger_station_info_{featuretype}_{evChargerSn}",
        body={"evChargerSn": DEVICE, "featuretype": 1},
        asker=_MEMBER,
        note="featuretype 1 or 2",
    ),
)

CATALOGUE: tuple[ReadEndpoint, ...] = (
    *_POWER_SITES,
    *_POWER_ACCOUNT,
    *_POWER_DEVICES,
    *_VEHICLES,
    *_EV_CHARGERS,
    *_INVERTERS,
    *_CHARGERS,
    *_PANELS,
    *_HOMES,
)

READ: Mapping[str, ReadEndpoint] = {row.name: row for row in CATALOGUE}
"""The rows by name."""
_BY_PATH: Mapping[str, ReadEndpoint] = {row.path: row for row in CATALOGUE}


def find(name_or_path: str) -> ReadEndpoint | None:
    """Return the row of a name or a path, with or without its leading slash."""
    return READ.get(name_or_path) or _BY_PATH.get(name_or_path.strip("/"))
