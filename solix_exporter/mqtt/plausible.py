"""Gives the values of one message by name, and leaves out those that cannot be."""

from collections import Counter
from collections.abc import Mapping

from solix_exporter.mqtt.field_values import Ignored, Value

_COLDEST_C, _HOTTEST_C = -60, 120
_RATED_TIMES = 10
"""A power of more than so many times what the model is made for is no power."""
_PERCENT = 100
_KILO = 1000
_HIGHEST_V = 2000
_HIGHEST_A = 1000


class Reported:
    """The values of a message, checked as they are asked for; `ignored` counts the impossible."""

    def __init__(
        self, values: Mapping[str, Value], rated_w: float, ignored: Counter[Ignored]
    ) -> None:
        self._values = values
        self._most_w = rated_w * _RATED_TIMES
        self._ignored = ignored
        self._refused: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """Return a text, "" where there is none."""
        value = self._values.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        """Return a number without a check."""
        value = self._values.get(name)
        if isinstance(value, str):
            try:
                return float(value)
            except ValueError:
                return None
        return value

    def ratio(self, name: str) -> float | None:
        """Return a share 0-1 from a percentage."""
        percent = self._within(name, 0, _PERCENT)
        return None if percent is None else round(percent / _PERCENT, 6)

    def temperature_c(self, name: str) -> float | None:
        """Return a temperature."""
        return self._within(name, _COLDEST_C, _HOTTEST_C)

    def signed_w(self, name: str) -> float | None:
        """Return a power whose sign is its direction."""
        return self._within(name, -self._most_w, self._most_w)

    def power_w(self, name: str) -> float | None:
        """Return a power that has one direction."""
        return self._within(name, 0, self._most_w)

    def voltage_v(self, name: str) -> float | None:
        """Return a voltage."""
        return self._within(name, 0, _HIGHEST_V)

    def current_a(self, name: str) -> float | None:
        """Return a current without its direction."""
        current = self._within(name, -_HIGHEST_A, _HIGHEST_A)
        return None if current is None else abs(current)

    def energy_wh(self, name: str) -> float | None:
        """Return an energy from kWh; a counter at 0 has not been read yet and is none."""
        kilowatt_hours = self._within(name, 0, float("inf"))
        return round(kilowatt_hours * _KILO, 3) if kilowatt_hours else None

    def flag(self, name: str) -> bool | None:
        """Return a switch."""
        value = self.number(name)
        return None if value not in {0, 1} else bool(value)

    def _within(self, name: str, least: float, most: float) -> float | None:
        value = self.number(name)
        if value is None or least <= value <= most:
            return value
        if name not in self._refused:
            self._refused.add(name)
            self._ignored[Ignored.IMPOSSIBLE] += 1
        return None
