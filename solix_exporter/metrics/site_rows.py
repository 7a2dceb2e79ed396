"""The metrics of sites that the live readings and lifetime totals give."""

from collections.abc import Iterator

from solix_exporter.metrics.subjects import CACHED, AnyMetric, Subject
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.site import Site, SiteReadings
from solix_exporter.model.snapshot import AccountSlice
from solix_exporter.model.usage import UsageMode


def _sites(part: AccountSlice) -> Iterator[tuple[Labels, Site]]:
    for site in part.sites:
        yield (("site_id", site.site_id),), site


def _lifetime_money(site: tuple[Site, Lifetime]) -> Iterator[tuple[str, float | None]]:
    identity, lifetime = site
    yield identity.currency, lifetime.savings


SITE: Subject[Site] = Subject(("site_id",), _sites)
SITE_NOW: Subject[SiteReadings] = SITE.child(lambda site: site.now)
SITE_ERROR = SITE_NOW.child(lambda now: now.error_text or None)
SITE_LIFETIME = SITE.child(lambda site: (site, site.lifetime) if site.lifetime else None)

_INFO = "solarbank_info"
_BANK = "solarbank_list[]"
MEAN = " Of a power panel or X1 the mean of the newest 5 minutes."
"""Addition to the HELP of what those systems have no live reading for."""
CURVE = "energy_statistics power[] of"

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
    SITE_ERROR.info(
        "solix_site_error_info",
        f"What the cloud says of a trouble of the site, 1 while it does. Cloud: err_msg. {CACHED}",
        ("error_text",),
        lambda text: (text,),
    ),
    SITE_NOW.gauge(
        "solix_site_pv_power_watts",
        "PV power of the solarbanks; of a cascaded system the PV of all banks, of a stand-alone"
        f" inverter its output.{MEAN}",
        f"total_photovoltaic_power, pvStatuses[].power, {CURVE} solar",
        lambda s: s.pv_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_home_load_power_watts",
        f"What the home draws: output plus grid import minus grid export.{MEAN}",
        f"home_load_power, {CURVE} home",
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
        "solix_site_ac_socket_power_watts",
        "Power drawn from the AC sockets of the solarbanks together.",
        "ac_power",
        lambda s: s.ac_socket_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_grid_import_power_watts",
        f"Power drawn from the grid.{MEAN}",
        f"grid_info.grid_to_home_power, {CURVE} grid",
        lambda s: s.grid_import_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_grid_export_power_watts",
        f"Power fed into the grid, that of other PV included.{MEAN} A panel sends none: it is the"
        " growth of its day's total, the first time the balance of the other powers.",
        f"grid_info.photovoltaic_to_grid_power, {CURVE} grid, totalExportedEnergy",
        lambda s: s.grid_export_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_battery_charge_power_watts",
        f"Power into all batteries together, net.{MEAN}",
        f"total_charging_power, with total_photovoltaic_power and total_output_power, {CURVE} hes",
        lambda s: s.battery_charge_power_w,
    ),
    SITE_NOW.gauge(
        "solix_site_battery_discharge_power_watts",
        f"Power out of all batteries together, net.{MEAN}",
        f"total_charging_power, with total_photovoltaic_power and total_output_power, {CURVE} hes",
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
