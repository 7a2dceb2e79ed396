"""THE table of metrics: name, meaning, the cloud's field, and the line that makes the number.

A row is a promise to users: name and meaning stay. The order here is the order on `/metrics`.
"""

from collections.abc import Iterator

from solix_exporter.metrics.detail_rows import (
    ACCOUNT_DETAIL_METRICS,
    DEVICE_DETAIL_METRICS,
    SITE_DETAIL_METRICS,
)
from solix_exporter.metrics.energy_rows import ENERGY_METRICS
from solix_exporter.metrics.family_rows import CHARGER_METRICS, STATION_METRICS, VEHICLE_METRICS
from solix_exporter.metrics.homes import ACCOUNT, DEVICE, SITE
from solix_exporter.metrics.subjects import AnyMetric, Subject
from solix_exporter.model.device import ChargingStatus, EvChargerStatus
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.site import Site, SiteReadings
from solix_exporter.model.usage import UsageMode


def _lifetime_money(site: tuple[Site, Lifetime]) -> Iterator[tuple[str, float | None]]:
    identity, lifetime = site
    yield identity.currency, lifetime.savings


SITE_NOW: Subject[SiteReadings] = SITE.part(lambda site: site.now)
SITE_LIFETIME = SITE.part(lambda site: (site, site.lifetime) if site.lifetime else None)

DEVICE_NOW = DEVICE.part(lambda device: device.now)
BATTERY = DEVICE_NOW.part(lambda now: now.battery)
OUTPUT = DEVICE_NOW.part(lambda now: now.output)
METER = DEVICE_NOW.part(lambda now: now.meter)
PLUG = DEVICE_NOW.part(lambda now: now.plug)
INVERTER = DEVICE_NOW.part(lambda now: now.inverter)
EV_CHARGER = DEVICE_NOW.part(lambda now: now.ev_charger)

_INFO = "solarbank_info"
_BANK = "solarbank_list[]"
_MEAN = " Of a power panel or X1 the mean of the newest 5 minutes."
_CURVE = "energy_statistics power[] of"

ACCOUNT_METRICS: tuple[AnyMetric, ...] = (
    ACCOUNT.flag(
        "solix_up", "Whether the last sites poll of the account succeeded.", "", lambda a: a.is_up
    ),
    ACCOUNT.info(
        "solix_account_info",
        "The account's country and the server that is asked, always 1.",
        ("country", "server"),
        lambda a: (a.country, a.server),
    ),
    ACCOUNT.timestamp(
        "solix_account_token_expiry_timestamp_seconds",
        "When the login token ends; it is renewed before.",
        "",
        lambda a: a.token_expires_at,
    ),
    ACCOUNT.gauge(
        "solix_login_blocked_until_timestamp_seconds",
        "Until when no login is tried because the last one failed; 0 while logins are allowed.",
        "",
        lambda a: a.login_blocked_until.timestamp() if a.login_blocked_until else 0.0,
    ),
)

SITE_METRICS: tuple[AnyMetric, ...] = (
    SITE.info(
        "solix_site_info",
        "Names and facts of a site, always 1; join them by site_id.",
        ("account", "name", "site_type", "access", "currency", "timezone"),
        lambda s: (
            s.account,
            s.name,
            s.site_type.value,
            s.access.value,
            s.currency,
            s.timezone,
        ),
    ),
    SITE.flag(
        "solix_site_data_valid",
        "Whether the cloud's numbers for the site are measured and not too old; while 0 its"
        " measurements are left out.",
        f"{_INFO}.is_display_data and {_BANK}.is_display",
        lambda s: s.is_data_valid,
    ),
    SITE.timestamp(
        "solix_site_data_timestamp_seconds",
        "When the site's devices last sent data, in the site's time zone; absent where the cloud"
        " does not tell.",
        f"{_INFO}.updated_time",
        lambda s: s.data_at,
    ),
    SITE_NOW.gauge(
        "solix_site_pv_power_watts",
        "PV power of the solarbanks; of a cascaded system the PV of all banks, of a stand-alone"
        f" inverter its output.{_MEAN}",
        f"total_photovoltaic_power, pvStatuses[].power, {_CURVE} solar",
        lambda s: s.pv_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_home_load_power_watts",
        f"What the home draws: output plus grid import minus grid export.{_MEAN}",
        f"home_load_power, {_CURVE} home",
        lambda s: s.home_load_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_other_load_power_watts",
        "What the home draws beside the smart plugs.",
        "other_loads_power",
        lambda s: s.other_load_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_plug_power_watts",
        "What the smart plugs draw together.",
        "smart_plug_info.total_power",
        lambda s: s.plug_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_output_power_watts",
        "Output of the solarbanks to the home.",
        "total_output_power",
        lambda s: s.output_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_grid_import_power_watts",
        f"Power drawn from the grid.{_MEAN}",
        f"grid_info.grid_to_home_power, {_CURVE} grid",
        lambda s: s.grid_import_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_grid_export_power_watts",
        f"Power fed into the grid, that of other PV included.{_MEAN} A panel sends none: it is the"
        " growth of its day's total, the first time the balance of the other powers.",
        f"grid_info.photovoltaic_to_grid_power, {_CURVE} grid, totalExportedEnergy",
        lambda s: s.grid_export_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_battery_charge_power_watts",
        f"Power into all batteries together, net.{_MEAN}",
        f"total_charging_power, with total_photovoltaic_power and total_output_power, {_CURVE} hes",
        lambda s: s.battery_charge_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_battery_discharge_power_watts",
        f"Power out of all batteries together, net.{_MEAN}",
        f"total_charging_power, with total_photovoltaic_power and total_output_power, {_CURVE} hes",
        lambda s: s.battery_discharge_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_grid_to_battery_power_watts",
        "Power from the grid into the batteries; the cloud may send 0 while an AC model charges.",
        "grid_to_battery_power",
        lambda s: s.grid_to_battery_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_third_party_pv_power_watts",
        "Surplus of PV that does not belong to the system.",
        "third_party_pv",
        lambda s: s.third_party_pv_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_battery_soc_ratio",
        "State of charge of all batteries, weighted by their capacity, 0-1.",
        f"{_BANK}.battery_power, energy_statistics chargeLevel[]",
        lambda s: s.soc_ratio,
    ),
    SITE_NOW.gauge(
        "solix_site_battery_stored_energy_watthours",
        "What all batteries hold.",
        f"{_BANK}.battery_power and the models' capacities",
        lambda s: s.stored_energy_wh,
    ),
    SITE_NOW.gauge(
        "solix_site_battery_capacity_watthours",
        "Capacity of all batteries with their expansion packs; of a power panel that of the"
        " account's F3800 where it is the only panel. Absent where a part is not known.",
        f"{_BANK}.sub_package_num and the models' capacities",
        lambda s: s.capacity_wh,
    ),
    SITE.gauge(
        "solix_site_output_preset_watts",
        "Output preset of the system; a left-over default while an automatic mode is on.",
        "the schedule's slot of the hour, else retain_load",
        lambda s: s.output_preset_w,
    ),
    SITE.states(
        "solix_site_usage_mode",
        "What decides the output: 1 for the mode that is on, 0 for the others.",
        "scene_mode, else mode_type of the schedule",
        ("mode", UsageMode, lambda s: s.usage_mode),
    ),
    SITE_LIFETIME.counter(
        "solix_site_lifetime_energy_watthours_total",
        "Energy since the system was set up; of a cascaded system the newer bank's only.",
        "statistics[] type 1, get_system_running_info, getPvTotalStatistics",
        lambda s: s[1].energy_wh,
    ),
    SITE_LIFETIME.counter(
        "solix_site_lifetime_co2_savings_grams_total",
        "CO2 saved since the system was set up.",
        "statistics[] type 2, get_system_running_info, getPvTotalStatistics",
        lambda s: s[1].co2_savings_g,
    ),
    SITE_LIFETIME.each(
        "solix_site_lifetime_savings_total",
        "Money saved since the system was set up, in the currency of the label.",
        "statistics[] type 3, get_system_running_info, getPvTotalStatistics",
        ("currency", _lifetime_money),
        kind="counter",
    ),
)

DEVICE_METRICS: tuple[AnyMetric, ...] = (
    DEVICE.info(
        "solix_device_info",
        "Names and facts of a device, always 1; join them by device_sn.",
        (
            "account",
            "name",
            "device_type",
            "model",
            "model_name",
            "generation",
            "firmware",
            "main_device_sn",
        ),
        lambda d: (
            d.account,
            d.name,
            d.product.device_type.value,
            d.product.part_number,
            d.product.name,
            str(d.product.generation or ""),
            d.firmware,
            d.main_device_sn,
        ),
    ),
    DEVICE.flag(
        "solix_device_online",
        "Whether the device is connected to the cloud.",
        "status, pvStatuses[].status, get_system_running_info connected, else online_status or"
        " wifi_online of the list of bound devices",
        lambda d: d.is_online,
    ),
    DEVICE.flag(
        "solix_device_data_valid",
        "Whether the cloud's numbers for the device are measured and not too old; while 0 they are"
        " left out.",
        f"{_INFO}.is_display_data and {_BANK}.is_display",
        lambda d: d.is_data_valid,
    ),
    DEVICE_NOW.gauge(
        "solix_device_error_code",
        "Error code of the device, 0 for none.",
        "err_code",
        lambda d: d.error_code,
    ),
    DEVICE_NOW.states(
        "solix_device_status",
        "What the solarbank does: 1 for the status that is on, 0 for the others.",
        f"{_BANK}.charging_status, told apart by the powers",
        ("status", ChargingStatus, lambda d: d.status),
    ),
    DEVICE_NOW.gauge(
        "solix_device_pv_power_watts",
        "PV power of the device.",
        f"{_BANK}.photovoltaic_power or pv_power.total",
        lambda d: d.pv_power_w,
    ),
    DEVICE_NOW.each(
        "solix_pv_input_power_watts",
        "Power of one PV input.",
        "solar_power_1..4, pv_power.pv1..4, micro_inverter_power",
        ("input", lambda d: ((pv.name, pv.power_w) for pv in d.pv_inputs)),
    ),
    OUTPUT.gauge(
        "solix_device_output_power_watts",
        "Output of the device.",
        f"{_BANK}.output_power",
        lambda o: o.power_w,
    ),
    OUTPUT.gauge(
        "solix_device_home_output_power_watts",
        "AC power that the device gives the home.",
        "to_home_load",
        lambda o: o.home_power_w,
    ),
    OUTPUT.gauge(
        "solix_device_ac_socket_power_watts",
        "Power drawn from the device's AC socket.",
        "ac_power",
        lambda o: o.ac_socket_power_w,
    ),
    OUTPUT.gauge(
        "solix_device_ac_input_power_watts",
        "AC power into the device other than PV.",
        "other_input_power",
        lambda o: o.ac_input_power_w,
    ),
    DEVICE.gauge(
        "solix_device_output_preset_watts",
        "Output preset of the device; its share of the system's where it has none of its own.",
        f"the schedule's slot of the hour, else {_BANK}.set_load_power or retain_load",
        lambda d: d.output_preset_w,
    ),
    BATTERY.gauge(
        "solix_battery_soc_ratio",
        "State of charge, 0-1; of an X1 the system's, at its primary controller.",
        f"{_BANK}.battery_power, energy_statistics chargeLevel[]",
        lambda b: b.soc_ratio,
    ),
    BATTERY.gauge(
        "solix_battery_stored_energy_watthours",
        "What the battery holds: state of charge times capacity.",
        f"{_BANK}.battery_power and the model's capacity",
        lambda b: b.stored_energy_wh,
    ),
    BATTERY.gauge(
        "solix_battery_capacity_watthours",
        "Capacity of the model times one plus the expansion packs, taken as equally large. An X1"
        " controller counts its modules and a panel its power stations, which have rows of their"
        " own: for a sum take solix_site_battery_capacity_watthours.",
        f"{_BANK}.sub_package_num",
        lambda b: b.capacity_wh,
    ),
    BATTERY.gauge(
        "solix_battery_charge_power_watts",
        "Power into the battery.",
        f"{_BANK}.bat_charge_power, else PV and grid in minus output",
        lambda b: b.charge_power_w,
    ),
    BATTERY.gauge(
        "solix_battery_discharge_power_watts",
        "Power out of the battery.",
        f"{_BANK}.bat_discharge_power, else output minus PV and grid in",
        lambda b: b.discharge_power_w,
    ),
    BATTERY.gauge(
        "solix_battery_grid_charge_power_watts",
        "Power from the grid into the battery.",
        "grid_to_battery_power",
        lambda b: b.grid_charge_power_w,
    ),
    BATTERY.gauge(
        "solix_battery_heating_power_watts",
        "Power of the battery's heating.",
        f"{_BANK}.heating_power or pei_heating_power",
        lambda b: b.heating_power_w,
    ),
    BATTERY.gauge(
        "solix_battery_expansion_packs",
        "Expansion packs on the battery.",
        f"{_BANK}.sub_package_num",
        lambda b: b.expansion_packs,
    ),
    METER.gauge(
        "solix_meter_import_power_watts",
        "Power drawn from the grid.",
        "grid_info.grid_to_home_power",
        lambda m: m.import_power_w,
    ),
    METER.gauge(
        "solix_meter_export_power_watts",
        "Power fed into the grid.",
        "grid_info.photovoltaic_to_grid_power",
        lambda m: m.export_power_w,
    ),
    PLUG.gauge(
        "solix_plug_power_watts",
        "What the smart plug draws.",
        "smartplug_list[].current_power",
        lambda p: p.power_w,
    ),
    INVERTER.gauge(
        "solix_inverter_power_watts",
        "What the inverter generates.",
        "solar_list[].generate_power, pvStatuses[].power",
        lambda i: i.power_w,
    ),
    INVERTER.gauge(
        "solix_inverter_power_limit_watts",
        "Output that the inverter is set to.",
        "getPvTotalStatistics powerConfig",
        lambda i: i.limit_w,
    ),
    EV_CHARGER.states(
        "solix_ev_charger_status",
        "What the EV charger does: 1 for the status that is on, 0 for the others.",
        "charging_pile_list[].operating_state, evChargerInfos[].evChargerStatus",
        ("status", EvChargerStatus, lambda e: e.status),
    ),
    EV_CHARGER.gauge(
        "solix_ev_charger_power_watts",
        f"Charging power.{_MEAN}",
        f"charging_pile_list[].power, {_CURVE} evCharger",
        lambda e: e.power_w,
    ),
)

CATALOGUE: tuple[AnyMetric, ...] = (
    *ACCOUNT_METRICS,
    *ACCOUNT_DETAIL_METRICS,
    *SITE_METRICS,
    *SITE_DETAIL_METRICS,
    *STATION_METRICS,
    *DEVICE_METRICS,
    *DEVICE_DETAIL_METRICS,
    *CHARGER_METRICS,
    *VEHICLE_METRICS,
    *ENERGY_METRICS,
)
