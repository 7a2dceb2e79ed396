import json
import struct
from base64 import b64encode
from dataclasses import replace

import pytest

from solix_exporter.model.battery import BatteryPack
from solix_exporter.model.device import DeviceReadings, EvChargerStatus, GridMeter, PvInput
from solix_exporter.model.lifetime import LifetimeEnergy, LifetimeFlow
from solix_exporter.model.ports import Phase, Port, PortStatus
from solix_exporter.mqtt.decode import LARGEST_MESSAGE_BYTES, Decoded, decode
from solix_exporter.mqtt.field_values import Ignored
from solix_exporter.mqtt.frames import Outcome
from tests.mqtt.messages import (
    C1000_LIVE,
    composite,
    frame,
    i16,
    i32,
    live,
    message,
    text,
    u8,
)

SN = "4EJYH8ASEV3SGLA4"


def decoded(model: str, data: bytes, sn: str = SN) -> Decoded:
    return decode(*message(data, model, sn))


def readings(model: str, data: bytes) -> DeviceReadings:
    found = decoded(model, data)
    assert found.outcome is Outcome.DECODED
    return found.readings[0].readings


def port(found: DeviceReadings, name: str) -> Port:
    return next(one for one in found.ports if one.port == name)


def f32(number: float) -> bytes:
    return b"\x05" + struct.pack("<f", number)


class TestPowerStations:
    def test_a_station_with_a_pack(self) -> None:
        found = readings("A1761", live("0405", C1000_LIVE))

        assert found.battery is not None
        assert found.battery.soc_ratio == 0.6
        assert found.battery.health_ratio == 0.97
        assert found.temperature_c == 35
        assert found.remaining_empty_s == 14.5 * 3600
        assert found.packs == (
            BatteryPack("main", soc_ratio=1.0, health_ratio=0.97),
            BatteryPack("1", soc_ratio=0.2, health_ratio=0.99, temperature_c=22),
        )

    def test_a_station_without_a_pack_has_the_charge_of_what_is_built_in(self) -> None:
        fields = C1000_LIVE | {0xBE: u8(0), 0xC2: u8(0), 0xC4: u8(0), 0xC5: u8(0)}
        found = readings("A1761", live("0405", fields))

        assert found.battery is not None
        assert found.battery.soc_ratio == 1.0
        assert [pack.pack for pack in found.packs] == ["main"]

    def test_an_empty_battery_is_0_and_not_nothing(self) -> None:
        fields = C1000_LIVE | {0xC1: u8(0), 0xC2: u8(0), 0xC4: u8(0), 0xC5: u8(0)}
        found = readings("A1761", live("0405", fields))

        assert found.battery is not None
        assert found.battery.soc_ratio == 0

    def test_below_zero_is_below_zero(self) -> None:
        found = readings("A1761", live("0405", C1000_LIVE | {0xBD: u8(-12), 0xBE: u8(-1)}))

        assert found.temperature_c == -12
        assert found.packs[1].temperature_c == -1

    @pytest.mark.parametrize(
        ("model", "message_type", "fields"),
        [
            ("A1761", "0405", {0xA4: i16(-1)}),
            ("A1723", "0405", {0xA4: i16(-1)}),
            ("A1763", "0421", {0xA6: composite("61022b020000ab2a64")}),
            ("A1783", "0421", {0xA6: composite("61022b020000ab2a")}),
            ("A1763", "0421", {0xA6: composite("61022b020000ffff64")}),
        ],
    )
    def test_no_estimate_is_no_remaining_time(
        self, model: str, message_type: str, fields: dict[int, bytes]
    ) -> None:
        found = decoded(model, live(message_type, fields))

        assert found.ignored == {Ignored.NOT_KNOWN: 1}
        assert all(one.readings.remaining_empty_s is None for one in found.readings)
        assert all(one.readings.remaining_full_s is None for one in found.readings)

    def test_while_it_charges_the_time_is_until_full(self) -> None:
        fields = C1000_LIVE | {0xA5: i16(800), 0xB0: i16(57)}
        found = readings("A1761", live("0405", fields))

        assert (found.remaining_empty_s, found.remaining_full_s) == (None, 14.5 * 3600)

    def test_the_battery_status_goes_before_the_powers(self) -> None:
        fields = {0xA3: i16(10), 0xAC: i16(90), 0xB6: u8(1), 0xB7: u8(50)}
        assert readings("A1725", live("0405", fields)).remaining_empty_s == 3600
        assert readings("A1725", live("0405", fields | {0xB6: u8(2)})).remaining_full_s == 3600

    @pytest.mark.parametrize(
        ("status", "output_w", "input_w", "meaning"),
        [
            (0, 0, 0, PortStatus.OFF),
            (1, 89, 0, PortStatus.OUTPUT),
            (2, 0, 89, PortStatus.INPUT),
            (3, 0, 0, PortStatus.OFF),
            (9, None, None, PortStatus.UNKNOWN),
        ],
    )
    def test_the_status_of_a_port_decides_where_its_power_goes(
        self, status: int, output_w: float | None, input_w: float | None, meaning: PortStatus
    ) -> None:
        found = readings("A1729", live("0405", {0xA6: i16(89), 0xBB: u8(status)}))

        assert found.ports == (Port("usb_c_3", output_w, input_w, status=meaning),)

    def test_without_a_status_a_port_gives_power_unless_the_station_takes_some(self) -> None:
        fields = {0xA7: i16(20), 0xAA: i16(5), 0xAC: i16(0)}
        found = readings("A1723", live("0405", fields))
        assert port(found, "usb_c_1").output_power_w == 20

        found = readings("A1723", live("0405", fields | {0xAC: i16(20)}))
        assert "usb_c_1" not in [one.port for one in found.ports]
        assert port(found, "usb_a_1").output_power_w == 5

    def test_a_newer_station_reports_the_same_by_0900(self) -> None:
        fields = {0xA5: composite("1701646400"), 0xD9: composite("000019640100")}
        event, answer = (decoded("A1763", live(kind, fields)) for kind in ("0421", "0900"))

        assert event.readings[0].kind == answer.readings[0].kind == "0421"
        assert event.readings[0].readings == answer.readings[0].readings
        limits = event.readings[0].readings.soc_limits
        assert limits is not None
        assert (limits.backup_reserve_ratio, limits.upper_ratio) == (0.25, 1.0)
        assert limits.lower_ratio == 0.01

    def test_a_pack_in_a_field_of_varying_length(self) -> None:
        pack = "0c" + b"PACK12345678".hex() + "0000000000" + "f9" + "00" + "32"
        pack += "000000000000" + "08" + b"A1763_30".hex()
        found = readings("A1763", live("0421", {0xC0: composite(pack)}))

        assert found.packs == (
            BatteryPack("1", "PACK12345678", "A1763_30", soc_ratio=0.5, temperature_c=-7),
        )

    def test_a_charger_reports_volts_and_amperes_of_each_port(self) -> None:
        fields = {0xA2: composite("01204e" + "b80b" + "7017"), 0xA6: composite("00" * 7)}
        found = readings("A2345", live("0303", fields))

        assert found.ports == (
            Port("usb_c_1", 60, 0, 20, 3, PortStatus.OUTPUT),
            Port("usb_a_1", 0, 0, 0, 0, PortStatus.OFF),
        )


class TestHomes:
    def test_a_first_solarbank_with_its_own_counters(self) -> None:
        fields = {
            0xA5: i32(67650),
            0xA6: i32(97560),
            0xB0: u8(69),
            0xB1: i32(14684523),
            0xB5: i32(0),
            0xB6: u8(21),
            0xB7: i32(4598),
            0xB9: i32(1652),
        }
        found = readings("A17C0", live("0408", fields, 0x32))

        assert found.battery is not None
        assert found.battery.soc_ratio == 0.69
        assert found.battery.health_ratio == 0.9756
        assert found.battery.voltage_v == 16.52
        assert found.pv_inputs == (PvInput("all", voltage_v=45.98),)
        # A counter at 0 has not been read yet.
        assert found.lifetime_energy == (LifetimeEnergy(LifetimeFlow.PV, 1468452.3),)

    @pytest.mark.parametrize(("raw", "powers"), [(-250, (0, 250)), (250, (250, 0)), (0, (0, 0))])
    def test_the_sign_of_a_battery_power_is_its_direction(
        self, raw: int, powers: tuple[float, float]
    ) -> None:
        found = readings("A17C5", live("0405", {0xAC: i32(raw)}))

        assert found.battery is not None
        assert (found.battery.charge_power_w, found.battery.discharge_power_w) == powers

    def test_one_direction_alone_is_known_only_while_it_is_used(self) -> None:
        charging = readings("A17C0", live("0405", {0xA3: u8(50), 0xB0: i32(120)})).battery
        resting = readings("A17C0", live("0405", {0xA3: u8(50), 0xB0: i32(0)})).battery

        assert charging is not None
        assert resting is not None
        assert (charging.charge_power_w, charging.discharge_power_w) == (120, 0)
        assert (resting.charge_power_w, resting.discharge_power_w) == (None, None)

    def test_expansion_packs_of_a_bank(self) -> None:
        pack = "00" * 19 + "f4" + "00" + "5a" + "61" + "00" * 4 + b"PACKSN0000000001".hex() + "00"
        found = readings("A17C1", live("040a", {0xA2: u8(1), 0xA3: u8(80), 0xA4: composite(pack)}))

        assert found.packs == (
            BatteryPack("main", soc_ratio=0.8),
            BatteryPack("1", "PACKSN0000000001", "", 0.9, 0.97, -12),
        )
        assert found.battery is not None
        # The message says what is built in; the whole is in others.
        assert found.battery.soc_ratio is None
        assert found.battery.expansion_packs == 1

    def test_a_dock_tells_of_its_banks_and_of_no_empty_slot(self) -> None:
        bank = b"BANK000000000001".hex()
        slot = (
            "10"
            + bank
            + "00"
            + "00" * 4
            + "37"
            + "".join(f32(value)[1:].hex() for value in (100.5, 50.25, 0, 0, 0))
        )
        slot += "02" + f32(150.75)[1:].hex()
        empty = "00" * 48
        found = decoded(
            "AE100", live("0420", {0xB3: composite(slot), 0xB4: composite(empty)}), "DOCK1"
        )

        reading = found.readings[0]
        assert [one.sn for one in found.readings] == ["BANK000000000001"]
        assert reading.kind == "0420 of AE100"
        assert reading.readings.pv_power_w == 150.75
        assert reading.readings.pv_inputs[:2] == (PvInput("1", 100.5), PvInput("2", 50.25))
        assert reading.readings.battery is not None
        assert reading.readings.battery.soc_ratio == 0.55

    def test_strings_of_a_home_backup_are_whole_numbers(self) -> None:
        slot = "05" + b"A17E1".hex() + "00" * 5 + "10" + b"E10000000000000A".hex()
        slot = slot.ljust(37 * 2, "0") + "15" + "000000" + "4b" + "dc05" + "0000" + "e803"
        found = decoded("AX170", live("0405", {0xE8: composite(slot)}), "DOCK1")

        reading = found.readings[0].readings
        assert reading.pv_inputs == (PvInput("1", 1500), PvInput("2", 1000))
        assert reading.temperature_c == 21

    def test_a_panel_sends_json_in_a_frame_with_a_long_length(self) -> None:
        content = {"localtime": 1, "data": {"soc": 77, "bp": 300, "pp": 1000, "b1t": 25}}
        padded = json.dumps(content).ljust(400)
        found = readings("A17B1", live("0500", {0xA2: text(padded)}))

        assert found.battery is not None
        assert found.battery.soc_ratio == 0.77
        # The panel counts what leaves the battery as positive.
        assert (found.battery.charge_power_w, found.battery.discharge_power_w) == (0, 300)
        assert (found.pv_power_w, found.temperature_c) == (1000, 25)

    def test_a_home_system_sends_json_without_a_frame(self) -> None:
        trans = {"type": "ems", "data": {"soc": 40, "bp": -500, "pae": 12345}}
        body = {"trans": b64encode(json.dumps(trans).encode()).decode()}
        payload = json.dumps({"head": {}, "payload": json.dumps(body)}).encode()
        found = decode("dt/anker_power/A5102/X1/param_info", payload)

        assert found.outcome is Outcome.DECODED
        assert found.message_type == "json"
        battery = found.readings[0].readings.battery
        assert battery is not None
        assert (battery.soc_ratio, battery.charge_power_w) == (0.4, 500)
        assert found.readings[0].readings.lifetime_energy[0].energy_wh == 12345

    def test_frames_of_a_hub_belong_to_the_devices_inside(self) -> None:
        inner = live("0405", {0xA6: i16(700), 0xC0: u8(55)})
        items = json.dumps([{"sn": "F3800", "type": "A1790", "tlv": inner.hex()}] * 1)
        found = decoded("A17B1", live("0601", {0xA2: text(items.ljust(300))}), "PANEL")
        binary = decoded(
            "AX170",
            live(
                "0666",
                {
                    0xA2: text("E10"),
                    0xA3: text("A17E1"),
                    0xA4: b"\x04" + live("0405", {0xA3: u8(44), 0xAD: i16(900)}),
                },
            ),
            "DOCK",
        )

        assert [one.sn for one in found.readings] == ["F3800"]
        assert port(found.readings[0].readings, "ac_output").output_power_w == 700
        assert [one.sn for one in binary.readings] == ["E10"]
        assert binary.readings[0].readings.battery is not None
        assert binary.readings[0].readings.battery.soc_ratio == 0.44

    def test_a_damaged_frame_inside_a_hubs_message_gives_nothing(self) -> None:
        inner = bytearray(live("0405", {0xA6: i16(700)}))
        inner[14] ^= 1
        items = json.dumps([{"sn": "F3800", "type": "A1790", "tlv": inner.hex()}])
        found = decoded("A17B1", live("0601", {0xA2: text(items)}), "PANEL")

        assert found.outcome is Outcome.CHECKSUM
        assert not found.readings


class TestOthers:
    def test_a_wall_box(self) -> None:
        fields = {
            0xA2: i16(2305),
            0xA5: i16(160),
            0xA9: i32(1800),
            0xAA: i32(3456),
            0xB0: i16(3680),
            0xB1: i16(0),
            0xBB: u8(2),
        }
        found = readings("A5191", live("0410", fields))

        assert found.ev_charger is not None
        assert found.ev_charger.status is EvChargerStatus.CHARGING
        assert found.ev_charger.power_w == 3680
        assert (found.ev_charger.session_energy_wh, found.ev_charger.session_s) == (3456, 1800)
        assert found.phases[0] == Phase("l1", 230.5, 16, 3680, 0)

    @pytest.mark.parametrize(("raw", "expected"), [(0, False), (1, True), (2, None)])
    def test_the_cable_of_a_wall_box(self, raw: int, expected: bool | None) -> None:  # noqa: FBT001
        found = readings("A5191", live("0840", {0xE2: u8(raw), 0xE3: u8(0)}))

        assert found.ev_charger is not None
        assert found.ev_charger.is_cable_connected is expected

    def test_meters_whose_fields_are_alike_but_not_their_factors(self) -> None:
        fields = {0xA8: i32(90925), 0xA9: i32(0)}
        anker = readings("A17X7", live("0405", {0xA8: i32(909), 0xA9: i32(0)}))

        assert anker.meter == GridMeter(909, 0)
        for model in ("SHEMP3", "SHEM3"):
            assert readings(model, live("0405", fields)).meter == GridMeter(909.25, 0)

    def test_an_american_meter_with_both_directions(self) -> None:
        fields = {0xB1: i32(-400), 0xB2: i32(150), 0xB3: i32(-250), 0xB5: f32(121.5)}
        found = readings("A17X7US", live("0405", fields))

        assert found.meter == GridMeter(0, 250)
        assert found.phases[0] == Phase("l1", 121.5, None, 0, 400)
        assert found.phases[1] == Phase("l2", None, None, 150, 0)

    def test_a_plug(self) -> None:
        fields = {0xA4: u8(1), 0xA8: i16(2301), 0xA9: i16(44), 0xAA: i16(998), 0xAB: i32(5000)}
        found = readings("A17X8", live("0405", fields))

        assert found.plug is not None
        assert found.plug.is_on is True
        assert (found.plug.power_w, found.plug.voltage_v, found.plug.current_a) == (
            99.8,
            230.1,
            0.44,
        )
        assert found.lifetime_energy == (LifetimeEnergy(LifetimeFlow.OUTPUT, 5000),)

    @pytest.mark.parametrize(
        ("mode", "expected"),
        [(0, (0, 300, PortStatus.INPUT)), (1, (300, 0, PortStatus.OUTPUT))],
    )
    def test_an_alternator_charger_knows_both_directions(
        self, mode: int, expected: tuple[float, float, PortStatus]
    ) -> None:
        fields = {
            0xA3: composite("00000000" + "2c01"),
            0xA4: composite(f"01{mode:02x}"),
            0xA6: composite("0000fe" + "00" * 15 + "8700"),
        }
        found = readings("AS200", live("0421", fields))

        car = port(found, "car")
        assert (car.output_power_w, car.input_power_w, car.status) == expected
        assert (car.voltage_v, found.temperature_c) == (13.5, -2)
        assert found.battery is None


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({0xC1: u8(101)}, Ignored.IMPOSSIBLE),
            ({0xC3: u8(120)}, Ignored.IMPOSSIBLE),
            ({0xBD: u8(125)}, Ignored.IMPOSSIBLE),
            ({0xBD: u8(-61)}, Ignored.IMPOSSIBLE),
            ({0xA6: i16(18001)}, Ignored.IMPOSSIBLE),
            ({0xA6: i16(-1)}, Ignored.IMPOSSIBLE),
            ({0xA6: f32(float("nan"))}, Ignored.NOT_A_NUMBER),
            ({0xA6: f32(float("inf"))}, Ignored.NOT_A_NUMBER),
            ({0xA6: b"\x02\x01"}, Ignored.CUT_SHORT),
        ],
    )
    def test_a_value_that_cannot_be_is_none_and_counted(
        self, fields: dict[int, bytes], reason: Ignored
    ) -> None:
        found = decoded("A1761", live("0405", fields))

        assert found.outcome is Outcome.DECODED
        assert found.ignored == {reason: 1}
        assert not found.readings

    def test_the_other_values_of_the_message_stay(self) -> None:
        found = readings("A1761", live("0405", C1000_LIVE | {0xBD: u8(126)}))

        assert found.temperature_c is None
        assert found.battery is not None
        assert found.battery.soc_ratio == 0.6

    def test_absent_is_absent(self) -> None:
        found = readings("A17C5", live("0405", {0xA3: u8(40)}))

        assert replace(found, packs=()) == DeviceReadings()


class TestEnvelopes:
    DATA = live("0405", C1000_LIVE)

    def test_serial_and_model_may_be_in_the_topic_alone(self) -> None:
        body = json.dumps({"data": b64encode(self.DATA).decode()})
        payload = json.dumps({"payload": body}).encode()
        found = decode(f"dt/anker_power/A1761/{SN}/param_info", payload)

        assert found.readings[0].sn == SN
        assert (found.sequence, found.timestamp_s) == (None, None)

    @pytest.mark.parametrize(
        ("payload", "outcome"),
        [
            (b"", Outcome.ENVELOPE),
            (b"\xff\x00", Outcome.ENVELOPE),
            (b"[]", Outcome.ENVELOPE),
            (b'{"head": {}}', Outcome.ENVELOPE),
            (b'{"payload": {"data": ""}}', Outcome.ENVELOPE),
            (b'{"payload": "[1]"}', Outcome.ENVELOPE),
            (b'{"payload": "{\\"data\\": 5}"}', Outcome.ENVELOPE),
            (b'{"payload": "{\\"data\\": \\"*\\"}"}', Outcome.ENVELOPE),
            (b'{"payload": "{\\"data\\": \\"\\"}"}', Outcome.PREFIX),
            (b'{"payload": "{\\"battery\\": 100}"}', Outcome.PLAIN_JSON),
            (b'{"payload": "{\\"trans\\": \\"e30=\\"}"}', Outcome.PLAIN_JSON),
            (b" " * (LARGEST_MESSAGE_BYTES + 1), Outcome.TOO_LARGE),
            (b"[" * 100_000, Outcome.ENVELOPE),
        ],
    )
    def test_what_is_no_message_is_counted_by_what_it_is(
        self, payload: bytes, outcome: Outcome
    ) -> None:
        assert decode(f"dt/anker_power/A1761/{SN}/param_info", payload).outcome is outcome

    def test_unknown_models_and_types_are_told_apart_and_never_guessed_at(self) -> None:
        assert decoded("A9999", self.DATA).outcome is Outcome.UNKNOWN_MODEL
        found = decoded("A1761", frame("0499", {0xA1: b"\x34"}))
        assert found.outcome is Outcome.UNKNOWN_TYPE
        assert (found.model, found.message_type) == ("A1761", "other")

    @pytest.mark.parametrize("topic", ["", "/", "a/b", "dt/anker_power", "x" * 1000])
    def test_any_topic_is_survived(self, topic: str) -> None:
        _, payload = message(self.DATA)

        assert decode(topic, payload).outcome is Outcome.DECODED
