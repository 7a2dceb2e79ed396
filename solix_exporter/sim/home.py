"""The state and the energy of a home at any instant, always the same for a seed.

Nothing is stored. A battery forgets: once it was empty or full, it does not matter how it began.
So the content on every eighth day is found by running an empty and a full battery side by side from
some days before until they agree; the days between follow from it. What a day is like therefore
never depends on which days were asked for before.
"""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from solix_exporter.sim.consumption import EPOCH, ev_power
from solix_exporter.sim.flow_energy import Energy, energy_between, total, watt_hours_between
from solix_exporter.sim.flows import (
    CHARGE_GAIN,
    DISCHARGE_COST,
    DayFlows,
    Inputs,
    balance,
    day_flows,
    inputs,
    limits,
    watt_hours,
)
from solix_exporter.sim.plant import Location, Plant, PvString
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.weather import STEP_S, STEPS, YEAR_DAYS, clear_power, clearness

_DAYS_BACK = (1, 2, 4, 8, 16, 32)
_ANCHOR_DAYS = 8
_KEPT_DAYS = 4
_KEPT_PERIODS = 800
_SUN_RASTER_DAYS = 15
_FEED_RATIO = 0.85
"""Share of an upstream bank's PV energy that passes its battery."""


def _day_and_second(at: datetime) -> tuple[int, float]:
    elapsed = at - EPOCH
    return elapsed.days, elapsed.seconds + elapsed.microseconds / 1e6


def _utc_days(start: datetime, end: datetime) -> Iterator[tuple[int, float, float]]:
    """Yield each UTC day between two instants with the first and last second of its part."""
    (first, first_s), (last, last_s) = _day_and_second(start), _day_and_second(end)
    edges = [
        (first, first_s),
        *((day, 0.0) for day in range(first + 1, last + 1)),
        (last, last_s),
    ]
    for (day, begin_s), (until, finish_s) in pairwise(edges):
        yield day, begin_s, finish_s if day == until else 86400.0


class Home:
    """The physics of one home."""

    def __init__(self, plant: Plant, seed: int, built: datetime) -> None:
        self.plant = plant
        self._seed = seed
        self._built_day = _day_and_second(built)[0]
        self._limits = limits(plant.battery, plant.output_limit_w)
        self.upstream = Home(plant.upstream, seed + 1, built) if plant.upstream else None
        """The first-generation bank that feeds this home, if any."""
        self._days: OrderedDict[int, DayFlows] = OrderedDict()
        self._starts: dict[int, int] = {}
        self._periods: OrderedDict[tuple[datetime, datetime], Energy] = OrderedDict()
        self._grown_wh = [0.0]

    def state(self, at: datetime) -> Truth:
        """Return the state at an instant."""
        number, second = _day_and_second(at)
        day = self.day(number)
        step = min(STEPS - 1, int(second // STEP_S))
        strings = tuple(column[step] for column in day.strings)
        plugs = tuple(column[step] for column in day.plugs)
        charge, discharge = day.charge[step], day.discharge[step]
        gain = (charge * CHARGE_GAIN - discharge * DISCHARGE_COST) * (second % STEP_S) / STEP_S
        content = min(float(self._limits.full), day.content[step] + gain)
        to_home, to_battery = day.grid_to_home[step], day.grid_to_battery[step]
        return Truth(
            pv_w=sum(strings),
            strings_w=strings,
            home_w=day.home[step],
            plug_w=sum(plugs),
            plugs_w=plugs,
            ev_w=day.ev[step],
            output_w=day.output[step],
            grid_import_w=to_home + to_battery,
            grid_to_home_w=to_home,
            grid_to_battery_w=to_battery,
            grid_export_w=day.export[step],
            battery_charge_w=charge,
            battery_discharge_w=discharge,
            soc_ratio=content / self._limits.full if self._limits.full else 0.0,
            stored_wh=watt_hours(content),
            capacity_wh=self.plant.battery.capacity_wh,
            lifetime_wh=self.lifetime_wh(at),
            upstream=self.upstream.state(at) if self.upstream else None,
        )

    def energy(self, start: datetime, end: datetime) -> Energy:
        """Return the energy between two instants."""
        return total(
            [energy_between(self.day(day), *seconds) for day, *seconds in _utc_days(start, end)]
        )

    def ev_wh(self, start: datetime, end: datetime) -> float:
        """Return the energy of the car between two instants, without simulating the battery."""
        return sum(
            watt_hours_between(
                ev_power(self.plant.ev, self.plant.place, self._seed, day), first_s, last_s
            )
            for day, first_s, last_s in _utc_days(start, end)
        )

    def whole_day_energy(self, start: datetime, end: datetime) -> Energy:
        """Return the energy of a local day from midnight to midnight, cached."""
        key = (start, end)
        if (known := self._periods.get(key)) is None:
            known = self._periods[key] = self.energy(start, end)
            if len(self._periods) > _KEPT_PERIODS:
                self._periods.popitem(last=False)
        return known

    def day(self, number: int) -> DayFlows:
        """Return the flows of a UTC day, counted from 1970-01-01."""
        if (known := self._days.get(number)) is not None:
            return known
        day_inputs = self._day_inputs(number)
        flows = day_flows(day_inputs, balance(day_inputs, self._limits, self._start(number)))
        if (number + 1) % _ANCHOR_DAYS:
            self._starts[number + 1] = flows.content[-1]
        self._days[number] = flows
        if len(self._days) > _KEPT_DAYS:
            self._days.popitem(last=False)
        return flows

    def lifetime_wh(self, at: datetime) -> float:
        """Return the PV energy since the home was built.

        Whole days before are counted by their weather alone, which needs no simulation of years;
        today's share grows with today's true production. Never falls.
        """
        number, second = _day_and_second(at)
        index = number - self._built_day
        if index < 0:
            return 0.0
        while len(self._grown_wh) < index + 2:
            day = self._built_day + len(self._grown_wh) - 1
            self._grown_wh.append(self._grown_wh[-1] + self._weather_wh(day))
        whole = energy_between(self.day(number), 0.0, 86400.0).pv
        so_far = energy_between(self.day(number), 0.0, second).pv
        share = so_far / whole if whole else 0.0
        before, after = self._grown_wh[index], self._grown_wh[index + 1]
        return before + (after - before) * share

    def expected_wh(self, start: datetime, end: datetime) -> float:
        """Return the PV energy to be expected from the weather, within one UTC day."""
        number, first_s = _day_and_second(start)
        rows = clear_power(self.plant.strings, self.plant.place, number)
        first = int(first_s // STEP_S)
        count = int((end - start).total_seconds() // STEP_S)
        clear_wh = sum(sum(row[first : first + count]) for row in rows) * STEP_S / 3600.0
        return clear_wh * clearness(self._seed, number)

    def _weather_wh(self, day: int) -> float:
        """Return the PV energy of a day from its weather alone."""
        clear = _clear_day_wh(
            self.plant.strings, self.plant.place, int(day % YEAR_DAYS) // _SUN_RASTER_DAYS
        )
        fed = self.upstream._weather_wh(day) if self.upstream else 0.0  # noqa: SLF001  the same class
        return clear * clearness(self._seed, day) + fed * _FEED_RATIO

    def _day_inputs(self, number: int) -> Inputs:
        feed = self.upstream.day(number).output if self.upstream else None
        return inputs(self.plant, self._seed, number, feed)

    def _start(self, number: int) -> int:
        """Return the battery's content at the start of a day."""
        if number not in self._starts:
            if number % _ANCHOR_DAYS:
                before = balance(
                    self._day_inputs(number - 1), self._limits, self._start(number - 1)
                )
                self._starts[number] = before.content[-1]
            else:
                self._starts[number] = self._anchor(number)
        return self._starts[number]

    def _anchor(self, number: int) -> int:
        """Return the content at the start of a day, independent of what was asked before.

        A battery that is neither full nor empty for a month counts as one that started empty.
        """
        empty = self._limits.floor
        day_inputs: dict[int, Inputs] = {}
        for days_back in _DAYS_BACK:
            empty, full = self._limits.floor, self._limits.full
            for day in range(number - days_back, number):
                if day not in day_inputs:
                    day_inputs[day] = self._day_inputs(day)
                empty = balance(day_inputs[day], self._limits, empty).content[-1]
                full = balance(day_inputs[day], self._limits, full).content[-1]
            if empty == full:
                break
        return empty


@lru_cache(maxsize=32)
def home_of(plant: Plant, seed: int, built: datetime) -> Home:
    """Return a home; clouds that simulate the same home share its computed days."""
    return Home(plant, seed, built)


@lru_cache(maxsize=512)
def _clear_day_wh(strings: tuple[PvString, ...], place: Location, raster: int) -> float:
    """Return the energy of a cloudless day in one interval of the year."""
    middle = raster * _SUN_RASTER_DAYS + _SUN_RASTER_DAYS // 2
    rows = clear_power(strings, place, middle)
    return sum(map(sum, rows)) * STEP_S / 3600.0
