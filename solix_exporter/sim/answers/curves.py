"""The curve of a local day: means of five-minute samples per slot of local time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from solix_exporter.sim.answers.periods import DailyStatistics, bounds
from solix_exporter.sim.consumption import EPOCH
from solix_exporter.sim.flows import DayFlows
from solix_exporter.sim.weather import STEP_S, STEPS

DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Sample:
    """One five-minute step of a local day."""

    minute: int
    """Minute of the local day, 0-1439."""
    flows: DayFlows
    step: int


Reading = Callable[[DayFlows, int], float]
"""Reads a value from a step of a day."""


def samples(statistics: DailyStatistics, day: date) -> list[Sample]:
    """Return the samples of a local day that the statistics have; none before the setup.

    A day of 23 hours lacks one local hour, a day of 25 hours has one twice.
    """
    start, end = bounds(day, statistics.zone)
    if end <= statistics.site.spec.built:
        return []
    found = []
    at = start
    minute_of = {}
    while at < min(end, statistics.now + timedelta(microseconds=1)):
        elapsed = at - EPOCH
        hour = at.replace(minute=0)
        if hour not in minute_of:
            local = at.astimezone(statistics.zone)
            minute_of[hour] = local.hour * 60 + local.minute - at.minute
        step = elapsed.seconds // STEP_S
        minute = (minute_of[hour] + at.minute) % DAY_MINUTES
        found.append(Sample(minute, statistics.site.home.day(elapsed.days), step))
        at += timedelta(seconds=STEP_S)
    return found


def slot_means(found: list[Sample], width_min: int, read: Reading) -> list[float | None]:
    """Return the mean value per slot of local time, None without a sample."""
    sums = [0.0] * (DAY_MINUTES // width_min)
    counts = [0] * len(sums)
    for sample in found:
        slot = sample.minute // width_min
        sums[slot] += read(sample.flows, sample.step)
        counts[slot] += 1
    return [value / count if count else None for value, count in zip(sums, counts, strict=True)]


def clock_label(minute: int) -> str:
    """Return minutes of a day as `HH:MM`; the end of the day is `24:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def pv_at(flows: DayFlows, step: int) -> float:
    """Return the PV power at a step, W."""
    return sum(column[step] for column in flows.strings)


def soc_reading(full: int) -> Reading:
    """Return a reading of the state of charge in percent; `full` in battery units."""

    def read(flows: DayFlows, step: int) -> float:
        following = min(STEPS, step + 1)
        return 100.0 * flows.content[following] / full if full else 0.0

    return read
