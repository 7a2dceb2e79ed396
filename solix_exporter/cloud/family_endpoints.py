"""The read endpoints of power panels, X1 systems, stand-alone devices and vehicles."""

from collections.abc import Mapping

from solix_exporter.cloud.endpoint import Endpoint
from solix_exporter.cloud.parse.chargers import (
    parse_charge_totals,
    parse_charger_modes,
    parse_charger_settings,
)
from solix_exporter.cloud.parse.inverters import parse_inverter_status, parse_inverter_totals
from solix_exporter.cloud.parse.lifetime import parse_pps_totals
from solix_exporter.cloud.parse.rate_plan import parse_inverter_price, parse_rate_plan
from solix_exporter.cloud.parse.station_day import (
    SOURCE_TYPES,
    hes_day_parser,
    panel_day_parser,
)
from solix_exporter.cloud.parse.station_status import (
    parse_backup_status,
    parse_hes_status,
    parse_hes_structure,
    parse_panel_status,
    parse_station_wifi,
)
from solix_exporter.cloud.parse.vehicles import parse_vehicle_details, parse_vehicles
from solix_exporter.model.backup import BackupStatus
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.prices import SitePrice
from solix_exporter.model.radio import WifiList
from solix_exporter.model.standalone import (
    ChargerMode,
    ChargerSettings,
    ChargeTotals,
    InverterStatus,
    InverterTotals,
)
from solix_exporter.model.station import EnergySource, SourceDay, StationStatus, StationStructure
from solix_exporter.model.vehicle import VehicleDetails, VehicleListing

_DAY_FIELDS = ("siteId", "start", "end")

PANEL_DAY: Mapping[EnergySource, Endpoint[SourceDay]] = {
    source: Endpoint(
        path="charging_energy_service/energy_statistics",
        parse=panel_day_parser(source),
        fields=_DAY_FIELDS,
        constants={
            "sourceType": SOURCE_TYPES[source],
            "dateType": "day",
            "global": False,
            "productCode": "",
        },
        capture=f"charging_energy_{SOURCE_TYPES[source]}_today_{{siteId}}",
        # The poll tells of a curve that is missing beside the battery's.
        may_be_empty=source is not EnergySource.BATTERY,
    )
    for source in (EnergySource.BATTERY, EnergySource.PV, EnergySource.HOME, EnergySource.GRID)
}
"""The day curves of power panels, by source."""

HES_DAY: Mapping[EnergySource, Endpoint[SourceDay]] = {
    source: Endpoint(
        path="charging_hes_svc/get_energy_statistics",
        parse=hes_day_parser(source),
        fields=_DAY_FIELDS,
        constants={"sourceType": spelling, "dateType": "day"},
        capture=f"hes_energy_{spelling}_today_{{siteId}}",
        may_be_empty=source is not EnergySource.BATTERY,
    )
    for source, spelling in SOURCE_TYPES.items()
}
"""The day curves of X1 systems, by source."""

PANEL_STATUS: Endpoint[StationStatus] = Endpoint(
    path="charging_energy_service/get_system_running_info",
    parse=parse_panel_status,
    fields=("siteId",),
    capture="charging_system_running_info_{siteId}",
)

HES_STATUS: Endpoint[StationStatus] = Endpoint(
    path="charging_hes_svc/get_system_running_info",
    parse=parse_hes_status,
    fields=("siteId",),
    capture="hes_system_running_info_{siteId}",
)

HES_STRUCTURE: Endpoint[StationStructure] = Endpoint(
    path="charging_hes_svc/get_hes_dev_info",
    parse=parse_hes_structure,
    fields=("siteId",),
    capture="hes_dev_info_{siteId}",
)

PANEL_WIFI: Endpoint[WifiList] = Endpoint(
    path="charging_energy_service/get_wifi_info",
    parse=parse_station_wifi,
    fields=("sn",),
    capture="charging_wifi_info_{sn}",
)

HES_WIFI: Endpoint[WifiList] = Endpoint(
    path="charging_hes_svc/get_wifi_info",
    parse=parse_station_wifi,
    fields=("sn",),
    capture="hes_wifi_info_{sn}",
)

PANEL_RATE_PLAN: Endpoint[SitePrice] = Endpoint(
    path="charging_energy_service/get_utility_rate_plan",
    parse=parse_rate_plan,
    fields=("siteId", "sn"),
    capture="charging_utility_rate_plan_{sn}",
)

PANEL_BACKUP: Endpoint[BackupStatus] = Endpoint(
    path="charging_disaster_prepared/get_site_device_disaster_status",
    parse=parse_backup_status,
    fields=("identifier_id",),
    # The kind of identifier: a site.
    constants={"type": 2},
    capture="charging_site_device_disaster_status_{identifier_id}",
)

INVERTER_PRICE: Endpoint[SitePrice] = Endpoint(
    path="charging_pv_svc/selectUserTieredElecPrice",
    parse=parse_inverter_price,
    fields=("sn",),
    capture="device_pv_price_{sn}",
)

PPS_TOTALS: Endpoint[Lifetime] = Endpoint(
    path="power_service/v1/site/energy_analysis",
    parse=parse_pps_totals,
    fields=("site_id", "start_time", "end_time"),
    constants={"device_sn": "", "device_type": "pps", "type": "day"},
    capture="energy_pps_today_{site_id}",
)

INVERTER_STATUS: Endpoint[tuple[InverterStatus, ...]] = Endpoint(
    path="charging_pv_svc/getPvStatus",
    parse=parse_inverter_status,
    fields=("sns",),
    capture="device_pv_status_{sns}",
)

INVERTER_TOTALS: Endpoint[InverterTotals] = Endpoint(
    path="charging_pv_svc/getPvTotalStatistics",
    parse=parse_inverter_totals,
    fields=("sn",),
    capture="device_pv_total_statistics_{sn}",
)

CHARGE_TOTALS: Endpoint[ChargeTotals] = Endpoint(
    path="power_service/v1/app/order/get_charge_order_stats",
    parse=parse_charge_totals,
    fields=("device_sn",),
    constants={"date_type": "all", "start_date": "", "end_date": ""},
    capture="charge_order_stats_all_{device_sn}",
    may_be_empty=True,
)

CHARGER_SETTINGS: Endpoint[ChargerSettings] = Endpoint(
    path="mini_power/v1/app/setting/get_device_setting",
    parse=parse_charger_settings,
    fields=("device_sn",),
    capture="charger_device_setting_{device_sn}",
    may_be_empty=True,
)

CHARGER_MODES: Endpoint[tuple[ChargerMode, ...]] = Endpoint(
    path="mini_power/v1/app/charging/get_charging_mode_list",
    parse=parse_charger_modes,
    fields=("device_sn",),
    capture="charger_charging_modes_{device_sn}",
    may_be_empty=True,
)

VEHICLES: Endpoint[tuple[VehicleListing, ...]] = Endpoint(
    path="power_service/v1/app/vehicle/get_vehicle_list",
    parse=parse_vehicles,
    capture="user_vehicles",
)

VEHICLE_DETAILS: Endpoint[VehicleDetails] = Endpoint(
    path="power_service/v1/app/vehicle/get_vehicle_detail",
    parse=parse_vehicle_details,
    fields=("vehicle_id",),
    capture="user_vehicle_details_{vehicle_id}",
    may_be_empty=True,
)

FAMILY_ENDPOINTS: tuple[Endpoint[object], ...] = (
    *PANEL_DAY.values(),
    *HES_DAY.values(),
    PANEL_STATUS,
    HES_STATUS,
    HES_STRUCTURE,
    PANEL_WIFI,
    HES_WIFI,
    PANEL_RATE_PLAN,
    PANEL_BACKUP,
    INVERTER_PRICE,
    PPS_TOTALS,
    INVERTER_STATUS,
    INVERTER_TOTALS,
    CHARGE_TOTALS,
    CHARGER_SETTINGS,
    CHARGER_MODES,
    VEHICLES,
    VEHICLE_DETAILS,
)
