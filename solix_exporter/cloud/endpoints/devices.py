"""Questions about single devices, most of them about solarbanks."""

from collections.abc import Mapping

from solix_exporter.cloud.endpoints.endpoint import (
    DEVICE,
    SITE,
    AnyEndpoint,
    Asker,
    Capture,
    Endpoint,
    Json,
)
from solix_exporter.cloud.parse.bank_schedule import parse_bank_schedule
from solix_exporter.cloud.parse.device_settings import (
    parse_inverter_model,
    parse_pv_limit,
    parse_zero_watt_switch,
)
from solix_exporter.cloud.parse.firmware import parse_upgrade_record
from solix_exporter.cloud.parse.soc_settings import parse_power_cutoff

_P = "power_service/v1"
_APP = f"{_P}/app"
_DEVICE_SN: Mapping[str, Json] = {"device_sn": DEVICE}
_SITE_AND_DEVICE: Mapping[str, Json] = {"site_id": SITE, "device_sn": DEVICE}

DEVICE_LOAD = Endpoint(
    "device_load",
    f"{_APP}/device/get_device_home_load",
    parse_bank_schedule,
    body=_SITE_AND_DEVICE,
    asker=Asker.OWNER,
)

SOLAR_INFO = Endpoint(
    "solar_info",
    f"{_APP}/compatible/get_compatible_solar_info",
    parse_inverter_model,
    body={"solarbank_sn": DEVICE},
    asker=Asker.MEMBER,
)

POWER_CUTOFF = Endpoint(
    "power_cutoff",
    f"{_APP}/compatible/get_power_cutoff",
    parse_power_cutoff,
    body=_SITE_AND_DEVICE,
    asker=Asker.OWNER,
)

DEVICE_FITTINGS = Endpoint(
    "device_fittings",
    f"{_APP}/get_relate_device_fittings",
    parse_zero_watt_switch,
    body=_SITE_AND_DEVICE,
    asker=Asker.OWNER,
)

UPGRADE_RECORD = Endpoint(
    "upgrade_record",
    f"{_APP}/get_upgrade_record",
    parse_upgrade_record,
    body={"device_sn": DEVICE, "type": 1},
    asker=Asker.MEMBER,
    captures=(
        Capture("upgrade_record_{type}_{device_sn}"),
        Capture("upgrade_record_{type}_{site_id}"),
        Capture("upgrade_record_{type}"),
    ),
    note="type 1 with device_sn, 2 with site_id, 0 with neither",
)

DEVICE_ATTRS: Endpoint[None] = Endpoint(
    "device_attrs",
    f"{_APP}/device/get_device_attrs",
    body={
        "device_sn": DEVICE,
        "attributes": [
            "rssi",
            "pv_power_limit",
            "legal_power_limit",
            "power_limit_option",
            "power_limit_option_real",
            "switch_0w",
            "enable_0w",
            "ip_region",
            "regulation_code",
            "pps_use_time",
            "currency",
            "tag",
        ],
    },
    asker=Asker.OWNER,
)
PV_LIMIT = DEVICE_ATTRS.variant("pv_limit", parse_pv_limit, attributes=["pv_power_limit"])

ROWS: tuple[AnyEndpoint, ...] = (
    DEVICE_LOAD,
    Endpoint(
        "ota_info",
        f"{_APP}/compatible/get_ota_info",
        body={"solar_bank_sn": DEVICE, "solar_sn": ""},
        asker=Asker.UNKNOWN,
    ),
    SOLAR_INFO,
    POWER_CUTOFF,
    Endpoint(
        "compatible_process",
        f"{_APP}/compatible/get_compatible_process",
        body={"solarbank_sn": DEVICE},
        asker=Asker.MEMBER,
    ),
    DEVICE_FITTINGS,
    UPGRADE_RECORD,
    DEVICE_ATTRS,
    PV_LIMIT,
    Endpoint(
        "device_income",
        f"{_APP}/device/get_device_income",
        body={"device_sn": DEVICE, "start_time": "00:00"},
        asker=Asker.MEMBER,
    ),
    Endpoint(
        "device_group", f"{_APP}/group/get_group_devices", body=_DEVICE_SN, asker=Asker.MEMBER
    ),
    Endpoint(
        "device_bind_details",
        f"{_APP}/get_device_bind_details",
        captures=(),
        body={"device_sn_list": [DEVICE]},
        asker=Asker.MEMBER,
    ),
    Endpoint(
        "tamper_records",
        f"{_P}/device/get_tamper_records",
        body={"device_sn": DEVICE, "page_num": 0, "page_size": 10},
        asker=Asker.OWNER,
    ),
    Endpoint(
        "modbus_setting",
        "charging_hes_third_party_service_svc/query_modbus_setting",
        captures=(),
        body=_DEVICE_SN,
        asker=Asker.UNKNOWN,
        note="whether a device has a local interface; what it calls the serial number is a guess",
    ),
    Endpoint(
        "shared_device",
        "app/devicerelation/get_shared_device",
        captures=(),
        body=_DEVICE_SN,
        asker=Asker.MEMBER,
    ),
)
