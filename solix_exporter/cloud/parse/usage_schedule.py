"""Usage mode and plans of solarbanks of the second generation and later."""

from dataclasses import replace

from solix_exporter.cloud.parse.tariffs import read_seasons
from solix_exporter.cloud.parse.usage_modes import USAGE_MODES
from solix_exporter.cloud.record import Record
from solix_exporter.model.schedule import (
    BackupWindow,
    DayPlan,
    PowerChoice,
    PowerSlot,
    UsageSchedule,
)
from solix_exporter.model.usage import UsageMode

_GRID_CHARGE = 1


def parse_usage_schedule(record: Record) -> UsageSchedule:
    """Return the schedule.

    Source: `power_service/v1/site/get_site_device_param`, type 6, `param_data`, JSON in a text;
    an empty text or all zeros where the site has no such solarbank.
    """
    schedule = record.decoded("param_data")
    schedule.ignore(
        "reserved_soc", "dynamic_price", "ai_ems", "time_slot", "schedule_mode",
    )  # fmt: skip
    code = schedule.integer("mode_type")
    return UsageSchedule(
        mode=USAGE_MODES.get(code, UsageMode.UNKNOWN) if code else None,
        manual=_plans(schedule, "custom_rate_plan"),
        plugs=_plans(schedule, "blend_plan"),
        seasons=read_seasons(schedule),
        backup=_backup(schedule.record("manual_backup")),
        default_power_w=schedule.number("default_home_load"),
        choice=read_choice(schedule),
    )


def read_choice(schedule: Record) -> PowerChoice | None:
    """Return the presets that the app offers; all are 0 where there is no such solarbank."""
    lowest_w, highest_w = schedule.number("min_load"), schedule.number("max_load")
    step_w = schedule.number("step")
    if lowest_w is None or not highest_w:
        return None
    return PowerChoice(lowest_w, highest_w, step_w or 0.0)


def _plans(schedule: Record, key: str) -> tuple[DayPlan, ...]:
    return tuple(_plan(entry) for entry in schedule.records(key))


def _plan(entry: Record) -> DayPlan:
    entry.ignore("index")
    return DayPlan(
        weekdays=frozenset(entry.integers("week")),
        slots=tuple(_slot(slot) for slot in entry.records("ranges")),
    )


def _slot(entry: Record) -> PowerSlot:
    return PowerSlot(
        start_min=entry.minutes("start_time") or 0,
        # A slot without an end never holds.
        end_min=entry.minutes("end_time") or 0,
        power_w=entry.number("power"),
        is_grid_charge=entry.integer("charging_type") == _GRID_CHARGE,
    )


def _backup(entry: Record) -> BackupWindow | None:
    """Return the first window, None where the system knows none."""
    is_on = entry.flag("switch")
    windows = entry.records("ranges")
    found = read_backup_times(windows[0]) if windows else BackupWindow()
    found = replace(found, is_on=is_on)
    return None if found == BackupWindow() else found


def read_backup_times(entry: Record) -> BackupWindow:
    """Return when a window begins and ends: seconds since 1970, 0 where none was set."""
    start, end = entry.instant("start_time"), entry.instant("end_time")
    return BackupWindow(start, end) if start and end else BackupWindow()
