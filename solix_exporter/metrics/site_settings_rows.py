"""The metrics of a site's settings and outlook: tariff, prices, forecast, limits, backup."""

from collections.abc import Iterator

from solix_exporter.metrics.site_rows import SITE
from solix_exporter.metrics.subjects import CACHED, AnyMetric, Subject
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.ai import AiStatus
from solix_exporter.model.forecast import ForecastNow
from solix_exporter.model.price_outlook import PriceOutlook
from solix_exporter.model.prices import PriceNow
from solix_exporter.model.snapshot import AccountSlice
from solix_exporter.model.tariff import Tariff


def in_watts(options_w: tuple[float, ...]) -> str | None:
    """Return options as a label value, None where there are none."""
    return ",".join(f"{option_w:g}" for option_w in options_w) or None


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


def _in_currency(price: PriceNow | None) -> Iterator[tuple[str, float]]:
    if price is not None:
        yield price.currency, price.amount


def _spot_statistics(outlook: PriceOutlook) -> Iterator[tuple[tuple[str, ...], float]]:
    for spot in outlook.spots:
        yield (outlook.currency, spot.period, spot.statistic), spot.amount


def _forecast_periods(forecast: ForecastNow) -> Iterator[tuple[str, float | None]]:
    yield "hour", forecast.hour_wh
    yield "next_hour", forecast.next_hour_wh
    yield "today", forecast.today_wh
    yield "remaining", forecast.remaining_wh
    yield "tomorrow", forecast.tomorrow_wh


PRICE: Subject[PriceNow] = Subject(("site_id", "currency", "price_type"), _prices)
SITE_DETAILS = SITE.child(lambda site: site.details)
IN_FORCE = SITE_DETAILS.child(lambda details: details.in_force)
OUTLOOK = IN_FORCE.child(lambda held: held.outlook)
FORECAST = IN_FORCE.child(lambda held: held.forecast)
SITE_LIMITS = SITE_DETAILS.child(lambda details: details.limits)
SITE_OPTIONS = SITE_LIMITS.child(lambda limits: in_watts(limits.options_w))
CHOICE = SITE_DETAILS.child(lambda details: details.choice)
EXPORT_LIMIT = SITE_DETAILS.child(lambda details: details.system_settings)
AI = SITE_DETAILS.child(lambda details: details.ai)
AI_SAVINGS = SITE.child(lambda site: site.ai_savings)
WINDOW = SITE_DETAILS.child(lambda details: details.backup)
BACKUP = SITE.child(lambda site: site.backup)

_PRICE_SOURCE = "get_site_price price, use_time; price_detail today_price_trend[]"
_FORECAST_SOURCE = "energy_analysis forecast_trend[]"

SITE_SETTINGS_METRICS: tuple[AnyMetric, ...] = (
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
    OUTLOOK.each_of(
        "solix_site_electricity_spot_price",
        "Net price of a kWh at the power exchange over a period: mean, lowest and highest of today"
        " and of tomorrow, once that is published, and the mean of the next hour.",
        "price_detail today_price_trend[].price, tomorrow_price_trend[].price",
        (("currency", "period", "statistic"), _spot_statistics),
    ),
    OUTLOOK.each(
        "solix_site_electricity_cheapest_hour_timestamp_seconds",
        "When the cheapest hour of the day begins, for today and for tomorrow; the first one of"
        " several.",
        "price_detail today_price_trend[].price, tomorrow_price_trend[].price",
        ("day", lambda outlook: ((day, at.timestamp()) for day, at in outlook.cheapest)),
    ),
    SITE_DETAILS.each(
        "solix_site_feed_in_price",
        "What a kWh that is fed in earns, as entered.",
        "get_site_price sell_price",
        ("currency", lambda details: _in_currency(details.feed_in)),
    ),
    FORECAST.each(
        "solix_site_pv_forecast_watthours",
        "PV energy that is expected in a period: the whole of this hour, the next hour, the whole"
        " of today, its rest (remaining), and what of tomorrow lies within 24 hours of the"
        " forecast.",
        f"{_FORECAST_SOURCE}, forecast_total",
        ("period", _forecast_periods),
    ),
    FORECAST.gauge(
        "solix_site_pv_forecast_today_watthours",
        "PV energy of the whole day: what it gave until the forecast was made, and the rest.",
        f"solar_total and {_FORECAST_SOURCE}",
        lambda forecast: forecast.today_wh,
    ),
    FORECAST.gauge(
        "solix_site_pv_forecast_remaining_watthours",
        "PV energy that the rest of the day is expected to give.",
        _FORECAST_SOURCE,
        lambda forecast: forecast.remaining_wh,
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
    AI_SAVINGS.each(
        "solix_site_ai_savings_total",
        "Money saved since the cloud's optimiser was first on, in the currency of the label.",
        "get_scen_info aiems_profit.aiems_profit_total",
        ("currency", lambda s: ((s[0], s[1].savings),)),
        kind="counter",
    ),
    AI_SAVINGS.each(
        "solix_site_ai_additional_savings",
        "The part of the optimiser's savings that self-consumption would not have saved, in the"
        " currency of the label.",
        "get_scen_info aiems_profit.aiems_self_use_diff",
        ("currency", lambda s: ((s[0], s[1].advantage.savings),)),
    ),
    AI_SAVINGS.gauge(
        "solix_site_ai_additional_savings_ratio",
        "How much more the optimiser saved than self-consumption would have, 0.1 for a tenth more;"
        " absent where the app does not show it.",
        "get_scen_info aiems_profit.percentage",
        lambda s: s[1].advantage.ratio,
    ),
    SITE_LIMITS.gauge(
        "solix_site_output_limit_watts",
        "Limit of the system's AC output, as set.",
        "get_power_limit legal_power_limit",
        lambda limits: limits.output_w,
    ),
    SITE_OPTIONS.info(
        "solix_site_output_limit_options_info",
        "Limits of the system's AC output to choose from, in W, always 1."
        f" Cloud: get_power_limit power_limit_option[]. {CACHED}",
        ("options",),
        lambda options: (options,),
    ),
    CHOICE.info(
        "solix_site_output_preset_options_info",
        "Lowest and highest output preset to choose, and their distance, in W, always 1; 0 is no"
        f" distance. Cloud: min_load, max_load, step of the schedule. {CACHED}",
        ("lowest_watts", "highest_watts", "step_watts"),
        lambda c: (f"{c.lowest_w:g}", f"{c.highest_w:g}", f"{c.step_w:g}"),
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
    EXPORT_LIMIT.gauge(
        "solix_site_grid_export_limit_watts",
        "Limit of what the system may feed into the grid.",
        "get_site_device_param type 18 feed-in_power_limit",
        lambda settings: settings.export_limit_w,
    ),
    SITE_DETAILS.gauge(
        "solix_site_co2_equivalent_trees",
        "How many trees save as much CO2 as the site.",
        "co2_ranking tree",
        lambda details: details.trees,
    ),
    WINDOW.timestamp(
        "solix_site_backup_start_timestamp_seconds",
        "When the last backup window that was set begins or began: the batteries are then filled"
        " from the grid.",
        "get_site_device_param type 6 manual_backup, backup_info",
        lambda window: window.start,
    ),
    WINDOW.timestamp(
        "solix_site_backup_end_timestamp_seconds",
        "When that backup window ends or ended.",
        "get_site_device_param type 6 manual_backup, backup_info",
        lambda window: window.end,
    ),
    WINDOW.flag(
        "solix_site_backup_enabled",
        "Whether the backup window is switched on.",
        "get_site_device_param type 6 manual_backup.switch",
        lambda window: window.is_on,
    ),
    BACKUP.each(
        "solix_site_backup_active",
        "Whether a power panel holds its batteries full because an outage is expected: by the"
        " cloud's warning (auto) or by the owner's plan (manual).",
        "get_site_device_disaster_status",
        ("kind", lambda b: (("auto", b.is_auto), ("manual", b.is_manual))),
    ),
)
