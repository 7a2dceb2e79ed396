"""Questions about EV chargers, stand-alone inverters and USB chargers."""

from collections.abc import Mapping

from solix_exporter.cloud.endpoints.endpoint import (
    DEVICE,
    TODAY,
    YESTERDAY,
    AnyEndpoint,
    Asker,
    Capture,
    Endpoint,
    Json,
    file,
)
from solix_exporter.cloud.parse.chargers import (
    parse_charge_totals,
    parse_charger_modes,
    parse_charger_settings,
)
from solix_exporter.cloud.parse.inverters import parse_inverter_status, parse_inverter_totals
from solix_exporter.cloud.parse.rate_plan import parse_inverter_price
from solix_exporter.cloud.parse.system_energy import parse_inverter_energy

_P = "power_service/v1"
_APP = f"{_P}/app"
_MINI = "mini_power/v1/app"
_PV = "charging_pv_svc"
_SN: Mapping[str, Json] = {"sn": DEVICE}
_DEVICE_SN: Mapping[str, Json] = {"device_sn": DEVICE}

# --- EV chargers ---------------------------------------------------------------------------

CHARGE_ORDER_STATS: Endpoint[None] = Endpoint(
    "charge_order_stats",
    f"{_APP}/order/get_charge_order_stats",
    body={"device_sn": DEVICE, "date_type": "week", "start_date": TODAY, "end_date": TODAY},
    asker=Asker.MEMBER,
    captures=(
        Capture("charge_order_stats_all_{device_sn}", {"date_type": "all"}),
        Capture("charge_order_stats_today_{device_sn}"),
    ),
    note="date_type week, month, year; all wants empty dates",
)
EV_CHARGE_TOTALS = CHARGE_ORDER_STATS.variant(
    "ev_charge_totals",
    parse_charge_totals,
    date_type="all",
    start_date="",
    end_date="",
    may_be_empty=True,
)

EV_CHARGER_ROWS: tuple[AnyEndpoint, ...] = (
    CHARGE_ORDER_STATS,
    EV_CHARGE_TOTALS,
    Endpoint(
        "charge_order_stats_list",
        f"{_APP}/order/get_charge_order_stats_list",
        body={
            "device_sn": DEVICE,
            "order_status": 1,
            "date_type": "all",
            "start_date": "",
            "end_date": "",
            "page": 0,
            "page_size": 10,
        },
        asker=Asker.MEMBER,
        captures=file("charge_order_stats_list_{order_status}_{device_sn}"),
    ),
    Endpoint("ocpp_info", f"{_APP}/get_ocpp_info", body=_DEVICE_SN, asker=Asker.MEMBER),
    Endpoint("rfid_cards", f"{_P}/rfid/get_device_cards", body=_DEVICE_SN, asker=Asker.OWNER),
)

# --- stand-alone inverters -----------------------------------------------------------------

PV_STATUS = Endpoint(
    "pv_status",
    f"{_PV}/getPvStatus",
    parse_inverter_status,
    body={"sns": DEVICE},
    asker=Asker.OWNER,
    captures=file("device_pv_status_{sns}"),
)

PV_TOTAL_STATISTICS = Endpoint(
    "pv_total_statistics",
    f"{_PV}/getPvTotalStatistics",
    parse_inverter_totals,
    body=_SN,
    asker=Asker.OWNER,
    captures=file("device_pv_total_statistics_{sn}"),
)

PV_STATISTICS = Endpoint(
    "pv_statistics",
    f"{_PV}/statisticsPv",
    parse_inverter_energy,
    body={"sn": DEVICE, "type": "week", "start": YESTERDAY, "end": TODAY, "version": "1"},
    asker=Asker.OWNER,
    captures=(
        Capture("device_pv_statistics_today_{sn}", {"type": "day"}),
        Capture("device_pv_statistics_day_{sn}", {"type": "week"}, ("start", "end")),
        Capture("device_pv_statistics_{sn}"),
    ),
    note="type day (without an end), week, month, year",
)

PV_PRICE = Endpoint(
    "pv_price",
    f"{_PV}/selectUserTieredElecPrice",
    parse_inverter_price,
    body=_SN,
    asker=Asker.OWNER,
    captures=file("device_pv_price_{sn}"),
)

INVERTER_ROWS: tuple[AnyEndpoint, ...] = (PV_STATUS, PV_TOTAL_STATISTICS, PV_STATISTICS, PV_PRICE)

# --- USB chargers --------------------------------------------------------------------------

CHARGER_CHARGING_MODES = Endpoint(
    "charger_charging_modes",
    f"{_MINI}/charging/get_charging_mode_list",
    parse_charger_modes,
    body=_DEVICE_SN,
    asker=Asker.OWNER,
    may_be_empty=True,
)

CHARGER_DEVICE_SETTING = Endpoint(
    "charger_device_setting",
    f"{_MINI}/setting/get_device_setting",
    parse_charger_settings,
    body=_DEVICE_SN,
    asker=Asker.OWNER,
    may_be_empty=True,
)

CHARGER_ROWS: tuple[AnyEndpoint, ...] = (
    CHARGER_CHARGING_MODES,
    Endpoint(
        "charger_triggers",
        f"{_MINI}/egg/get_easter_egg_trigger_list",
        body=_DEVICE_SN,
        asker=Asker.OWNER,
    ),
    Endpoint(
        "charger_statistics",
        f"{_MINI}/power/get_day_power_data",
        captures=(),
        body={"device_sn": DEVICE, "device_model": "A2345", "date": TODAY},
        asker=Asker.UNKNOWN,
        note="which form works is not known",
    ),
    CHARGER_DEVICE_SETTING,
    Endpoint(
        "charger_screensavers",
        f"{_MINI}/style/get_clock_screensavers",
        body={"product_code": "A2345"},
        captures=file("charger_screensavers_{product_code}"),
    ),
    Endpoint(
        "charger_manual_screensavers",
        f"{_MINI}/style/get_manual_clock_screensavers",
        body=_SN,
        asker=Asker.OWNER,
    ),
    Endpoint(
        "charger_port_remarks",
        f"{_MINI}/setting/get_port_remarks",
        body=_DEVICE_SN,
        asker=Asker.OWNER,
    ),
    Endpoint(
        "charger_protocol_status",
        f"{_MINI}/setting/get_protocol_status",
        body=_DEVICE_SN,
        asker=Asker.OWNER,
    ),
)
