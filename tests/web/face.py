"""Stands where the service will: answers, and what it was asked."""

import gzip
from dataclasses import dataclass, field
from datetime import UTC, datetime

from solix_exporter.errors import ConfigError
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.web import Status, WebPaths, WebSources

NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    body: bytes
    content_type: str = "text/plain; version=0.0.4; charset=utf-8"
    content_encoding: str | None = None


@dataclass
class Face:
    """What the web server is given in a test."""

    is_ready: bool = False
    status: Status = field(default_factory=lambda: Status(NOON, Snapshot()))
    asked: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b"solix_up 1\n"
    reload_problem: str = ""

    def scrape(self, accept: str, accept_encoding: str) -> Answer:
        self.asked.append((accept, accept_encoding))
        if "gzip" in accept_encoding:
            return Answer(gzip.compress(self.body), content_encoding="gzip")
        return Answer(self.body)

    def tell_status(self) -> Status:
        return self.status

    async def reload(self) -> str:
        if self.reload_problem:
            raise ConfigError(self.reload_problem)
        return "Reloaded: added parents."

    def sources(self, paths: WebPaths | None = None) -> WebSources:
        return WebSources(
            scrape=self.scrape,
            is_ready=lambda: self.is_ready,
            status=self.tell_status,
            config=lambda: "accounts: []\n",
            reload=self.reload,
            paths=paths or WebPaths(),
        )
