"""The power limits of a system and of its devices."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.limits import DeviceLimits, PowerDock, PowerLimits
from solix_exporter.model.products import DeviceType, product_of

_WITH_LIMIT_OF_THE_SITE = frozenset({"single", "diy"})
"""`parallel_type` of systems in which the site's limit is that of each device."""


def parse_power_limits(record: Record) -> PowerLimits:
    """Return the limits; none where `data` is null, as for systems without solarbanks.

    Source: `power_service/v1/site/get_power_limit`. 0 stands for "none of its own".
    """
    record.ignore(
        "site_id", "power_unit", "current_power", "power_limit_option", "exceed_alarm",
    )  # fmt: skip
    site_w = record.number("legal_power_limit") or None
    all_w = record.number("all_power_limit") or None
    is_of_each = record.text("parallel_type").lower() in _WITH_LIMIT_OF_THE_SITE
    devices = {
        entry.text("device_sn"): _limits(entry, site_w if is_of_each else None)
        for entry in record.unique("device_info", "device_sn")
    }
    ac_input_w = record.number("ac_input_power_unit", suffix="W") or None
    entry = record.record("ae100_info")
    dock = _dock(entry)
    if dock:
        devices[dock.sn] = _limits(entry, all_w or site_w, ac_input_w)
    return PowerLimits(
        output_w=site_w,
        legal_output_w=record.number("legal_limit") or None,
        ac_input_w=ac_input_w,
        devices=devices,
        dock=dock,
    )


def _dock(entry: Record) -> PowerDock | None:
    if not entry.has("device_sn"):
        return None
    product = product_of(entry.text("device_pn"), DeviceType.COMBINER_BOX)
    return PowerDock(entry.text("device_sn"), product, entry.text("device_name"))


def _limits(
    entry: Record, inherited_w: float | None, inherited_ac_w: float | None = None
) -> DeviceLimits:
    entry.ignore(
        "device_pn", "device_name", "device_img", "power_limit_option", "power_limit_option_real",
        "status",
    )  # fmt: skip
    return DeviceLimits(
        output_w=entry.number("power_limit") or inherited_w,
        ac_input_w=entry.number("ac_input_limit") or inherited_ac_w,
    )
