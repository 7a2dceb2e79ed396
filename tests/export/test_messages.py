"""Messages of an export: nothing private in them, and everything else as it came."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from solix_exporter.export.anonymise import Anonymiser
from solix_exporter.export.collect import Collection
from solix_exporter.mqtt.recorded import RecordedMessage, recorded_messages, recorded_reports
from solix_exporter.mqtt.rewriting import NotRewritten, rewritten
from solix_exporter.redact import Redactor
from tests.mqtt.messages import C1000_LIVE, composite, live, message, text, u8
from tests.sim.mqtt_client import fields, received

SN = "4EJYH8ASEV3SGLA4"
RECEIVED = datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC)
WIFI = "Café Sonnenschein"
STRANGER = "9ZKQW7TT3XYB2M4N"
WITH_SN = dict(sorted({**C1000_LIVE, 0xD0: text(SN)}.items()))


def recorded(frame: bytes, model: str = "A1761") -> RecordedMessage:
    topic, payload = message(frame, model, SN)
    return RecordedMessage(topic, payload, RECEIVED)


def files_of(
    *messages: RecordedMessage, key: bytes = b"key"
) -> tuple[dict[str, str], dict[str, str]]:
    collection = Collection(messages=list(messages))
    files = Anonymiser([collection], [], Redactor(key)).files(collection)
    return files.messages, files.left_out


def only_line(files: dict[str, str]) -> tuple[str, dict[str, object], bytes]:
    ((name, content),) = files.items()
    row = json.loads(content)
    return name, row, received(row["topic"], content).frame


def test_a_serial_number_is_replaced_everywhere_by_the_same() -> None:
    frame = live("0405", WITH_SN)
    files, _ = files_of(recorded(frame))
    name, row, copy = only_line(files)
    replaced = json.loads(str(row["payload"]))["sn"]
    assert SN not in json.dumps(files)
    assert base64.b64encode(SN.encode()).decode()[:12] not in json.dumps(files)
    assert name == f"mqtt_msg_{replaced}_0405.ndjson"
    assert fields(copy)[0xD0] == (0, replaced.encode())
    assert row["topic"] == f"dt/anker_power/A1761/{replaced}/param_info"
    # Everything else is as it came: lengths, numbers, times.
    others = {tag: value for tag, value in fields(frame).items() if tag != 0xD0}
    assert {tag: value for tag, value in fields(copy).items() if tag != 0xD0} == others
    assert row["msg_time"] == "2026-06-20 11:02:30"


def test_names_of_networks_and_other_devices_go_too() -> None:
    wifi = live("0407", {0xA2: text(SN), 0xA3: text(WIFI), 0xA4: u8(70)}, 0x32)
    # A text that nobody knows, and a serial number among numbers.
    odd = live(
        "0405", {0xA0 + 0x12: text("Unknown words"), 0xF0: composite(STRANGER.encode().hex())}
    )
    files, left_out = files_of(recorded(wifi, "A17C0"), recorded(odd))
    frames = b"".join(received("", text_).frame for text_ in files.values())
    assert left_out == {}
    for private in (SN, STRANGER, "Sonnenschein", "Caf", "Unknown", "words"):
        assert private.encode() not in frames
    (state,) = (received("", text_).frame for name, text_ in files.items() if "0407" in name)
    assert fields(state)[0xA4] == (1, bytes([70]))
    assert len(state) == len(wifi)


def test_what_nobody_can_look_into_is_left_out() -> None:
    frame = live("0405", C1000_LIVE)
    encrypted = live("4405", C1000_LIVE)
    plain = RecordedMessage(
        "t", json.dumps({"head": {}, "payload": '{"ssid":"x"}'}).encode(), RECEIVED
    )
    broken = [RecordedMessage("t", raw, RECEIVED) for raw in (b"", b"[]", b'{"payload":5}')]
    files, left_out = files_of(recorded(frame), recorded(encrypted), plain, *broken)
    assert [name.endswith("_0405.ndjson") for name in files] == [True]
    assert left_out == {"mqtt_msg": "nobody can look into 5 of the messages"}


def test_without_anonymising_messages_stay_as_they_came() -> None:
    frame = live("0405", WITH_SN)
    collection = Collection(messages=[recorded(frame)])
    files = Anonymiser([collection], [], None).files(collection)
    assert only_line(files.messages)[2] == frame


def test_a_wrong_checksum_is_put_right() -> None:
    frame = live("0405", C1000_LIVE)
    copy = rewritten(frame[:-1] + bytes([frame[-1] ^ 1]), "A1761", lambda _, text_: text_)
    assert copy == frame


def test_a_text_that_would_be_longer_is_refused() -> None:
    with pytest.raises(NotRewritten):
        rewritten(live("0405", {0xD0: text(SN)}), "A1761", lambda _, text_: text_ + "x")


def test_a_frame_within_a_frame_has_its_own_checksum() -> None:
    inner = live("0405", {0xD0: text(SN)})
    outer = live("0666", {0xA2: text(SN), 0xA4: b"\x04" + inner})
    copy = rewritten(outer, "AX170", lambda _, text_: text_.lower())
    assert fields(fields(copy)[0xA4][1])[0xD0][1] == SN.lower().encode()


def test_a_captured_folder_tells_the_same_afterwards(captures: Path, tmp_path: Path) -> None:
    folder = captures / "Mqtt_SB1_C1000"
    collection = Collection(messages=recorded_messages(folder))
    assert len(collection.messages) == 249
    anonymiser = Anonymiser([collection], [], Redactor(b"key"))
    files = anonymiser.files(collection)
    for name, content in files.messages.items():
        (tmp_path / name).write_text(content)
        for line in content.splitlines():
            fields(received("", line).frame)
    before, after = recorded_reports(folder), recorded_reports(tmp_path)
    assert [(one.kind, one.measured_at, one.sequence, one.firmware) for one in after] == [
        (one.kind, one.measured_at, one.sequence, one.firmware) for one in before
    ]
    powers = [[(port.port, port.output_power_w) for port in one.readings.ports] for one in after]
    assert powers == [
        [(port.port, port.output_power_w) for port in one.readings.ports] for one in before
    ]
    assert [one.readings.battery for one in after] == [one.readings.battery for one in before]
    text_ = "".join(files.messages.values())
    assert not [sn for sn in ("4EJYH8ASEV3SGLA4", "CUTUTT17MUSXAJ4R") if sn in text_]
    assert files.left_out == {}
