"""The solarbanks in the live values of a site."""

from datetime import datetime, timedelta

from solix_exporter.sim.answers.bank_shares import BankShare, shares
from solix_exporter.sim.consumption import EPOCH
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.plant import Control
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.weather import STEP_S
from solix_exporter.sim.wire_format import Json, image, integer_text, local_time, two_decimals
from solix_exporter.sim.world import SimSite

_INPUTS = 4
_FULL_RATIO = 0.995
_SB2_FEATURES = ("0w_feed", "heating", "multi_pv", "shelly_meter", "smart_plug")
_AC_FEATURES = (
    "0w_feed",
    "0w_feed_v2",
    "exceed_power",
    "heating",
    "manual_backup_mode",
    "micro_inverter_output_exceed",
    "micro_inverter_power_exceed",
    "offgrid_with_micro_inverter_alert",
    "peak_valley_mode",
    "shelly_meter",
    "smart_plug",
)
_SB3_FEATURES = (
    "0w_feed_v2",
    "enable_parallel",
    "enable_timeslot",
    "exceed_power",
    "heating",
    "plug_switch_report",
)
_FEATURES = {
    "A17C1": _SB2_FEATURES,
    "A17C2": _AC_FEATURES,
    "A17C3": _SB2_FEATURES,
    "A17C5": _SB3_FEATURES,
    "A17E2": _SB3_FEATURES,
    "AE103": _SB3_FEATURES,
}


def feature_switch(site: SimSite) -> Json:
    """Return the switches of a site's first solarbank; null without any."""
    banks = site.of(Role.SOLARBANK)
    names = _FEATURES.get(banks[0].spec.pn) if banks else None
    return {name: name in site.spec.features for name in names} if names else None


def solarbank_info(site: SimSite, truth: Truth, now: datetime) -> Json:
    """Return totals and banks; in a cascade the totals leave out the upstream banks."""
    banks = shares(site, truth)
    counted = bool(banks)
    inputs = _inputs(banks[0].inputs_w if banks else ())
    from_grid = truth.grid_to_battery_w if counted else 0
    channels: dict[str, Json] = {
        f"solar_power_{number}": integer_text(power_w)
        for number, power_w in enumerate(inputs, start=1)
    }
    return channels | {
        "solarbank_list": [_bank(site, share, len(banks)) for share in banks],
        "total_charging_power": integer_text(truth.battery_charge_w if counted else 0),
        "power_unit": "W",
        "charging_status": "0",
        "total_battery_power": two_decimals(truth.soc_ratio if counted else 0.0),
        "updated_time": local_time(_reported(site, now), site.spec.plant.place.zone)
        if banks
        else "",
        "total_photovoltaic_power": integer_text(truth.pv_w if counted else 0),
        "total_output_power": two_decimals(truth.output_w if counted else 0),
        "display_set_power": _has_own_presets(banks),
        "battery_discharge_power": integer_text(truth.battery_discharge_w if counted else 0),
        "ac_power": "0",
        "to_home_load": integer_text(truth.output_w if counted else 0),
        "is_display_data": counted,
        "other_input_power": integer_text(from_grid),
        "micro_inverter_power": integer_text(_micro_inverter_w(banks, inputs)),
        "micro_inverter_power_limit": "0",
        "micro_inverter_low_power_limit": "0",
        "grid_to_battery_power": integer_text(from_grid),
        "pei_heating_power": "0",
        "backup_info": {"start_time": 0, "end_time": 0, "full_time": 0},
        "use_time_excute_info": {"current_band": "0" if banks else ""},
    }


def _reported(site: SimSite, now: datetime) -> datetime:
    """Return the time of the last report: every minute and after each change of state."""
    since_step = (now - EPOCH) % timedelta(seconds=STEP_S)
    since_minute = (now - EPOCH + timedelta(seconds=site.seed % 60)) % timedelta(minutes=1)
    return now - min(since_step, since_minute)


def _inputs(powers_w: tuple[int, ...]) -> tuple[int, ...]:
    return (*powers_w[:_INPUTS], *[0] * (_INPUTS - len(powers_w)))


def _micro_inverter_w(banks: tuple[BankShare, ...], inputs: tuple[int, ...]) -> int:
    """Return the cloud's wrong value: for an A17C1 it is the sum of its inputs 3 and 4."""
    return inputs[2] + inputs[3] if banks and banks[0].device.spec.pn == "A17C1" else 0


def _has_own_presets(banks: tuple[BankShare, ...]) -> bool:
    return len(banks) > 1 and all(bank.device.product.generation == 1 for bank in banks)


def _bank(site: SimSite, share: BankShare, count: int) -> Json:
    device = share.device
    is_first_generation = device.product.generation == 1
    return {
        "device_pn": device.spec.pn,
        "device_sn": device.sn,
        "device_name": device.spec.alias,
        "device_img": image(device.spec.pn),
        "battery_power": integer_text(100 * share.soc_ratio),
        "bind_site_status": "",
        # A copy of the output in all captures.
        "charging_power": integer_text(share.output_w),
        "power_unit": "W",
        "charging_status": _charging_status(share),
        "status": "1",
        "wireless_type": "1",
        "main_version": "",
        "photovoltaic_power": integer_text(share.pv_w),
        "output_power": integer_text(share.output_w),
        "create_time": device.created,
        "set_load_power": _preset(site, count) if is_first_generation else "",
        "sub_package_num": device.spec.packs,
        "output_cutoff_data": 10 if is_first_generation else 0,
        "is_display": True,
        "bat_charge_power": integer_text(share.charge_w),
        "bat_discharge_power": integer_text(share.discharge_w),
        "pv_power": _pv_power(share) if count > 1 and not is_first_generation else None,
        "pv_name": {"micro_inverter_name": ""}
        | {f"pv{number}_name": f"PV{number}" for number in range(1, _INPUTS + 1)},
        "feature_switch": None if is_first_generation else feature_switch(site),
        "heating_power": "0",
        "err_code": 0,
    }


def _preset(site: SimSite, count: int) -> str:
    """Return the preset of one of several first-generation banks, without unit."""
    plant = site.spec.plant
    if count == 1 or plant.control is not Control.PRESET:
        return ""
    return integer_text(plant.preset_w / count)


def _pv_power(share: BankShare) -> Json:
    powers: dict[str, Json] = {
        f"pv{number}": integer_text(power_w)
        for number, power_w in enumerate(_inputs(share.inputs_w), start=1)
    }
    return powers | {"total": integer_text(share.pv_w)}


def _charging_status(share: BankShare) -> str:
    """Return the bank's code: 0 detection, 1 bypass, 2 discharge, 3 charge, 5 full."""
    is_first_generation = share.device.product.generation == 1
    if share.discharge_w:
        return "2"
    if share.charge_w:
        return "3" if is_first_generation else "0"
    if share.soc_ratio >= _FULL_RATIO and not is_first_generation:
        return "5"
    return "1" if share.pv_w else "0"
