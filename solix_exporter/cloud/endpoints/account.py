"""Questions about the account, its devices as a whole, and the cloud's own lists."""

from collections.abc import Mapping

from solix_exporter.cloud.endpoints.endpoint import (
    DEVICE,
    AnyEndpoint,
    Asker,
    Capture,
    Endpoint,
    file,
)
from solix_exporter.cloud.parse.account_extras import parse_product_names, parse_unread_messages
from solix_exporter.cloud.parse.bound_devices import parse_bound_devices
from solix_exporter.cloud.parse.broker_access import parse_broker_access
from solix_exporter.cloud.parse.currencies import parse_currencies
from solix_exporter.cloud.parse.firmware import parse_auto_upgrade, parse_updates
from solix_exporter.cloud.parse.market_prices import parse_market_prices
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.broker import BrokerAccess
from solix_exporter.model.firmware import Firmware

_P = "power_service/v1"
_APP = f"{_P}/app"
_PRICE = f"{_P}/dynamic_price"

AUTO_UPGRADE: Endpoint[Mapping[str, bool]] = Endpoint(
    "auto_upgrade", f"{_APP}/get_auto_upgrade", parse_auto_upgrade, note="empty for members"
)

BIND_DEVICES: Endpoint[Mapping[str, BoundDevice]] = Endpoint(
    "bind_devices", f"{_APP}/get_relate_and_bind_devices", parse_bound_devices
)

CURRENCY_LIST = Endpoint("currency_list", f"{_P}/currency/get_list", parse_currencies)

DYNAMIC_PRICE_DETAILS = Endpoint(
    "dynamic_price_details",
    f"{_PRICE}/price_detail",
    parse_market_prices,
    body={"company": "Nordpool", "area": "GER", "date": "1748908800", "device_sn": ""},
    asker=Asker.MEMBER,
    captures=(
        Capture("dynamic_price_details_{country}_{company}_{area}"),
        Capture("dynamic_price_details_*_{company}_{area}"),
    ),
    note="date in Unix seconds, as a text",
    may_be_empty=True,
)

MESSAGE_UNREAD = Endpoint(
    "message_unread", f"{_P}/get_message_unread", parse_unread_messages, method="GET"
)

PRODUCT_CATEGORIES: Endpoint[Mapping[str, str]] = Endpoint(
    "product_categories",
    f"{_P}/product_categories",
    parse_product_names,
    captures=file("list_products"),
    method="GET",
)

OTA_BATCH: Endpoint[Mapping[str, Firmware]] = Endpoint(
    "ota_batch",
    "app/ota/batch/check_update",
    parse_updates,
    body={"device_list": [{"device_sn": DEVICE, "version": ""}]},
    note="answers for owned devices",
)

MQTT_INFO: Endpoint[BrokerAccess] = Endpoint(
    "mqtt_info",
    "app/devicemanage/get_user_mqtt_info",
    parse_broker_access,
    captures=(),
    note="gives a certificate and its private key",
)

ROWS: tuple[AnyEndpoint, ...] = (
    AUTO_UPGRADE,
    BIND_DEVICES,
    Endpoint(
        "check_upgrade_record",
        f"{_APP}/check_upgrade_record",
        body={"type": 2},
        asker=Asker.OWNER,
        captures=file("check_upgrade_record_{type}"),
    ),
    Endpoint("config", f"{_APP}/get_config"),
    Endpoint(
        "third_platforms", f"{_APP}/third/platform/list", captures=file("list_third_platforms")
    ),
    Endpoint(
        "token_by_userid",
        f"{_APP}/get_token_by_userid",
        captures=file("get_token"),
        note="gives a secret",
    ),
    Endpoint(
        "shelly_status", f"{_APP}/get_user_op_shelly_status", body={"token": "<of token_by_userid>"}
    ),
    Endpoint("ocpp_endpoint_list", f"{_APP}/get_ocpp_endpoint_list"),
    CURRENCY_LIST,
    Endpoint("dynamic_price_sites", f"{_PRICE}/check_available"),
    Endpoint(
        "dynamic_price_providers",
        f"{_PRICE}/support_option",
        body={"device_pn": "A17C5"},
        asker=Asker.MEMBER,
        captures=file("dynamic_price_providers_{device_pn}"),
    ),
    DYNAMIC_PRICE_DETAILS,
    MESSAGE_UNREAD,
    Endpoint(
        "message",
        f"{_P}/get_message",
        captures=(),
        body={"last_time": ""},
        method="GET",
        note="the form of last_time is not known",
    ),
    PRODUCT_CATEGORIES,
    Endpoint(
        "product_accessories",
        f"{_P}/product_accessories",
        captures=file("list_accessories"),
        method="GET",
    ),
    Endpoint("extender_system_pn_ota", f"{_APP}/get_extender_system_pn_ota"),
    Endpoint("extender_system_list", f"{_APP}/get_extender_system_list"),
    Endpoint(
        "extender_system_detail",
        f"{_APP}/get_extender_system_detail",
        captures=(),
        body={"extender_system_id": "<of extender_system_list>"},
        asker=Asker.UNKNOWN,
    ),
    Endpoint(
        "extender_system_cumulative_data",
        f"{_APP}/get_extender_system_cumulative_data",
        captures=(),
        body={"extender_system_id": "<of extender_system_list>"},
        asker=Asker.UNKNOWN,
    ),
    OTA_BATCH,
    MQTT_INFO,
)
