"""Simulated systems as folders of answers: each scenario is exported once per test run.

All are exported at one moment of the same day, so that what they hold is the same on every
machine and every day.
"""

import asyncio
import fcntl
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

from solix_exporter.app.connections import Connections
from solix_exporter.app.exporter import Exporter, Mode
from solix_exporter.clock import Clock, ManualClock
from solix_exporter.cloud.endpoints.endpoint import Json
from solix_exporter.config import Settings
from solix_exporter.export.anonymise import Anonymiser
from solix_exporter.export.collect import Collection, Collector, ExportContext
from solix_exporter.export.folder import write_folder
from solix_exporter.export.summary import Provenance, texts_of
from solix_exporter.model.events import SilentObserver
from solix_exporter.redact import Redactor
from solix_exporter.sim import SimulatedCloud
from tests.private_values import private_values
from tests.scraping import scrape_text

CAPTURES = Path(__file__).parents[2] / "shared" / "captures"
"""Answers of real systems; who has some puts them beside the checkout."""
CAPTURED = tuple(sorted({path.parent.name for path in CAPTURES.glob("*/*.json")}))
EXPORTED_AT = datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC)
MEMBERS = frozenset({"member"})
"""Scenarios that are exported as the person sees them whom the system is shared with."""

_KEY = b"key of the tests"
"""The pseudonyms are the same in every run."""
_DONE = "done.json"


@dataclass(frozen=True)
class Answers:
    """A folder of answers, and when and where its systems are looked at."""

    folder: Path
    now: datetime
    timezone: str | None = None
    """None where the folder tells a country, as exports do."""


@dataclass(frozen=True)
class Exported:
    """What is kept of one scenario."""

    scenario: str
    place: Path

    @property
    def folder(self) -> Path:
        """Return the export as it may be shared: with pseudonyms."""
        return self.place / "shared" / self.scenario

    @property
    def answers(self) -> Answers:
        """Return the shared export as a folder of answers."""
        return Answers(self.folder, EXPORTED_AT)

    @property
    def raw(self) -> Path:
        """Return the export with the answers as they came."""
        return self.place / "raw" / self.scenario

    @cached_property
    def scrape(self) -> str:
        """Return `/metrics` of the live systems after every poll ran once."""
        return (self.place / "scrape.txt").read_text()

    @cached_property
    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.place / _DONE).read_text())
        return facts

    @property
    def private(self) -> frozenset[str]:
        """Return what must not be in a shared export."""
        return frozenset(self._facts["private"])

    @property
    def questions(self) -> list[tuple[str, dict[str, Json]]]:
        """Return name and body of every request that was answered."""
        return [(name, body) for name, body in self._facts["questions"]]

    def answer(self, pattern: str) -> Any:  # noqa: ANN401  JSON
        """Return the `data` of the only shared file whose name matches."""
        (file,) = self.folder.glob(pattern)
        return json.loads(file.read_bytes())["data"]


class Exports:
    """Exports scenarios when they are first asked for; all processes of a test run share them."""

    def __init__(self, place: Path) -> None:
        self._place = place
        place.mkdir(exist_ok=True)

    def of(self, scenario: str) -> Exported:
        """Return a scenario's export, which nobody may change."""
        found = Exported(scenario, self._place / scenario)
        found.place.mkdir(exist_ok=True)
        with _alone(self._place / f"{scenario}.lock"):
            if not (found.place / _DONE).exists():
                # A loop of its own: the test that asks may have one that runs.
                with ThreadPoolExecutor(1) as threads:
                    threads.submit(asyncio.run, _export(found)).result()
        return found


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock among processes."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class _StillClock(ManualClock):
    """A clock whose day stands still while sleepers sleep, so that all see the same moment."""

    def now(self) -> datetime:
        return self._start


def _seed(scenario: str) -> int:
    """Return a number of the scenario's own, so that no two have the same homes and ids."""
    return crc32(scenario.encode())


async def _export(found: Exported) -> None:
    """Poll and export the systems of a scenario at `EXPORTED_AT`."""
    clock = _StillClock(EXPORTED_AT)
    cloud = SimulatedCloud(clock, found.scenario, _seed(found.scenario), endpoint_limit=0)
    await cloud.start()
    try:
        settings = _settings(cloud, found)
        exporter = Exporter(settings, clock, mode=Mode.ONCE)
        await exporter.poll_once()
        collection = await _collect(settings, clock)
    finally:
        await cloud.stop()
    country = settings.accounts[0].country
    _write(
        found.folder,
        collection,
        country,
        Anonymiser([collection], [settings.accounts[0].user], Redactor(_KEY)),
    )
    _write(found.raw, collection, country, Anonymiser([collection], [], None))
    (found.place / "scrape.txt").write_text(scrape_text(exporter))
    facts = {
        "private": sorted(private_values(cloud, collection)),
        "questions": [
            (question.endpoint.name, {**question.body, **(question.name_fields or {})})
            for question in (answer.question for answer in collection.answers)
        ],
    }
    (found.place / _DONE).write_text(json.dumps(facts))


async def _collect(settings: Settings, clock: Clock) -> Collection:
    """Return everything that the account answers."""
    connections = Connections(settings, clock, SilentObserver())
    (account,) = connections.accounts()
    context = ExportContext(
        account.source, account.server, connections.budget, clock, clock.now().date()
    )
    try:
        return await Collector(context).run()
    finally:
        await connections.transport.close()


def _write(folder: Path, collection: Collection, country: str, anonymiser: Anonymiser) -> None:
    """Write an export as the command does."""
    files = anonymiser.files(collection)
    assert files.left_out == {}
    provenance = Provenance(EXPORTED_AT, country, (), is_anonymous=True)
    folder.parent.mkdir(exist_ok=True)
    write_folder(folder, texts_of(collection, files, anonymiser, provenance), is_private=False)


def _settings(cloud: SimulatedCloud, found: Exported) -> Settings:
    account = cloud.accounts[-1 if found.scenario in MEMBERS else 0]
    user = {"user": account.email, "password": account.password, "country": account.country}
    # Waiting for the budget would take as long as a real export, and the simulation of a year of
    # charging, on a busy machine, longer than the usual time-out.
    no_limits = {"request_gap": 0, "endpoint_limit": 0, "headroom": 0, "timeout": 60}
    return Settings.model_validate(
        {
            "accounts": [user],
            "cloud": {"url": cloud.url, "public_key": cloud.public_key} | no_limits,
            # A replay asks for the grid's own statistics, too: they cost it nothing.
            "poll": {"energy_extra": ["grid"]},
            "state_dir": found.place / "state",
        }
    )
