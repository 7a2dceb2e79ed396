"""Reads messages: envelope, frame, fields, readings. Nothing that a message holds raises.

The payload is a JSON object with `head` and `payload`, itself the text of a JSON object with
`data`, a frame in base64, or `trans`, a JSON object in base64.
"""

import binascii
import logging
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import orjson

from solix_exporter.errors import SolixError
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.products import product_of
from solix_exporter.mqtt.field_table import (
    PLAIN_TYPE,
    Item,
    Layout,
    MessageRow,
    ModelRow,
    field_table,
    model_row,
)
from solix_exporter.mqtt.field_values import FieldReader, Ignored, Values
from solix_exporter.mqtt.frames import Frame, FrameRefused, Outcome, read_frame
from solix_exporter.mqtt.plausible import Reported
from solix_exporter.mqtt.readings import Model, read_connected, read_readings

_LOGGER = logging.getLogger(__name__)

LARGEST_MESSAGE_BYTES = 256 * 1024
OTHER = "other"
"""Label value for models and types that are not in the table, so that labels stay few."""

_INNER_SN, _INNER_MODEL, _INNER_FRAME = 0xA2, 0xA3, 0xA4
_TOPIC_PARTS = 5
_CONNECTED = range(1, 7)
_MOST_INNER = 16
"""Frames in one message of a hub; more is rubbish."""
_EMPTY = DeviceReadings()


@dataclass(frozen=True, slots=True)
class Reading:
    """The readings of one device in a message."""

    sn: str
    model: str
    """Part number as the message names it; empty for what hangs on the sender."""
    kind: str
    row: MessageRow | None
    readings: DeviceReadings
    firmware: str = ""


@dataclass(slots=True)
class Decoded:
    """What became of one message."""

    sn: str = ""
    """Serial number of the sender."""
    outcome: Outcome = Outcome.ENVELOPE
    model: str = OTHER
    message_type: str = OTHER
    sequence: int | None = None
    timestamp_s: float | None = None
    """When it was measured, by the broker's side; seconds since 1970."""
    readings: list[Reading] = field(default_factory=list)
    ignored: Counter[Ignored] = field(default_factory=Counter)

    def give_up_as_late(self) -> None:
        """Drop the readings: a newer message came before this one."""
        self.outcome = Outcome.LATE
        self.readings.clear()
        self.ignored.clear()


class _NoEnvelope(SolixError):
    """The message is not what devices send."""


def decode(topic: str, payload: bytes, *, is_recorded: bool = False) -> Decoded:
    """Return what a message holds; never raises.

    `is_recorded` lets wrong checksums pass, which recordings with replaced serial numbers have.
    """
    decoded = Decoded()
    try:
        _decode(decoded, topic, payload, is_recorded=is_recorded)
    except FrameRefused as refused:
        decoded.outcome = refused.outcome
    except _NoEnvelope:
        decoded.outcome = Outcome.ENVELOPE
    except Exception:
        # The edge of the network task: a message may stop nothing but itself.
        _LOGGER.exception("A message on %r could not be read", topic[:100])
        decoded.outcome = Outcome.INTERNAL
    if decoded.outcome is not Outcome.DECODED:
        decoded.readings.clear()
    return decoded


def _decode(decoded: Decoded, topic: str, payload: bytes, *, is_recorded: bool) -> None:
    parts = topic.split("/")
    model, sn = (parts[2], parts[3]) if len(parts) >= _TOPIC_PARTS - 1 else ("", "")
    decoded.sn = sn
    if len(payload) > LARGEST_MESSAGE_BYTES:
        raise FrameRefused(Outcome.TOO_LARGE)
    envelope = _json_object(payload)
    _read_head(decoded, envelope.get("head"))
    body = _body(envelope.get("payload"))
    sn, model = sn or _text(body.get("sn")), model or _text(body.get("pn"))
    decoded.sn = sn
    row = model_row(model)
    decoded.model = row.model if row else OTHER
    if "trans" in body and "data" not in body:
        decoded.message_type = PLAIN_TYPE
        _read_plain(decoded, row, _json_object(_base64(body["trans"])))
        return
    if "data" not in body:
        raise FrameRefused(Outcome.PLAIN_JSON)
    frame = read_frame(_base64(body["data"]), is_recorded=is_recorded)
    if row is None:
        raise FrameRefused(Outcome.UNKNOWN_MODEL)
    _read_typed(decoded, row, frame, is_recorded=is_recorded)


def _read_head(decoded: Decoded, head: object) -> None:
    if not isinstance(head, dict):
        return
    sequence, timestamp = head.get("msg_seq"), head.get("timestamp")
    if isinstance(sequence, int) and not isinstance(sequence, bool):
        decoded.sequence = sequence
    if isinstance(timestamp, (int, float)) and not isinstance(timestamp, bool):
        decoded.timestamp_s = float(timestamp)


def _body(text: object) -> dict[str, object]:
    if not isinstance(text, str):
        raise _NoEnvelope
    return _json_object(text.encode())


def _json_object(text: bytes) -> dict[str, object]:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _NoEnvelope from error
    if not isinstance(content, dict):
        raise _NoEnvelope
    return content


def _base64(text: object) -> bytes:
    if not isinstance(text, str):
        raise _NoEnvelope
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _NoEnvelope from error


def _text(content: object) -> str:
    return content if isinstance(content, str) else ""


def _read_plain(decoded: Decoded, row: ModelRow | None, content: dict[str, object]) -> None:
    """Read a message of a home system, which sends JSON whose `type` says what `data` is."""
    message = row.messages.get(PLAIN_TYPE) if row else None
    if row is None or message is None or message.layout.plain is None:
        raise FrameRefused(Outcome.PLAIN_JSON)
    kind = _text(content.get("type"))
    reader = FieldReader(decoded.ignored)
    values = reader.read_json(message.layout.plain, {f"{kind}_data": content.get("data")})
    _add(decoded, _Part(decoded.sn, row, message, f"{PLAIN_TYPE} {kind}"), values)
    decoded.outcome = Outcome.DECODED


def _read_typed(decoded: Decoded, row: ModelRow, frame: Frame, *, is_recorded: bool) -> None:
    message = row.messages.get(frame.message_type)
    if message is None:
        raise FrameRefused(Outcome.UNKNOWN_TYPE)
    decoded.message_type = frame.message_type
    if message.layout.is_embedded:
        for sn, model, inner in _inner_frames(frame):
            _read_inner(decoded, sn, model, inner, is_recorded=is_recorded)
    else:
        values = FieldReader(decoded.ignored).read(message.layout, frame.fields)
        _add(decoded, _Part(decoded.sn, row, message, message.kind), values)
    decoded.outcome = Outcome.DECODED


def _read_inner(decoded: Decoded, sn: str, model: str, inner: bytes, *, is_recorded: bool) -> None:
    """Read the frame of a device that speaks through its hub."""
    frame, row = read_frame(inner, is_recorded=is_recorded), model_row(model)
    if row is None:
        raise FrameRefused(Outcome.UNKNOWN_MODEL)
    message = row.messages.get(frame.message_type)
    if message is not None and not message.layout.is_embedded:
        values = FieldReader(decoded.ignored).read(message.layout, frame.fields)
        _add(decoded, _Part(sn, row, message, message.kind), values)


def _inner_frames(frame: Frame) -> Iterator[tuple[str, str, bytes]]:
    """Yield serial number, model and frame of each device inside; two ways are known."""
    texts = {tag: field.value for tag, field in frame.fields.items()}
    if _INNER_FRAME in texts:
        sn, model = _plain_text(texts.get(_INNER_SN)), _plain_text(texts.get(_INNER_MODEL))
        yield sn, model, texts[_INNER_FRAME]
        return
    for content in list(texts.values())[:_MOST_INNER]:
        for entry in _entries(content):
            tlv = _text(entry.get("tlv"))
            try:
                inner = bytes.fromhex(tlv)
            except ValueError as error:
                raise _NoEnvelope from error
            yield _text(entry.get("sn")), _text(entry.get("type")), inner


def _entries(content: bytes) -> list[dict[str, object]]:
    """Return the objects of a JSON list, or the only one; none where the field is no JSON."""
    try:
        found = orjson.loads(content.rstrip(b"\0"))
    except orjson.JSONDecodeError:
        return []
    entries = found if isinstance(found, list) else [found]
    return [entry for entry in entries[:_MOST_INNER] if isinstance(entry, dict) and "tlv" in entry]


def _plain_text(content: bytes | None) -> str:
    text = (content or b"").decode("ascii", "ignore")
    return "".join(filter(str.isprintable, text)).strip()


@dataclass(frozen=True, slots=True)
class _Part:
    """The device whose values are read, and the message that they are in."""

    sn: str
    row: ModelRow
    message: MessageRow
    kind: str


def _add(decoded: Decoded, part: _Part, values: Values) -> None:
    row = part.row
    reported = Reported(values, row.rated_w, decoded.ignored)
    readings = read_readings(_model(row.model), reported)
    firmware = reported.text("sw_version").lstrip("vV")
    if readings != _EMPTY or firmware:
        decoded.readings.append(
            Reading(part.sn, row.model, part.kind, part.message, readings, firmware)
        )
    _add_connected(decoded, part, reported)


def _add_connected(decoded: Decoded, part: _Part, reported: Reported) -> None:
    """Add what the message holds about devices that hang on the sender; free slots are none."""
    for number in _CONNECTED:
        sn = reported.text(f"device_{number}_sn").strip("0 ")
        if not sn:
            continue
        readings = read_connected(reported, number)
        if readings != _EMPTY:
            decoded.readings.append(
                Reading(sn, "", f"{part.kind} of {part.row.model}", None, readings)
            )


@cache
def _model(part_number: str) -> Model:
    """Return what a model's messages have in common."""
    messages = field_table()[part_number].messages.values()
    names = {item.name for message in messages for item in _items(message.layout)}
    sums_packs = "battery_soc" not in names and "main_battery_soc" in names
    return Model(part_number, product_of(part_number).device_type, sums_packs)


def _items(layout: Layout) -> Iterator[Item]:
    for items in layout.fields.values():
        yield from items
