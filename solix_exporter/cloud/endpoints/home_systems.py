"""Questions about power panels and X1 home energy systems, which have services of their own."""

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
from solix_exporter.cloud.parse.home_system_day import (
    SOURCE_TYPES,
    hes_day_parser,
    panel_day_parser,
)
from solix_exporter.cloud.parse.home_system_status import (
    parse_backup_status,
    parse_hes_status,
    parse_hes_structure,
    parse_home_system_wifi,
    parse_panel_status,
)
from solix_exporter.cloud.parse.rate_plan import parse_rate_plan
from solix_exporter.cloud.parse.system_energy import SOURCES, source_parser
from solix_exporter.model.energy import EnergyAnswer
from solix_exporter.model.home_system import EnergySource, SourceDay

_PANEL = "charging_energy_service"
_DISASTER = "charging_disaster_prepared"
_HES = "charging_hes_svc"
_SITE_ID: Mapping[str, Json] = {"siteId": SITE}
_SN: Mapping[str, Json] = {"sn": DEVICE}
_SITE_AND_DEVICE: Mapping[str, Json] = {"siteId": SITE, "sn": DEVICE}
# Type 2 says that the identifier is a site.
_IDENTIFIER: Mapping[str, Json] = {"identifier_id": SITE, "type": 2}


def _statistics(service: str) -> tuple[Capture, ...]:
    """Return the names of energy statistics: a day's curve, one whole day, the days of a week."""
    return (
        Capture(f"{service}_energy_{{sourceType}}_today_{{siteId}}", {"dateType": "day"}),
        Capture(
            f"{service}_energy_{{sourceType}}_day_{{siteId}}",
            {"dateType": "week"},
            ("start", "end"),
        ),
        Capture(f"{service}_energy_{{sourceType}}_{{siteId}}"),
    )


# --- power panels --------------------------------------------------------------------------

CHARGING_SYSTEM_RUNNING_INFO = Endpoint(
    "charging_system_running_info",
    f"{_PANEL}/get_system_running_info",
    parse_panel_status,
    body=_SITE_ID,
    asker=Asker.MEMBER,
)

CHARGING_ENERGY: Endpoint[None] = Endpoint(
    "charging_energy",
    f"{_PANEL}/energy_statistics",
    body={
        "siteId": SITE,
        "sourceType": "solar",
        "dateType": "week",
        "start": YESTERDAY,
        "end": TODAY,
        "global": False,
        "productCode": "",
    },
    asker=Asker.MEMBER,
    captures=_statistics("charging"),
    note="sourceType solar, hes, home, grid, pps, diesel; dateType day, week, year",
)
PANEL_ENERGY: Mapping[str, Endpoint[EnergyAnswer]] = {
    source: CHARGING_ENERGY.variant(
        f"charging_energy_{source}", source_parser(source), sourceType=source
    )
    for source in ("hes", "home", "grid", "solar")
}
"""Daily energy of power panels, by `sourceType`."""
PANEL_DAY: Mapping[EnergySource, Endpoint[SourceDay]] = {
    source: CHARGING_ENERGY.variant(
        f"charging_energy_{SOURCE_TYPES[source]}_today",
        panel_day_parser(source),
        # The poll reports a curve that is missing beside the battery's.
        may_be_empty=source is not EnergySource.BATTERY,
        sourceType=SOURCE_TYPES[source],
        dateType="day",
    )
    for source in (EnergySource.BATTERY, EnergySource.PV, EnergySource.HOME, EnergySource.GRID)
}
"""The day curves of power panels, by source."""

CHARGING_WIFI_INFO = Endpoint(
    "charging_wifi_info",
    f"{_PANEL}/get_wifi_info",
    parse_home_system_wifi,
    body=_SN,
    asker=Asker.OWNER,
)

CHARGING_UTILITY_RATE_PLAN = Endpoint(
    "charging_utility_rate_plan",
    f"{_PANEL}/get_utility_rate_plan",
    parse_rate_plan,
    body=_SITE_AND_DEVICE,
    asker=Asker.OWNER,
)

CHARGING_DISASTER_STATUS = Endpoint(
    "charging_site_device_disaster_status",
    f"{_DISASTER}/get_site_device_disaster_status",
    parse_backup_status,
    body=_IDENTIFIER,
    asker=Asker.MEMBER,
)

PANEL_ROWS: tuple[AnyEndpoint, ...] = (
    Endpoint("charging_error_info", f"{_PANEL}/get_error_infos"),
    CHARGING_SYSTEM_RUNNING_INFO,
    CHARGING_ENERGY,
    *PANEL_ENERGY.values(),
    *PANEL_DAY.values(),
    Endpoint(
        "charging_rom_versions",
        f"{_PANEL}/get_rom_versions",
        captures=(),
        asker=Asker.OWNER,
        note="the body is not known",
    ),
    Endpoint(
        "charging_device_info",
        f"{_PANEL}/get_device_infos",
        body={"siteId": SITE, "sns": [DEVICE]},
        asker=Asker.OWNER,
        captures=file("charging_device_info_{sns[0]}"),
    ),
    CHARGING_WIFI_INFO,
    Endpoint(
        "charging_installation_inspection",
        f"{_PANEL}/get_installation_inspection",
        body=_SITE_AND_DEVICE,
        asker=Asker.OWNER,
    ),
    CHARGING_UTILITY_RATE_PLAN,
    Endpoint(
        "charging_configs",
        f"{_PANEL}/get_configs",
        body={"siteId": SITE, "sn": DEVICE, "param_types": ["hes", "home", "grid"]},
        asker=Asker.OWNER,
    ),
    Endpoint(
        "charging_sns",
        f"{_PANEL}/get_sns",
        body={"main_sn": DEVICE, "macs": ["<ble_mac of charging_device_info>"]},
        asker=Asker.OWNER,
    ),
    Endpoint(
        "charging_monetary_units",
        f"{_PANEL}/get_world_monetary_unit",
        body=_SITE_AND_DEVICE,
        asker=Asker.OWNER,
    ),
    Endpoint(
        "charging_disaster_support_func",
        f"{_DISASTER}/get_support_func",
        body=_IDENTIFIER,
        asker=Asker.MEMBER,
    ),
    Endpoint(
        "charging_site_device_disaster",
        f"{_DISASTER}/get_site_device_disaster",
        body=_IDENTIFIER,
        asker=Asker.MEMBER,
    ),
    CHARGING_DISASTER_STATUS,
)

# --- X1 ------------------------------------------------------------------------------------

HES_SYSTEM_RUNNING_INFO = Endpoint(
    "hes_system_running_info",
    f"{_HES}/get_system_running_info",
    parse_hes_status,
    body=_SITE_ID,
    asker=Asker.MEMBER,
)

HES_ENERGY_STATISTICS: Endpoint[None] = Endpoint(
    "hes_energy",
    f"{_HES}/get_energy_statistics",
    body={
        "siteId": SITE,
        "sourceType": "solar",
        "dateType": "week",
        "start": YESTERDAY,
        "end": TODAY,
    },
    asker=Asker.MEMBER,
    captures=_statistics("hes"),
    note="sourceType solar, hes, home, grid, pps, evCharger, otherLoad; dateType day, week, year",
)
HES_ENERGY: Mapping[str, Endpoint[EnergyAnswer]] = {
    source: HES_ENERGY_STATISTICS.variant(
        f"hes_energy_{source}", source_parser(source), sourceType=source
    )
    for source in SOURCES
}
"""Daily energy of X1 systems, by `sourceType`."""
HES_DAY: Mapping[EnergySource, Endpoint[SourceDay]] = {
    source: HES_ENERGY_STATISTICS.variant(
        f"hes_energy_{spelling}_today", hes_day_parser(source), sourceType=spelling, dateType="day"
    )
    for source, spelling in SOURCE_TYPES.items()
}
"""The day curves of X1 systems, by source."""

HES_WIFI_INFO = Endpoint(
    "hes_wifi_info", f"{_HES}/get_wifi_info", parse_home_system_wifi, body=_SN, asker=Asker.OWNER
)


def _of_site(name: str, path: str, asker: Asker) -> AnyEndpoint:
    return Endpoint(
        name, f"{_HES}/{path}", body=_SITE_ID, asker=asker, captures=file(f"{name}_{{siteId}}")
    )


HES_DEV_INFO = Endpoint(
    "hes_dev_info",
    f"{_HES}/get_hes_dev_info",
    parse_hes_structure,
    body=_SITE_ID,
    asker=Asker.MEMBER,
)

HES_ROWS: tuple[AnyEndpoint, ...] = (
    Endpoint("hes_product_info", f"{_HES}/get_device_product_info"),
    Endpoint("hes_heat_pump_plan", f"{_HES}/get_heat_pump_plan_json"),
    Endpoint(
        "hes_electric_plan",
        f"{_HES}/get_electric_utility_and_electric_plan_list",
        body={"country": "de", "state_code": "nw"},
        captures=file("hes_electric_plan_{country}_{state_code}"),
    ),
    HES_SYSTEM_RUNNING_INFO,
    Endpoint(
        "hes_system_profit",
        f"{_HES}/get_system_profit_detail",
        body={"siteId": SITE, "dateType": "day", "start": TODAY},
        asker=Asker.MEMBER,
        captures=file("hes_system_profit_{dateType}_{siteId}"),
        note="dateType day, month, year",
    ),
    HES_ENERGY_STATISTICS,
    *HES_ENERGY.values(),
    *HES_DAY.values(),
    _of_site("hes_monetary_units", "get_world_monetary_unit", Asker.MEMBER),
    Endpoint(
        "hes_install_info",
        f"{_HES}/get_install_info",
        body=_SITE_ID,
        asker=Asker.MEMBER,
        note="gives the postal address; never exported",
    ),
    HES_WIFI_INFO,
    Endpoint(
        "hes_installer_info",
        f"{_HES}/get_installer_info",
        captures=(),
        body={"siteIds": [SITE], "siteId": SITE},
        asker=Asker.OWNER,
        note="gives the installer's contact; never exported",
    ),
    _of_site("hes_system_running_time", "get_system_running_time", Asker.OWNER),
    _of_site("hes_mi_layout", "get_mi_layout", Asker.OWNER),
    _of_site("hes_conn_net_tips", "get_conn_net_tips", Asker.OWNER),
    HES_DEV_INFO,
    Endpoint("hes_evcharger_standalone", f"{_HES}/get_user_bind_and_not_in_station_evchargers"),
    Endpoint(
        "hes_evcharger_station_info",
        f"{_HES}/get_evcharger_station_info",
        body={"evChargerSn": DEVICE, "featuretype": 1},
        asker=Asker.MEMBER,
        captures=file("hes_evcharger_station_info_{featuretype}_{evChargerSn}"),
        note="featuretype 1 or 2",
    ),
)
