"""Meters, plugs, the wall box and the desk charger: layouts and readings."""

from datetime import timedelta

from solix_exporter.sim.answers.bank_shares import split
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.messages.conditions import Moment
from solix_exporter.sim.messages.layout import Readings
from solix_exporter.sim.noise import derived, mixed, uniform
from solix_exporter.sim.weather import STEP_S

METER_0405 = """
    a2 text device_sn
    a6 version sw_version
    a7 version sw_version
    a8 s32 grid_to_home_power
    a9 s32 pv_to_grid_power
    aa u32 grid_import_energy 0.01
    ab u32 grid_export_energy 0.01
"""

SHELLY_0405 = """
    a2 text device_sn
    a8 s32 grid_to_home_power 0.01
    a9 s32 pv_to_grid_power 0.01
    aa s32 grid_import_energy 0.00001
    ab s32 grid_export_energy 0.00001
    fe u32 msg_timestamp
"""

PLUG_0405 = """
    a2 text device_sn
    a4 u8 ac_output_power_switch
    a6 version sw_version
    a7 version sw_version
    a8 s16 voltage 0.1
    a9 s16 current 0.01
    aa s32 power 0.1
    ab s32 output_energy 0.001
    fe u32 msg_timestamp
"""

WALL_BOX_0410 = """
    a2 s16 voltage_l1 0.1
    a3 s16 voltage_l2 0.1
    a4 s16 voltage_l3 0.1
    a5 s16 current_l1 0.1
    a6 s16 current_l2 0.1
    a7 s16 current_l3 0.1
    a8 s32 bat_charge_power
    a9 s32 charging_duration_seconds
    aa s32 charging_energy 0.001
    ab u32 charging_start_timestamp
    b0 s16 power_l1
    b1 s16 power_l2
    b2 s16 power_l3
    b3 s32 charging_energy_l1 0.001
    b4 s32 charging_energy_l2 0.001
    b5 s32 charging_energy_l3 0.001
    b8 u8 ocpp_connect_status
    ba u8 =0
    bb u8 ev_charger_status
"""

WALL_BOX_0405 = """
    a3 u8 =2
    a4 u8 =1
    a8 s16 max_evcharge_current 0.1
    aa u8 =60
    b7 u8 =0
    ce s16 max_current_limit 0.1
    d3 u8 =0
    d4 u8 =63
    d8 u8 =0
    db u8 =0
    e2 u8 plug_status
    e3 u8 ev_charger_status
    f1 version sw_version
    f2 version sw_version
    f3 version =1.0.0.2
    fe u8 =6
"""

WALL_BOX_0400 = """
    a2 u8 =1
    a3 u8 =0
    a4 u8 =0
"""

_CHARGER_PORTS = ("usbc_1", "usbc_2", "usbc_3", "usbc_4", "usba_1", "usba_2")


def _ports(first_tag: int) -> str:
    return "\n".join(
        f"{first_tag + place:02x} mixed 7 0:u8:{port}_status 1:s16:{port}_voltage:0.001"
        f" 3:s16:{port}_current:0.001 5:s16:{port}_power:0.01"
        for place, port in enumerate(_CHARGER_PORTS)
    )


CHARGER_0303 = f"{_ports(0xA2)}\nfe u32 msg_timestamp"

_SWITCHES = "\n".join(
    f"{0xAA + place:02x} mixed 19 0:u8:{port}_switch 18:u8:=1"
    for place, port in enumerate(("usbc_1", "usbc_2", "usbc_3", "usbc_4", "usba"))
)
CHARGER_0A00 = f"""
    a2 version sw_version
{_ports(0xA4)}
{_SWITCHES}
    b0 u8 =2
    b1 u8 =1
    b3 u8 =80
    fe u32 msg_timestamp
"""

_MAINS_V = 230.0
_PHASES = 3
_CABLE_STAYS_S = 3600
_SLOT_S = 600
_USB_VOLTAGES = (5.0, 9.0, 15.0, 20.0)
_USB_C_MOST_A, _USB_A_MOST_A = 3.0, 2.4
_BUSY_RATIO = 0.7
_USB_A_PORTS = 4
"""The ports up to here are USB-C; a USB-A port delivers 5 V."""


def meter(moment: Moment) -> Readings:
    """Return the readings of a meter at the mains."""
    counters = moment.counters
    return _identity(moment) | {
        "grid_to_home_power": moment.truth.grid_to_home_w,
        "pv_to_grid_power": moment.truth.grid_export_w,
        "grid_import_energy": counters.imported_wh / 1000,
        "grid_export_energy": counters.exported_wh / 1000,
    }


def plug(moment: Moment) -> Readings:
    """Return the readings of a socket with a meter."""
    number = moment.site.of(Role.PLUG).index(moment.device)
    power_w = moment.truth.plugs_w[number]
    return _identity(moment) | {
        "ac_output_power_switch": 1,
        "voltage": _MAINS_V,
        "current": round(power_w / _MAINS_V, 2),
        "power": power_w,
        "output_energy": moment.counters.plugs_wh[number] / 1000,
    }


def _identity(moment: Moment) -> dict[str, float | str | None]:
    identity: dict[str, float | str | None] = {
        "device_sn": moment.device.sn,
        "msg_timestamp": moment.unix_s,
    }
    firmware = moment.device.product.firmware.removeprefix("v")
    return identity | {"sw_version": firmware} if firmware else identity


def wall_box(moment: Moment) -> Readings:
    """Return the readings of a wall box with three phases, and of its last session of the day."""
    power_w = moment.truth.ev_w
    seconds, energy_wh, ended_s = _session(moment)
    phases = split(power_w, [1] * _PHASES)
    energies = split(round(energy_wh), [1] * _PHASES)
    readings = _identity(moment) | {
        "bat_charge_power": power_w,
        "charging_duration_seconds": seconds,
        "charging_energy": sum(energies) / 1000,
        "charging_start_timestamp": moment.unix_s - seconds - ended_s if seconds else 0,
        "ocpp_connect_status": 2,
        "ev_charger_status": 2 if power_w else 0,
        "plug_status": int(bool(seconds) and ended_s < _CABLE_STAYS_S),
        "max_evcharge_current": 16.0,
        "max_current_limit": 32.0,
    }
    for phase in range(_PHASES):
        readings[f"voltage_l{phase + 1}"] = _MAINS_V + phase
        readings[f"current_l{phase + 1}"] = round(phases[phase] / (_MAINS_V + phase), 1)
        readings[f"power_l{phase + 1}"] = phases[phase]
        readings[f"charging_energy_l{phase + 1}"] = energies[phase] / 1000
    return readings


def _session(moment: Moment) -> tuple[int, float, int]:
    """Return the seconds and the energy in Wh of the last session, and how long it is over.

    A session ends with its UTC day, as it does in the homes.
    """
    midnight = moment.at.replace(hour=0, minute=0, second=0, microsecond=0)
    elapsed_s = int((moment.at - midnight).total_seconds())
    column = moment.site.home.day(int(midnight.timestamp()) // 86400).ev
    step = min(len(column) - 1, elapsed_s // STEP_S)
    last = next((at for at in range(step, -1, -1) if column[at]), None)
    if last is None:
        return 0, 0.0, 0
    first = next((at + 1 for at in range(last, -1, -1) if not column[at]), 0)
    end_s = min(elapsed_s, (last + 1) * STEP_S)
    start = midnight + timedelta(seconds=first * STEP_S)
    energy_wh = moment.site.home.ev_wh(start, midnight + timedelta(seconds=end_s))
    return end_s - first * STEP_S, energy_wh, elapsed_s - end_s


def charger(moment: Moment) -> Readings:
    """Return the readings of a desk charger; what hangs on a port changes every ten minutes."""
    readings = _identity(moment)
    slot = moment.unix_s // _SLOT_S
    for number, port in enumerate(_CHARGER_PORTS):
        seed = derived(moment.site.seed, port)
        is_busy = uniform(seed, 2 * slot) < _BUSY_RATIO
        is_c = number < _USB_A_PORTS
        voltage_v = _USB_VOLTAGES[mixed(seed, 3 * slot) % len(_USB_VOLTAGES)] if is_c else 5.0
        most_a = _USB_C_MOST_A if is_c else _USB_A_MOST_A
        current_a = round(0.1 + (most_a - 0.1) * uniform(seed, 2 * slot + 1), 3)
        readings |= {
            f"{port}_status": int(is_busy),
            f"{port}_voltage": voltage_v if is_busy else 0.0,
            f"{port}_current": current_a if is_busy else 0.0,
            f"{port}_power": round(voltage_v * current_a, 2) if is_busy else 0.0,
            f"{port}_switch": 1,
        }
    return readings | {"usba_switch": 1}
