"""What is around a device and inside it besides the flows of its home."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, pi

from solix_exporter.sim.bank_counters import Counters
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.weather import YEAR_DAYS
from solix_exporter.sim.world import SimDevice, SimSite

_YEAR_MEAN_C, _YEAR_SWING_C, _COLDEST_DAY = 11.0, 11.0, 20
_DAY_SWING_C, _COLDEST_HOUR = 5.0, 4.0
_HEAT_PER_W = 0.004


@dataclass(frozen=True, slots=True)
class Conditions:
    """What faults change in a device; the readings follow."""

    temperature_c: int | None = None
    has_no_estimate: bool = False
    are_packs_empty: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """One device at one instant: all that its readings are made from."""

    site: SimSite
    device: SimDevice
    at: datetime
    truth: Truth
    count: Callable[[], Counters]
    """Adds up the counters, which costs more than all else; many devices have none."""
    conditions: Conditions = Conditions()

    @property
    def counters(self) -> Counters:
        """Return the energy counters of the system."""
        return self.count()

    @property
    def unix_s(self) -> int:
        """Return the whole seconds since 1970."""
        return int(self.at.timestamp())

    @property
    def local_s(self) -> int:
        """Return the wall-clock time of the site, as if it were UTC."""
        offset = self.at.astimezone(self.site.spec.plant.place.zone).utcoffset() or timedelta()
        return self.unix_s + int(offset.total_seconds())


def temperature_c(moment: Moment, load_w: float) -> int:
    """Return the temperature of a device: season, hour and its own losses; whole degrees."""
    if moment.conditions.temperature_c is not None:
        return moment.conditions.temperature_c
    local = moment.at.astimezone(moment.site.spec.plant.place.zone)
    day = local.timetuple().tm_yday + (local.hour + local.minute / 60) / 24
    season = _YEAR_MEAN_C - _YEAR_SWING_C * cos(2 * pi * (day - _COLDEST_DAY) / YEAR_DAYS)
    hour = -_DAY_SWING_C * cos(2 * pi * (day - _COLDEST_HOUR / 24))
    return round(season + hour + _HEAT_PER_W * load_w)
