"""THE table of the slow polls: what is asked of the cloud beside the live values, and how often.

A row a query, in the order in which they are asked: a later one may ask about what an earlier one
has told. Reference 03 has the intervals that make sense. `targets` says what each asks about.
"""

from collections.abc import Mapping
from datetime import timedelta

from solix_exporter.cloud.endpoints.account import (
    AUTO_UPGRADE,
    BIND_DEVICES,
    DYNAMIC_PRICE_DETAILS,
    MESSAGE_UNREAD,
    OTA_BATCH,
    PRODUCT_CATEGORIES,
)
from solix_exporter.cloud.endpoints.devices import (
    DEVICE_FITTINGS,
    DEVICE_LOAD,
    POWER_CUTOFF,
    PV_LIMIT,
    SOLAR_INFO,
)
from solix_exporter.cloud.endpoints.sites import (
    AI_EMS_STATUS,
    CO2_RANKING,
    FORECAST,
    POWER_LIMIT,
    SITE_PRICE,
    SYSTEM_SETTINGS,
    USAGE_SCHEDULE,
    WIFI_LIST,
)
from solix_exporter.model.site import SiteType
from solix_exporter.poll import targets
from solix_exporter.poll.family_queries import FAMILY_DEVICE_QUERIES, FAMILY_SITE_QUERIES
from solix_exporter.poll.query import (
    AnyQuery,
    DetailsKind,
    ask,
    each_device,
    each_site,
    shared,
    the_account,
)

TEN_MINUTES_S = timedelta(minutes=10).total_seconds()
HALF_HOUR_S = timedelta(minutes=30).total_seconds()
HOUR_S = timedelta(hours=1).total_seconds()
QUARTER_DAY_S = timedelta(hours=6).total_seconds()
DAY_S = timedelta(days=1).total_seconds()

_PRICED = (SiteType.SOLARBANK, SiteType.SOLARBANK_PPS, SiteType.POWERPANEL, SiteType.HES)

DEVICE_QUERIES: tuple[AnyQuery, ...] = (
    ask(
        "bound_devices",
        BIND_DEVICES,
        every_s=TEN_MINUTES_S,
        targets=the_account,
    ),
    ask(
        "product_names",
        PRODUCT_CATEGORIES,
        every_s=DAY_S,
        targets=targets.account_with_nameless_products,
    ),
    ask(
        "auto_upgrade",
        AUTO_UPGRADE,
        every_s=HOUR_S,
        targets=the_account,
    ),
    ask(
        "firmware",
        OTA_BATCH,
        every_s=HOUR_S,
        targets=targets.all_owned_devices,
    ),
    ask(
        "wifi",
        WIFI_LIST,
        every_s=TEN_MINUTES_S,
        targets=each_site(when=lambda site: bool(site.devices)),
    ),
    ask(
        "solar_info",
        SOLAR_INFO,
        every_s=QUARTER_DAY_S,
        targets=each_device(targets.is_first_generation, field="solarbank_sn"),
    ),
    ask(
        "bank_schedule",
        DEVICE_LOAD,
        every_s=TEN_MINUTES_S,
        targets=targets.one_first_generation_bank_a_site,
    ),
    ask(
        "fittings",
        DEVICE_FITTINGS,
        every_s=QUARTER_DAY_S,
        targets=targets.each_first_generation_bank,
    ),
    ask(
        "usage_schedule",
        USAGE_SCHEDULE,
        every_s=TEN_MINUTES_S,
        targets=each_site(when=targets.has_newer_banks),
    ),
    ask(
        "station",
        SYSTEM_SETTINGS,
        every_s=HALF_HOUR_S,
        targets=each_site(when=targets.has_newer_banks),
    ),
    ask(
        "pv_limit",
        PV_LIMIT,
        every_s=HALF_HOUR_S,
        targets=each_device(targets.has_pv_limit),
    ),
    ask(
        "power_cutoff",
        POWER_CUTOFF,
        every_s=HALF_HOUR_S,
        targets=targets.each_bank_with_own_settings,
    ),
)

SITE_QUERIES: tuple[AnyQuery, ...] = (
    ask(
        "messages",
        MESSAGE_UNREAD,
        every_s=HALF_HOUR_S,
        targets=the_account,
    ),
    ask(
        "site_price",
        SITE_PRICE,
        every_s=HALF_HOUR_S,
        targets=each_site(*_PRICED),
    ),
    ask(
        "dynamic_price",
        DYNAMIC_PRICE_DETAILS,
        every_s=HOUR_S,
        targets=targets.each_price_provider,
    ),
    ask(
        "power_limits",
        POWER_LIMIT,
        every_s=HALF_HOUR_S,
        targets=each_site(SiteType.SOLARBANK),
    ),
    shared(
        ask(
            "co2_ranking",
            CO2_RANKING,
            every_s=QUARTER_DAY_S,
            targets=each_site(*_PRICED, owner_only=False),
        )
    ),
    shared(
        ask(
            "ai_status",
            AI_EMS_STATUS,
            every_s=HALF_HOUR_S,
            targets=each_site(owner_only=False, when=targets.has_ai),
        )
    ),
    ask(
        "forecast",
        FORECAST,
        every_s=HOUR_S,
        targets=targets.each_forecast_site,
    ),
)

QUERIES: Mapping[DetailsKind, tuple[AnyQuery, ...]] = {
    DetailsKind.DEVICE: (*DEVICE_QUERIES, *FAMILY_DEVICE_QUERIES),
    DetailsKind.SITE: (*SITE_QUERIES, *FAMILY_SITE_QUERIES),
}

QUERY_NAMES = tuple(query.name for queries in QUERIES.values() for query in queries)
