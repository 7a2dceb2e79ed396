"""A site's energy of the day so far, in the words of the page."""

from dataclasses import dataclass

from solix_exporter.model.energy import Flow
from solix_exporter.model.site import Site
from solix_exporter.web.page.words import percent, watthours

_ROWS = (
    (Flow.PV, "Solar", "solar"),
    (Flow.HOME, "Home", "home"),
    (Flow.GRID_IMPORT, "Grid import", "grid"),
    (Flow.GRID_EXPORT, "Grid export", "grid"),
    (Flow.BATTERY_CHARGE, "Battery charge", "battery"),
    (Flow.BATTERY_DISCHARGE, "Battery discharge", "battery"),
    (Flow.EV_CHARGE, "Car", "home"),
)
"""Flow, label and colour, in the order of the page."""


@dataclass(frozen=True, slots=True)
class TodayRow:
    """One flow of the day."""

    label: str
    colour: str
    value: str
    share: float
    """Length of its bar: 0-100 of the day's largest flow."""


@dataclass(frozen=True, slots=True)
class TodayView:
    """The day so far."""

    rows: tuple[TodayRow, ...]
    self_sufficiency: str
    """Share of the home's energy that did not come from the grid; empty where not known."""
    self_consumption: str
    """Share of the solar energy that was not exported; empty where not known."""


def view_today(site: Site) -> TodayView | None:
    """Return the day, None where the snapshot has none."""
    day = site.energy.today if site.energy else None
    if day is None:
        return None
    known = [(row, day.flows[row[0]]) for row in _ROWS if row[0] in day.flows]
    if not known:
        return None
    largest = max(wh for _, wh in known) or 1.0
    own, used = day.self_sufficiency_ratio, day.self_consumption_ratio
    return TodayView(
        rows=tuple(
            TodayRow(label, colour, watthours(wh), 100 * wh / largest)
            for (_, label, colour), wh in known
        ),
        self_sufficiency=percent(own) if own is not None else "",
        self_consumption=percent(used) if used is not None else "",
    )
