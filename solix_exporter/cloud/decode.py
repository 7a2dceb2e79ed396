"""From the bytes of an answer to a value of the model: envelope, error codes, parser, drift.

Live sessions and replayed captures both end here.
"""

import json
import re
from typing import Any, TypeVar

import orjson

from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.record import Record
from solix_exporter.cloud.telling import start_of, told
from solix_exporter.errors import EmptyAnswer, UnexpectedPayload, cloud_error
from solix_exporter.model.events import Observer

T = TypeVar("T")

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\."
)
"""The escapes of JSON: whole characters of two halves, single halves, and all others."""


_DEEPEST = 100
"""Real answers have some ten levels."""
_LONGEST_START = 60


def read_envelope(path: str, body: bytes) -> dict[str, Any]:
    """Return the envelope `{code, msg, data, trace_id}` of a successful answer.

    Raises UnexpectedPayload for what is no JSON object, and the error of a code that is one.
    """
    try:
        envelope = _loads(body)
    except orjson.JSONDecodeError as error:
        start = start_of(path, body)
        begins = f" but starts with {start[:_LONGEST_START]!r}" if start else ""
        raise UnexpectedPayload(
            f"the answer is not JSON{begins}", endpoint=path, outcome="malformed"
        ) from error
    if not isinstance(envelope, dict):
        raise UnexpectedPayload("the answer is no JSON object", endpoint=path, outcome="malformed")
    code = envelope.get("code")
    if code and isinstance(code, int):
        refusal = cloud_error(code, told(path, _message(envelope)), path)
        if refusal:
            raise refusal
    return envelope


def raw_envelope(path: str, body: bytes) -> dict[str, object]:
    """Return the envelope as it came, whole numbers of any length included.

    Raises what `read_envelope` raises.
    """
    read_envelope(path, body)
    try:
        envelope: dict[str, object] = json.loads(body)
    except (ValueError, RecursionError) as error:
        # Python's reader has narrower limits for depth and for the digits of a number.
        raise _unreadable(path) from error
    if _is_too_deep(envelope):
        raise _unreadable(path)
    return envelope


def _unreadable(path: str) -> UnexpectedPayload:
    return UnexpectedPayload(
        "the answer is nested too deeply, or a number in it is too long",
        endpoint=path,
        outcome="malformed",
    )


def _is_too_deep(value: object) -> bool:
    """Return whether what is done with a value, level by level, might end Python's stack."""
    level = [value]
    for _ in range(_DEEPEST):
        maps = (item.values() for item in level if isinstance(item, dict))
        lists = (item for item in level if isinstance(item, list))
        level = [inner for outer in (*maps, *lists) for inner in outer]
        if not level:
            return False
    return True


def _loads(body: bytes) -> Any:  # noqa: ANN401  JSON
    """Return what the JSON says, with a mark in the place of each half of a character.

    A server that shortens a name may cut its last character, and would lose the whole answer.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        if b"\\ud" not in body and b"\\uD" not in body:
            raise
        return orjson.loads(_ESCAPES.sub(_without_half, body))


def _without_half(found: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if found["half"] else found[0]


def _message(envelope: dict[str, Any]) -> str:
    return str(envelope.get("msg") or "")


def decode(endpoint: Endpoint[T], body: bytes, observer: Observer) -> T:
    """Return what the answer says, and report values that were malformed and keys unread.

    Raises EmptyAnswer where there are no data although the endpoint always has some,
    UnexpectedPayload where the parser finds nothing to stand on, CloudError for a code.
    """
    if endpoint.parse is None:
        raise TypeError(f"{endpoint.name} has no parser")
    data = read_envelope(endpoint.path, body).get("data")
    if isinstance(data, list):
        # A few endpoints answer with a bare list.
        data = {"list": data}
    record = Record(data if isinstance(data, dict) else {})
    try:
        value = endpoint.parse(record)
    except UnexpectedPayload as error:
        error.endpoint = endpoint.path
        raise
    if not record and not endpoint.may_be_empty:
        raise EmptyAnswer("the answer holds no data", endpoint=endpoint.path)
    for field in record.malformed:
        observer.value_malformed(endpoint.label, field)
    observer.fields_unread(endpoint.label, record.unread())
    return value
