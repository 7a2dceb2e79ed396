"""Reads the solarbanks of a scene answer and the values that they share; no rules in here.

Source: `power_service/v1/site/get_scen_info`, `solarbank_info`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from solix_exporter.cloud.parse.usage_schedule import read_backup_times
from solix_exporter.cloud.record import Record
from solix_exporter.model.products import DeviceType, Feature, Product, product_of
from solix_exporter.model.schedule import BackupWindow
from solix_exporter.units import WATTS

PERCENT = 0.01
PV_INPUT_NAMES = ("1", "2", "3", "4")
_CHANNELS = tuple((name, f"solar_power_{name}") for name in PV_INPUT_NAMES)
_OWN_CHANNELS = (
    *((name, f"pv{name}") for name in PV_INPUT_NAMES),
    ("micro_inverter", "micro_inverter"),
)


_KNOWN_SHARED = frozenset((
    "charging_status", "display_set_power", "total_battery_power",
    "use_time_excute_info", "micro_inverter_power_limit", "micro_inverter_low_power_limit",
))  # fmt: skip
"""Fields of `solarbank_info` that carry nothing that is shown."""
_KNOWN_OF_BANK = frozenset((
    "device_img", "bind_site_status", "charging_power", "main_version",
))  # fmt: skip
"""The same of a bank. `charging_power` is a copy of `output_power` in every captured bank, not a
charging power."""
_KNOWN_OF_NAMES = frozenset(f"{key}_name" for _, key in _OWN_CHANNELS)


@dataclass(slots=True)
class Bank:
    """One entry of `solarbank_list`, as delivered; powers in W."""

    sn: str
    product: Product
    name: str
    is_online: bool | None
    is_display: bool
    """False marks values that are not measured, whatever `is_display_data` says."""
    status_code: str
    error_code: int | None
    soc_ratio: float | None
    pv_w: float | None
    output_w: float | None
    charge_w: float | None
    discharge_w: float | None
    channels: dict[str, float]
    """PV inputs by name, where the bank reports its own."""
    preset_w: float | None
    reserve_ratio: float | None
    heating_w: float | None
    packs: int | None
    wifi_place: int | None
    switches: frozenset[str]
    installed_at: datetime | None
    pv_names: tuple[tuple[str, str], ...]
    """The owner's names of the inputs that the model has."""

    @property
    def generation(self) -> int:
        """Return the solarbank generation; an unknown model counts as a new one."""
        return self.product.generation or 4

    @property
    def capacity_wh(self) -> float | None:
        """Return the capacity with packs, which are taken to be as large as the bank."""
        if self.product.capacity_wh is None:
            return None
        return self.product.capacity_wh * (1 + (self.packs or 0))


@dataclass(slots=True)
class Shared:
    """The members of `solarbank_info` that are about the system as a whole; powers in W."""

    is_display_data: bool
    updated_local: datetime | None
    pv_w: float | None
    output_w: float | None
    charging_w: float | None
    """Power into the batteries; the cloud never sends it negative."""
    discharge_w: float | None
    home_w: float | None
    ac_socket_w: float | None
    ac_input_w: float | None
    grid_to_battery_w: float | None
    micro_inverter_w: float | None
    heating_w: float | None
    channels: dict[str, float]
    backup: BackupWindow


def read_shared(info: Record) -> Shared:
    """Return the shared values of `solarbank_info`."""
    info.ignore_known(_KNOWN_SHARED)
    scale = info.unit("power_unit", WATTS, usual="w")
    return Shared(
        is_display_data=info.flag("is_display_data") is not False,
        updated_local=info.local_time("updated_time"),
        pv_w=info.number("total_photovoltaic_power", scale=scale),
        output_w=info.number("total_output_power", scale=scale),
        charging_w=info.number("total_charging_power", scale=scale),
        discharge_w=info.number("battery_discharge_power", scale=scale),
        home_w=info.number("to_home_load", scale=scale),
        ac_socket_w=info.number("ac_power", scale=scale),
        ac_input_w=info.number("other_input_power", scale=scale),
        grid_to_battery_w=info.number("grid_to_battery_power", scale=scale),
        micro_inverter_w=info.number("micro_inverter_power", scale=scale),
        heating_w=info.number("pei_heating_power", scale=scale),
        channels=_channels(info, _CHANNELS, scale),
        backup=_backup(info.record("backup_info")),
    )


def _backup(entry: Record) -> BackupWindow:
    # 0 in every capture.
    entry.ignore("full_time")
    return read_backup_times(entry)


def read_banks(info: Record) -> tuple[Bank, ...]:
    """Return the banks of `solarbank_list`; entries without a serial number are passed over."""
    return tuple(_bank(entry) for entry in info.unique("solarbank_list", "device_sn"))


def _bank(entry: Record) -> Bank:
    entry.ignore_known(_KNOWN_OF_BANK)
    product = product_of(entry.text("device_pn"), DeviceType.SOLARBANK)
    own = entry.record("pv_power")
    scale = entry.unit("power_unit", WATTS, usual="w")
    own_pv_w = own.number("total", scale=scale) if own else None
    stated_pv_w = entry.number("photovoltaic_power", scale=scale)
    packs = entry.integer("sub_package_num")
    cutoff = entry.number("output_cutoff_data", scale=PERCENT)
    return Bank(
        sn=entry.text("device_sn"),
        product=product,
        name=entry.text("device_name"),
        is_online=entry.flag("status"),
        is_display=entry.flag("is_display") is not False,
        status_code=entry.text("charging_status"),
        error_code=entry.integer("err_code"),
        soc_ratio=entry.number("battery_power", scale=PERCENT),
        pv_w=own_pv_w if own_pv_w is not None else stated_pv_w,
        output_w=entry.number("output_power", scale=scale),
        charge_w=entry.number("bat_charge_power", scale=scale),
        discharge_w=entry.number("bat_discharge_power", scale=scale),
        channels=_channels(own, _OWN_CHANNELS, scale) if own else {},
        preset_w=entry.number("set_load_power", suffix="W"),
        # 0 is what models without this setting send.
        reserve_ratio=cutoff or None,
        heating_w=entry.number("heating_power", scale=scale),
        packs=packs if Feature.EXPANSION_PACKS in product.features else None,
        wifi_place=entry.integer("wireless_type"),
        switches=entry.switches("feature_switch"),
        installed_at=entry.instant("create_time"),
        pv_names=tuple(_pv_names(entry.record("pv_name"), product)),
    )


def _pv_names(names: Record, product: Product) -> Iterator[tuple[str, str]]:
    """Give the names of the inputs that the model has; the cloud sends them for all four."""
    names.ignore_known(_KNOWN_OF_NAMES)
    inputs = [*PV_INPUT_NAMES[: product.pv_inputs]]
    if Feature.MICRO_INVERTER in product.features:
        inputs.append("micro_inverter")
    for name, key in _OWN_CHANNELS:
        text = names.text(f"{key}_name") if name in inputs else ""
        if text:
            yield name, text


def _channels(
    record: Record, keys: tuple[tuple[str, str], ...], scale: float | None
) -> dict[str, float]:
    found = {}
    for name, key in keys:
        value = record.number(key, scale=scale)
        if value is not None:
            found[name] = value
    return found
