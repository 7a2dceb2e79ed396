"""The row type of the endpoint table: one question that can be asked of the cloud.

Only questions that read can be rows, and the client asks nothing but rows: it cannot write.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from string import Formatter
from typing import Any, Generic, TypeAlias, TypeVar

from solix_exporter.cloud.record import Record
from solix_exporter.cloud.writes import why_refused

T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json]"
"""A value in the body of a request."""

SITE = "<site_id>"
DEVICE = "<device_sn>"
VEHICLE = "<vehicle_id>"
TODAY = "<today>"
YESTERDAY = "<yesterday>"
"""Placeholders in the body of a row; `<...>` marks any other value that a request must supply."""

_IDS = (SITE, DEVICE, VEHICLE)
_NOT_IN_NAMES = re.compile(r'[\s/\\:*?"<>|\x00-\x1f]')
_LONGEST_STEM = 80
"""Characters of one id in a file name: with several ids it must stay below the 255 of file
systems."""


class Asker(Enum):
    """Which accounts get an answer; the value is what `request --list` shows."""

    ACCOUNT = "any account"
    MEMBER = "owner, member"
    OWNER = "owner"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Capture:
    """One name of the files that hold captured answers, without `.json`."""

    template: str
    """`{field}` is a field of the body, `{field[0]}` the first item of a list; `*` matches
    anything that is not in the body."""
    when: Mapping[str, str] = field(default_factory=dict)
    """Values that the body must have for this name."""
    one_day: tuple[str, ...] = ()
    """Fields with the first and the last day, for the name of answers about a single day."""

    def of(self, body: Mapping[str, Json]) -> str | None:
        """Return the name for a body, None where the body lacks a field of the name."""
        if any(body.get(key) != value for key, value in self.when.items()):
            return None
        days = {str(body.get(key) or key) for key in self.one_day}
        if len(days) > 1:
            return None
        name = ""
        for literal, place, _, _ in Formatter().parse(self.template):
            value = _value(body, place) if place else ""
            if value is None:
                return None
            name += literal + file_stem(value)
        return name


def file(template: str) -> tuple[Capture, ...]:
    """Return the captures of an endpoint whose answers have one kind of name."""
    return (Capture(template),)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[T_co]):
    """One question that can be asked of the cloud.

    Raises ValueError where the path is one that writes: such a row cannot exist.
    """

    name: str
    """Name in `request`, `poll.disable`, exports and the `endpoint` label."""
    path: str
    """Path below the server's base URL."""
    parse: Callable[[Record], T_co] | None = None
    """Turns the answer's `data` into a value of the model; None where only `request` and `export`
    ask."""
    body: Mapping[str, Json] = field(default_factory=dict)
    """An example of the request's body; requests fill in its placeholders."""
    asker: Asker = Asker.ACCOUNT
    captures: tuple[Capture, ...] | None = None
    """Names of captured answers, where they are not called `name` or `name_<id>`; empty for answers
    that are not exported."""
    method: str = "POST"
    note: str = ""
    may_be_empty: bool = False
    """Whether success without data is an answer. Elsewhere it is a failure: what was known must not
    vanish because of it."""
    general: str = ""
    """Name of the general row with the same path; empty for the general row itself."""

    def __post_init__(self) -> None:
        reason = why_refused(self.path)
        if reason is not None:
            raise ValueError(f"{self.path} is refused: {reason}")

    @property
    def label(self) -> str:
        """Return the `endpoint` label, one per path, because the cloud limits requests per path."""
        return self.general or self.name

    def variant(
        self,
        name: str,
        parse: Callable[[Record], V],
        *,
        may_be_empty: bool = False,
        **constants: Json,
    ) -> "Endpoint[V]":
        """Return another question to the same path, with these values in its body."""
        return Endpoint(
            name,
            self.path,
            parse,
            {**self.body, **constants},
            self.asker,
            self.all_captures,
            self.method,
            may_be_empty=may_be_empty,
            general=self.label,
        )

    def body_with(self, values: Mapping[str, Json]) -> dict[str, Json]:
        """Return the body of a request.

        Raises TypeError where a placeholder is left, or a value is none of the body's.
        """
        body = {**self.body, **values}
        missing = [key for key, value in body.items() if is_placeholder(value)]
        unknown = values.keys() - self.body.keys()
        if missing or unknown:
            raise TypeError(f"{self.name} takes {tuple(self.body)}, not {tuple(values)}")
        return body

    def capture_names(self, body: Mapping[str, Json]) -> Iterator[str]:
        """Give the names of files that may hold the answer to a body, the best one first.

        Of a single day there may be a file about that day alone, else one that includes it.
        """
        for capture in self.all_captures:
            name = capture.of(body)
            if name is not None:
                yield name
                if not capture.one_day:
                    return

    @property
    def all_captures(self) -> tuple[Capture, ...]:
        """Return the names of captured answers; the usual one ends with the last id of the body."""
        if self.captures is not None:
            return self.captures
        ids = [key for key, value in self.body.items() if value in _IDS]
        return (Capture(f"{self.name}_{{{ids[-1]}}}" if ids else self.name),)

    def capture_of(self, body: Mapping[str, Json]) -> str | None:
        """Return the name of the file that an export writes for a body, without `.json`."""
        return next(self.capture_names(body), None)


AnyEndpoint: TypeAlias = Endpoint[Any]


def is_placeholder(value: Json) -> bool:
    """Return whether a value of a body must be supplied by the request."""
    if isinstance(value, str):
        return value.startswith("<") and value.endswith(">")
    if isinstance(value, list):
        return any(is_placeholder(item) for item in value)
    if isinstance(value, dict):
        return any(is_placeholder(item) for item in value.values())
    return False


def file_stem(text: str) -> str:
    """Return a file name without characters that file systems refuse or that leave the folder."""
    return _NOT_IN_NAMES.sub("_", text)[:_LONGEST_STEM]


def _value(body: Mapping[str, Json], place: str) -> str | None:
    """Return the value at a place such as `sns[0]`, None where there is none."""
    try:
        value, _ = Formatter().get_field(place, (), body)
    except (KeyError, IndexError, TypeError):
        return None
    return None if value is None or value == "" else str(value)
