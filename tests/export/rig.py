"""Exports simulated systems and compares what is seen of them, for tests."""

from collections import Counter
from datetime import datetime
from pathlib import Path

from solix_exporter.clock import Clock, ManualClock
from solix_exporter.config import Settings
from solix_exporter.connect import Connections
from solix_exporter.export.anonymise import Anonymiser
from solix_exporter.export.collect import Collection, Collector, Inquiry
from solix_exporter.export.folder import write_folder
from solix_exporter.export.plan import Service
from solix_exporter.export.summary import Occasion, texts_of
from solix_exporter.model.events import SilentObserver
from solix_exporter.redact import Redactor
from solix_exporter.service import Exporter
from tests.scraping import samples_of, scrape_text

IDENTITIES = frozenset(
    {"site_id", "device_sn", "vehicle_id", "main_device_sn", "name", "account", "server"}
)
"""Labels that tell whose system it is; the others must survive an export."""
KEY = b"key of the tests"


class StillClock(ManualClock):
    """A clock whose day stands still while sleepers sleep, so that all see the same moment."""

    def now(self) -> datetime:
        return self._start


async def collect(
    settings: Settings, clock: Clock, chosen: frozenset[Service] = frozenset()
) -> Collection:
    """Return everything that the first account of the settings answers."""
    connections = Connections(settings, clock, SilentObserver())
    (account,) = connections.accounts()
    inquiry = Inquiry(
        account.source, account.server, connections.budget, clock, clock.now().date(), chosen
    )
    try:
        return await Collector(inquiry).run()
    finally:
        await connections.transport.close()


def write(collection: Collection, settings: Settings, clock: Clock, folder: Path) -> Path:
    """Write an anonymous export into `folder`, whose pseudonyms are the same in every run."""
    (account,) = settings.accounts
    anonymiser = Anonymiser([collection], [account.user], Redactor(KEY))
    files = anonymiser.files(collection)
    assert files.left_out == {}
    occasion = Occasion(clock.now(), account.country, (), is_anonymous=True)
    write_folder(folder, texts_of(collection, files, anonymiser, occasion), is_private=False)
    return folder


def systems_of(exporter: Exporter) -> Counter[frozenset[tuple[str, str, float]]]:
    """Return what the metrics say of each site, device and vehicle, without saying which it is."""
    subjects: dict[frozenset[tuple[str, str]], set[tuple[str, str, float]]] = {}
    for (name, labels), value in samples_of(scrape_text(exporter)).items():
        whose = frozenset(
            pair for pair in labels if pair[0] in {"site_id", "device_sn", "vehicle_id"}
        )
        if whose:
            others = sorted(f"{key}={text}" for key, text in labels if key not in IDENTITIES)
            subjects.setdefault(whose, set()).add((name, ",".join(others), value))
    return Counter(frozenset(samples) for samples in subjects.values())
