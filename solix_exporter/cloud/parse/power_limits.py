"""The power limits of a system and of its devices."""

from dataclasses import dataclass, replace

from solix_exporter.cloud.record import Record
from solix_exporter.model.limits import DeviceLimits, PowerDock, PowerLimits
from solix_exporter.model.products import DeviceType, product_of
from solix_exporter.units import WATTHOURS, WATTS

_WITH_LIMIT_OF_THE_SITE = frozenset({"single", "diy"})
"""`parallel_type` of systems in which the site's limit is that of each device."""


def parse_power_limits(record: Record) -> PowerLimits:
    """Return the limits; none where `data` is null, as for systems without solarbanks.

    Source: `power_service/v1/site/get_power_limit`. 0 stands for "none of its own" in limits of the
    output (capture SB3_SM_Smart) and in those of a dock. A solarbank or a system whose AC input is
    limited to 0 W does not charge from the grid.
    """
    record.ignore(
        "site_id", "current_power", "exceed_alarm",
    )  # fmt: skip
    # It says "kwh" of limits in W; a word that is none of both is worth a look.
    record.unit("power_unit", {**WATTS, **WATTHOURS})
    site_w = _own_limit(record, "legal_power_limit")
    all_w = _own_limit(record, "all_power_limit")
    is_of_each = record.text("parallel_type").lower() in _WITH_LIMIT_OF_THE_SITE
    options_w = _options(record)
    inherited = _Inherited(site_w, options_w) if is_of_each else _Inherited()
    devices = {
        entry.text("device_sn"): _limits(entry, inherited)
        for entry in record.unique("device_info", "device_sn")
    }
    ac_input_w = record.number("ac_input_power_unit", suffix="W")
    entry = record.record("ae100_info")
    dock = _dock(entry)
    if dock:
        own_w = _own_limit(entry, "ac_input_limit")
        limits = _limits(entry, _Inherited(site_w if all_w is None else all_w, options_w))
        # The dock takes what its banks may take.
        devices[dock.sn] = replace(limits, ac_input_w=ac_input_w if own_w is None else own_w)
    return PowerLimits(
        output_w=site_w,
        legal_output_w=_own_limit(record, "legal_limit"),
        ac_input_w=ac_input_w,
        options_w=options_w,
        devices=devices,
        dock=dock,
    )


def _dock(entry: Record) -> PowerDock | None:
    if not entry.has("device_sn"):
        return None
    product = product_of(entry.text("device_pn"), DeviceType.COMBINER_BOX)
    return PowerDock(entry.text("device_sn"), product, entry.text("device_name"))


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What holds for devices without limits of their own."""

    output_w: float | None = None
    options_w: tuple[float, ...] = ()


def _limits(entry: Record, inherited: _Inherited) -> DeviceLimits:
    entry.ignore("device_pn", "device_name", "device_img", "power_limit_option_real", "status")
    own_w = _own_limit(entry, "power_limit")
    return DeviceLimits(
        output_w=inherited.output_w if own_w is None else own_w,
        ac_input_w=entry.number("ac_input_limit"),
        options_w=_options(entry) or inherited.options_w,
    )


def _options(record: Record) -> tuple[float, ...]:
    """Return the limits to choose from: a list of numbers of W, or of objects with a `limit`."""
    numbers = record.integers("power_limit_option")
    if numbers:
        return numbers
    limits = []
    for entry in record.records("power_limit_option"):
        entry.ignore("limit_real")
        limits.append(entry.number("limit"))
    return tuple(limit_w for limit_w in limits if limit_w is not None)


def _own_limit(record: Record, key: str) -> float | None:
    """Return a limit, None for the 0 of what has none of its own."""
    limit_w = record.number(key)
    return None if limit_w == 0 else limit_w
