"""Yesterday's totals, from the days of a capture; worked out in `test_captures.py`."""

from datetime import datetime, timedelta
from pathlib import Path

from solix_exporter.cache import Cache
from solix_exporter.clock import ManualClock, moment_of
from solix_exporter.cloud.budget import Budget, Limits
from solix_exporter.ledger import Ledger
from solix_exporter.model.events import SilentObserver
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.job import EnergyOptions, EnergyPoll
from solix_exporter.poll.jobs import PollTools
from solix_exporter.poll.sites import SitesPoll
from solix_exporter.poll.zones import SiteZones
from tests.energy.captured import CapturedDays
from tests.energy.test_captures import BERLIN, SMART
from tests.scraping import homes_text, samples_of

NAMES = {
    "pv": 2760, "home": 8260, "grid_import": 5570, "grid_export": 40, "battery_charge": 610,
    "battery_discharge": 600, "ac_socket": 0, "grid_to_battery": 20,
}  # fmt: skip


class Evening:
    """The captured system in the evening of its second day, or later."""

    def __init__(self, captures: Path, ledger: Ledger) -> None:
        self.clock = ManualClock(datetime(2025, 7, 18, 21, 31, tzinfo=BERLIN))
        observer = SilentObserver()
        tools = PollTools(self.clock, Budget(self.clock, observer, Limits(0)), observer)
        self.cache = Cache()
        source = CapturedDays(captures / SMART.folder, SMART.days, SMART.totals)
        account = PolledAccount("a", "DE", "here", source, self.cache.of("a"), SiteZones((BERLIN,)))
        self.sites = SitesPoll(account, tools, 60)
        self.energy = EnergyPoll(account, tools, ledger, EnergyOptions(300.0), lambda _: True)

    def shown(self) -> dict[str, float]:
        """Return yesterday's totals on `/metrics` by flow."""
        text = homes_text(self.cache.snapshot(moment_of(self.clock))).decode()
        return {
            name.removeprefix("solix_site_yesterday_").removesuffix("_energy_watthours"): wh
            for (name, _), wh in samples_of(text).items()
            if name.startswith("solix_site_yesterday_")
        }


async def test_yesterdays_totals_are_those_of_the_ledger(captures: Path) -> None:
    ledger = Ledger(None)
    evening = Evening(captures, ledger)
    await evening.sites.run()
    await evening.energy.run()
    assert evening.shown() == NAMES
    ledger.close()


async def test_at_midnight_yesterday_is_another_day(captures: Path) -> None:
    ledger = Ledger(None)
    evening = Evening(captures, ledger)
    await evening.sites.run()
    await evening.energy.run()
    evening.clock.advance(timedelta(hours=2, minutes=29).total_seconds() - 1)
    await evening.sites.run()
    assert evening.shown() == NAMES
    # Nothing is said of yesterday until the ledger is asked again.
    evening.clock.advance(1)
    await evening.sites.run()
    assert evening.shown() == {}
    await evening.energy.run()
    # The figures of 18 July, as far as that day's last reading knew them.
    assert evening.shown()["pv"] == 1910
    assert evening.shown()["home"] == 6940
    ledger.close()
