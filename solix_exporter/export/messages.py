"""Messages of devices as lines of files, without anything private: not inside the frames either.

What nobody can look into - encrypted, damaged, without a frame - is left out.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from solix_exporter.mqtt.recorded import RecordedMessage, row_of
from solix_exporter.mqtt.rewriting import (
    AMONG_NUMBERS,
    JSON,
    UNKNOWN,
    NotRewritten,
    frame_of,
    inner_of,
    message_type,
    packed,
    rewritten,
    texts_in,
)
from solix_exporter.redact import Copy, Kind, Known, kind_of


def private_values(messages: Iterable[RecordedMessage]) -> Iterator[Mapping[str, object]]:
    """Yield what may be private in messages, by names that tell of what kind it is."""
    for message in messages:
        try:
            envelope, inner = inner_of(message.payload)
            texts = texts_in(frame_of(inner), _model(inner, message))
        except NotRewritten:
            continue
        yield {"device_sn": _sn(inner, message)}
        yield {key: value for key, value in envelope.items() if key != "payload"}
        yield {name: text for name, text in texts.items() if kind_of(name) is not None}


def message_files(
    messages: Sequence[RecordedMessage], known: Known | None
) -> tuple[dict[str, str], int]:
    """Return the texts of the files by name, and how many messages were left out.

    Without `known` everything stays as it came, and nothing is left out but what has no frame.
    """
    lines: dict[str, list[str]] = {}
    left_out = 0
    for message in messages:
        try:
            name, line = _line(message, known)
        except NotRewritten:
            left_out += 1
            continue
        lines.setdefault(name, []).append(line)
    return {name: "\n".join(of_type) + "\n" for name, of_type in sorted(lines.items())}, left_out


def _line(message: RecordedMessage, known: Known | None) -> tuple[str, str]:
    envelope, inner = inner_of(message.payload)
    frame, sn = frame_of(inner), _sn(inner, message)
    if known is not None:
        frame = rewritten(frame, _model(inner, message), _Replacing(known).text)
        if known.remains_in(frame.decode("latin-1")):
            raise NotRewritten
        sn = known.in_text(sn)
    # The frame itself is no text: copied as one, it would be taken for a token.
    row = row_of(message, envelope | {"payload": "", "_inner": inner | {"data": ""}})
    copy = _object(Copy(known).of(row) if known else row)
    packed_inner = _object(copy.pop("_inner")) | {"data": packed(frame)}
    line = json.dumps(copy | {"payload": json.dumps(packed_inner)}, ensure_ascii=False)
    return f"mqtt_msg_{sn}_{message_type(frame)}.ndjson", line


class _Replacing:
    """Replaces the texts of frames."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def text(self, name: str, text: str) -> str:
        """Return what replaces a text; one that the table of fields does not know is private."""
        if name == UNKNOWN:
            return self._known.pseudonym(text, Kind.NAME)
        if name == AMONG_NUMBERS:
            return self._known.in_text(text)
        copy = Copy(self._known).of(text if name == JSON else {name: text})
        return str(copy[name] if isinstance(copy, dict) else copy)


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NotRewritten
    return value


def _sn(inner: Mapping[str, object], message: RecordedMessage) -> str:
    return _told(inner, "sn") or _level(message, 3)


def _model(inner: Mapping[str, object], message: RecordedMessage) -> str:
    return _told(inner, "pn") or _level(message, 2)


def _told(inner: Mapping[str, object], name: str) -> str:
    value = inner.get(name)
    return value if isinstance(value, str) else ""


def _level(message: RecordedMessage, number: int) -> str:
    levels = message.topic.split("/")
    return levels[number] if len(levels) > number else ""
