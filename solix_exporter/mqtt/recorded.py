"""Messages in the files of a folder: `mqtt_msg_<serial number>_<type>.ndjson`.

Each line is a JSON object with the `head` and the `payload` of a message, its `topic`, and
`msg_time`, when it was received. The files of a type hold its messages from the oldest to the
newest.
"""

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from solix_exporter.files import read_file
from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.mqtt.decode import Decoded, decode

_LOGGER = logging.getLogger(__name__)

PATTERN = "mqtt_msg_*.ndjson"
_LARGEST_FILE_BYTES = 64 * 1024 * 1024
_RECEIVED_FORMAT = "%Y-%m-%d %H:%M:%S"
_FAR_PAST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """One message as it came."""

    topic: str
    payload: bytes
    received: datetime
    """Aware."""


def recorded_messages(folder: Path) -> list[RecordedMessage]:
    """Return all messages in the files of a folder; lines that are none are left out."""
    return [
        message
        for file in sorted(folder.glob(PATTERN))
        for line in _lines(file)
        if (message := _message(line)) is not None
    ]


def row_of(message: RecordedMessage, envelope: dict[str, object]) -> dict[str, object]:
    """Return the content of the line for a message; `envelope` is what was in its payload."""
    received = message.received.astimezone(UTC).strftime(_RECEIVED_FORMAT)
    return {"msg_time": received, **envelope, "topic": message.topic}


def _message(line: bytes) -> RecordedMessage | None:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, dict):
        return None
    topic = content.pop("topic", "")
    received = _received(content.pop("msg_time", ""))
    text = topic if isinstance(topic, str) else ""
    return RecordedMessage(text, orjson.dumps(content), received)


def _received(text: object) -> datetime:
    """Return when a message was received; the zone is not told, and taken for UTC."""
    try:
        return datetime.strptime(str(text), _RECEIVED_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return _FAR_PAST


def recorded_reports(folder: Path) -> list[DeviceReport]:
    """Return what the last message of each type in a folder reported, the oldest first.

    Such a report stays valid: a recording does not become older. Files and lines that cannot be
    read are left out; the log tells of files.
    """
    reports = [report for file in sorted(folder.glob(PATTERN)) for report in _last_of(file)]
    return sorted(reports, key=lambda report: (report.measured_at, report.sequence or 0))


def _last_of(file: Path) -> list[DeviceReport]:
    """Return the reports of the last message in a file that has any."""
    return next(filter(None, map(_reports, reversed(_lines(file)))), [])


def _lines(file: Path) -> list[bytes]:
    try:
        return read_file(file, _LARGEST_FILE_BYTES).splitlines()
    except OSError as error:
        _LOGGER.warning("%s cannot be read: %s", file.name, error.strerror or error)
        return []


def _reports(line: bytes) -> list[DeviceReport]:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError:
        return []
    if not isinstance(content, dict):
        return []
    topic = content.get("topic")
    decoded = decode(topic if isinstance(topic, str) else "", line, is_recorded=True)
    return list(_reported(decoded, _measured_at(decoded, content.get("msg_time"))))


def _measured_at(decoded: Decoded, received: object) -> datetime:
    """Return the time of the device's message, else that of its reception."""
    if decoded.timestamp_s is None:
        return _received(received)
    try:
        return datetime.fromtimestamp(decoded.timestamp_s, UTC)
    except (ValueError, OverflowError, OSError):
        return _received(received)


def _reported(decoded: Decoded, measured_at: datetime) -> Iterator[DeviceReport]:
    for reading in decoded.readings:
        if reading.sn:
            yield DeviceReport(
                sn=reading.sn,
                source=Source.MQTT,
                kind=reading.kind,
                part_number=reading.model,
                measured_at=measured_at,
                valid_s=math.inf,
                readings=reading.readings,
                firmware=reading.firmware,
                sequence=decoded.sequence,
            )
