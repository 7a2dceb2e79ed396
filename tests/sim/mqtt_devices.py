"""What the fields of some messages mean, for the decoder of the tests."""

from collections.abc import Mapping

from tests.sim.mqtt_client import fields, number

C1000X = """
a4 remaining_time_hours 0.1 u
a5 ac_input_power
a6 ac_output_power
a7 usbc_1_power
a9 usba_1_power
ae dc_input_power
b0 output_power_total
bc charging_status
bd temperature 1 s
be exp_1_temperature 1 s
c1 main_battery_soc
c2 exp_1_soc
c3 battery_soh
c4 exp_1_soh
c5 expansion_packs
c6 usbc_1_status
cc dc_12v_1_status
d1 ac_input_limit
d7 ac_output_power_switch
fe msg_timestamp
"""
C1000_GEN2 = """
a3.4.2 ac_input_limit_max
a4.4.2 ac_input_limit
a4.6.1 ac_frequency
a5.0.1 temperature 1 s
a5.2.1 battery_soc
a5.3.1 battery_soh
a6.0.2 output_power_total
a6.2.2 ac_input_power_total
a6.4.2 dc_input_power_total
a6.6.2 remaining_time_hours 0.1 u
a7.0.1 ac_output_power_switch
a7.1.2 ac_output_power
a7.4.2 ac_input_power
aa.0.1 usbc_1_status
aa.1.2 usbc_1_power
ab.0.1 usbc_2_status
ab.1.2 usbc_2_power
ae.1.2 usba_1_power
b2.1.2 dc_output_power_total
d9.3.1 max_soc
fe msg_timestamp
"""
F3800 = """
a4 remaining_time_hours 0.1 u
a6 ac_output_power
a7 usbc_1_power
ac dc_12v_1_power
ad battery_soc
ae photovoltaic_power
af pv_1_power
b0 pv_2_power
b1 bat_charge_power
b2 output_power_total
be temperature 1 s
c0 main_battery_soc
c2 usbc_1_status
"""
SOLARBANK_1 = """
a3 battery_soc
aa temperature 1 s
ab photovoltaic_power
ac output_power
b0 bat_charge_power
b1 pv_yield 0.0001
b2 charged_energy 0.0001
b3 output_energy 0.0001
"""
SOLARBANK_1_STATE = """
a3 local_timestamp
a4 utc_timestamp
a5 battery_soc_calc 0.001
a6 battery_soh 0.001
aa photovoltaic_power
ab bat_charge_power
ac output_power
b0 battery_soc
b1 pv_yield 0.0001
b2 charged_energy 0.0001
b3 output_energy 0.0001
b4 discharged_energy 0.0001
b5 bypass_energy 0.0001
b6 temperature 1 s
b7 pv_voltage 0.01
b9 battery_voltage 0.01
"""
SOLARBANK_2 = """
a3 main_battery_soc
aa temperature 1 s
ab photovoltaic_power 0.1
ac ac_output_power 0.1
ad battery_soc
b0 bat_charge_power 0.01
b2 charged_energy 0.00001
b7 bat_discharge_power 0.01
bc grid_to_home_power 0.1
bd pv_to_grid_power 0.1
be grid_import_energy 0.0001
c4 home_demand 0.1
ca pv_1_power 0.1
cd pv_4_power 0.1
"""
SOLARBANK_3 = """
a3 main_battery_soc
a5 temperature 1 s
a6 battery_soc
ab photovoltaic_power
ac battery_power_signed
ad output_power
b0 pv_yield
b1 charged_energy
b2 discharged_energy
c4 grid_power_signed
c5 home_demand
c6 pv_1_power
d8.0.1 max_soc
"""
PACKS = """
a2 expansion_packs
a3 main_battery_soc
a4.19.1 exp_1_temperature 1 s
a4.21.1 exp_1_soc
a4.22.1 exp_1_soh
"""
WALL_BOX = """
a2 voltage_l1 0.1
a5 current_l1 0.1
a8 bat_charge_power
a9 charging_duration_seconds
aa charging_energy 0.001
ab charging_start_timestamp
b0 power_l1
b1 power_l2
b2 power_l3
b3 charging_energy_l1 0.001
bb ev_charger_status
"""
CHARGER = """
a2.0.1 usbc_1_status
a2.1.2 usbc_1_voltage 0.001
a2.3.2 usbc_1_current 0.001
a2.5.2 usbc_1_power 0.01
a5.5.2 usbc_4_power 0.01
a7.0.1 usba_2_status
a7.5.2 usba_2_power 0.01
"""
METER = """
a8 grid_to_home_power
a9 pv_to_grid_power
aa grid_import_energy 0.01
ab grid_export_energy 0.01
"""
SHELLY = """
a8 grid_to_home_power 0.01
a9 pv_to_grid_power 0.01
aa grid_import_energy 0.00001
ab grid_export_energy 0.00001
"""
PLUG = """
a8 voltage 0.1
a9 current 0.01
aa power 0.1
ab output_energy 0.001
"""

MEANINGS: Mapping[tuple[str, str], str] = {
    ("A1761", "0405"): C1000X,
    ("A1763", "0421"): C1000_GEN2,
    ("A1763", "0900"): C1000_GEN2,
    ("A1790", "0405"): F3800,
    ("A1790", "0840"): F3800,
    ("A1790", "040a"): "a2 expansion_packs\na3 expansion_soc\na4.21.1 exp_1_soc",
    ("A17C0", "0405"): SOLARBANK_1,
    ("A17C0", "0408"): SOLARBANK_1_STATE,
    ("A17C0", "0407"): "a4 wifi_signal",
    ("A17C1", "0405"): SOLARBANK_2,
    ("A17C1", "0408"): "b0 battery_soc\nb4 discharged_energy 0.00001\nce pv_1_power",
    ("A17C1", "040a"): PACKS,
    ("A17C2", "0405"): SOLARBANK_3,
    ("A17C2", "0408"): "a6 battery_soh 0.1\na7 battery_soc\nd5 grid_to_home_power",
    ("A17C2", "040a"): PACKS,
    ("A17C5", "0405"): SOLARBANK_3,
    ("A17C5", "0408"): "a6 battery_soh 0.1\nbe grid_import_energy\ncc temperature 1 s",
    ("A17C5", "040a"): PACKS,
    ("A17X7", "0405"): METER,
    ("SHEMP3", "0405"): SHELLY,
    ("A17X8", "0405"): PLUG,
    ("A5191", "0410"): WALL_BOX,
    ("A5191", "0405"): "a8 max_evcharge_current 0.1\ne2 plug_status\ne3 ev_charger_status",
    ("A5191", "0840"): "a8 max_evcharge_current 0.1\ne2 plug_status\ne3 ev_charger_status",
    ("A2345", "0303"): CHARGER,
    ("A2345", "0a00"): "a4.5.2 usbc_1_power 0.01\na9.5.2 usba_2_power 0.01\naa.0.1 usbc_1_switch",
}
"""By part number and message type: `tag[.offset.size] name [unit [s or u]]`, a line each."""


def decoded(pn: str, kind: str, frame: bytes) -> dict[str, float]:
    """Return the numbers of a frame by their names; absent fields are left out."""
    found, values = fields(frame), {}
    for line in MEANINGS[pn, kind].strip().splitlines():
        place, name, *rest = line.split()
        tag, *part = place.split(".")
        if int(tag, 16) not in found:
            continue
        type_byte, value = found[int(tag, 16)]
        if part:
            offset, size = map(int, part)
            type_byte, value = 2 if size == 2 else 1, value[offset : offset + size]
        signed = rest[1] == "s" if len(rest) > 1 else None
        values[name] = number(type_byte, value, signed=signed) * float((rest or ["1"])[0])
    return values
