"""The F3000 systems of a scene answer: power stations that work as solarbanks.

Source: `power_service/v1/site/get_scen_info`, `solarbank_pps_info`; every other site carries its
empty form. No capture holds a filled one: the fields are those of the reference.
"""

from dataclasses import replace

from solix_exporter.cloud.parse.sums import sum_if_all_known
from solix_exporter.cloud.record import Record
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import (
    ChargingStatus,
    DeviceReadings,
    GridMeter,
    Output,
    PvInput,
)
from solix_exporter.model.products import DeviceType, product_of
from solix_exporter.model.site import DeviceListing, Scene, SiteReadings
from solix_exporter.units import WATTS

_STATUS: dict[str, ChargingStatus] = {
    "0": ChargingStatus.STANDBY,
    "1": ChargingStatus.DISCHARGE,
    "2": ChargingStatus.CHARGE,
}
"""`charging_status`; not the codes of a solarbank."""

_PERCENT = 0.01
_PV_INPUTS = (("1", "pv_high_power"), ("2", "pv_low_power"))
_PV_NAMES = (("1", "pv_high_name"), ("2", "pv_low_name"))


def add_solarbank_pps(scene: Scene, record: Record) -> Scene:
    """Return the scene with the F3000s of the answer, the same one where there are none."""
    info = record.record("solarbank_pps_info")
    info.ignore("home", "system", "total_charging_power", "total_battery_power")
    entries = info.unique("pps_list", "device_sn")
    if not entries:
        info.ignore(
            "grid", "total_output_power", "total_pv_input_power", "total_home_load_power",
            "total_grid_to_battery",
        )  # fmt: skip
        return scene
    stations = tuple(_station(entry) for entry in entries)
    meter = _meter(info)
    return Scene(
        _site(scene.site, info, [station.readings for station in stations], meter),
        (*_with_meter(scene.devices, meter), *stations),
    )


def _station(entry: Record) -> DeviceListing:
    entry.ignore(
        "device_img", "bind_site_status", "wireless_type", "phase",
        "main_ct_number", "branch_ct_number", "main_branch_check_status",
        "sub_pack_temp_alarm", "protection_status", "charge_protect_threshold",
        "discharge_protect_threshold", "main_version",
    )  # fmt: skip
    product = product_of(entry.text("device_pn"), DeviceType.SOLARBANK_PPS)
    packs = entry.integer("sub_package_num")
    size_wh = product.capacity_wh
    code = entry.text("charging_status")
    scale = entry.unit("power_unit", WATTS, usual="w")
    inputs = ((name, entry.number(key, scale=scale)) for name, key in _PV_INPUTS)
    return DeviceListing(
        sn=entry.text("device_sn"),
        product=product,
        name=entry.text("device_name"),
        installed_at=entry.instant("create_time"),
        pv_names=tuple((name, text) for name, key in _PV_NAMES if (text := entry.text(key))),
        readings=DeviceReadings(
            is_online=entry.flag("status"),
            error_code=entry.integer("err_code"),
            status=_STATUS.get(code, ChargingStatus.UNKNOWN) if code else None,
            pv_power_w=entry.number("pv_power", scale=scale),
            pv_inputs=tuple(PvInput(name, power) for name, power in inputs if power is not None),
            battery=Battery(
                soc_ratio=entry.number("battery_power", scale=_PERCENT),
                capacity_wh=None if size_wh is None else size_wh * (1 + (packs or 0)),
                charge_power_w=entry.number("charging_power", scale=scale),
                discharge_power_w=entry.number("discharging_power", scale=scale),
                expansion_packs=packs,
            ),
            output=Output(home_power_w=entry.number("home_load_power", scale=scale)),
        ),
    )


def _meter(info: Record) -> GridMeter | None:
    """Return the sum of the current transformers, positive from the grid; None without any."""
    powers = [entry.number("power") for entry in info.records("grid")]
    measured = [power for power in powers if power is not None]
    if not measured:
        return None
    net_w = sum(measured)
    return GridMeter(import_power_w=max(0.0, net_w), export_power_w=max(0.0, -net_w))


def _with_meter(
    devices: tuple[DeviceListing, ...], meter: GridMeter | None
) -> tuple[DeviceListing, ...]:
    """Give the powers to the first meter, for which the scene has none of its own here."""
    found = list(devices)
    for index, device in enumerate(found):
        if meter and device.readings and device.product.device_type is DeviceType.SMARTMETER:
            status = device.readings.meter.status if device.readings.meter else None
            readings = replace(device.readings, meter=replace(meter, status=status))
            found[index] = replace(device, readings=readings)
            break
    return tuple(found)


def _site(
    site: SiteReadings, info: Record, stations: list[DeviceReadings | None], meter: GridMeter | None
) -> SiteReadings:
    batteries = [station.battery for station in stations if station and station.battery]
    net_w = sum_if_all_known(_net_w(battery) for battery in batteries)
    capacity_wh = sum_if_all_known(battery.capacity_wh for battery in batteries)
    stored_wh = sum_if_all_known(battery.stored_energy_wh for battery in batteries)
    home_w = info.number("total_home_load_power")
    return replace(
        site,
        pv_power_w=info.number("total_pv_input_power"),
        output_power_w=info.number("total_output_power"),
        home_load_power_w=site.home_load_power_w if home_w is None else home_w,
        grid_to_battery_power_w=info.number("total_grid_to_battery"),
        grid_import_power_w=meter.import_power_w if meter else site.grid_import_power_w,
        grid_export_power_w=meter.export_power_w if meter else site.grid_export_power_w,
        battery_charge_power_w=None if net_w is None else max(0.0, net_w),
        battery_discharge_power_w=None if net_w is None else max(0.0, -net_w),
        capacity_wh=capacity_wh,
        stored_energy_wh=stored_wh,
        soc_ratio=round(stored_wh / capacity_wh, 6)
        if stored_wh is not None and capacity_wh
        else None,
    )


def _net_w(battery: Battery) -> float | None:
    if battery.charge_power_w is None and battery.discharge_power_w is None:
        return None
    return (battery.charge_power_w or 0.0) - (battery.discharge_power_w or 0.0)
