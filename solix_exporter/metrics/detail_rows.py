"""The rows of the slow polls: settings, prices, firmware, radio, and what they mean now.

Part of the catalogue, by the same rules.
"""

from collections.abc import Iterator

from solix_exporter.metrics.homes import ACCOUNT, DEVICE, SITE
from solix_exporter.metrics.subjects import CACHED, AnyMetric, Subject
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.account import UnreadMessages
from solix_exporter.model.ai import AiStatus
from solix_exporter.model.prices import PriceNow
from solix_exporter.model.snapshot import AccountSlice
from solix_exporter.model.tariff import Tariff


def _prices(part: AccountSlice) -> Iterator[tuple[Labels, PriceNow]]:
    for site in part.sites:
        price = site.details.price
        if price is not None:
            labels = (
                ("site_id", site.site_id),
                ("currency", price.currency),
                ("price_type", price.price_type.value),
            )
            yield labels, price


def _each_kind(messages: UnreadMessages) -> Iterator[tuple[str, bool | None]]:
    yield "any", messages.any_kind
    yield "system", messages.system
    yield "device", messages.device


def _in_currency(price: PriceNow | None) -> Iterator[tuple[str, float]]:
    if price is not None:
        yield price.currency, price.amount


MESSAGES = ACCOUNT.part(lambda account: account.messages)

PRICE: Subject[PriceNow] = Subject(("site_id", "currency", "price_type"), _prices)
SITE_DETAILS = SITE.part(lambda site: site.details)
IN_FORCE = SITE_DETAILS.part(lambda details: details.in_force)
SITE_LIMITS = SITE_DETAILS.part(lambda details: details.limits)
STATION = SITE_DETAILS.part(lambda details: details.station)
AI = SITE_DETAILS.part(lambda details: details.ai)

DEVICE_DETAILS = DEVICE.part(lambda device: device.details)
RADIO = DEVICE_DETAILS.part(lambda details: details.radio)
LIMITS = DEVICE_DETAILS.part(lambda details: details.limits)
SOC_LIMITS = DEVICE_DETAILS.part(lambda details: details.soc_limits)
BEHIND = DEVICE_DETAILS.part(lambda details: details.inverter_model or None)

_PRICE_SOURCE = "get_site_price price, use_time; price_detail today_price_trend[]"
_FORECAST_SOURCE = "energy_analysis forecast_trend[]"

ACCOUNT_DETAIL_METRICS: tuple[AnyMetric, ...] = (
    MESSAGES.each(
        "solix_account_unread_messages",
        "Whether unread messages wait in the app: 1 or 0 for each kind.",
        "get_message_unread has_unread_msg, system_msg, device_msg",
        ("kind", _each_kind),
    ),
)

SITE_DETAIL_METRICS: tuple[AnyMetric, ...] = (
    IN_FORCE.states(
        "solix_site_tariff",
        "Tariff of the hour by the plan that was entered: 1 for the one that holds, 0 for others.",
        "get_site_device_param type 6 use_time[]",
        ("tariff", Tariff, lambda held: held.tariff),
    ),
    PRICE.gauge(
        "solix_site_electricity_price",
        "What a kWh costs now; a dynamic one is the spot price with the country's usual fee and"
        " VAT, or the configured ones.",
        _PRICE_SOURCE,
        lambda price: price.amount,
    ),
    SITE_DETAILS.each(
        "solix_site_spot_price",
        "Net price of a kWh at the power exchange now.",
        "price_detail today_price_trend[].price",
        ("currency", lambda details: _in_currency(details.spot)),
    ),
    SITE_DETAILS.each(
        "solix_site_feed_in_price",
        "What a kWh that is fed in earns, as entered.",
        "get_site_price sell_price",
        ("currency", lambda details: _in_currency(details.feed_in)),
    ),
    IN_FORCE.gauge(
        "solix_site_pv_forecast_today_watthours",
        "PV energy of the whole day: what it gave until the forecast was made, and the rest.",
        f"solar_total and {_FORECAST_SOURCE}",
        lambda held: held.forecast_day_wh,
    ),
    IN_FORCE.gauge(
        "solix_site_pv_forecast_remaining_watthours",
        "PV energy that the rest of the day is expected to give.",
        _FORECAST_SOURCE,
        lambda held: held.forecast_remaining_wh,
    ),
    AI.states(
        "solix_site_ai_status",
        "What the cloud's optimiser does: 1 for the status that is on, 0 for the others.",
        "ai_ems/get_status status",
        ("status", AiStatus, lambda ai: ai.status),
    ),
    AI.gauge(
        "solix_site_ai_learning_remaining_seconds",
        "What is left of the optimiser's learning phase, 0 once it is over.",
        "ai_ems/get_status left_time",
        lambda ai: ai.learning_left_s,
    ),
    SITE_LIMITS.gauge(
        "solix_site_output_limit_watts",
        "Limit of the system's AC output, as set.",
        "get_power_limit legal_power_limit",
        lambda limits: limits.output_w,
    ),
    SITE_LIMITS.gauge(
        "solix_site_legal_output_limit_watts",
        "Limit of the system's AC output by law; absent where there is none.",
        "get_power_limit legal_limit",
        lambda limits: limits.legal_output_w,
    ),
    SITE_LIMITS.gauge(
        "solix_site_ac_input_limit_watts",
        "Limit of what all devices together take from the grid to charge.",
        "get_power_limit ac_input_power_unit",
        lambda limits: limits.ac_input_w,
    ),
    STATION.gauge(
        "solix_site_grid_export_limit_watts",
        "Limit of what the system may feed into the grid.",
        "get_site_device_param type 18 feed-in_power_limit",
        lambda station: station.export_limit_w,
    ),
    SITE_DETAILS.gauge(
        "solix_site_co2_equivalent_trees",
        "How many trees save as much CO2 as the site.",
        "co2_ranking tree",
        lambda details: details.trees,
    ),
)

DEVICE_DETAIL_METRICS: tuple[AnyMetric, ...] = (
    RADIO.gauge(
        "solix_device_wifi_rssi_dbm",
        "How strong the device hears its access point.",
        "get_wifi_info_list or get_relate_and_bind_devices rssi",
        lambda radio: radio.rssi_dbm,
    ),
    RADIO.gauge(
        "solix_device_wifi_signal_ratio",
        "Wi-Fi signal, 0-1; worked out from rssi on the cloud's own scale where only that is told.",
        "get_wifi_info_list wifi_signal",
        lambda radio: radio.signal_ratio,
    ),
    RADIO.flag(
        "solix_device_ethernet_connected",
        "Whether a network cable carries the device's link.",
        "get_wifi_info_list wired_connected",
        lambda radio: radio.is_wired,
    ),
    DEVICE_DETAILS.flag(
        "solix_device_firmware_update_available",
        "Whether there is newer firmware for the device or one of its parts.",
        "check_update need_update, children[].needUpdate",
        lambda details: details.firmware.is_update_available if details.firmware else None,
    ),
    DEVICE_DETAILS.flag(
        "solix_device_auto_upgrade_enabled",
        "Whether the device installs new firmware by itself.",
        "get_auto_upgrade main_switch and auto_upgrade",
        lambda details: details.is_auto_upgrade_on,
    ),
    LIMITS.gauge(
        "solix_device_output_limit_watts",
        "Limit of the device's AC output; absent where only the system has one.",
        "get_power_limit power_limit, legal_power_limit",
        lambda limits: limits.output_w,
    ),
    LIMITS.gauge(
        "solix_device_ac_input_limit_watts",
        "Limit of what the device takes from the grid to charge.",
        "get_power_limit ac_input_limit",
        lambda limits: limits.ac_input_w,
    ),
    DEVICE_DETAILS.gauge(
        "solix_device_pv_input_limit_watts",
        "Limit of the device's PV input.",
        "get_device_attrs pv_power_limit",
        lambda details: details.pv_limit_w,
    ),
    DEVICE_DETAILS.flag(
        "solix_device_export_allowed",
        "Whether the device may give power now: to the home by the schedule of the first"
        " generation, to the grid by the setting of the system in later ones.",
        "home_load_data ranges[].turn_on, switch_0w",
        lambda details: details.is_export_allowed,
    ),
    DEVICE.gauge(
        "solix_battery_reserve_ratio",
        "State of charge below which the battery is not discharged, 0-1.",
        "discharge_lower_limit, power_cutoff_data[] or soc_list[], output_cutoff_data",
        lambda device: device.reserve_ratio,
    ),
    SOC_LIMITS.gauge(
        "solix_battery_charge_limit_ratio",
        "State of charge above which the battery is not charged, 0-1.",
        "charge_upper_limit",
        lambda limits: limits.upper_ratio,
    ),
    SOC_LIMITS.gauge(
        "solix_battery_backup_reserve_ratio",
        "State of charge that is kept for an outage, 0-1; absent while that is switched off.",
        "backup_reserve, backup_reserve_switch",
        lambda limits: limits.backup_reserve_ratio if limits.is_backup_reserve_on else None,
    ),
    BEHIND.info(
        "solix_device_inverter_info",
        "Part number of the micro inverter behind a first-generation solarbank, always 1; A17CX is"
        f" a newer solarbank. Cloud: get_compatible_solar_info solar_model. {CACHED}",
        ("inverter_model",),
        lambda model: (model,),
    ),
    DEVICE_DETAILS.flag(
        "solix_device_zero_output_switch_fitted",
        "Whether a switch is fitted that lets a first-generation solarbank give nothing.",
        "get_relate_device_fittings product_code A17Y0",
        lambda details: details.has_zero_watt_switch,
    ),
)
