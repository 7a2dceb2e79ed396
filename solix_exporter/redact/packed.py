"""JSON that the cloud packs into a text."""

import json

from solix_exporter.text import escaped


def unpack(text: str) -> dict[str, object] | list[object] | None:
    """Return the object or list in a text, None if there is none."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        packed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return packed if isinstance(packed, dict | list) else None


def pack(value: object, like: str) -> str:
    """Return the text of a value, with blanks where `like` has them."""
    separators = (", ", ": ") if '": ' in like else (",", ":")
    return escaped(json.dumps(value, ensure_ascii=False, separators=separators))
