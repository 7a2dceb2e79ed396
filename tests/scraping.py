"""Scrapes, and reads the text of a scrape, for tests."""

import asyncio

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from solix_exporter.app.exporter import Exporter
from solix_exporter.metrics.exposition import home_texts
from solix_exporter.metrics.slice_lines import SliceLines
from solix_exporter.model.snapshot import Snapshot

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def homes_text(
    snapshot: Snapshot, *, openmetrics: bool = False, lines: SliceLines | None = None
) -> bytes:
    """Return what a scrape says of the homes; `lines` may know some of them already."""
    known = (lines or SliceLines()).of(snapshot)
    return "".join(home_texts(known, openmetrics=openmetrics)).encode()


def samples_of(text: str) -> Samples:
    """Return every sample of a text by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape_text(exporter: Exporter) -> str:
    """Return the plain text of a scrape."""
    return "".join(exporter.exposition.texts(exporter.snapshot(), openmetrics=False))


class Scrape:
    """One scrape, asked by name and some of the labels."""

    def __init__(self, exporter: Exporter) -> None:
        self.text = scrape_text(exporter)
        self.samples = samples_of(self.text)

    def all(self, name: str, **labels: str) -> list[float]:
        """Return the values of the samples with these labels, in order."""
        wanted = set(labels.items())
        return [
            value
            for (found, pairs), value in self.samples.items()
            if found == name and wanted <= pairs
        ]

    def one(self, name: str, **labels: str) -> float:
        """Return the value of the one sample with these labels."""
        (value,) = self.all(name, **labels)
        return value

    def states(self, name: str, label: str, **labels: str) -> list[str]:
        """Return the states that are on."""
        wanted = set(labels.items())
        return [
            dict(pairs)[label]
            for (found, pairs), value in self.samples.items()
            if found == name and wanted <= pairs and value == 1
        ]

    def names(self) -> set[str]:
        """Return the names of all samples."""
        return {name for name, _ in self.samples}


async def get(url: str, **headers: str) -> tuple[int, str]:
    """Return status and body of an answer."""
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def wait_until_ready(url: str) -> None:
    """Ask until the exporter says that it is ready."""
    for _ in range(200):
        if (await get(f"{url}/-/ready"))[0] == 200:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("never ready")


async def wait_for_metrics(url: str, *lines: str) -> str:
    """Scrape until all lines are there; return the scrape."""
    missing = list(lines)
    for _ in range(200):
        text = (await get(f"{url}/metrics"))[1]
        missing = [line for line in lines if line not in text]
        if not missing:
            return text
        await asyncio.sleep(0.05)
    raise AssertionError(f"never scraped: {missing}")
