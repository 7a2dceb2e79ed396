"""The consumption of a home at each step of a UTC day, and when the car is charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import cos, exp, pi

from solix_exporter.sim.noise import derived, series, uniform
from solix_exporter.sim.plant import Control, EvCharging, Location, Plant, PlugSpec
from solix_exporter.sim.weather import STEP_S, STEPS

_STEPS_PER_HOUR = 3600 // STEP_S
_WEEKDAYS = 5
_CHEAP_UNTIL_HOUR = 6
"""Under a time-of-use tariff, power is cheap from midnight to this local hour."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Appliance:
    """An appliance that runs for a few steps at a random time."""

    power_w: int
    steps: int
    per_day: float
    earliest_hour: int
    latest_hour: int


_APPLIANCES = (
    _Appliance(2000, 1, 1.5, 6, 10),  # kettle
    _Appliance(2000, 1, 0.7, 14, 20),  # kettle
    _Appliance(1400, 6, 0.8, 17, 19),  # stove
    _Appliance(1900, 4, 0.6, 19, 21),  # dishwasher
    _Appliance(1700, 5, 0.5, 8, 16),  # washing machine
    _Appliance(900, 3, 0.5, 11, 13),  # stove at noon
)


@lru_cache(maxsize=64)
def local_minutes(place: Location, day: int) -> tuple[int, ...]:
    """Return the minute of the site's local day for each step, 0-1439."""
    start = EPOCH + timedelta(days=day)
    minutes = []
    for hour in range(24):
        local = (start + timedelta(hours=hour)).astimezone(place.zone)
        first = local.hour * 60 + local.minute
        minutes += [(first + part * STEP_S // 60) % 1440 for part in range(_STEPS_PER_HOUR)]
    return tuple(minutes)


def _bump(minute: int, centre: int, width: int) -> float:
    return exp(-(((minute - centre) / width) ** 2))


def _shape(minute: int, *, weekend: bool) -> float:
    morning = 540 if weekend else 435
    midday = 0.5 if weekend else 0.15
    return (
        0.5
        + 0.9 * _bump(minute, morning, 70)
        + midday * _bump(minute, 780, 120)
        + 1.6 * _bump(minute, 1185, 130)
    )


_SHAPES = {
    weekend: tuple(_shape(minute, weekend=weekend) for minute in range(1440))
    for weekend in (False, True)
}


def home_power(plant: Plant, seed: int, day: int) -> list[int]:
    """Return the consumption of the home at each step in W, without plugs and car."""
    if not plant.base_load_w:
        return [0] * STEPS
    minutes = local_minutes(plant.place, day)
    shape = _SHAPES[(day + 3) % 7 >= _WEEKDAYS]
    season = 1.0 + 0.15 * cos(2 * pi * (day - 15) / 365.25)
    level = plant.base_load_w * season
    draws = series(derived(seed, "load"), day, STEPS)
    power = [
        int(level * shape[minute] * (0.8 + 0.4 * draw))
        for minute, draw in zip(minutes, draws, strict=True)
    ]
    _run_appliances(power, minutes, seed, day)
    return power


def _run_appliances(power: list[int], minutes: Sequence[int], seed: int, day: int) -> None:
    for number, appliance in enumerate(_APPLIANCES):
        stream = derived(seed, f"appliance {number}")
        runs = int(appliance.per_day + uniform(stream, 2 * day))
        span = appliance.latest_hour - appliance.earliest_hour
        for run in range(runs):
            draw = uniform(stream + run, 2 * day + 1)
            minute = appliance.earliest_hour * 60 + int(draw * span * 60)
            start = _step_of(minutes, minute)
            for step in range(start, min(STEPS, start + appliance.steps)):
                power[step] += appliance.power_w


def _step_of(minutes: Sequence[int], minute: int) -> int:
    """Return the step that contains a minute of the site's day."""
    return ((minute - minutes[0]) * 60 // STEP_S) % STEPS


def plug_power(plug: PlugSpec, place: Location, seed: int, day: int) -> list[int]:
    """Return the power of a plug at each step, in W."""
    draws = series(derived(seed, f"plug {plug.pattern}"), day, STEPS)
    minutes = local_minutes(place, day)
    return [_plug_step(plug, minute, draw) for minute, draw in zip(minutes, draws, strict=True)]


def _plug_step(plug: PlugSpec, minute: int, draw: float) -> int:
    if plug.pattern == "cycle":
        active = minute % 40 < 15  # noqa: PLR2004  a compressor runs 15 of 40 minutes
    elif plug.pattern == "evening":
        active = 18 * 60 <= minute < 23 * 60
    else:
        active = 9 * 60 <= minute < 17 * 60
    return int(plug.active_w * (0.9 + 0.2 * draw)) if active else plug.standby_w


def ev_power(ev: EvCharging | None, place: Location, seed: int, day: int) -> list[int]:
    """Return the charging power of the car at each step, in W."""
    power = [0] * STEPS
    if ev is None:
        return power
    stream = derived(seed, "car")
    if uniform(stream, 3 * day) >= ev.probability:
        return power
    minutes = local_minutes(place, day)
    start = _step_of(minutes, ev.hour * 60 + int(60 * uniform(stream, 3 * day + 1)))
    steps = 6 + int(24 * uniform(stream, 3 * day + 2))
    for step in range(start, min(STEPS, start + steps)):
        power[step] = ev.power_w
    return power


def wanted_power(
    plant: Plant, demand: Sequence[int], plugs: Sequence[Sequence[int]], day: int
) -> tuple[list[int], list[int]]:
    """Return the requested output and the allowed charging from the grid at each step, in W."""
    none = [0] * STEPS
    asked = demand
    if plant.control is Control.PRESET:
        asked = [plant.preset_w] * STEPS
    elif plant.control is Control.PLUGS:
        asked = [plant.preset_w + sum(powers) for powers in zip(*plugs, strict=True)]
    wanted = [min(power, plant.output_limit_w) for power in asked]
    if plant.control is not Control.TARIFF:
        return wanted, none
    cheap = [minute < _CHEAP_UNTIL_HOUR * 60 for minute in local_minutes(plant.place, day)]
    return (
        [0 if is_cheap else power for is_cheap, power in zip(cheap, wanted, strict=True)],
        [plant.grid_charge_w if is_cheap else 0 for is_cheap in cheap],
    )
