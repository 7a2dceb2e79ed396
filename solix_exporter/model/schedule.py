"""What the owner has set up for a system's output: schedules as the cloud keeps them.

Times of a day are minutes since midnight on the site's clock, 0-1440; a slot holds from its start
until before its end. Powers in W, shares 0-1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from solix_exporter.model.tariff import Season
from solix_exporter.model.usage import UsageMode

S = TypeVar("S", bound="BankSlot | PowerSlot")


@dataclass(frozen=True, slots=True)
class BankSlot:
    """One slot of the schedule of first-generation solarbanks."""

    start_min: int
    end_min: int
    power_w: float | None = None
    """What the system shall give the home."""
    is_export_allowed: bool | None = None
    """False: the battery gives nothing. None: a newer solarbank decides."""
    charge_priority_ratio: float | None = None
    """Below this state of charge the battery is filled first."""
    is_discharge_priority_on: bool | None = None
    """Whether discharging goes first; None for firmware that knows no such switch."""
    bank_powers_w: tuple[tuple[str, float], ...] = ()
    """Shares of single banks, by serial number."""


@dataclass(frozen=True, slots=True)
class PowerChoice:
    """The output presets that the app offers."""

    lowest_w: float
    highest_w: float
    step_w: float
    """0 where the schedule tells none."""


@dataclass(frozen=True, slots=True)
class BankSchedule:
    """The schedule of the first-generation solarbanks of a site."""

    slots: tuple[BankSlot, ...] = ()
    choice: PowerChoice | None = None


@dataclass(frozen=True, slots=True)
class PowerSlot:
    """One slot of a plan of newer solarbanks."""

    start_min: int
    end_min: int
    power_w: float | None = None
    is_grid_charge: bool = False
    """True where the power is what the battery takes from the grid, not what it gives."""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The slots of some days of the week."""

    weekdays: frozenset[int]
    """0 is Sunday, 6 Saturday."""
    slots: tuple[PowerSlot, ...] = ()


@dataclass(frozen=True, slots=True)
class BackupWindow:
    """A time in which the battery is filled from the grid, because an outage is announced."""

    start: datetime | None = None
    """None where none is set; the same is true of the end."""
    end: datetime | None = None
    is_on: bool | None = None
    """None where the source does not tell."""

    def holds_at(self, moment: datetime) -> bool:
        """Return whether it is on at an aware time."""
        if not self.is_on or self.start is None or self.end is None:
            return False
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class UsageSchedule:
    """Usage mode and plans of a site with solarbanks of the second generation or later."""

    mode: UsageMode | None = None
    """None where the cloud keeps no schedule."""
    manual: tuple[DayPlan, ...] = ()
    plugs: tuple[DayPlan, ...] = ()
    """What is given beside the demand of the smart plugs."""
    seasons: tuple[Season, ...] = ()
    backup: BackupWindow | None = None
    default_power_w: float | None = None
    """What manual mode gives where no slot holds."""
    choice: PowerChoice | None = None


def slot_at(slots: Iterable[S], local: datetime) -> S | None:
    """Return the first slot that holds at a time on the site's clock."""
    minute = local.hour * 60 + local.minute
    return next((slot for slot in slots if slot.start_min <= minute < slot.end_min), None)


def plan_at(plans: Iterable[DayPlan], local: datetime) -> DayPlan | None:
    """Return the first plan that holds on the day."""
    weekday = local.isoweekday() % 7
    return next((plan for plan in plans if weekday in plan.weekdays), None)
