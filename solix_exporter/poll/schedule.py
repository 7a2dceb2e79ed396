"""THE schedule of the slow polls: which endpoint is asked, how often, and about what.

The rows are in the order of the requests: a later one may ask about what an earlier one reported.
A row costs one request per target and interval. Reference 03 has the intervals that make sense.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from solix_exporter.cloud.endpoints.account import (
    AUTO_UPGRADE,
    BIND_DEVICES,
    DYNAMIC_PRICE_DETAILS,
    MESSAGE_UNREAD,
    OTA_BATCH,
    PRODUCT_CATEGORIES,
)
from solix_exporter.cloud.endpoints.chargers import (
    CHARGER_CHARGING_MODES,
    CHARGER_DEVICE_SETTING,
    EV_CHARGE_TOTALS,
    PV_PRICE,
    PV_TOTAL_STATISTICS,
)
from solix_exporter.cloud.endpoints.devices import (
    DEVICE_FITTINGS,
    DEVICE_LOAD,
    POWER_CUTOFF,
    PV_LIMIT,
    SOLAR_INFO,
    UPGRADE_RECORD,
)
from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint
from solix_exporter.cloud.endpoints.home_systems import (
    CHARGING_DISASTER_STATUS,
    CHARGING_SYSTEM_RUNNING_INFO,
    CHARGING_UTILITY_RATE_PLAN,
    CHARGING_WIFI_INFO,
    HES_DEV_INFO,
    HES_SYSTEM_RUNNING_INFO,
    HES_WIFI_INFO,
)
from solix_exporter.cloud.endpoints.sites import (
    AI_EMS_STATUS,
    CO2_RANKING,
    FORECAST,
    POWER_LIMIT,
    PPS_TOTALS,
    SITE_PRICE,
    SYSTEM_SETTINGS,
    USAGE_SCHEDULE,
    WIFI_LIST,
)
from solix_exporter.cloud.endpoints.vehicles import USER_VEHICLE_DETAILS, USER_VEHICLES
from solix_exporter.model.site import SiteType
from solix_exporter.poll import targets
from solix_exporter.poll.targets import Targets, each_device, each_site, the_account


class SlowPollName(Enum):
    """The slow polls; the value is the `poll` label and the name in `poll.disable`."""

    DEVICES = "device_details"
    SITES = "site_details"


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """An endpoint that a slow poll asks, how often, and about what."""

    endpoint: AnyEndpoint
    interval_s: float
    """How long an answer is good for; a poll that runs less often asks each time."""
    targets: Targets
    is_shared: bool = False
    """Whether one account asks for all that see the site: the answer is the same for each of them,
    and no other question depends on it."""

    @property
    def name(self) -> str:
        """Return the name in `poll.disable` and in the log."""
        return self.endpoint.name


_TEN_MINUTES_S = timedelta(minutes=10).total_seconds()
_HALF_HOUR_S = timedelta(minutes=30).total_seconds()
_HOUR_S = timedelta(hours=1).total_seconds()
_QUARTER_DAY_S = timedelta(hours=6).total_seconds()
_DAY_S = timedelta(days=1).total_seconds()

_PRICED = (SiteType.SOLARBANK, SiteType.SOLARBANK_PPS, SiteType.POWERPANEL, SiteType.HES)

_DEVICES: tuple[ScheduleRow, ...] = (
    ScheduleRow(BIND_DEVICES, _TEN_MINUTES_S, the_account),
    ScheduleRow(PRODUCT_CATEGORIES, _DAY_S, targets.account_with_unknown_products),
    ScheduleRow(AUTO_UPGRADE, _HOUR_S, the_account),
    ScheduleRow(OTA_BATCH, _HOUR_S, targets.all_owned_devices),
    ScheduleRow(UPGRADE_RECORD, _DAY_S, targets.each_device_with_firmware),
    ScheduleRow(WIFI_LIST, _TEN_MINUTES_S, each_site(when=lambda site: bool(site.devices))),
    ScheduleRow(
        SOLAR_INFO,
        _QUARTER_DAY_S,
        each_device(targets.is_first_generation, field="solarbank_sn"),
    ),
    ScheduleRow(DEVICE_LOAD, _TEN_MINUTES_S, targets.one_first_generation_bank_per_site),
    ScheduleRow(DEVICE_FITTINGS, _QUARTER_DAY_S, targets.each_first_generation_bank),
    ScheduleRow(USAGE_SCHEDULE, _TEN_MINUTES_S, each_site(when=targets.has_newer_banks)),
    ScheduleRow(SYSTEM_SETTINGS, _HALF_HOUR_S, each_site(when=targets.has_newer_banks)),
    ScheduleRow(PV_LIMIT, _HALF_HOUR_S, each_device(targets.has_pv_limit)),
    ScheduleRow(POWER_CUTOFF, _HALF_HOUR_S, targets.each_bank_with_own_settings),
    ScheduleRow(USER_VEHICLES, _HALF_HOUR_S, the_account),
    ScheduleRow(USER_VEHICLE_DETAILS, _HALF_HOUR_S, targets.each_vehicle),
    ScheduleRow(CHARGING_WIFI_INFO, _HALF_HOUR_S, each_device(targets.is_panel, field="sn")),
    ScheduleRow(HES_DEV_INFO, _HOUR_S, each_site(SiteType.HES, owner_only=False, field="siteId")),
    ScheduleRow(HES_WIFI_INFO, _HALF_HOUR_S, targets.each_hes_controller),
    ScheduleRow(
        EV_CHARGE_TOTALS, _HALF_HOUR_S, each_device(targets.is_ev_charger, owner_only=False)
    ),
    ScheduleRow(CHARGER_DEVICE_SETTING, _HALF_HOUR_S, each_device(targets.has_charger_settings)),
    ScheduleRow(CHARGER_CHARGING_MODES, _HALF_HOUR_S, each_device(targets.has_charger_settings)),
)

_SITES: tuple[ScheduleRow, ...] = (
    ScheduleRow(MESSAGE_UNREAD, _HALF_HOUR_S, the_account),
    ScheduleRow(SITE_PRICE, _HALF_HOUR_S, each_site(*_PRICED)),
    ScheduleRow(DYNAMIC_PRICE_DETAILS, _HOUR_S, targets.each_price_provider),
    ScheduleRow(POWER_LIMIT, _HALF_HOUR_S, each_site(SiteType.SOLARBANK)),
    ScheduleRow(CO2_RANKING, _QUARTER_DAY_S, each_site(*_PRICED, owner_only=False), is_shared=True),
    ScheduleRow(
        AI_EMS_STATUS,
        _HALF_HOUR_S,
        each_site(owner_only=False, when=targets.has_ai),
        is_shared=True,
    ),
    ScheduleRow(FORECAST, _HOUR_S, targets.each_forecast_site),
    ScheduleRow(
        CHARGING_SYSTEM_RUNNING_INFO,
        _TEN_MINUTES_S,
        each_site(SiteType.POWERPANEL, owner_only=False, field="siteId"),
    ),
    ScheduleRow(
        HES_SYSTEM_RUNNING_INFO,
        _TEN_MINUTES_S,
        each_site(SiteType.HES, owner_only=False, field="siteId"),
    ),
    ScheduleRow(CHARGING_UTILITY_RATE_PLAN, _HALF_HOUR_S, targets.one_panel_per_site),
    ScheduleRow(
        CHARGING_DISASTER_STATUS,
        _TEN_MINUTES_S,
        each_site(SiteType.POWERPANEL, field="identifier_id"),
    ),
    ScheduleRow(PPS_TOTALS, timedelta(minutes=20).total_seconds(), targets.each_pps_site),
    ScheduleRow(PV_PRICE, _HALF_HOUR_S, targets.each_virtual_site),
    ScheduleRow(PV_TOTAL_STATISTICS, _TEN_MINUTES_S, targets.each_stand_alone_inverter),
)

SCHEDULE: Mapping[SlowPollName, tuple[ScheduleRow, ...]] = {
    SlowPollName.DEVICES: _DEVICES,
    SlowPollName.SITES: _SITES,
}

SCHEDULED_NAMES = tuple(row.name for rows in SCHEDULE.values() for row in rows)

RENAMED: Mapping[str, str] = {
    "bound_devices": BIND_DEVICES.name,
    "product_names": PRODUCT_CATEGORIES.name,
    "firmware": OTA_BATCH.name,
    "wifi": WIFI_LIST.name,
    "bank_schedule": DEVICE_LOAD.name,
    "fittings": DEVICE_FITTINGS.name,
    "station": SYSTEM_SETTINGS.name,
    "vehicles": USER_VEHICLES.name,
    "vehicle_details": USER_VEHICLE_DETAILS.name,
    "power_panel_wifi": CHARGING_WIFI_INFO.name,
    "hes_structure": HES_DEV_INFO.name,
    "hes_wifi": HES_WIFI_INFO.name,
    "charger_settings": CHARGER_DEVICE_SETTING.name,
    "charger_modes": CHARGER_CHARGING_MODES.name,
    "messages": MESSAGE_UNREAD.name,
    "dynamic_price": DYNAMIC_PRICE_DETAILS.name,
    "power_limits": POWER_LIMIT.name,
    "ai_status": AI_EMS_STATUS.name,
    "power_panel_status": CHARGING_SYSTEM_RUNNING_INFO.name,
    "hes_status": HES_SYSTEM_RUNNING_INFO.name,
    "rate_plan": CHARGING_UTILITY_RATE_PLAN.name,
    "backup_status": CHARGING_DISASTER_STATUS.name,
    "inverter_price": PV_PRICE.name,
    "inverter_totals": PV_TOTAL_STATISTICS.name,
}
"""Former names in `poll.disable`, and the present ones."""


def current_names(names: Iterable[str]) -> frozenset[str]:
    """Return the names of `poll.disable` with former ones replaced."""
    return frozenset(RENAMED.get(name, name) for name in names)
