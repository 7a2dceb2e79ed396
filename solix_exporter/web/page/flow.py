"""The picture of where power goes now: four ends around a junction, each with what was measured.

The cloud tells how much each end gives or takes, not who feeds whom; so the picture shows each end
and its direction, and invents nothing.
"""

from dataclasses import dataclass

from solix_exporter.model.site import SiteReadings
from solix_exporter.web.page.words import percent, watts

_STILL_W = 1.0
"""Less than this is standing still."""

_BRISK_W, _FAST_W = 300.0, 1200.0
_WIDTHS = {"calm": 3, "brisk": 4.5, "fast": 6}


@dataclass(frozen=True, slots=True)
class End:
    """One end of the picture: place, words, and how power moves between it and the middle."""

    key: str
    label: str
    x: int
    y: int
    value: str
    note: str = ""
    """Second line: the state of charge, the direction."""
    ring: float | None = None
    """Filled share of its ring, 0-100; None for a plain one."""
    pace: str = ""
    """calm, brisk or fast; empty where nothing moves."""
    gives: bool = True
    """Whether power goes from here to the middle."""
    is_known: bool = True

    @property
    def width(self) -> float:
        """Return the width of the stream."""
        return _WIDTHS.get(self.pace, 0)


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """All ends, and the same in one sentence for who cannot see it."""

    ends: tuple[End, ...]
    description: str


def draw_flow(readings: SiteReadings | None) -> FlowPicture:
    """Return the picture; without readings it is empty but keeps its shape."""
    now = readings or SiteReadings()
    ends = (_solar(now), _grid(now), _home(now), _battery(now))
    told = [f"{end.label} {end.value}{f', {end.note}' if end.note else ''}" for end in ends]
    return FlowPicture(ends, "; ".join(told) + ".")


def _pace(power_w: float | None) -> str:
    if power_w is None or power_w < _STILL_W:
        return ""
    if power_w < _BRISK_W:
        return "calm"
    return "brisk" if power_w < _FAST_W else "fast"


def _solar(now: SiteReadings) -> End:
    power_w = now.pv_power_w
    return End(
        "solar", "Solar", 210, 66, watts(power_w), pace=_pace(power_w), is_known=power_w is not None
    )


def _home(now: SiteReadings) -> End:
    power_w, imported_w = now.home_load_power_w, now.grid_import_power_w
    own = None
    if power_w and imported_w is not None and power_w >= _STILL_W:
        own = min(1.0, max(0.0, 1 - imported_w / power_w))
    return End(
        "home",
        "Home",
        354,
        200,
        watts(power_w),
        note=f"{percent(own)} own" if own is not None else "",
        ring=own * 100 if own is not None else None,
        pace=_pace(power_w),
        gives=False,
        is_known=power_w is not None,
    )


def _grid(now: SiteReadings) -> End:
    imported_w, exported_w = now.grid_import_power_w, now.grid_export_power_w
    known = imported_w is not None or exported_w is not None
    gives = (imported_w or 0.0) >= (exported_w or 0.0)
    power_w = max(imported_w or 0.0, exported_w or 0.0) if known else None
    pace = _pace(power_w)
    return End(
        "grid",
        "Grid",
        66,
        200,
        watts(power_w),
        note=("import" if gives else "export") if pace else "",
        pace=pace,
        gives=gives,
        is_known=known,
    )


def _battery(now: SiteReadings) -> End:
    charge_w, discharge_w = now.battery_charge_power_w, now.battery_discharge_power_w
    known = charge_w is not None or discharge_w is not None
    gives = (discharge_w or 0.0) >= (charge_w or 0.0)
    power_w = max(charge_w or 0.0, discharge_w or 0.0) if known else None
    pace = _pace(power_w)
    direction = ("discharging" if gives else "charging") if pace else ""
    soc = percent(now.soc_ratio) if now.soc_ratio is not None else ""
    return End(
        "battery",
        f"Battery {direction}".strip(),
        210,
        334,
        watts(power_w),
        note=soc,
        ring=now.soc_ratio * 100 if now.soc_ratio is not None else None,
        pace=pace,
        gives=gives,
        is_known=known or now.soc_ratio is not None,
    )
