"""Messages in files: what the last one of each type reported."""

import base64
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from solix_exporter.mqtt.recorded import recorded_reports
from tests.mqtt.messages import live, message, u8

SN = "4EJYH8ASEV3SGLA4"
VERSIONS = base64.b64decode("/wkdAAMADwgwAKEIdjAuMi4zLjGiBnYxLjUuOcE=")
"""The worked example of an 0830, software v1.5.9."""


def warm(temperature_c: int, kind: str = "0405") -> bytes:
    return live(kind, {0xBD: u8(temperature_c)})


def line(frame: bytes, sequence: int = 1, timestamp: object = 1760711012, **more: object) -> str:
    topic, payload = message(frame, sequence=sequence)
    row = json.loads(payload)
    row["head"]["timestamp"] = timestamp
    return json.dumps(row | {"msg_time": "2025-10-17 14:23:33", "topic": topic} | more)


def write(folder: Path, kind: str, *lines: str) -> None:
    (folder / f"mqtt_msg_{SN}_{kind}.ndjson").write_text("\n".join(lines) + "\n")


def test_the_last_message_of_each_type_counts(tmp_path: Path) -> None:
    write(tmp_path, "0405", line(warm(20), 7), line(warm(-12), 8, 1760711015))
    write(tmp_path, "0830", line(VERSIONS, 6))
    versions, values = recorded_reports(tmp_path)
    assert (versions.kind, versions.firmware) == ("0830", "1.5.9")
    assert (values.kind, values.readings.temperature_c, values.sequence) == ("0405", -12, 8)
    assert values.measured_at == datetime.fromtimestamp(1760711015, UTC)
    assert (values.sn, values.part_number) == (SN, "A1761")


def test_a_recording_does_not_become_older(tmp_path: Path) -> None:
    write(tmp_path, "0405", line(warm(20)))
    (report,) = recorded_reports(tmp_path)
    assert report.valid_s == float("inf")


def test_a_checksum_that_is_wrong_is_that_of_a_replaced_serial_number(tmp_path: Path) -> None:
    write(tmp_path, "0405", line(warm(20)[:-1] + b"\x11"))
    (report,) = recorded_reports(tmp_path)
    assert report.readings.temperature_c == 20


@pytest.mark.parametrize(
    "last",
    [
        "",
        "[1]",
        "{",
        '{"head": 5, "payload": 7, "topic": []}',
        line(b"\0\0\0"),
        line(warm(20, "4405")),
        line(warm(20, "7777")),
    ],
)
def test_lines_that_nobody_can_read_are_passed_over(tmp_path: Path, last: str) -> None:
    write(tmp_path, "0405", line(warm(21)), last)
    (report,) = recorded_reports(tmp_path)
    assert report.readings.temperature_c == 21


@pytest.mark.parametrize("timestamp", [None, "soon", 1e300])
def test_without_a_time_of_the_device_that_of_reception_counts(
    tmp_path: Path, timestamp: object
) -> None:
    write(tmp_path, "0405", line(warm(21), timestamp=timestamp))
    (report,) = recorded_reports(tmp_path)
    assert report.measured_at == datetime(2025, 10, 17, 14, 23, 33, tzinfo=UTC)


def test_the_topic_may_be_missing(tmp_path: Path) -> None:
    write(tmp_path, "0405", line(warm(21), topic=None))
    (report,) = recorded_reports(tmp_path)
    assert (report.sn, report.readings.temperature_c) == (SN, 21)


def test_a_file_that_cannot_be_read_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "mqtt_msg_X_0405.ndjson").mkdir()
    with caplog.at_level(logging.WARNING):
        assert recorded_reports(tmp_path) == []
    assert "mqtt_msg_X_0405.ndjson cannot be read" in caplog.text


def test_a_folder_without_messages_reports_nothing(tmp_path: Path) -> None:
    assert recorded_reports(tmp_path) == []
