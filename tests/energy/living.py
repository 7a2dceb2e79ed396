"""Lets an exporter live on a manual clock: its own polls at their own intervals, no waiting."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.model.energy import Flow
from solix_exporter.poll.energy.days import end_of, start_of
from solix_exporter.sim import SimulatedCloud

BERLIN = ZoneInfo("Europe/Berlin")


async def live(
    exporter: Exporter,
    clock: ManualClock,
    until: datetime,
    watch: Callable[[], None] = lambda: None,
) -> None:
    """Run every poll whenever it is due, one at a time; `watch` looks after each energy poll."""
    due = [(clock.monotonic(), place, job) for place, job in enumerate(exporter.jobs)]
    while clock.now() < until:
        due.sort(key=lambda row: row[:2])
        due_s, place, job = due.pop(0)
        clock.advance(max(0.0, due_s - clock.monotonic()))
        started_s = clock.monotonic()
        await job.run()
        if job.poll == "energy":
            watch()
        due.append((max(started_s + job.interval_s(), clock.monotonic()), place, job))


def truth_of(cloud: SimulatedCloud, site_id: str, day: date, zone: ZoneInfo) -> dict[Flow, float]:
    """Return the integral of the home's physics over a local day, Wh."""
    home = cloud._world.sites[site_id].home
    energy = home.energy(start_of(day, zone), end_of(day, zone))
    return {
        Flow.PV: energy.pv,
        Flow.HOME: energy.home,
        Flow.GRID_IMPORT: energy.grid_import,
        Flow.GRID_EXPORT: energy.solar_to_grid,
        Flow.BATTERY_CHARGE: energy.charge,
        Flow.BATTERY_DISCHARGE: energy.discharge,
        Flow.GRID_TO_BATTERY: energy.grid_to_battery,
        Flow.PLUG: sum(energy.plugs),
        Flow.PV_TO_HOME: energy.solar_to_home,
        Flow.PV_TO_BATTERY: energy.solar_to_battery,
        Flow.GRID_TO_HOME: energy.grid_to_home,
        Flow.BATTERY_TO_HOME: energy.battery_to_home,
    }
