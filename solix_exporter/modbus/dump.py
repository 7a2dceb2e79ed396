"""What a device said, as JSON to keep, to send and to replay; also without its serial number."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from solix_exporter.modbus.identify import Identity
from solix_exporter.modbus.maps import BY_PART_NUMBER
from solix_exporter.modbus.survey import Range, Survey

FORMAT = 1
_LIKE_A_SERIAL = re.compile(rb"[0-9A-Z]{12,32}")
_LARGEST_WORD = 0xFFFF


def to_json(found: Survey) -> dict[str, object]:
    """Return a survey; numbers of function, address and count are those on the wire."""
    identity = found.identity
    return {
        "format": FORMAT,
        "part_number": found.part_number,
        "device_sn": identity.sn if identity else None,
        "firmware": identity.firmware if identity else None,
        "ranges": [_range_to_json(one) for one in found.ranges],
        "values": {
            row.name: row.text for row in found.rows() if row.value is not None and not row.note
        },
    }


def _range_to_json(one: Range) -> dict[str, object]:
    place = {"function": one.function, "address": one.address, "count": one.count}
    if one.exception is not None:
        return {**place, "exception": one.exception}
    return {**place, "words": list(one.words)}


def from_json(content: Mapping[str, object]) -> Survey:
    """Return the survey that was kept, with the ranges that can be understood.

    Raises ValueError where it is not of a device that is in the table.
    """
    part_number, sn = content.get("part_number"), content.get("device_sn")
    if part_number not in BY_PART_NUMBER or not isinstance(sn, str) or not sn:
        raise ValueError("it is not what a device of the table said")
    firmware = content.get("firmware")
    identity = Identity(str(part_number), sn, firmware if isinstance(firmware, str) else "")
    rows = content.get("ranges")
    ranges = [_range_from_json(row) for row in rows] if isinstance(rows, list) else []
    found = Survey(identity, identity.part_number, [one for one in ranges if one is not None])
    values = content.get("values")
    names = values if isinstance(values, dict) else {}
    for row in found.rows():
        # Whether it exists was asked then; a range alone does not tell.
        found.known.exists[row.register.key] = row.name in names
    return found


def _range_from_json(row: object) -> Range | None:
    if not isinstance(row, dict):
        return None
    function, address, count = (row.get(name) for name in ("function", "address", "count"))
    words = row.get("words")
    if not (isinstance(function, int) and isinstance(address, int) and isinstance(words, list)):
        return None
    if len(words) != count or not all(_is_word(word) for word in words):
        return None
    return Range(function, address, count, tuple(words))


def _is_word(value: object) -> bool:
    return isinstance(value, int) and 0 <= value <= _LARGEST_WORD


def anonymised(found: Survey, pseudonym: Callable[[str], str]) -> Survey:
    """Return the survey with other serial numbers, also where they stand in words.

    In a device that is not in the table, everything that looks like one is replaced.
    """
    identity = found.identity
    if identity is not None:
        identity = replace(identity, sn=pseudonym(identity.sn))
    # In a wrong order a serial number still looks like one.
    is_swapped = identity is not None and identity.registers.order.is_low_byte_first
    ranges = [
        replace(one, words=_without_serials(one.words, pseudonym, is_swapped=is_swapped))
        for one in found.ranges
    ]
    return replace(found, identity=identity, ranges=ranges)


def _without_serials(
    words: tuple[int, ...], pseudonym: Callable[[str], str], *, is_swapped: bool
) -> tuple[int, ...]:
    order: Literal["little", "big"] = "little" if is_swapped else "big"
    content = b"".join(word.to_bytes(2, order) for word in words)
    content = _LIKE_A_SERIAL.sub(lambda found: pseudonym(found[0].decode()).encode(), content)
    return tuple(int.from_bytes(content[i : i + 2], order) for i in range(0, len(content), 2))
