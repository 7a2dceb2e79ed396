"""Turns values of the model into label and text, one pair per reported field."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from solix_exporter.model.energy import Flow
from solix_exporter.model.products import Product

_DIGITS = 2
_NAMES = ("name", "phase", "pack", "port", "switch", "flow")
"""Fields by which the members of a list are told apart."""
_KILO = 1000.0


@dataclass(frozen=True, slots=True)
class Fact:
    """One field as shown."""

    label: str
    text: str


def _energy(wh: float) -> str:
    return f"{wh / _KILO:.{_DIGITS}f} kWh"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s"


_UNITS: Mapping[str, Callable[[float], str]] = {
    "_w": lambda value: f"{value:.0f} W",
    "_wh": _energy,
    "_ratio": lambda value: f"{value * 100:.0f} %",
    "_dbm": lambda value: f"{value:.0f} dBm",
    "_celsius": lambda value: f"{value:.1f} °C",
    "_c": lambda value: f"{value:.1f} °C",
    "_g": lambda value: f"{value / _KILO:.1f} kg",
    "_s": _seconds,
    "_v": lambda value: f"{value:.1f} V",
    "_a": lambda value: f"{value:.1f} A",
    "_hz": lambda value: f"{value:.2f} Hz",
    "_per_kwh": lambda value: f"{value:g} a kWh",
}
"""Format of values by the end of the field name."""


@dataclass(frozen=True, slots=True)
class FactReader:
    """Lists the fields of values."""

    zone: ZoneInfo
    """Zone of the times."""
    without: frozenset[str] = frozenset()
    """Names of fields that are shown elsewhere."""

    def facts_of(self, value: object) -> Iterator[Fact]:
        """Yield the fields of a value, including those of nested values."""
        if is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                yield from self.named(field.name, getattr(value, field.name))

    def named(self, name: str, value: object) -> Iterator[Fact]:
        """Yield the facts of one field."""
        if name in self.without or value is None or value in ("", ()):
            return
        if isinstance(value, Product):
            yield Fact(words_of(name), value.name)
        elif is_dataclass(value):
            for fact in self.facts_of(value):
                yield Fact(f"{words_of(name)} {fact.label}", fact.text)
        elif isinstance(value, Mapping):
            yield from self._mapped(name, value)
        elif isinstance(value, tuple | frozenset):
            yield from self._several(name, tuple(value))
        else:
            yield Fact(words_of(name), text_of(name, value, self.zone))

    def _mapped(self, name: str, values: Mapping[object, object]) -> Iterator[Fact]:
        for key, value in values.items():
            if isinstance(key, Flow) and isinstance(value, int | float):
                yield Fact(f"{words_of(name)} {_word(key)}", _energy(value))
            else:
                yield from self.named(f"{name} {_word(key)}", value)

    def _several(self, name: str, values: tuple[object, ...]) -> Iterator[Fact]:
        """Yield the facts of a list: by name where its members have one, else by number."""
        if all(isinstance(value, str | int | float | Enum) for value in values):
            texts = (text_of(name, value, self.zone) for value in values)
            yield Fact(words_of(name), ", ".join(texts))
            return
        singular = words_of(name).removesuffix("s")
        nameless = replace(self, without=self.without | frozenset(_NAMES))
        for number, value in enumerate(values, 1):
            named = (getattr(value, name, None) for name in _NAMES)
            own = next((_word(name) for name in named if isinstance(name, str) and name), number)
            label = f"{singular} {own}"
            for fact in nameless.facts_of(value):
                yield Fact(f"{label} {fact.label}", fact.text)


def words_of(name: str) -> str:
    """Return the words of a field's name without its unit."""
    name = name.removeprefix("is_").removesuffix("_at")
    unit = next((end for end in _UNITS if name.endswith(end)), "")
    return name.removesuffix(unit).replace("_", " ")


def text_of(name: str, value: object, zone: ZoneInfo) -> str:
    """Return a value as people read it; its unit is in the field's name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return _word(value)
    if isinstance(value, datetime):
        return local_time(value, zone)
    if isinstance(value, int | float):
        write = next((write for end, write in _UNITS.items() if name.endswith(end)), None)
        return write(value) if write else f"{value:g}"
    if isinstance(value, date | str):
        return str(value)
    return _word(value)


def local_time(value: datetime, zone: ZoneInfo) -> str:
    """Return a time on the site's clock; one without a zone is on it already."""
    at = value.astimezone(zone) if value.tzinfo else value
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _word(value: object) -> str:
    return str(value.value if isinstance(value, Enum) else value).replace("_", " ")
