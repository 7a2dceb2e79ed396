"""Payload faults: a key missing, null or of another type, an error code, all numbers zero."""

import copy
from collections.abc import Iterator

from solix_exporter.sim.faults import Fault, FaultKind
from solix_exporter.sim.wire_format import Json

_MUTATIONS = frozenset({FaultKind.WRONG_TYPE, FaultKind.NULL, FaultKind.MISSING, FaultKind.ZEROS})
_PROTECTED = frozenset({"create_time", "power_site_type", "site_id", "scene_mode"})
_KEPT_TEXTS = frozenset({"status", "wireless_type", "topology_type", "power_unit", "device_sn"})


def mutated(fault: Fault, envelope: dict[str, Json]) -> dict[str, Json]:
    """Return an envelope with the fault's mutation, if it is a fault of that kind."""
    if fault.kind == FaultKind.CODE:
        return {"code": fault.code, "msg": fault.msg, "trace_id": envelope["trace_id"]}
    if fault.kind not in _MUTATIONS:
        return envelope
    result = copy.deepcopy(envelope)
    if fault.kind == FaultKind.ZEROS:
        result["data"] = _zeroed(result.get("data"))
    elif fault.key:
        for parent, key in list(_places(result.get("data"), fault.key.split("."))):
            _mutate(fault, parent, key)
    else:
        _mutate(fault, result, "data")
    return result


def _mutate(fault: Fault, parent: dict[str, Json], key: str) -> None:
    if fault.kind == FaultKind.MISSING:
        parent.pop(key, None)
    elif fault.kind == FaultKind.NULL:
        parent[key] = None
    else:
        parent[key] = {"unexpected": parent[key]} if fault.value is None else fault.value


def _places(tree: Json, keys: list[str]) -> Iterator[tuple[dict[str, Json], str]]:
    """Yield each object and key where the path of keys ends; it may start anywhere."""
    if isinstance(tree, list):
        for item in tree:
            yield from _places(item, keys)
    elif isinstance(tree, dict):
        if keys[0] in tree:
            yield from _ends(tree, keys)
        for child in tree.values():
            yield from _places(child, keys)


def _ends(tree: Json, keys: list[str]) -> Iterator[tuple[dict[str, Json], str]]:
    if isinstance(tree, list):
        for item in tree:
            yield from _ends(item, keys)
    elif isinstance(tree, dict) and keys[0] in tree:
        if len(keys) == 1:
            yield tree, keys[0]
        else:
            yield from _ends(tree[keys[0]], keys[1:])


def _zeroed(tree: Json) -> Json:
    if isinstance(tree, dict):
        # A scene without data keeps its lifetime totals (captured in 2024).
        kept = {"statistics"} if "solarbank_info" in tree else set()
        return {key: value if key in kept else _zero(key, value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_zeroed(item) for item in tree]
    return tree


def _zero(key: str, value: Json) -> Json:
    if key in _PROTECTED or key in _KEPT_TEXTS:
        return value
    if key in {"is_display_data", "is_display"}:
        return False
    if key == "updated_time" and isinstance(value, str) and value[:2].isdigit():
        return "1970-01-01 00:00:00" if value[2:3] != "-" else value
    if isinstance(value, dict | list):
        return _zeroed(value)
    if isinstance(value, bool) or not isinstance(value, str):
        return 0 if type(value) in {int, float} else value
    return _zero_text(value)


def _zero_text(text: str) -> str:
    """Return a number as zero in the same format, any other text unchanged."""
    digits = text.removesuffix("W")
    unit = text[len(digits) :]
    plain = digits.removeprefix("-").replace(".", "", 1)
    if not plain.isdigit() or not plain.isascii():
        return text
    _, dot, decimals = digits.partition(".")
    return "0" + dot + "0" * len(decimals) + unit
