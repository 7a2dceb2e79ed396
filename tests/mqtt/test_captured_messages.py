"""Values of captured messages, worked out by hand from their bytes.

C1000, first 0405 (fields as tag:type+value, numbers little endian):
  a4:02 9100 = 145 x 0.1 h, a6:02 3900 = 57 W, b0:02 3900 = 57 W, b3:02 9f00 = 159 = version 1.5.9,
  bd:01 23 = 35, be:01 16 = 22, c1:01 64 = 100, c2:01 14 = 20, c3:01 61 = 97, c4:01 63 = 99,
  d1:02 2c01 = 300 W, d7:01 01, d8:01 00, fd:00 "A1761_30Ah"
C1000, last 0405: a4:02 8500 = 133 x 0.1 h, a6:02 3e00 = 62 W
Solarbank, first 0405: a3:01 45 = 69, a6:02 d700 = 215 = 2.1.5, aa:01 15 = 21, ab:02 0000,
  b1:03 6b11e000 = 14684523 x 0.1 Wh, b2:03 c5a05700 = 5742789, b3:03 7c02cf00 = 13566588, b4:01 0a
Solarbank, first 0408: a6:03 187d0100 = 97560 x 0.001 %, b4:03 18bb4900 = 4832024 x 0.1 Wh,
  b5:03 5f478500 = 8734559, b6:01 15 = 21, b7:03 f6110000 = 4598 x 0.01 V, b9:03 74060000 = 1652
Solarbank, last 0408: b7:03 d4110000 = 4564 x 0.01 V
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from solix_exporter.metrics.exposition import home_texts
from solix_exporter.metrics.slice_lines import SliceLines
from solix_exporter.model.device import Device
from solix_exporter.model.products import product_of
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.mqtt.decode import Decoded, decode
from solix_exporter.mqtt.frames import Outcome

FOLDER = "Mqtt_SB1_C1000"
OF_DEVICES = {"account", "device_sn", "site_id"}
STATION, BANK = "4EJYH8ASEV3SGLA4", "CUTUTT17MUSXAJ4R"


@cache
def messages(captures: Path, name: str) -> list[Decoded]:
    lines = (captures / FOLDER / f"mqtt_msg_{name}.ndjson").read_bytes().splitlines()
    return [decode(json.loads(line)["topic"], line, is_recorded=True) for line in lines]


class Expected(NamedTuple):
    file: str
    place: int
    metric: str
    """Name and labels besides that of the device."""
    value: float


EXPECTED = [
    Expected(f"{STATION}_0405", 0, "solix_battery_soc_ratio", 0.6),
    Expected(f"{STATION}_0405", 0, "solix_battery_health_ratio", 0.97),
    Expected(f"{STATION}_0405", 0, "solix_device_temperature_celsius", 35),
    Expected(f"{STATION}_0405", 0, "solix_device_remaining_seconds empty", 52200),
    Expected(f"{STATION}_0405", 0, "solix_device_output_power_watts", 57),
    Expected(f"{STATION}_0405", 0, "solix_device_pv_power_watts", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_output_power_watts ac_output", 57),
    Expected(f"{STATION}_0405", 0, "solix_port_input_power_watts ac_input", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_input_power_watts dc_input", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_output_power_watts usb_c_1", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_input_power_watts usb_c_1", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_output_power_watts usb_c_2", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_output_power_watts usb_a_1", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_output_power_watts usb_a_2", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_status usb_c_1 off", 1),
    Expected(f"{STATION}_0405", 0, "solix_port_status usb_c_2 off", 1),
    Expected(f"{STATION}_0405", 0, "solix_port_status usb_a_1 off", 1),
    Expected(f"{STATION}_0405", 0, "solix_port_status usb_a_2 output", 0),
    Expected(f"{STATION}_0405", 0, "solix_port_status dc_12v off", 1),
    Expected(f"{STATION}_0405", 0, "solix_battery_pack_soc_ratio main", 1),
    Expected(f"{STATION}_0405", 0, "solix_battery_pack_soc_ratio 1", 0.2),
    Expected(f"{STATION}_0405", 0, "solix_battery_pack_health_ratio main", 0.97),
    Expected(f"{STATION}_0405", 0, "solix_battery_pack_health_ratio 1", 0.99),
    Expected(f"{STATION}_0405", 0, "solix_battery_pack_temperature_celsius 1", 22),
    Expected(f"{STATION}_0405", 0, "solix_battery_pack_info 1 A1761_30Ah", 1),
    Expected(f"{STATION}_0405", 0, "solix_device_switch_on ac_output", 1),
    Expected(f"{STATION}_0405", 0, "solix_device_switch_on dc_output", 0),
    Expected(f"{STATION}_0405", 0, "solix_device_switch_on ac_fast_charge", 0),
    Expected(f"{STATION}_0405", -1, "solix_device_remaining_seconds empty", 47880),
    Expected(f"{STATION}_0405", -1, "solix_port_output_power_watts ac_output", 62),
    Expected(f"{STATION}_0405", -1, "solix_device_output_power_watts", 62),
    Expected(f"{BANK}_0405", 0, "solix_battery_soc_ratio", 0.69),
    Expected(f"{BANK}_0405", 0, "solix_device_temperature_celsius", 21),
    Expected(f"{BANK}_0405", 0, "solix_device_pv_power_watts", 0),
    Expected(f"{BANK}_0405", 0, "solix_device_output_power_watts", 0),
    Expected(f"{BANK}_0408", 0, "solix_battery_soc_ratio", 0.69),
    Expected(f"{BANK}_0408", 0, "solix_battery_health_ratio", 0.9756),
    Expected(f"{BANK}_0408", 0, "solix_battery_voltage_volts", 16.52),
    Expected(f"{BANK}_0408", 0, "solix_device_temperature_celsius", 21),
    Expected(f"{BANK}_0408", 0, "solix_pv_input_voltage_volts all", 45.98),
    Expected(f"{BANK}_0408", -1, "solix_pv_input_voltage_volts all", 45.64),
    Expected(f"{BANK}_0408", 0, "solix_device_lifetime_energy_watthours_total pv", 1468452.3),
    Expected(f"{BANK}_0408", 0, "solix_device_lifetime_energy_watthours_total charge", 574278.9),
    Expected(f"{BANK}_0408", 0, "solix_device_lifetime_energy_watthours_total output", 1356658.8),
    Expected(f"{BANK}_0408", 0, "solix_device_lifetime_energy_watthours_total discharge", 483202.4),
    Expected(f"{BANK}_0408", 0, "solix_device_lifetime_energy_watthours_total bypass", 873455.9),
]


def samples(decoded: Decoded) -> dict[str, float]:
    """Return what `/metrics` shows of the sender: name and label values, without its own."""
    reading = decoded.readings[0]
    device = Device(
        reading.sn,
        product_of(reading.model),
        "home",
        measured=reading.readings,
        lifetime_energy=reading.readings.lifetime_energy,
    )
    snapshot = Snapshot((AccountSlice(None, devices=(device,)),))
    found = {}
    for text in home_texts(SliceLines().of(snapshot), openmetrics=False):
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, _, rest = line.partition("{")
            labels, _, value = rest.rpartition("} ")
            pairs = sorted(pair.partition("=")[::2] for pair in labels.split(","))
            own = {"account", "device_sn", "site_id"}
            texts = [
                text for key, quoted in pairs if key not in own and (text := quoted.strip('"'))
            ]
            found[" ".join([name, *texts])] = float(value)
    return found


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: f"{row.file}:{row.metric}")
def test_a_value_is_what_its_bytes_say(captures: Path, expected: Expected) -> None:
    found = samples(messages(captures, expected.file)[expected.place])

    assert found[expected.metric] == expected.value


def test_all_captured_messages_of_known_types_are_read(captures: Path) -> None:
    names = [path.stem.removeprefix("mqtt_msg_") for path in (captures / FOLDER).glob("mqtt_msg*")]
    found = [decoded for name in names for decoded in messages(captures, name)]
    outcomes = Counter((one.model, one.message_type, one.outcome) for one in found)

    assert outcomes == {
        ("A1761", "0405", Outcome.DECODED): 119,
        ("A1761", "0830", Outcome.DECODED): 29,
        ("A17C0", "0405", Outcome.DECODED): 57,
        ("A17C0", "0407", Outcome.DECODED): 1,
        ("A17C0", "0408", Outcome.DECODED): 6,
        # 30 acknowledgements of triggers, 6 of clocks that were set, and a 040d of two bytes
        ("A17C0", "other", Outcome.UNKNOWN_TYPE): 37,
    }
    assert not sum((one.ignored for one in found), Counter())


def test_versions_are_those_of_the_app(captures: Path) -> None:
    firmwares = {
        (one.model, reading.firmware)
        for name in (f"{STATION}_0405", f"{STATION}_0830", f"{BANK}_0405")
        for one in messages(captures, name)
        for reading in one.readings
    }

    assert firmwares == {("A1761", "1.5.9"), ("A17C0", "2.1.5")}
