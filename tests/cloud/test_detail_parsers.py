"""Answers made by hand after reference 03, for what no capture holds."""

import orjson
import pytest

from solix_exporter.cloud.decode import decode
from solix_exporter.cloud.endpoints.account import (
    AUTO_UPGRADE,
    BIND_DEVICES,
    DYNAMIC_PRICE_DETAILS,
    OTA_BATCH,
    PRODUCT_CATEGORIES,
)
from solix_exporter.cloud.endpoints.devices import DEVICE_LOAD, POWER_CUTOFF, PV_LIMIT
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.endpoints.sites import (
    AI_EMS_STATUS,
    FORECAST,
    POWER_LIMIT,
    SITE_PRICE,
    SYSTEM_SETTINGS,
    USAGE_SCHEDULE,
    WIFI_LIST,
)
from solix_exporter.errors import UnexpectedPayload
from solix_exporter.model.ai import AiRuntime, AiStatus
from solix_exporter.model.firmware import Firmware, FirmwarePart
from solix_exporter.model.forecast import PvForecast
from solix_exporter.model.limits import (
    DeviceLimits,
    PowerDock,
    PowerLimits,
    SocLimits,
    SystemSettings,
)
from solix_exporter.model.prices import MarketPrices, PriceType, SitePrice
from solix_exporter.model.products import PRODUCTS
from solix_exporter.model.radio import WifiLink, WifiList
from solix_exporter.model.schedule import BankSchedule, UsageSchedule
from tests.poll.rig import Listener


def parsed(endpoint: Endpoint[object], data: object) -> object:
    """Return the answer; nothing in it may be unread or malformed."""
    listener = Listener()
    value = decode(endpoint, orjson.dumps({"code": 0, "data": data}), listener)
    assert listener.malformed == []
    assert {key for keys in listener.unread.values() for key in keys} == set()
    return value


def in_text(content: object) -> dict[str, str]:
    return {"param_data": orjson.dumps(content).decode()}


STATION_ANSWER = {
    "soc_list": [{"id": 1, "is_selected": 0, "soc": 10}, {"id": 2, "is_selected": 1, "soc": 5}],
    "switch_0w": 1,
    "enable_0w": 0,
    "enable_0w_change": True,
    "feed-in_power_limit": 800,
    "feed_times": None,
    "charge_upper_limit": 95,
    "discharge_lower_limit": 12,
    "backup_reserve": 40,
    "backup_reserve_switch": 1,
    "cmd_type": 1,
}
STATION_SOC = SocLimits(0.05, 0.12, 0.95, 0.4, is_backup_reserve_on=True)


def test_settings_of_a_station() -> None:
    expected = SystemSettings(STATION_SOC, is_export_allowed=False, export_limit_w=800)
    assert parsed(SYSTEM_SETTINGS, in_text(STATION_ANSWER)) == expected


def test_the_largest_number_is_no_limit_of_the_export() -> None:
    answer = parsed(SYSTEM_SETTINGS, in_text({"feed-in_power_limit": 4294967295, "switch_0w": 0}))
    assert answer == SystemSettings(is_export_allowed=True)


@pytest.mark.parametrize("data", [{"param_data": ""}, {"param_data": "{}"}, None, {}])
def test_a_system_without_settings_of_its_own(data: object) -> None:
    answer = parsed(SYSTEM_SETTINGS, data)
    assert isinstance(answer, SystemSettings)
    assert answer.is_empty
    assert parsed(USAGE_SCHEDULE, data) == UsageSchedule()


def test_a_text_that_is_no_json_is_counted_and_empty() -> None:
    listener = Listener()
    body = orjson.dumps({"code": 0, "data": {"home_load_data": "{'ranges"}})
    assert decode(DEVICE_LOAD, body, listener) == BankSchedule()
    assert listener.malformed == [(DEVICE_LOAD.label, "home_load_data")]


def test_a_cutoff_that_can_be_chosen_freely() -> None:
    answer = {
        "power_cutoff_data": [
            {"id": 1, "is_selected": 1, "output_cutoff_data": 10, "lowpower_input_data": 5,
             "input_cutoff_data": 10},
        ],
        "charge_upper_limit": 90, "discharge_lower_limit": 7, "backup_reserve": 30,
        "backup_reserve_switch": 0, "cmd_type": 1,
    }  # fmt: skip
    expected = SocLimits(0.1, 0.07, 0.9, 0.3, is_backup_reserve_on=False)
    assert parsed(POWER_CUTOFF, answer) == expected


def bank(sn: str, limit: int, ac: int | None = None) -> dict[str, object]:
    more = {} if ac is None else {"ac_input_limit": ac}
    return {
        "device_pn": "A17C5", "device_sn": sn, "device_name": sn, "device_img": "",
        "power_limit": limit, "power_limit_option": None, "power_limit_option_real": None,
        "status": 0,
    } | more  # fmt: skip


def test_limits_of_a_system_with_a_dock() -> None:
    answer = {
        "site_id": "S", "power_unit": "kwh", "legal_power_limit": 3600, "legal_limit": 0,
        "current_power": 0, "all_power_limit": 0, "parallel_type": "AE100",
        "ac_input_power_unit": "2400W", "power_limit_option": [{"limit": 3600, "limit_real": 3600}],
        "exceed_alarm": False, "ae100_info": bank("DOCK", 0, 0),
        "device_info": [bank("A", 0, 1200), bank("B", 800, 1200)],
    }  # fmt: skip
    assert parsed(POWER_LIMIT, answer) == PowerLimits(
        output_w=3600,
        legal_output_w=None,
        ac_input_w=2400,
        options_w=(3600,),
        devices={
            "A": DeviceLimits(None, 1200),
            "B": DeviceLimits(800, 1200),
            # What the dock has not of its own is the system's.
            "DOCK": DeviceLimits(3600, 2400, options_w=(3600,)),
        },
        dock=PowerDock("DOCK", PRODUCTS["A17C5"], "DOCK"),
    )


def test_no_charging_from_the_grid_is_a_limit_of_0_watts() -> None:
    answer = {
        "legal_power_limit": 1200, "parallel_type": "Single", "ac_input_power_unit": "0W",
        "device_info": [bank("A", 0, 0), bank("B", 0)], "ae100_info": bank("DOCK", 0, 0),
    }  # fmt: skip
    assert parsed(POWER_LIMIT, answer) == PowerLimits(
        output_w=1200,
        ac_input_w=0,
        devices={
            "A": DeviceLimits(1200, 0),
            "B": DeviceLimits(1200, None),
            "DOCK": DeviceLimits(1200, 0),
        },
        dock=PowerDock("DOCK", PRODUCTS["A17C5"], "DOCK"),
    )


@pytest.mark.parametrize(
    ("kind", "expected"), [("Single", 800), ("DIY", 800), ("single", 800), ("Cascaded", None)]
)
def test_the_limit_of_the_system_is_that_of_a_bank_without_one(
    kind: str, expected: float | None
) -> None:
    answer = {"legal_power_limit": 800, "parallel_type": kind, "device_info": [bank("A", 0)]}
    limits = parsed(POWER_LIMIT, answer)
    assert isinstance(limits, PowerLimits)
    assert limits.devices == {"A": DeviceLimits(expected, None)}


OPTIONS = [
    # Of the bank itself, as numbers and as objects; else of a system whose limit is the bank's.
    ([350, 600, 800], "Cascaded", (350, 600, 800)),
    ([{"limit": 600, "limit_real": 590}, {"limit": 800, "limit_real": 790}], "Single", (600, 800)),
    (None, "Single", (1200,)),
    (None, "Cascaded", ()),
    ([], "Cascaded", ()),
]


@pytest.mark.parametrize(("own", "kind", "expected"), OPTIONS)
def test_limits_to_choose_from(own: object, kind: str, expected: tuple[float, ...]) -> None:
    # Made by hand after reference 03, 2.14: captures hold null.
    answer = {
        "parallel_type": kind,
        "power_limit_option": [{"limit": 1200, "limit_real": 1200}],
        "device_info": [bank("A", 0) | {"power_limit_option": own}],
    }
    devices = {"A": DeviceLimits(options_w=expected)}
    assert parsed(POWER_LIMIT, answer) == PowerLimits(options_w=(1200,), devices=devices)


def test_a_system_without_power_limits() -> None:
    assert parsed(POWER_LIMIT, None) == PowerLimits(devices={})


def test_an_update_of_a_part_is_an_update_of_the_device() -> None:
    child = {"device_type": "A17C1_esp32", "needUpdate": True, "force_upgrade": False,
             "rom_version_name": "v0.3.2.6", "full_package": {}, "change_log": "",
             "sub_current_version": "", "upgrade_level": 0}  # fmt: skip
    entry = {"device_sn": "A", "need_update": False, "current_version": "v1.0.1",
             "lastPackage": {"version": "V1.0.2", "md5": ""}, "children": [child],
             "upgrade_type": 0, "change_log": "", "upgrade_level": 0}  # fmt: skip
    answer = parsed(OTA_BATCH, {"update_infos": [entry], "popup_info": {}})
    radio = FirmwarePart("radio", new_version="0.3.2.6")
    assert answer == {"A": Firmware("1.0.1", "1.0.2", is_update_available=True, parts=(radio,))}


@pytest.mark.parametrize(
    ("main", "own", "expected"),
    [
        (True, True, {"A": True}),
        (True, False, {"A": False}),
        (False, True, {"A": False}),
        (None, True, {"A": True}),
        (True, None, {}),
    ],
)
def test_the_main_switch_stands_above_those_of_the_devices(
    main: bool | None,  # noqa: FBT001 - a table's column
    own: bool | None,  # noqa: FBT001 - a table's column
    expected: dict[str, bool],
) -> None:
    data = {"main_switch": main, "device_list": [{"device_sn": "A", "auto_upgrade": own}]}
    assert parsed(AUTO_UPGRADE, data) == expected


def test_a_member_has_no_list_of_auto_upgrades() -> None:
    assert parsed(AUTO_UPGRADE, {"main_switch": False, "device_list": None}) == {}


def test_wifi_links_with_and_without_serial_numbers() -> None:
    rows = [
        {"wifi_name": "w", "wifi_signal": "", "device_sn": "A", "rssi": "-70", "offline": False,
         "is_support_wired": True, "wired_connected": True},
        {"wifi_name": "w", "wifi_signal": "48"},
        {"wifi_name": "w", "wifi_signal": ""},
    ]  # fmt: skip
    links = parsed(WIFI_LIST, {"wifi_info_list": rows})
    assert isinstance(links, WifiList)
    assert links.of("A", 1) == WifiLink(None, -70, is_wired=True, ssid="w")
    assert links.of("B", 1) == WifiLink(0.48, ssid="w")
    assert links.of("B", 2) == WifiLink(ssid="w")
    assert [links.of("B", place) for place in (None, 0, 3)] == [None, None, None]


def test_a_price_setting_of_the_newest_kind() -> None:
    answer = {
        "site_id": "S", "price": 0.31234, "sell_price": 0.082, "site_co2": 0,
        "site_price_unit": "€", "price_type": "barter", "current_mode": 1, "use_time": None,
        "dynamic_price": {"country": "DE", "company": "Other", "area": "", "pct": None},
        "accuracy": 5,
    }  # fmt: skip
    expected = SitePrice(0.31234, 0.082, "€", PriceType.UNKNOWN)
    assert parsed(SITE_PRICE, answer) == expected


def test_market_prices_skip_what_is_no_number() -> None:
    listener = Listener()
    data = {
        "release_time": "13:00", "currency": "EUR", "today_avg_price": "1",
        "tomorrow_avg_price": "0.00",
        "today_price_trend": [
            {"time": "01:00", "price": "-3.5"},
            {"time": "00:00", "price": "81.76"},
            {"time": "02:00", "price": "?"},
            {"time": "soon", "price": "1"},
            {"time": "03:00", "price": ""},
        ],
        "tomorrow_price_trend": None,
    }  # fmt: skip
    answer = decode(DYNAMIC_PRICE_DETAILS, orjson.dumps({"code": 0, "data": data}), listener)
    assert answer == MarketPrices("EUR", ((0, 81.76), (60, -3.5)), ())
    assert [field for _, field in listener.malformed] == [
        "today_price_trend[].price",
        "today_price_trend[].time",
    ]


def test_an_unknown_area_has_no_prices() -> None:
    assert parsed(DYNAMIC_PRICE_DETAILS, None) == MarketPrices()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"status": 0, "result": "fail", "left_time": 85878},
            AiRuntime(AiStatus.INACTIVE, 85878),
        ),
        ({"status": 1, "result": "fail", "left_time": -9}, AiRuntime(AiStatus.RUNNING, 0)),
        ({"status": 7, "result": "fail", "left_time": 0}, AiRuntime(AiStatus.UNKNOWN, 0)),
        (None, AiRuntime()),
    ],
)
def test_the_optimiser(data: object, expected: AiRuntime) -> None:
    assert parsed(AI_EMS_STATUS, data) == expected


def test_names_of_products_lose_their_tabs() -> None:
    platforms = [
        {"name": "P", "products": [{"product_code": "X1", "name": "Bank\t", "custom_fields": ""}]},
        {"name": "Q", "products": [{"product_code": "X1", "name": "Other"}]},
    ]
    assert parsed(PRODUCT_CATEGORIES, platforms) == {"X1": "Bank"}


def test_a_forecast_ends_with_the_next_midnight() -> None:
    data = {"local_time": "2026-06-20 22:40", "trend_unit": "kw", "solar_total": "5.5",
            "total_energy_unit": "", "power": [],
            "forecast_trend": [{"time": "23:00", "value": "0.3", "rods": None},
                               {"time": "00:00", "value": "0.1", "rods": None}]}  # fmt: skip
    forecast = parsed(FORECAST, data)
    assert isinstance(forecast, PvForecast)
    # A third of 300 Wh, then 100 Wh.
    assert forecast.made_at is not None
    assert forecast.remaining_wh(forecast.made_at) == 200
    assert forecast.day_wh() == 5700


@pytest.mark.parametrize("data", [None, {"local_time": "", "forecast_trend": []}])
def test_where_nothing_is_forecast(data: object) -> None:
    assert parsed(FORECAST, data) == PvForecast()


def test_a_pv_limit() -> None:
    data = {"device_sn": "A", "attributes": {"pv_power_limit": 2000, "switch_0w": 1}}
    assert parsed(PV_LIMIT, data) == 2000
    assert parsed(PV_LIMIT, {"device_sn": "A", "attributes": {}}) is None


@pytest.mark.parametrize(("kind", "is_owned"), [(0, True), (1, True), (2, False), (None, False)])
def test_whose_a_bound_device_is(kind: int | None, is_owned: bool) -> None:  # noqa: FBT001 - a table's column
    entry = {"device_sn": "A", "product_code": "A1761", "ms_device_type": kind}
    devices = decode(BIND_DEVICES, orjson.dumps({"code": 0, "data": {"data": [entry]}}), Listener())
    assert devices["A"].is_owned is is_owned


def test_no_list_of_bound_devices_is_no_answer() -> None:
    with pytest.raises(UnexpectedPayload):
        parsed(BIND_DEVICES, None)
