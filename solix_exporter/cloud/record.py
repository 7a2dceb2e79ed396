"""Typed reads of the cloud's sloppy JSON, each value once, and a note of what was not read.

The cloud writes numbers as strings, emptiness as "", null, [] or a missing key, and adds fields
without notice. A `Record` gives a typed value or None, never an exception: a value of a wrong
type is counted, and the keys that nobody asked for are named (the drift report).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import orjson

from solix_exporter.text import printable
from solix_exporter.units import factor_of

_EMPTY_TEXTS = frozenset({"", "---", "--", "null"})
_DECIMALS = 9
_BEYOND_ALL = 1e18
"""No number of the cloud is this large; sums and products of such would end in infinity."""
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(:[0-5]\d)?")
_DAY_MIN = 24 * 60
_TRUE, _FALSE = frozenset({"1", "true"}), frozenset({"0", "false"})


class Reading:
    """The log of reading one answer.

    It holds no records: those hold it, and cycles would be left to the garbage collector.
    """

    __slots__ = ("malformed", "objects")

    def __init__(self) -> None:
        self.malformed: list[str] = []
        """Paths of the values that could not be read."""
        self.objects: list[tuple[str, dict[str, object], set[str]]] = []
        """Path of each object, what is in it, and the keys that were asked for."""


class Record:
    """One JSON object of an answer.

    `path` is where it stands in the answer ("solarbank_info.solarbank_list[]."), for reports.
    """

    __slots__ = ("_fields", "_path", "_reading", "_seen")

    def __init__(
        self, fields: dict[str, object], reading: Reading | None = None, path: str = ""
    ) -> None:
        self._fields = fields
        self._reading = reading if reading is not None else Reading()
        self._path = path
        self._seen: set[str] = set()
        self._reading.objects.append((path, fields, self._seen))

    def __bool__(self) -> bool:
        return bool(self._fields)

    @property
    def malformed(self) -> tuple[str, ...]:
        """Return the paths of the values that could not be read, of the whole answer."""
        return tuple(self._reading.malformed)

    def _take(self, key: str) -> object:
        self._seen.add(key)
        return self._fields.get(key)

    def _reject(self, key: str) -> None:
        self._reading.malformed.append(self._path + key)

    def has(self, key: str) -> bool:
        """Return whether the key is there with something in it; does not count as reading."""
        value = self._fields.get(key)
        return value is not None and value not in ("", [], {})

    def is_list(self, key: str) -> bool:
        """Return whether there is a list under the key; does not count as reading."""
        return isinstance(self._fields.get(key), list)

    def names(self) -> tuple[str, ...]:
        """Return all keys of an object whose keys are data, such as serial numbers."""
        return tuple(self._fields)

    def ignore(self, *keys: str) -> None:
        """Note that these keys are known and of no use, so that the drift report is about news."""
        self._seen.update(keys)

    def ignore_known(self, keys: frozenset[str]) -> None:
        """Note the same of a set that is kept, which costs less where it is done at each poll."""
        self._seen |= keys

    def ignore_rest(self, *wanted: str) -> None:
        """Note all keys but the wanted ones as known: the answer holds much that is not used."""
        self._seen.update(self._fields.keys() - set(wanted))

    def number(self, key: str, *, scale: float | None = 1.0, suffix: str = "") -> float | None:
        """Return the number times `scale`: 0.75 from "75" with scale 0.01; None where empty.

        A `scale` of None is that of an unknown unit, which leaves no number to return. `suffix` is
        a unit that some fields append to the digits ("270W").
        """
        # The hottest lines of a poll: what nearly always comes is asked for first.
        self._seen.add(key)
        value = self._fields.get(key)
        if isinstance(value, str):
            if value in _EMPTY_TEXTS:
                return None
            number = _finite(value.removesuffix(suffix) if suffix else value)
            if number is None:
                return self._odd_number(key, value.strip(), scale, suffix)
        elif value is None:
            return None
        elif isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
            number = _finite(value)
        else:
            number = None
        if number is None:
            self._reject(key)
            return None
        if scale is None:
            return None
        # Rounded, because 57 times 0.01 is not 0.57 in binary.
        return number if scale == 1.0 else round(number * scale, _DECIMALS)

    def _odd_number(self, key: str, text: str, scale: float | None, suffix: str) -> float | None:
        """Return the number of a text that is none as it stands: blanks around an empty one."""
        if text in _EMPTY_TEXTS:
            return None
        number = _finite(text.removesuffix(suffix))
        if number is None:
            self._reject(key)
            return None
        return None if scale is None else round(number * scale, _DECIMALS)

    def unit(
        self, key: str, units: Mapping[str, float], *, usual: str = "", is_needed: bool = False
    ) -> float | None:
        """Return the scale of the unit under the key, that of `usual` where it is empty.

        One that is none of `units` counts like a malformed number and stays in the drift report;
        so does an empty one that is needed and has no `usual`.
        """
        value = self._fields.get(key)
        word = "" if value is None else str(value).strip()
        factor = factor_of(word or usual, units)
        if factor is None and (word or is_needed):
            self._reject(key)
            self._seen.discard(key)
        else:
            self._seen.add(key)
        return factor

    def quantity(
        self, key: str, unit_key: str, units: Mapping[str, float], *, usual: str = ""
    ) -> float | None:
        """Return the number under `key` in the base unit of `units`; None where empty.

        A number needs a unit, one that is told or a `usual` one; 0 is the same in all of them.
        """
        number = self.number(key)
        factor = self.unit(unit_key, units, usual=usual, is_needed=bool(number))
        if number == 0 and not self.has(unit_key):
            return number
        if number is None or factor is None:
            return None
        return round(number * factor, _DECIMALS)

    def integer(self, key: str) -> int | None:
        """Return the number where it is a whole one, None where empty."""
        if key not in self._fields:
            return None
        number = self.number(key)
        if number is None:
            return None
        if not number.is_integer():
            self._reject(key)
            return None
        return int(number)

    def text(self, key: str) -> str:
        """Return the text, also that of a number; "" where empty.

        It is fit to be shown: people who share a system can name it as they like.
        """
        self._seen.add(key)
        value = self._fields.get(key)
        if isinstance(value, str):
            return printable(value)
        if value is None:
            return ""
        if isinstance(value, int | float):
            return str(value)
        self._reject(key)
        return ""

    def raw_text(self, key: str) -> str:
        """Return the text as it came, line breaks included; "" where empty. It is never shown."""
        value = self._take(key)
        if isinstance(value, str):
            return value
        if value is not None:
            self._reject(key)
        return ""

    def flag(self, key: str) -> bool | None:
        """Return the boolean, also from 0, 1, "0", "1"; None where empty."""
        self._seen.add(key)
        value = self._fields.get(key)
        if value is True or value is False:
            return value
        if value is None or value == "":
            return None
        text = value if isinstance(value, str) else str(value)
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        text = text.lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        self._reject(key)
        return None

    def local_time(self, key: str) -> datetime | None:
        """Return the naive site-local time of "YYYY-MM-DD HH:MM:SS", seconds or not.

        None where empty and in the year 1970, which the cloud sends for "unknown".
        """
        text = self.text(key).strip()
        if not text:
            return None
        try:
            # The cloud names no zone here; the site's own is applied where the site is known.
            moment = datetime.fromisoformat(text) if _LOCAL_TIME.fullmatch(text) else None
        except ValueError:
            moment = None
        if moment is None:
            self._reject(key)
            return None
        return None if moment.year <= 1970 else moment  # noqa: PLR2004 - the Unix epoch

    def day(self, key: str) -> date | None:
        """Return the day of "YYYY-MM-DD", None where empty."""
        text = self.text(key).strip()
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._reject(key)
            return None

    def minutes(self, key: str) -> int | None:
        """Return the minutes since midnight of "HH:MM", None where empty; "24:00" is 1440."""
        text = self.text(key).strip()
        found = _CLOCK.fullmatch(text)
        minutes = int(found[1]) * 60 + int(found[2]) if found else _DAY_MIN + 1
        if minutes <= _DAY_MIN:
            return minutes
        if text:
            self._reject(key)
        return None

    def instant(self, key: str) -> datetime | None:
        """Return the instant of seconds since 1970; None where empty and for 0."""
        seconds = self.integer(key)
        if not seconds:
            return None
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            self._reject(key)
            return None

    def record(self, key: str) -> "Record":
        """Return the object under the key; an empty record where there is none."""
        self._seen.add(key)
        value = self._fields.get(key)
        if isinstance(value, dict):
            return Record(value, self._reading, f"{self._path}{key}.")
        if value is not None and value not in ("", []):
            self._reject(key)
        return _EMPTY

    def decoded(self, key: str) -> "Record":
        """Return the object that stands under the key as JSON in a text; an empty one for ""."""
        value = self._take(key)
        path = f"{self._path}{key}."
        if isinstance(value, str):
            value = _from_json(value)
        if isinstance(value, dict):
            return Record(value, self._reading, path)
        if value not in (None, []):
            self._reject(key)
        return _EMPTY

    def switches(self, key: str) -> frozenset[str]:
        """Return the names under the key, an object of booleans, that are true."""
        value = self._take(key)
        if not isinstance(value, dict):
            if value not in (None, "", []):
                self._reject(key)
            return frozenset()
        return frozenset(name for name, is_on in value.items() if is_on is True)

    def integers(self, key: str) -> tuple[int, ...]:
        """Return the whole numbers of the list under the key; empty where there is none."""
        value = self._take(key)
        if not isinstance(value, list):
            if value not in (None, "", {}):
                self._reject(key)
            return ()
        return tuple(n for n in value if isinstance(n, int) and not isinstance(n, bool))

    def records(self, key: str) -> tuple["Record", ...]:
        """Return the objects of the list under the key; empty where there is none."""
        self._seen.add(key)
        value = self._fields.get(key)
        if not isinstance(value, list):
            if value not in (None, "", {}):
                self._reject(key)
            return ()
        return self._objects(key, value) if value else ()

    def unique(self, key: str, id_key: str) -> tuple["Record", ...]:
        """Return the objects of a list that have an id, the first one of each id.

        The cloud may list a device twice, and sums would count it twice.
        """
        found: dict[str, Record] = {}
        for entry in self.records(key):
            if not entry.has(id_key):
                continue
            if found.setdefault(entry.text(id_key), entry) is not entry:
                entry.ignore_rest()
        return tuple(found.values())

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of the list under the key; empty where there is none."""
        value = self._take(key)
        if not isinstance(value, list):
            if value not in (None, "", {}):
                self._reject(key)
            return ()
        return tuple(printable(item) for item in value if isinstance(item, str))

    def _objects(self, key: str, values: list[object]) -> tuple["Record", ...]:
        reading, path = self._reading, f"{self._path}{key}[]."
        for value in values:
            if value is not None and not isinstance(value, dict):
                self._reject(f"{key}[]")
        return tuple([Record(value, reading, path) for value in values if isinstance(value, dict)])

    def unread(self) -> tuple[str, ...]:
        """Return the sorted paths of the keys of the whole answer that nobody asked for."""
        return tuple(sorted(set(self.each_unread())))

    def each_unread(self) -> Iterator[str]:
        """Give the paths of the keys that nobody asked for, one for each place they stand."""
        for path, fields, seen in self._reading.objects:
            if not seen >= fields.keys():
                yield from [path + key for key in fields if key not in seen]


class _EmptyRecord(Record):
    """What stands for objects that are not there: nothing is in it, so nothing goes unread."""

    __slots__ = ()

    def _take(self, key: str) -> None:  # noqa: ARG002  nobody is told what was asked for
        return None

    def number(
        self,
        key: str,  # noqa: ARG002
        *,
        scale: float | None = 1.0,  # noqa: ARG002
        suffix: str = "",  # noqa: ARG002
    ) -> None:
        return None

    def records(self, key: str) -> tuple[Record, ...]:  # noqa: ARG002
        return ()

    def ignore(self, *keys: str) -> None:
        pass

    def ignore_known(self, keys: frozenset[str]) -> None:
        pass


_EMPTY = _EmptyRecord({})


def _from_json(text: str) -> object:
    """Return what the text says, None where it is empty, and itself where it is no JSON."""
    if not text.strip():
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _finite(value: str | float) -> float | None:
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if -_BEYOND_ALL < number < _BEYOND_ALL else None
