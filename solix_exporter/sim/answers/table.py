"""THE table of endpoints: functions by path, permissions, and refused paths.

Answers without measurements are in the JSON files of `templates`.
"""

from functools import cache

from solix_exporter.sim.answers import (
    analysis,
    device_attributes,
    ev_charger,
    firmware_updates,
    hes,
    inverter,
    live_scene,
    panel,
    product_lists,
    profit,
    schedules,
    site_entries,
    site_settings,
    spot_prices,
    storage,
    user_devices,
    vehicle_lists,
)
from solix_exporter.sim.answers.call import Permission, Route
from solix_exporter.sim.answers.templates import template_routes

_MEMBER = Permission.MEMBER
_OWNER = Permission.OWNER

_COMPUTED: dict[str, Route] = {
    "power_service/v1/site/get_site_list": Route(site_entries.site_list),
    "power_service/v1/site/get_site_detail": Route(site_entries.site_detail, _OWNER),
    "power_service/v1/site/get_site_detail_by_sn": Route(site_settings.site_detail_by_sn, _OWNER),
    "power_service/v1/site/get_site_rules": Route(product_lists.site_rules),
    "power_service/v1/site/get_scen_info": Route(live_scene.scene_info, _MEMBER),
    "power_service/v1/site/list_user_devices": Route(user_devices.user_devices),
    "power_service/v1/site/get_site_device_param": Route(schedules.device_parameter, _OWNER),
    "power_service/v1/site/energy_analysis": Route(analysis.energy_analysis, _MEMBER),
    "power_service/v1/site/get_home_load_chart": Route(site_settings.home_load_chart, _MEMBER),
    "power_service/v1/site/get_wifi_info_list": Route(device_attributes.wifi_list, _OWNER),
    "power_service/v1/site/get_site_price": Route(site_settings.site_price, _OWNER),
    "power_service/v1/site/co2_ranking": Route(site_settings.co2_ranking, _MEMBER),
    "power_service/v1/site/get_power_limit": Route(site_settings.power_limit, _OWNER),
    "power_service/v1/app/get_auto_upgrade": Route(user_devices.auto_upgrade),
    "power_service/v1/app/get_relate_and_bind_devices": Route(user_devices.bound_devices),
    "power_service/v1/app/device/get_device_home_load": Route(schedules.device_load, _OWNER),
    "power_service/v1/app/compatible/get_ota_info": Route(firmware_updates.ota_info),
    "power_service/v1/app/compatible/get_compatible_solar_info": Route(firmware_updates.solar_info),
    "power_service/v1/app/compatible/get_power_cutoff": Route(
        device_attributes.power_cutoff, _OWNER
    ),
    "power_service/v1/app/compatible/get_compatible_process": Route(
        firmware_updates.compatible_process
    ),
    "power_service/v1/app/get_relate_device_fittings": Route(
        device_attributes.device_fittings, _OWNER
    ),
    "power_service/v1/app/get_upgrade_record": Route(firmware_updates.upgrade_record),
    "power_service/v1/app/device/get_device_attrs": Route(
        device_attributes.device_attributes, _MEMBER
    ),
    "power_service/v1/app/order/get_charge_order_stats": Route(
        ev_charger.order_statistics, _MEMBER
    ),
    "power_service/v1/app/order/get_charge_order_stats_list": Route(ev_charger.order_list, _MEMBER),
    "power_service/v1/app/get_brand_list": Route(vehicle_lists.brands),
    "power_service/v1/app/get_models": Route(vehicle_lists.brand_models),
    "power_service/v1/app/get_model_years": Route(vehicle_lists.model_years),
    "power_service/v1/app/get_model_list": Route(vehicle_lists.year_attributes),
    "power_service/v1/app/vehicle/get_vehicle_list": Route(vehicle_lists.user_vehicles),
    "power_service/v1/app/vehicle/get_vehicle_detail": Route(vehicle_lists.user_vehicle),
    "power_service/v1/currency/get_list": Route(spot_prices.currency_list),
    "power_service/v1/dynamic_price/check_available": Route(spot_prices.dynamic_price_sites),
    "power_service/v1/dynamic_price/price_detail": Route(spot_prices.spot_prices),
    "power_service/v1/product_categories": Route(product_lists.product_categories, method="GET"),
    "power_service/v1/ai_ems/get_status": Route(site_settings.ai_status, _MEMBER),
    "app/devicemanage/get_user_mqtt_info": Route(user_devices.mqtt_credentials),
    "app/ota/batch/check_update": Route(firmware_updates.ota_batch),
    "charging_pv_svc/getPvStatus": Route(inverter.pv_status, _OWNER),
    "charging_pv_svc/getPvTotalStatistics": Route(inverter.pv_total, _OWNER),
    "charging_pv_svc/statisticsPv": Route(inverter.pv_statistics, _OWNER),
    "charging_energy_service/get_system_running_info": Route(panel.running_info, _MEMBER),
    "charging_energy_service/energy_statistics": Route(storage.panel_statistics, _MEMBER),
    "charging_energy_service/get_installation_inspection": Route(
        panel.installation_inspection, _OWNER
    ),
    "charging_energy_service/get_sns": Route(panel.serials, _OWNER),
    "charging_energy_service/get_world_monetary_unit": Route(spot_prices.monetary_units, _OWNER),
    "charging_disaster_prepared/get_support_func": Route(panel.disaster_support, _MEMBER),
    "charging_disaster_prepared/get_site_device_disaster": Route(panel.disaster, _MEMBER),
    "charging_disaster_prepared/get_site_device_disaster_status": Route(
        panel.disaster_status, _MEMBER
    ),
    "charging_hes_svc/get_system_running_info": Route(hes.running_info, _MEMBER),
    "charging_hes_svc/get_system_profit_detail": Route(profit.system_profit, _MEMBER),
    "charging_hes_svc/get_energy_statistics": Route(storage.home_statistics, _MEMBER),
    "charging_hes_svc/get_world_monetary_unit": Route(spot_prices.home_monetary_units, _MEMBER),
    "charging_hes_svc/get_wifi_info": Route(hes.wifi_info, _OWNER),
    "charging_hes_svc/get_hes_dev_info": Route(hes.device_tree, _MEMBER),
    "charging_hes_svc/get_evcharger_station_info": Route(hes.charger_station, _MEMBER),
}
"""Endpoints whose answers are computed; the others are in the files of `templates`."""


@cache
def routes() -> dict[str, Route]:
    """Return the routes of all endpoints that only read."""
    return _COMPUTED | template_routes()


WRITES = frozenset(
    {
        "power_service/v1/site/set_site_device_param",
        "power_service/v1/site/update_site_price",
        "power_service/v1/app/set_auto_upgrade",
        "power_service/v1/app/device/set_device_home_load",
        "power_service/v1/app/compatible/set_power_cutoff",
        "power_service/v1/app/device/set_device_attrs",
        "power_service/v1/app/compatible/set_installation",
        "power_service/v1/app/vehicle/add_vehicle",
        "power_service/v1/app/vehicle/update_vehicle",
        "power_service/v1/app/vehicle/delete_vehicle",
        "power_service/v1/app/vehicle/set_charging_vehicle",
        "power_service/v1/app/vehicle/set_default",
        "charging_pv_svc/updateUserTieredElecPrice",
        "charging_pv_svc/set_aps_power",
        "mini_power/v1/app/setting/set_port_remark",
        "charging_energy_service/preprocess_utility_rate_plan",
        "charging_energy_service/ack_utility_rate_plan",
        "charging_disaster_prepared/set_site_device_disaster",
        "charging_energy_service/report_device_data",
        "charging_hes_svc/report_device_data",
        "power_service/v1/app/compatible/get_ota_update",
    }
)
"""Endpoints that change something; the simulated cloud accepts no changes."""

EU_LACKS = "charging_energy_service/"
"""The service that is not deployed on the server of the region `eu`."""
