"""The metrics of devices of all kinds; the battery and EV chargers have tables of their own."""

from collections.abc import Iterator

from solix_exporter.metrics.site_settings_rows import in_watts
from solix_exporter.metrics.subjects import CACHED, AnyMetric, Subject
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.details import DeviceDetails
from solix_exporter.model.device import ChargingStatus, Device, DeviceReadings, PartStatus
from solix_exporter.model.firmware import Firmware
from solix_exporter.model.snapshot import AccountSlice


def _devices(part: AccountSlice) -> Iterator[tuple[Labels, Device]]:
    for device in part.devices:
        # A device that belongs to no site has no such label; an empty one would be another series.
        site = (("site_id", device.site_id),) if device.site_id else ()
        yield (*site, ("device_sn", device.sn)), device


def _ac_input_power_w(now: DeviceReadings) -> float | None:
    """Return what a solarbank's or a power station's AC side takes in."""
    if now.output is not None and now.output.ac_input_power_w is not None:
        return now.output.ac_input_power_w
    return now.totals.ac_input_power_w if now.totals else None


def _named(details: DeviceDetails) -> tuple[str, str] | None:
    """Return room and network; None where neither is known."""
    names = details.room, details.ssid
    return names if any(names) else None


def _parts(firmware: Firmware) -> Iterator[tuple[tuple[str, ...], float]]:
    for part in firmware.parts:
        yield (part.name, part.version, part.new_version), 1.0


DEVICE: Subject[Device] = Subject(("site_id", "device_sn"), _devices)
DEVICE_NOW = DEVICE.child(lambda device: device.now)
OUTPUT = DEVICE_NOW.child(lambda now: now.output)
METER = DEVICE_NOW.child(lambda now: now.meter)
PLUG = DEVICE_NOW.child(lambda now: now.plug)
INVERTER = DEVICE_NOW.child(lambda now: now.inverter)

DEVICE_DETAILS = DEVICE.child(lambda device: device.details)
RADIO = DEVICE_DETAILS.child(lambda details: details.radio)
LIMITS = DEVICE_DETAILS.child(lambda details: details.limits)
FIRMWARE = DEVICE_DETAILS.child(lambda details: details.firmware)
NAMED = DEVICE_DETAILS.child(_named)
OPTIONS = LIMITS.child(lambda limits: in_watts(limits.options_w))
MICRO_INVERTER = DEVICE_DETAILS.child(lambda details: details.inverter_model or None)

_INFO = "solarbank_info"
_BANK = "solarbank_list[]"

DEVICE_METRICS: tuple[AnyMetric, ...] = (
    DEVICE.info(
        "solix_device_info",
        "Names and facts of a device, always 1; join them by device_sn.",
        (
            "account",
            "name",
            "device_type",
            "model",
            "model_name",
            "generation",
            "firmware",
            "main_device_sn",
        ),
        lambda d: (
            d.account,
            d.name,
            d.product.device_type.value,
            d.product.part_number,
            d.product.name,
            str(d.product.generation or ""),
            d.firmware,
            d.main_device_sn,
        ),
    ),
    DEVICE.flag(
        "solix_device_online",
        "Whether the device is connected to the cloud.",
        "status, pvStatuses[].status, get_system_running_info connected, else online_status or"
        " wifi_online of the list of bound devices",
        lambda d: d.is_online,
    ),
    DEVICE.flag(
        "solix_device_data_valid",
        "Whether the device's numbers are measured and not too old, by whatever source; while 0"
        " they are left out.",
        f"{_INFO}.is_display_data and {_BANK}.is_display",
        lambda d: d.is_data_valid,
    ),
    DEVICE_NOW.gauge(
        "solix_device_error_code",
        "Error code of the device, 0 for none.",
        "err_code",
        lambda d: d.error_code,
    ),
    DEVICE_NOW.states(
        "solix_device_status",
        "What the solarbank does: 1 for the status that is on, 0 for the others.",
        f"{_BANK}.charging_status, told apart by the powers",
        ("status", ChargingStatus, lambda d: d.status),
    ),
    DEVICE_NOW.gauge(
        "solix_device_pv_power_watts",
        "PV power of the device.",
        f"{_BANK}.photovoltaic_power or pv_power.total",
        lambda d: d.pv_power_w,
    ),
    DEVICE_NOW.each(
        "solix_pv_input_power_watts",
        "Power of one PV input.",
        "solar_power_1..4, pv_power.pv1..4, micro_inverter_power",
        ("input", lambda d: ((pv.name, pv.power_w) for pv in d.pv_inputs)),
    ),
    OUTPUT.gauge(
        "solix_device_output_power_watts",
        "Output of the device.",
        f"{_BANK}.output_power",
        lambda o: o.power_w,
    ),
    OUTPUT.gauge(
        "solix_device_home_output_power_watts",
        "AC power that the device gives the home.",
        "to_home_load",
        lambda o: o.home_power_w,
    ),
    OUTPUT.gauge(
        "solix_device_ac_socket_power_watts",
        "Power drawn from the device's AC socket.",
        "ac_power",
        lambda o: o.ac_socket_power_w,
    ),
    DEVICE_NOW.gauge(
        "solix_device_ac_input_power_watts",
        "AC power into the device other than PV.",
        "other_input_power",
        _ac_input_power_w,
    ),
    DEVICE.gauge(
        "solix_device_output_preset_watts",
        "Output preset of the device; its share of the system's where it has none of its own.",
        f"the schedule's slot of the hour, else {_BANK}.set_load_power or retain_load",
        lambda d: d.output_preset_w,
    ),
)

METER_METRICS: tuple[AnyMetric, ...] = (
    METER.gauge(
        "solix_meter_import_power_watts",
        "Power drawn from the grid.",
        "grid_info.grid_to_home_power",
        lambda m: m.import_power_w,
    ),
    METER.gauge(
        "solix_meter_export_power_watts",
        "Power fed into the grid.",
        "grid_info.photovoltaic_to_grid_power",
        lambda m: m.export_power_w,
    ),
    METER.states(
        "solix_meter_status",
        "Whether the meter works: 1 for the status that is on, 0 for the other; unknown is any code"
        " but the one for ok. The meters of a site share it.",
        "grid_info.grid_status",
        ("status", PartStatus, lambda m: m.status),
    ),
    DEVICE_NOW.states(
        "solix_dock_status",
        "Whether the power dock works: 1 for the status that is on, 0 for the other; unknown is any"
        " code but the one for ok.",
        "combiner_box_list[].dock_status",
        ("status", PartStatus, lambda now: now.dock_status),
    ),
    PLUG.gauge(
        "solix_plug_power_watts",
        "What the smart plug draws.",
        "smartplug_list[].current_power",
        lambda p: p.power_w,
    ),
    INVERTER.gauge(
        "solix_inverter_power_watts",
        "What the inverter generates.",
        "solar_list[].generate_power, pvStatuses[].power",
        lambda i: i.power_w,
    ),
    INVERTER.gauge(
        "solix_inverter_power_limit_watts",
        "Output that the inverter is set to.",
        "getPvTotalStatistics powerConfig",
        lambda i: i.limit_w,
    ),
)
"""Meters, plugs, inverters."""

DEVICE_SETTINGS_METRICS: tuple[AnyMetric, ...] = (
    NAMED.info(
        "solix_device_details_info",
        "Where a device is, always 1: the room that its owner put it in and its Wi-Fi network."
        f" Cloud: tag, wifi_name or ssid. {CACHED}",
        ("room", "ssid"),
        lambda names: names,
    ),
    DEVICE_DETAILS.each_of(
        "solix_pv_input_info",
        "The owner's name of a PV input, always 1; join it by device_sn and input.",
        "pv_name pv1_name..pv4_name and micro_inverter_name, pv_high_name, pv_low_name",
        (("input", "name"), lambda details: ((names, 1.0) for names in details.pv_names)),
    ),
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
    FIRMWARE.each_of(
        "solix_device_part_info",
        "Firmware of a part of a device, always 1: its controller, radio, battery pack and others."
        " While an update waits the cloud names the new version alone, and firmware is empty.",
        "check_update children[]",
        (("part", "firmware", "new_firmware"), _parts),
    ),
    DEVICE_DETAILS.timestamp(
        "solix_device_firmware_changed_timestamp_seconds",
        "When the device's firmware was last updated; asked once a day.",
        "get_upgrade_record upgrade_record_list[].upgrade_time",
        lambda details: details.firmware_changed_at,
    ),
    DEVICE_DETAILS.timestamp(
        "solix_device_installed_timestamp_seconds",
        "When the device was added to its site.",
        "create_time",
        lambda details: details.installed_at,
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
    OPTIONS.info(
        "solix_device_output_limit_options_info",
        "Limits of the device's AC output to choose from, in W, always 1."
        f" Cloud: get_power_limit device_info[].power_limit_option[]. {CACHED}",
        ("options",),
        lambda options: (options,),
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
)
"""Radio, firmware, limits."""

FITTING_METRICS: tuple[AnyMetric, ...] = (
    MICRO_INVERTER.info(
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
"""What is fitted to first-generation solarbanks."""
