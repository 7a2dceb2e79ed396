"""The schedule of first-generation solarbanks."""

from solix_exporter.cloud.parse.usage_schedule import read_choice
from solix_exporter.cloud.record import Record
from solix_exporter.model.schedule import BankSchedule, BankSlot

_PERCENT = 0.01


def parse_bank_schedule(record: Record) -> BankSchedule:
    """Return the schedule that is in force.

    Source: `power_service/v1/app/device/get_device_home_load`, `home_load_data`, JSON in a text.
    The cloud answers for every model, with an empty schedule for others.
    """
    record.ignore(
        "site_id", "current_home_load", "parallel_home_load", "parallel_display",
        "priority_discharge_switch", "display_priority_discharge_tips",
        "is_show_priority_discharge",
    )  # fmt: skip
    schedule = record.decoded("home_load_data")
    schedule.ignore(
        "is_charge_priority", "default_charge_priority",
        "is_zero_output_tips", "display_advanced_mode", "advanced_mode_min_load",
        "is_show_install_mode", "display_priority_discharge_tips",
        "priority_discharge_upgrade_devices", "default_home_load",
    )  # fmt: skip
    # Older firmware does not know the switch, but the cloud may send its 0 all the same.
    has_switch = schedule.flag("is_show_priority_discharge") is True
    entries = schedule.records("ranges")
    slots = tuple(_slot(entry, has_switch=has_switch) for entry in entries)
    # The cloud makes up a range for devices without a schedule of this kind.
    choice = read_choice(schedule)
    return BankSchedule(slots, choice if slots else None)


def _slot(entry: Record, *, has_switch: bool) -> BankSlot:
    entry.ignore("id", "power_setting_mode")
    is_discharge_priority_on = entry.flag("priority_discharge_switch")
    loads = [_load(load) for load in entry.records("appliance_loads")]
    return BankSlot(
        start_min=entry.minutes("start_time") or 0,
        # A slot without an end never holds.
        end_min=entry.minutes("end_time") or 0,
        power_w=loads[0] if loads else None,
        is_export_allowed=entry.flag("turn_on"),
        charge_priority_ratio=entry.number("charge_priority", scale=_PERCENT),
        is_discharge_priority_on=is_discharge_priority_on if has_switch else None,
        bank_powers_w=tuple(
            (share.text("device_sn"), power_w)
            for share in entry.unique("device_power_loads", "device_sn")
            if (power_w := share.number("power")) is not None
        ),
    )


def _load(load: Record) -> float | None:
    load.ignore("id", "name", "number")
    return load.number("power")
