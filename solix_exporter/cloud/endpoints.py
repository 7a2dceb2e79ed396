"""Every endpoint that the client may ask: one typed row each, and only read endpoints.

`Session.fetch` takes nothing but these rows, which makes the client read-only by construction.
"""

from collections.abc import Mapping

from solix_exporter.cloud.endpoint import Endpoint
from solix_exporter.cloud.family_endpoints import FAMILY_ENDPOINTS
from solix_exporter.cloud.parse.account_extras import parse_product_names, parse_unread_messages
from solix_exporter.cloud.parse.bank_schedule import parse_bank_schedule
from solix_exporter.cloud.parse.bound_devices import parse_bound_devices
from solix_exporter.cloud.parse.currencies import parse_currencies
from solix_exporter.cloud.parse.device_settings import (
    parse_inverter_model,
    parse_pv_limit,
    parse_zero_watt_switch,
)
from solix_exporter.cloud.parse.energy import STATISTICS, energy_parser
from solix_exporter.cloud.parse.firmware import parse_auto_upgrade, parse_updates
from solix_exporter.cloud.parse.forecast import parse_forecast
from solix_exporter.cloud.parse.market_prices import parse_market_prices
from solix_exporter.cloud.parse.power_limits import parse_power_limits
from solix_exporter.cloud.parse.scene import parse_scene
from solix_exporter.cloud.parse.site_extras import parse_ai_runtime, parse_co2_ranking
from solix_exporter.cloud.parse.site_list import parse_site_list
from solix_exporter.cloud.parse.site_price import parse_site_price
from solix_exporter.cloud.parse.soc_settings import parse_power_cutoff, parse_station
from solix_exporter.cloud.parse.system_energy import (
    SOURCES,
    parse_inverter_energy,
    source_parser,
)
from solix_exporter.cloud.parse.usage_schedule import parse_usage_schedule
from solix_exporter.cloud.parse.wifi import parse_wifi_list
from solix_exporter.model.account import UnreadMessages
from solix_exporter.model.ai import AiRuntime
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.energy import EnergyAnswer
from solix_exporter.model.firmware import Firmware
from solix_exporter.model.forecast import PvForecast
from solix_exporter.model.lifetime import Co2Ranking
from solix_exporter.model.limits import PowerLimits, SocLimits, StationSettings
from solix_exporter.model.money import Currencies
from solix_exporter.model.prices import MarketPrices, SitePrice
from solix_exporter.model.radio import WifiList
from solix_exporter.model.schedule import BankSchedule, UsageSchedule
from solix_exporter.model.site import Scene, SiteListing

# --- the sites poll ------------------------------------------------------------------------

SITE_LIST: Endpoint[tuple[SiteListing, ...]] = Endpoint(
    path="power_service/v1/site/get_site_list",
    parse=parse_site_list,
    capture="site_list",
)

SCENE_INFO: Endpoint[Scene] = Endpoint(
    path="power_service/v1/site/get_scen_info",
    parse=parse_scene,
    fields=("site_id",),
    capture="scene_{site_id}",
)

CURRENCY_LIST: Endpoint[Currencies] = Endpoint(
    path="power_service/v1/currency/get_list",
    parse=parse_currencies,
    capture="currency_list",
)

# --- details of devices --------------------------------------------------------------------

BOUND_DEVICES: Endpoint[Mapping[str, BoundDevice]] = Endpoint(
    path="power_service/v1/app/get_relate_and_bind_devices",
    parse=parse_bound_devices,
    capture="bind_devices",
)

PRODUCT_NAMES: Endpoint[Mapping[str, str]] = Endpoint(
    path="power_service/v1/product_categories",
    parse=parse_product_names,
    capture="list_products",
    method="GET",
)

AUTO_UPGRADE: Endpoint[Mapping[str, bool]] = Endpoint(
    path="power_service/v1/app/get_auto_upgrade",
    parse=parse_auto_upgrade,
    capture="auto_upgrade",
)

UPDATES: Endpoint[Mapping[str, Firmware]] = Endpoint(
    path="app/ota/batch/check_update",
    parse=parse_updates,
    fields=("device_list",),
    capture="ota_batch",
)

WIFI_LIST: Endpoint[WifiList] = Endpoint(
    path="power_service/v1/site/get_wifi_info_list",
    parse=parse_wifi_list,
    fields=("site_id",),
    capture="wifi_list_{site_id}",
)

INVERTER_BEHIND: Endpoint[str] = Endpoint(
    path="power_service/v1/app/compatible/get_compatible_solar_info",
    parse=parse_inverter_model,
    fields=("solarbank_sn",),
    capture="solar_info_{solarbank_sn}",
)

BANK_SCHEDULE: Endpoint[BankSchedule] = Endpoint(
    path="power_service/v1/app/device/get_device_home_load",
    parse=parse_bank_schedule,
    fields=("site_id", "device_sn"),
    capture="device_load_{device_sn}",
)

FITTINGS: Endpoint[bool] = Endpoint(
    path="power_service/v1/app/get_relate_device_fittings",
    parse=parse_zero_watt_switch,
    fields=("site_id", "device_sn"),
    capture="device_fittings_{device_sn}",
)

USAGE_SCHEDULE: Endpoint[UsageSchedule] = Endpoint(
    path="power_service/v1/site/get_site_device_param",
    parse=parse_usage_schedule,
    fields=("site_id",),
    constants={"param_type": "6"},
    capture="device_parm_6_{site_id}",
)

STATION: Endpoint[StationSettings] = Endpoint(
    path="power_service/v1/site/get_site_device_param",
    parse=parse_station,
    fields=("site_id",),
    constants={"param_type": "18"},
    capture="device_parm_18_{site_id}",
)

PV_LIMIT: Endpoint[float | None] = Endpoint(
    path="power_service/v1/app/device/get_device_attrs",
    parse=parse_pv_limit,
    fields=("device_sn",),
    constants={"attributes": ["pv_power_limit"]},
    capture="device_attrs_{device_sn}",
)

POWER_CUTOFF: Endpoint[SocLimits] = Endpoint(
    path="power_service/v1/app/compatible/get_power_cutoff",
    parse=parse_power_cutoff,
    fields=("site_id", "device_sn"),
    capture="power_cutoff_{device_sn}",
)

# --- details of sites ----------------------------------------------------------------------

UNREAD_MESSAGES: Endpoint[UnreadMessages] = Endpoint(
    path="power_service/v1/get_message_unread",
    parse=parse_unread_messages,
    capture="message_unread",
    method="GET",
)

SITE_PRICE: Endpoint[SitePrice] = Endpoint(
    path="power_service/v1/site/get_site_price",
    parse=parse_site_price,
    fields=("site_id",),
    # Without it the cloud rounds to cents.
    constants={"accuracy": 5},
    capture="price_{site_id}",
)

MARKET_PRICES: Endpoint[MarketPrices] = Endpoint(
    path="power_service/v1/dynamic_price/price_detail",
    parse=parse_market_prices,
    fields=("company", "area", "date"),
    constants={"device_sn": ""},
    capture="dynamic_price_details_*_{company}_{area}",
    may_be_empty=True,
)

POWER_LIMITS: Endpoint[PowerLimits] = Endpoint(
    path="power_service/v1/site/get_power_limit",
    parse=parse_power_limits,
    fields=("site_id",),
    capture="power_limit_{site_id}",
    may_be_empty=True,
)

CO2_RANKING: Endpoint[Co2Ranking] = Endpoint(
    path="power_service/v1/site/co2_ranking",
    parse=parse_co2_ranking,
    fields=("site_id",),
    capture="co2_ranking_{site_id}",
)

AI_RUNTIME: Endpoint[AiRuntime] = Endpoint(
    path="power_service/v1/ai_ems/get_status",
    parse=parse_ai_runtime,
    fields=("site_id",),
    capture="ai_ems_status_{site_id}",
)

PV_FORECAST: Endpoint[PvForecast] = Endpoint(
    path="power_service/v1/site/energy_analysis",
    parse=parse_forecast,
    fields=("site_id", "start_time", "end_time"),
    constants={"device_sn": "", "device_type": "solar_production", "type": "day"},
    capture="energy_solar_production_today_{site_id}",
)

# --- energy --------------------------------------------------------------------------------

SITE_ENERGY: dict[str, Endpoint[EnergyAnswer]] = {
    device_type: Endpoint(
        path="power_service/v1/site/energy_analysis",
        parse=energy_parser(device_type),
        fields=("site_id", "device_sn", "start_time", "end_time"),
        constants={"device_type": device_type, "type": "week"},
        capture=f"energy_{device_type}_{{site_id}}",
        may_be_empty=statistic.may_be_missing,
    )
    for device_type, statistic in STATISTICS.items()
}
"""Daily energy of balcony systems, by `device_type`; the last day asked for is included."""

PANEL_ENERGY: dict[str, Endpoint[EnergyAnswer]] = {
    source: Endpoint(
        path="charging_energy_service/energy_statistics",
        parse=source_parser(source),
        fields=("siteId", "start", "end"),
        constants={
            "sourceType": source,
            "dateType": "week",
            "global": False,
            "productCode": "",
        },
        capture=f"charging_energy_{source}_{{siteId}}",
    )
    for source in ("hes", "home", "grid", "solar")
}
"""Daily energy of power panels, by `sourceType`."""

HES_ENERGY: dict[str, Endpoint[EnergyAnswer]] = {
    source: Endpoint(
        path="charging_hes_svc/get_energy_statistics",
        parse=source_parser(source),
        fields=("siteId", "start", "end"),
        constants={"sourceType": source, "dateType": "week"},
        capture=f"hes_energy_{source}_{{siteId}}",
    )
    for source in SOURCES
}
"""Daily energy of home energy systems, by `sourceType`."""

INVERTER_ENERGY: Endpoint[EnergyAnswer] = Endpoint(
    path="charging_pv_svc/statisticsPv",
    parse=parse_inverter_energy,
    fields=("sn", "start", "end"),
    constants={"type": "week", "version": "1"},
    capture="device_pv_statistics_{sn}",
)

ENDPOINTS: tuple[Endpoint[object], ...] = (
    SITE_LIST,
    SCENE_INFO,
    CURRENCY_LIST,
    BOUND_DEVICES,
    *FAMILY_ENDPOINTS,
    PRODUCT_NAMES,
    AUTO_UPGRADE,
    UPDATES,
    WIFI_LIST,
    INVERTER_BEHIND,
    BANK_SCHEDULE,
    FITTINGS,
    USAGE_SCHEDULE,
    STATION,
    PV_LIMIT,
    POWER_CUTOFF,
    UNREAD_MESSAGES,
    SITE_PRICE,
    MARKET_PRICES,
    POWER_LIMITS,
    CO2_RANKING,
    AI_RUNTIME,
    PV_FORECAST,
    *SITE_ENERGY.values(),
    *PANEL_ENERGY.values(),
    *HES_ENERGY.values(),
    INVERTER_ENERGY,
)
