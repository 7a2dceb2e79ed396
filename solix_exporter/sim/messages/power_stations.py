"""Power stations: layouts of their messages, and their readings from the flows of a small home.

What the home's inverter delivers goes to the sockets, what it lacks comes in through the AC input,
and PV comes in through the DC input. A power station without a load and without an input has no
estimate of its remaining time.
"""

from solix_exporter.sim.answers.bank_shares import split
from solix_exporter.sim.messages.conditions import Moment, temperature_c
from solix_exporter.sim.messages.layout import Readings

C1000X_0405 = """
    a2 u32 =0
    a3 u32 =0
    a4 hours remaining_time_hours 0.1
    a5 s16 ac_input_power
    a6 s16 ac_output_power
    a7 s16 usbc_1_power
    a8 s16 usbc_2_power
    a9 s16 usba_1_power
    aa s16 usba_2_power
    ae s16 dc_input_power
    af s16 photovoltaic_power
    b0 s16 output_power_total
    b3 digits sw_version
    b9 digits sw_expansion
    ba digits sw_controller
    bb s16 ac_output_status
    bc u8 charging_status
    bd s8 temperature
    be s8 exp_1_temperature
    c1 u8 main_battery_soc
    c2 u8 exp_1_soc
    c3 u8 battery_soh
    c4 u8 exp_1_soh
    c5 u8 expansion_packs
    c6 u8 usbc_1_status
    c7 u8 usbc_2_status
    c8 u8 usba_1_status
    c9 u8 usba_2_status
    cc u8 dc_12v_1_status
    d0 text device_sn
    d1 s16 ac_input_limit
    d2 s16 =720
    d3 s16 =30
    d7 u8 ac_output_power_switch
    d8 u8 dc_output_power_switch
    d9 u8 =2
    da u8 ac_frequency
    dc u8 =3
    dd u8 =0
    de u8 =1
    e5 u8 ac_fast_charge_switch
    f8 mixed 20 0:u8:dc_12v_output_mode 1:u8:ac_output_mode
    fd text exp_1_type
    fe u32 msg_timestamp
"""

C1000_GEN2_0421 = """
    a2 named 32 0:u8:=32 1:prefix:device_sn 20:prefix:device_pn
    a3 mixed 10 0:u8:=1 4:s16:ac_input_limit_max
    a4 mixed 26 4:s16:ac_input_limit 6:u8:ac_frequency 15:s16:=30 17:u8:=1 \
21:u8:=1 24:u8:=1 25:u8:=3
    a5 mixed 5 0:s8:temperature 2:u8:battery_soc 3:u8:battery_soh
    a6 mixed 9 0:s16:output_power_total 2:s16:ac_input_power_total 4:s16:dc_input_power_total \
6:hours10923:remaining_time_hours:0.1 8:u8:main_battery_soc
    a7 mixed 6 0:u8:ac_output_power_switch 1:s16:ac_output_power 3:u8:ac_input_power_switch \
4:s16:ac_input_power
    a8 mixed 3 0:u8:dc_input_power_switch 1:s16:dc_input_power_total
    aa mixed 3 0:u8:usbc_1_status 1:s16:usbc_1_power
    ab mixed 3 0:u8:usbc_2_status 1:s16:usbc_2_power
    ac mixed 3 0:u8:usbc_3_status 1:s16:usbc_3_power
    ae mixed 3 0:u8:usba_1_status 1:s16:usba_1_power
    b2 mixed 3 0:u8:dc_output_power_switch 1:s16:dc_output_power_total
    d9 mixed 25 2:u8:=25 3:u8:max_soc 4:u8:min_soc
    fd text utc_milliseconds
    fe u32 msg_timestamp
"""

F3800_0405 = """
    a2 u32 =0
    a3 u32 =0
    a4 hours remaining_time_hours 0.1
    a5 s16 ac_input_power
    a6 s16 ac_output_power
    a7 s16 usbc_1_power
    a8 s16 usbc_2_power
    a9 s16 usbc_3_power
    aa s16 usba_1_power
    ab s16 usba_2_power
    ac s16 dc_12v_1_power
    ad u8 battery_soc
    ae s16 photovoltaic_power
    af s16 pv_1_power
    b0 s16 pv_2_power
    b1 s16 bat_charge_power
    b2 s16 output_power_total
    b5 digits sw_version
    ba digits sw_expansion
    bb digits sw_controller
    bc u8 ac_output_power_switch
    bd u8 charging_status
    be s8 temperature
    bf u8 =2
    c0 u8 main_battery_soc
    c1 u8 battery_soh
    c2 u8 usbc_1_status
    c3 u8 usbc_2_status
    c4 u8 usbc_3_status
    c5 u8 usba_1_status
    c6 u8 usba_2_status
    c7 u8 dc_12v_1_status
    cc text device_sn
    cd s16 ac_input_limit
    ce s16 =720
    cf s16 =30
    d4 u8 dc_output_power_switch
    d5 u8 =2
    d6 u8 ac_frequency
    d8 u8 =0
    d9 u8 =0
    e6 s16 ac_input_limit_max
    f6 mixed 2 0:text2:country_code
    f7 u8 =1
    fd text exp_1_type
    fe u32 msg_timestamp
"""

F3800_040A = """
    a2 u8 expansion_packs
    a3 u8 expansion_soc
    a4 mixed 38 0:text16:exp_1_sn 19:s8:exp_1_temperature 21:u8:exp_1_soc 22:u8:exp_1_soh \
28:text10:exp_1_type
    fe u32 msg_timestamp
"""

_PORTS: dict[str, dict[str, int]] = {
    "A1761": {
        "ac_output": 6,
        "usbc_1": 2,
        "usbc_2": 0,
        "usba_1": 1,
        "usba_2": 0,
        "dc_12v_1": 1,
    },
    "A1763": {
        "ac_output": 6,
        "usbc_1": 0,
        "usbc_2": 2,
        "usbc_3": 1,
        "usba_1": 1,
        "dc_output": 1,
    },
    "A1790": {
        "ac_output": 12,
        "usbc_1": 1,
        "usbc_2": 1,
        "usbc_3": 0,
        "usba_1": 1,
        "usba_2": 0,
        "dc_12v_1": 1,
    },
}
"""The share of each output in what a model delivers."""

_LIMITS_W = {"A1761": 300, "A1763": 1200, "A1790": 1800}
_PACK_NAMES = {"A1761": "A1761_30Ah", "A1790": "A1790_50Ah"}
_DEEPEST_DIFFERENCE = 0.2
_USB_INPUT_MOST_W = 90
_LONGEST_HOURS = 999.9
_PORT_TAKES = 2


def power_station(moment: Moment) -> Readings:
    """Return the readings of a power station, by their names in the frames."""
    pn, truth = moment.device.spec.pn, moment.truth
    solar_w = truth.pv_w - truth.grid_export_w
    readings: dict[str, float | str | None] = {
        "device_sn": moment.device.sn,
        "device_pn": pn,
        "msg_timestamp": moment.unix_s,
        "utc_milliseconds": str(moment.unix_s * 1000 + 339),
        "ac_input_power": truth.grid_import_w,
        "ac_input_power_total": truth.grid_import_w,
        "ac_input_power_switch": int(truth.grid_import_w > 0),
        "dc_input_power": solar_w,
        "photovoltaic_power": solar_w,
        "pv_1_power": solar_w - solar_w // 3,
        "pv_2_power": solar_w // 3,
        "output_power_total": truth.home_w,
        "bat_charge_power": truth.battery_charge_w,
        "charging_status": (1 if solar_w else 0) | (2 if truth.grid_import_w else 0),
        "temperature": temperature_c(moment, truth.home_w),
        "battery_soh": 97,
        "sw_version": "1.5.9",
        "sw_controller": "1.5.9",
        "ac_input_limit": _LIMITS_W[pn],
        "ac_input_limit_max": _LIMITS_W[pn],
        "ac_frequency": 50,
        "ac_fast_charge_switch": 0,
        "max_soc": 100,
        "min_soc": 1,
        "ac_output_mode": 1,
        "dc_12v_output_mode": 1,
        "country_code": "DE",
        "remaining_time_hours": _remaining_hours(moment),
    }
    return readings | _charge(moment) | _outputs(pn, truth.home_w) | _inputs(moment, solar_w)


def _charge(moment: Moment) -> dict[str, float | str | None]:
    """Return the charge of the main battery and of its pack, which differ a little."""
    soc, packs = moment.truth.soc_ratio, moment.device.spec.packs
    charge: dict[str, float | str | None] = {
        "battery_soc": round(100 * soc),
        "main_battery_soc": round(100 * soc),
        "expansion_packs": packs,
    }
    if not packs:
        return charge
    difference = _DEEPEST_DIFFERENCE * min(soc, 1 - soc)
    pack = 0 if moment.conditions.are_packs_empty else round(100 * (soc - difference))
    return charge | {
        "main_battery_soc": round(100 * (soc + difference)),
        "expansion_soc": pack,
        "exp_1_soc": pack,
        "exp_1_soh": 99,
        "exp_1_temperature": temperature_c(moment, 0),
        "exp_1_type": _PACK_NAMES[moment.device.spec.pn],
        "exp_1_sn": moment.device.sn[::-1],
        "sw_expansion": "1.1.4",
    }


def _outputs(pn: str, home_w: int) -> dict[str, float]:
    ports = _PORTS[pn]
    readings: dict[str, float] = {}
    for port, power_w in zip(ports, split(home_w, list(ports.values())), strict=True):
        readings[f"{port}_power"] = power_w
        readings[f"{port}_status"] = int(power_w > 0)
        readings[f"{port}_power_switch"] = int(power_w > 0)
    # The sum of the direct-current output under the name that a model has for it.
    direct_w = readings.get("dc_12v_1_power", readings.get("dc_output_power", 0))
    return readings | {
        "dc_output_power_total": direct_w,
        "dc_output_power_switch": int(direct_w > 0),
    }


def _inputs(moment: Moment, solar_w: int) -> dict[str, float]:
    """Return the DC inputs; the second generation also takes the sun through a USB-C port."""
    if moment.device.spec.pn != "A1763":
        return {}
    usb_w = min(solar_w // 2, _USB_INPUT_MOST_W)
    return {
        "dc_input_power_total": solar_w - usb_w,
        "dc_input_power_switch": int(solar_w > 0),
        "usbc_1_power": usb_w,
        "usbc_1_status": _PORT_TAKES if usb_w else 0,
    }


def _remaining_hours(moment: Moment) -> float | None:
    """Return the hours until the battery is empty or full, None without an estimate."""
    truth = moment.truth
    if moment.conditions.has_no_estimate:
        return None
    net_w = truth.battery_charge_w - truth.battery_discharge_w
    if not net_w:
        return None
    energy_wh = truth.capacity_wh - truth.stored_wh if net_w > 0 else truth.stored_wh
    return min(_LONGEST_HOURS, round(energy_wh / abs(net_w), 1))
