"""THE table of endpoints: which function answers which path, for whom, and what is refused."""

from solix_exporter.sim.answers.bound import bound_devices
from solix_exporter.sim.answers.call import Access, Route
from solix_exporter.sim.answers.prices import currency_list
from solix_exporter.sim.answers.scene import scene_info
from solix_exporter.sim.answers.sites import site_detail, site_homepage, site_list

ROUTES: dict[str, Route] = {
    "power_service/v1/site/get_site_homepage": Route(site_homepage),
    "power_service/v1/site/get_site_list": Route(site_list),
    "power_service/v1/site/get_site_detail": Route(site_detail, Access.OWNER),
    "power_service/v1/site/get_scen_info": Route(scene_info, Access.MEMBER),
    "power_service/v1/app/get_relate_and_bind_devices": Route(bound_devices),
    "power_service/v1/currency/get_list": Route(currency_list),
}

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
"""Endpoints that change something; the simulated cloud takes no changes."""

EU_LACKS = "charging_energy_service/"
"""The service that is not deployed on the server of the region `eu`."""
