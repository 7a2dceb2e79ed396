"""Polls an account whose answers lie in a folder: captured ones, or some made by hand."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from solix_exporter.cache import Cache
from solix_exporter.clock import ManualClock, moment_of
from solix_exporter.cloud.budget import Budget
from solix_exporter.cloud.endpoints import BY_NAME, chargers, home_systems, vehicles
from solix_exporter.cloud.endpoints.sites import PPS_TOTALS
from solix_exporter.cloud.regions import zones_of
from solix_exporter.cloud.replay import Replay
from solix_exporter.model.device import Device
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.freshness import Freshness
from solix_exporter.model.site import Site
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.jobs import PollTools
from solix_exporter.poll.schedule import SlowPollName
from solix_exporter.poll.sites import SitesPoll
from solix_exporter.poll.slow_poll import SlowPoll, SlowPollOptions
from solix_exporter.poll.zones import SiteZones
from tests.scraping import homes_text

AS_CAPTURED = Freshness(is_judged=False)
"""Captures are of some past day."""

NOON = datetime(2026, 6, 20, 10, 0, 0, tzinfo=UTC)


OTHER_SYSTEMS = {
    row.name
    for row in (
        *chargers.EV_CHARGER_ROWS,
        *chargers.INVERTER_ROWS,
        *chargers.CHARGER_ROWS,
        *home_systems.PANEL_ROWS,
        *home_systems.HES_ROWS,
        *vehicles.ROWS,
        PPS_TOTALS,
    )
}
"""The endpoints that no balcony system is asked."""


class Listener(SilentObserver):
    """Counts requests by endpoint and outcome; keeps what no parser read and what was rejected."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str]] = Counter()
        self.malformed: list[tuple[str, str]] = []
        self.unread: dict[str, set[str]] = {}
        self.rejected: list[str] = []

    def request_done(self, endpoint: str, outcome: str, duration_s: float) -> None:
        self.requests[BY_NAME[endpoint].path.rsplit("/", 1)[-1], outcome] += 1

    def value_malformed(self, endpoint: str, field: str) -> None:
        self.malformed.append((endpoint, field))

    def reading_rejected(self, reason: str) -> None:
        self.rejected.append(reason)

    def fields_unread(self, endpoint: str, fields: tuple[str, ...]) -> None:
        self.unread.setdefault(endpoint, set()).update(fields)


class Rig:
    """One account with its polls and its cache."""

    def __init__(
        self,
        folder: Path,
        now: datetime = NOON,
        *,
        disabled: tuple[str, ...] = (),
        capacities: dict[str, float] | None = None,
        country: str = "DE",
    ) -> None:
        self.folder = folder
        self.clock = ManualClock(now)
        self.listener = Listener()
        self.cache = Cache(capacities, AS_CAPTURED)
        self.budget = Budget(self.clock, self.listener)
        zones = SiteZones(tuple(ZoneInfo(name) for name in zones_of(country)))
        source = Replay(folder, self.listener)
        account = PolledAccount("home", country, "replay", source, self.cache.of("home"), zones)
        self.account = account
        self.parts = account.parts
        tools = PollTools(self.clock, self.budget, self.listener)
        self.tools = tools
        self.sites = SitesPoll(account, tools, 60.0)
        self.slow = {
            name: SlowPoll(account, tools, SlowPollOptions(name, 600.0, disabled))
            for name in SlowPollName
        }

    async def poll(self) -> Counter[str]:
        """Run all polls once; return the requests of the slow ones by endpoint."""
        await self.sites.run()
        before = self.asked()
        for poll in self.slow.values():
            await poll.run()
        return self.asked() - before

    def asked(self) -> Counter[str]:
        """Return all requests so far by endpoint."""
        total: Counter[str] = Counter()
        for (endpoint, _), count in self.listener.requests.items():
            total[endpoint] += count
        return total

    @property
    def snapshot(self) -> Snapshot:
        """Return what is known now."""
        return self.cache.snapshot(moment_of(self.clock))

    @property
    def site(self) -> Site:
        """Return the only site."""
        (site,) = self.snapshot.sites
        return site

    def device(self, sn: str) -> Device:
        """Return the device with this serial number."""
        (device,) = (device for device in self.snapshot.devices if device.sn == sn)
        return device

    def metrics(self) -> dict[str, float]:
        """Return the samples of the snapshot by name and labels as they stand on the page."""
        text = homes_text(self.snapshot).decode()
        rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {series: float(value) for series, _, value in rows}


def write_answer(folder: Path, name: str, data: object, code: int = 0) -> None:
    """Put an answer into a folder."""
    envelope = {"code": code, "msg": "success!" if code == 0 else "", "data": data}
    (folder / f"{name}.json").write_bytes(orjson.dumps(envelope))
