"""Small answers about one device: its attributes, what stands behind it, its fittings."""

from solix_exporter.cloud.record import Record

CHARGE_PRIORITY_MODELS = frozenset({"A5143"})
"""Micro inverters that can hold the output of a solarbank back until it is charged."""

_ZERO_WATT_SWITCH = "A17Y0"


def parse_pv_limit(record: Record) -> float | None:
    """Return the limit of a device's PV input, W.

    Source: `power_service/v1/app/device/get_device_attrs`, `pv_power_limit`. The cloud tells
    3600 for devices without such a limit, so it must be asked for models that have one.
    """
    record.ignore("device_sn")
    attributes = record.record("attributes")
    attributes.ignore_rest("pv_power_limit")
    return attributes.number("pv_power_limit")


def parse_inverter_model(record: Record) -> str:
    """Return the part number of the micro inverter behind a first-generation solarbank.

    Source: `power_service/v1/app/compatible/get_compatible_solar_info`. "A17CX" is a newer
    solarbank, "Others" one of another maker.
    """
    record.ignore(
        "brand_id", "solar_brand", "solar_sn", "solar_model_name", "model_img", "version",
        "ota_status",
    )  # fmt: skip
    return record.text("solar_model")


def parse_zero_watt_switch(record: Record) -> bool:
    """Return whether a switch is fitted that lets a first-generation solarbank give nothing.

    Source: `power_service/v1/app/get_relate_device_fittings`, `data[]`.
    """
    codes = set()
    for fitting in record.records("data"):
        fitting.ignore(
            "device_sn", "device_name", "alias_name", "img_url", "bt_ble_id", "bt_ble_mac",
            "link_time",
        )  # fmt: skip
        codes.add(fitting.text("product_code"))
    return _ZERO_WATT_SWITCH in codes
