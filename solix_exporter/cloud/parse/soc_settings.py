"""Between which states of charge a battery is used; settings of devices and of whole systems."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.limits import SocLimits, SystemSettings

_PERCENT = 0.01
_NO_EXPORT_LIMIT_W = 4294967295


def parse_power_cutoff(record: Record) -> SocLimits:
    """Return a device's limits.

    Source: `power_service/v1/app/compatible/get_power_cutoff`. The cloud answers for any device,
    with the same defaults for those that have no such setting.
    """
    return _soc_limits(record, "power_cutoff_data", "output_cutoff_data")


def parse_system_settings(record: Record) -> SystemSettings:
    """Return a system's settings, empty ones where its devices keep their own.

    Source: `power_service/v1/site/get_site_device_param`, type 18, `param_data`, JSON in a text.
    """
    settings = record.decoded("param_data")
    settings.ignore("enable_0w", "enable_0w_change", "feed_times")
    is_export_off = settings.flag("switch_0w")
    limit_w = settings.number("feed-in_power_limit")
    return SystemSettings(
        soc=_soc_limits(settings, "soc_list", "soc"),
        is_export_allowed=None if is_export_off is None else not is_export_off,
        export_limit_w=None if limit_w == _NO_EXPORT_LIMIT_W else limit_w,
    )


def _soc_limits(record: Record, options: str, value: str) -> SocLimits:
    record.ignore("cmd_type")
    chosen = None
    for entry in record.records(options):
        entry.ignore("id", "lowpower_input_data", "input_cutoff_data")
        ratio = entry.number(value, scale=_PERCENT)
        if entry.flag("is_selected") and ratio and chosen is None:
            chosen = ratio
    return SocLimits(
        cutoff_ratio=chosen,
        lower_ratio=record.number("discharge_lower_limit", scale=_PERCENT),
        upper_ratio=record.number("charge_upper_limit", scale=_PERCENT),
        backup_reserve_ratio=record.number("backup_reserve", scale=_PERCENT),
        is_backup_reserve_on=record.flag("backup_reserve_switch"),
    )
