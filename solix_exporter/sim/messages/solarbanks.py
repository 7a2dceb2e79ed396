"""Solarbanks: layouts of their messages, and their readings from the flows of the home."""

from solix_exporter.sim.answers.bank_shares import BankShare, capacity_wh, shares
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.messages.conditions import Moment, temperature_c
from solix_exporter.sim.messages.layout import Readings
from solix_exporter.sim.plant import Control
from solix_exporter.sim.system_specs import SceneMode

FIRST_0405 = """
    a2 text device_sn
    a3 u8 battery_soc
    a4 u8 =0
    a5 u8 =0
    a6 digits sw_version
    a7 digits sw_version
    a8 digits hw_version
    a9 u8 =0
    aa s8 temperature
    ab s16 photovoltaic_power
    ac s16 output_power
    ad u8 charging_status
    b0 s32 bat_charge_power
    b1 s32 pv_yield 0.0001
    b2 s32 charged_energy 0.0001
    b3 s32 output_energy 0.0001
    b4 u8 output_cutoff_data
    b5 u8 =5
    b6 u8 =10
    b7 text16 =ANKER
    b8 text16 =A5143
    b9 s16 =100
    fe u32 local_timestamp
"""

FIRST_0408 = """
    a2 text device_sn
    a3 u32 local_timestamp
    a4 u32 utc_timestamp
    a5 s32 battery_soc_calc 0.001
    a6 s32 battery_soh 0.001
    a7 s16 =0
    a8 u8 charging_status
    a9 s32 home_load_preset
    aa s32 photovoltaic_power
    ab s32 bat_charge_power
    ac s32 output_power
    ad s32 =0
    ae s32 =0
    af s32 =0
    b0 u8 battery_soc
    b1 s32 pv_yield 0.0001
    b2 s32 charged_energy 0.0001
    b3 s32 output_energy 0.0001
    b4 s32 discharged_energy 0.0001
    b5 s32 bypass_energy 0.0001
    b6 s8 temperature
    b7 s32 pv_voltage 0.01
    b8 s32 output_voltage 0.01
    b9 s32 battery_voltage 0.01
"""

WIFI_0407 = """
    a2 text device_sn
    a3 text wifi_name
    a4 u8 wifi_signal
    a5 u8 charging_status
"""

SECOND_0405 = """
    a2 text device_sn
    a3 u8 main_battery_soc
    a5 u8 =0
    a6 version sw_version
    a8 version sw_expansion
    a9 u8 =0
    aa s8 temperature
    ab s32 photovoltaic_power 0.1
    ac s32 ac_output_power 0.1
    ad u8 battery_soc
    b0 s32 bat_charge_power 0.01
    b1 s32 pv_yield 0.0001
    b2 s32 charged_energy 0.00001
    b3 s32 output_energy 0.0001
    b4 u8 min_soc
    b5 u8 =5
    b7 s32 bat_discharge_power 0.01
    bc s32 grid_to_home_power 0.1
    bd s32 pv_to_grid_power 0.1
    be s32 grid_import_energy 0.0001
    bf s32 grid_export_energy 0.0001
    c2 s16 max_load
    c4 s32 home_demand 0.1
    c6 u8 usage_mode
    c7 s16 home_load_preset
    c8 s32 ac_socket_power 0.1
    c9 s32 consumed_energy 0.0001
    ca s32 pv_1_power 0.1
    cb s32 pv_2_power 0.1
    cc s32 pv_3_power 0.1
    cd s32 pv_4_power 0.1
    d3 s32 output_power 0.1
    e0 u8 =1
    e8 u8 =1
    eb u8 max_soc
    fe u32 msg_timestamp
"""

SECOND_0408 = """
    a2 text device_sn
    a3 u32 local_timestamp
    a4 u32 utc_timestamp
    a8 u8 charging_status
    ac s32 ac_output_power 0.1
    b0 u8 battery_soc
    b1 s32 pv_yield 0.0001
    b2 s32 charged_energy 0.00001
    b3 s32 output_energy 0.0001
    b4 s32 discharged_energy 0.00001
    b6 s8 temperature
    b8 s16 home_load_preset
    bb s32 consumed_energy 0.0001
    bc s32 bat_discharge_power 0.01
    c3 s32 grid_import_energy 0.0001
    c4 s32 grid_export_energy 0.0001
    c8 s32 home_demand 0.1
    ce s16 pv_1_power
    cf s16 pv_2_power
    d0 s16 pv_3_power
    d1 s16 pv_4_power
    e8 u8 max_soc
"""

PACKS_040A = """
    a2 u8 expansion_packs
    a3 u8 main_battery_soc
    a4 mixed 45 0:text17:device_sn 18:u8:=1 19:s8:exp_1_temperature 21:u8:exp_1_soc \
22:u8:exp_1_soh 27:text17:exp_1_sn
    fe u32 msg_timestamp
"""

THIRD_0405 = """
    a2 text device_sn
    a3 u8 main_battery_soc
    a5 s8 temperature
    a6 u8 battery_soc
    a7 version sw_version
    a9 version sw_expansion
    ab f32 photovoltaic_power
    ac f32 battery_power_signed
    ad f32 output_power
    ae f32 ac_output_power_signed
    b0 f32 pv_yield
    b1 f32 charged_energy
    b2 f32 discharged_energy
    b3 f32 output_energy
    b5 u8 min_soc
    b8 u8 usage_mode
    b9 s16 home_load_preset
    bc f32 grid_to_battery_power
    bd s16 max_load
    c4 f32 grid_power_signed
    c5 f32 home_demand
    c6 f32 pv_1_power
    c7 f32 pv_2_power
    c8 f32 pv_3_power
    c9 f32 pv_4_power
    cb u8 expansion_packs
    d8 mixed 2 0:u8:max_soc 1:u8:=0
    fe u32 msg_timestamp
"""

THIRD_0408 = """
    a2 text device_sn
    a3 u32 local_timestamp
    a4 u32 utc_timestamp
    a5 s16 battery_soc_calc 0.1
    a6 s16 battery_soh 0.1
    a7 u8 battery_soc
    a9 u8 usage_mode
    aa s16 home_load_preset
    ab f32 photovoltaic_power
    ac f32 pv_yield
    b1 f32 home_demand
    b2 f32 home_consumption
    b7 f32 charged_energy
    b8 f32 discharged_energy
    be f32 grid_import_energy
    bf f32 grid_export_energy
    c7 f32 pv_1_power
    c8 f32 pv_2_power
    c9 f32 pv_3_power
    ca f32 pv_4_power
    cc s8 temperature
    d3 f32 ac_output_power
    d5 f32 grid_to_home_power
    dc s16 max_load
    e8 u8 max_soc
"""

_DEEPEST_DIFFERENCE = 0.2
_FULL_RATIO = 0.999
_CUT_OFF_PERCENT = 10


def solarbank(moment: Moment) -> Readings:
    """Return the readings of a solarbank, by their names in the frames."""
    banks = shares(moment.site, moment.truth)
    share = next(bank for bank in banks if bank.device.sn == moment.device.sn)
    plant = moment.site.spec.plant
    readings: dict[str, float | str | None] = {
        "device_sn": moment.device.sn,
        "msg_timestamp": moment.unix_s,
        "utc_timestamp": moment.unix_s,
        "local_timestamp": moment.local_s,
        "temperature": temperature_c(moment, share.output_w),
        "photovoltaic_power": share.pv_w,
        "output_power": share.output_w,
        "ac_output_power": share.output_w,
        "ac_output_power_signed": share.output_w - share.grid_w,
        "bat_charge_power": share.charge_w,
        "bat_discharge_power": share.discharge_w,
        "battery_power_signed": share.charge_w - share.discharge_w,
        "grid_to_battery_power": share.grid_w,
        "charging_status": _charging_status(share),
        "home_load_preset": plant.preset_w if plant.control is Control.PRESET else 0,
        "usage_mode": None if moment.site.spec.mode is SceneMode.NONE else moment.site.spec.mode,
        "max_load": plant.output_limit_w,
        "max_soc": 100,
        "min_soc": _CUT_OFF_PERCENT,
        "output_cutoff_data": _CUT_OFF_PERCENT,
        "ac_socket_power": 0,
        "pv_voltage": 45.98 if share.pv_w else 0.0,
        "output_voltage": 45.12 if share.output_w else 0.03,
        "battery_voltage": round(14.4 + 2.6 * share.soc_ratio, 2),
        "wifi_name": "home-network",
        "wifi_signal": min(100, 2 * (moment.device.rssi_dbm + 100)),
    }
    inputs = {f"pv_{number}_power": power for number, power in enumerate(share.inputs_w, start=1)}
    return readings | inputs | _charge(moment, share) | _versions(moment) | _energy(moment, share)


def _charging_status(share: BankShare) -> int:
    """Return 1 bypass, 2 discharge, 3 charge, 5 full, 7 standby."""
    if share.discharge_w:
        return 2
    if share.charge_w:
        return 3
    if share.soc_ratio >= _FULL_RATIO:
        return 5
    return 1 if share.pv_w else 7


def _charge(moment: Moment, share: BankShare) -> dict[str, float | str | None]:
    soc, packs = share.soc_ratio, moment.device.spec.packs
    difference = _DEEPEST_DIFFERENCE * min(soc, 1 - soc) if packs else 0.0
    charge: dict[str, float | str | None] = {
        "battery_soc": round(100 * soc),
        "battery_soc_calc": round(100 * soc, 1),
        "battery_soh": 97.5,
        "main_battery_soc": round(100 * (soc + difference)),
        "expansion_packs": packs,
    }
    if not packs:
        return charge
    pack = 0 if moment.conditions.are_packs_empty else round(100 * (soc - difference))
    return charge | {
        "exp_1_soc": pack,
        "exp_1_soh": 99,
        "exp_1_temperature": temperature_c(moment, 0),
        "exp_1_sn": moment.device.sn[::-1],
    }


def _versions(moment: Moment) -> dict[str, str]:
    return {
        "sw_version": moment.device.product.firmware.removeprefix("v"),
        "hw_version": "1.2.2",
        "sw_expansion": "1.0.1.4",
    }


def _energy(moment: Moment, share: BankShare) -> dict[str, float]:
    """Return the counters in kWh; those of the home only where there is a meter."""
    generation = share.device.product.generation
    banks = [
        bank
        for bank in moment.site.of(Role.SOLARBANK)
        if moment.truth.upstream is None or (bank.product.generation == 1) == (generation == 1)
    ]
    own = moment.counters.shared(capacity_wh(share.device) / sum(map(capacity_wh, banks)))
    energy = {
        "pv_yield": own.pv_wh / 1000,
        "charged_energy": own.charged_wh / 1000,
        "discharged_energy": own.discharged_wh / 1000,
        "output_energy": own.output_wh / 1000,
        "bypass_energy": (own.output_wh - own.discharged_wh) / 1000,
    }
    if not moment.site.of(Role.METER):
        return energy
    return energy | {
        "grid_to_home_power": moment.truth.grid_to_home_w,
        "pv_to_grid_power": moment.truth.grid_export_w,
        "grid_power_signed": moment.truth.grid_import_w - moment.truth.grid_export_w,
        "home_demand": moment.truth.home_w,
        "home_consumption": own.home_wh / 1000,
        "consumed_energy": own.home_wh / 1000,
        "grid_import_energy": own.imported_wh / 1000,
        "grid_export_energy": own.exported_wh / 1000,
    }
