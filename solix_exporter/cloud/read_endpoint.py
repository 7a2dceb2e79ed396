"""What a row of the catalogue of read endpoints holds; there is no row for what writes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from string import Formatter

from solix_exporter.cloud.endpoint import Json
from solix_exporter.cloud.writes import why_refused

SITE = "<site_id>"
DEVICE = "<device_sn>"
TODAY = "<today>"
YESTERDAY = "<yesterday>"
"""What stands in the example of a body for the thing that is asked about."""

_NOT_IN_NAMES = re.compile(r'[\s/\\:*?"<>|\x00-\x1f]')
_LONGEST_STEM = 80
"""Characters of one id in a file name: of several, it must stay below the 255 of file systems."""


class Asker(Enum):
    """Who gets an answer; the value is what `request --list` shows."""

    ACCOUNT = "any account"
    MEMBER = "owner, member"
    OWNER = "owner"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Capture:
    """One name of the files that hold captured answers, without `.json`."""

    template: str
    """`{field}` is a field of the body, `{field[0]}` the first of its list; `*` is anything that
    the body does not say."""
    when: Mapping[str, str] = field(default_factory=dict)
    """What the body must say for this name."""
    one_day: tuple[str, ...] = ()
    """Fields with the first and the last day, for the name of answers about a single day."""

    def of(self, body: Mapping[str, Json]) -> str | None:
        """Return the name for a body, None where the body lacks what is in the name."""
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


def _value(body: Mapping[str, Json], place: str) -> str | None:
    """Return what a body says at a place such as `sns[0]`, None where it says nothing."""
    try:
        value, _ = Formatter().get_field(place, (), body)
    except (KeyError, IndexError, TypeError):
        return None
    return None if value is None or value == "" else str(value)


@dataclass(frozen=True, slots=True)
class ReadEndpoint:
    """One endpoint that only reads.

    Raises ValueError where the path is one that writes: no such row can be made.
    """

    name: str
    """How users call it."""
    path: str
    """Path below the server's base URL."""
    body: Mapping[str, Json] = field(default_factory=dict)
    """An example of what a request says."""
    asker: Asker = Asker.ACCOUNT
    captures: tuple[Capture, ...] = ()
    """The first that suits a body is its name; none for answers that are not exported."""
    method: str = "POST"
    note: str = ""

    def __post_init__(self) -> None:
        reason = why_refused(self.path)
        if reason is not None:
            raise ValueError(f"{self.path} is refused: {reason}")

    def capture_of(self, body: Mapping[str, Json]) -> str | None:
        """Return the name of the file that holds the answer to a body, without `.json`."""
        names = (capture.of(body) for capture in self.captures)
        return next((name for name in names if name), None)


def file_stem(text: str) -> str:
    """Return a file name without what file systems do not take, or what leads out of a folder."""
    return _NOT_IN_NAMES.sub("_", text)[:_LONGEST_STEM]
