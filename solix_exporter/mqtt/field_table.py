"""The table of fields: which bytes of which message of which model hold what; see `fields.json`.

The table was made from a description of all known status messages, of which these were left out:
names that are guesses or placeholders, what only an app needs (clocks, timers, themes, schedules),
a site's flows, which a device knows only in part, and the PV inputs in 0408 of A17C1 and A17C3,
whose factor is not that of their 0405. Messages with the same fields share one layout. Put right
against owners' frames were: the values that mean "no estimate" of a remaining time (65535, and
10923 in the newer layout, which is 65535 minutes in tenths of an hour), the reserve of A1763 and
A1783 (d9, offset 2), the PV inputs of AX170's devices (u16 at 42 and 46), and SHEM3, A1765 and
A1785, which send what SHEMP3, A1763 and A1783 do.

`rated_w` is about what a model can do, for telling a power that cannot be. `status` is the request
that a model answers with one message; without it only the trigger is known to work. `every_s` is
the gap between messages that come unasked. An item's keys: `at` (offset) or `skip` (bytes after the
item before), `as` (overrides the type on the wire), `length` ("prefix8": the first byte says it),
`factor`, `signed`, `slots` (the four bytes of type 03 are 1 or 4 numbers), `mask` and `shift`,
`none` (raw values that mean "not known"), `version` (digits are the parts of a version).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

PLAIN_TYPE = "json"
"""The type of messages that have no frame."""


@dataclass(frozen=True, slots=True)
class Item:
    """One value in a field."""

    name: str = ""
    """Empty for what is only stepped over."""
    at: int | None = None
    skip: int | None = None
    forced: str = ""
    """u8, i16, i32, f32, str or bytes; empty where the type on the wire says it."""
    length: int | str = 0
    factor: float = 1
    decimals: int = 0
    """Digits to round to, those of the factor."""
    is_signed: bool | None = None
    slots: int = 0
    mask: int = 0
    shift: int = 0
    none: tuple[int, ...] = ()
    is_version: bool = False
    is_plan: bool = False
    """A list of tariff slots, which says its own length."""


@dataclass(frozen=True, slots=True)
class JsonItems:
    """Items in a JSON text: a tree of keys."""

    keys: Mapping[str, "Item | JsonItems"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of one type of message."""

    fields: Mapping[int, tuple[Item, ...]] = field(default_factory=dict)
    json_fields: Mapping[int, JsonItems] = field(default_factory=dict)
    plain: JsonItems | None = None
    """For messages that are JSON without a frame."""
    is_embedded: bool = False
    """Whether it holds frames of other devices and nothing of its own."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One type of message of one model."""

    layout: Layout
    kind: str
    """The type whose values these are: a 0900 may hold what the model's 0421 holds."""
    every_s: float | None
    """The usual gap, where it comes unasked."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model."""

    model: str
    rated_w: float
    trigger: str
    """Type of the request that makes it send for a while."""
    status: str
    """Type of the request that it answers with one message; empty where none is known."""
    messages: Mapping[str, MessageRow]

    @property
    def speaks_unasked(self) -> bool:
        """Return whether it sends measurements that nobody asked for."""
        return any(row.every_s for row in self.messages.values())


_SHORT_PART_NUMBER = 5


def model_row(part_number: str) -> ModelRow | None:
    """Return the row of a model; hubs name some models by the first five characters alone."""
    rows = field_table()
    return rows.get(part_number) or rows.get(part_number[:_SHORT_PART_NUMBER])


@cache
def field_table() -> Mapping[str, ModelRow]:
    """Return all models by part number; read at the first call."""
    text = files(__package__).joinpath("fields.json").read_text(encoding="utf-8")
    content = json.loads(text)
    layouts = {name: _layout(entry) for name, entry in content["layouts"].items()}
    return {
        model: ModelRow(
            model,
            float(entry["rated_w"]),
            entry["trigger"],
            entry.get("status", ""),
            {
                message_type: MessageRow(
                    layouts[row["layout"]], row.get("kind", message_type), row.get("every_s")
                )
                for message_type, row in entry["messages"].items()
            },
        )
        for model, entry in content["models"].items()
    }


def _layout(entry: dict[str, Any]) -> Layout:
    if entry.get("embedded"):
        return Layout(is_embedded=True)
    if PLAIN_TYPE in entry:
        return Layout(plain=_json_items(entry[PLAIN_TYPE]))
    plain = {int(tag, 16): items for tag, items in entry.items() if isinstance(items, list)}
    texts = {int(tag, 16): items for tag, items in entry.items() if isinstance(items, dict)}
    return Layout(
        {tag: tuple(map(_item, items)) for tag, items in plain.items()},
        {tag: _json_items(items[PLAIN_TYPE]) for tag, items in texts.items()},
    )


def _json_items(tree: dict[str, Any]) -> JsonItems:
    return JsonItems(
        {
            key: _json_items(entry["keys"]) if "keys" in entry else _item(entry)
            for key, entry in tree.items()
        }
    )


def _item(entry: dict[str, Any]) -> Item:
    factor = entry.get("factor", 1)
    return Item(
        name=entry.get("name", ""),
        at=entry.get("at"),
        skip=entry.get("skip"),
        forced=entry.get("as", ""),
        length=entry.get("length", 0),
        factor=factor,
        decimals=_decimals(factor),
        is_signed=entry.get("signed"),
        slots=entry.get("slots", 0),
        mask=entry.get("mask", 0),
        shift=entry.get("shift", 0),
        none=tuple(entry.get("none", ())),
        is_version=entry.get("version", False),
        is_plan=entry.get("special") == "tou_plan",
    )


def _decimals(factor: float) -> int:
    return max(0, len(f"{factor:.6f}".rstrip("0").partition(".")[2]))
