"""Answers from a folder of captured files in the place of the cloud.

The folder holds one file an answer, named as the row of the endpoint says.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import orjson

from solix_exporter.cloud.captured_day import course_body, last_day
from solix_exporter.cloud.catalogue import find
from solix_exporter.cloud.decode import decode, raw_envelope
from solix_exporter.cloud.endpoint import Endpoint, Json
from solix_exporter.cloud.files import read_json
from solix_exporter.cloud.logins import LoginState
from solix_exporter.cloud.read_endpoint import ReadEndpoint, file_stem
from solix_exporter.errors import CloudError, ConfigError, RequestRejected
from solix_exporter.model.events import Observer

T = TypeVar("T")

SUMMARY = "export_summary.json"
"""The file in which an export tells what it holds."""


class Replay:
    """A source that reads files; never writes, never asks the network."""

    def __init__(self, folder: Path, observer: Observer) -> None:
        if not folder.is_dir():
            raise ConfigError(f"--replay {folder}: there is no such folder")
        if not any(folder.glob("*.json")):
            raise ConfigError(f"--replay {folder}: the folder holds no captured answers (*.json)")
        self._folder = folder
        self.country = _country(folder)
        """Upper-case country code of the account, empty where the folder does not tell."""
        self._observer = observer

    def login_state(self) -> LoginState:
        """Return that there is no login."""
        return LoginState()

    def _file(self, name: str) -> Path:
        """Return the file; a `*` stands for what is in the file's name and not in the request."""
        return next(iter(sorted(self._folder.glob(name))), self._folder / name)

    async def fetch(self, endpoint: Endpoint[T], **body: Json) -> T:
        """Return the captured answer.

        Raises RequestRejected where the folder holds none, and what a live answer would raise.
        """
        whole: dict[str, Json] = {**endpoint.constants, **body}
        name = self._name(endpoint, whole)
        joined = self._last_day(endpoint, name, whole)

        def read(content: bytes) -> T:
            return decode(endpoint, joined or content, self._observer)

        return self._answer(endpoint.path, name, read)

    def _last_day(self, endpoint: Endpoint[T], name: str, body: Mapping[str, Json]) -> bytes | None:
        """Return the answer about a single day where the folder holds it in two parts."""
        course, row = course_body(body), find(endpoint.path)
        stem = row.capture_of(course) if row and course else None
        if not row or not stem or name == row.capture_of(body):
            return None
        files = (self._file(f"{one}.json") for one in (name, stem))
        found = last_day(*(read_json(file) for file in files))
        return orjson.dumps(found) if found else None

    def _name(self, endpoint: Endpoint[T], body: Mapping[str, Json]) -> str:
        """Return the name of the best file there is: one about the very days, else the usual."""
        row = find(endpoint.path)
        exact = row.capture_of(body) if row else None
        if exact and self._file(f"{exact}.json").is_file():
            return exact
        return endpoint.capture.format(
            **{key: file_stem(str(value)) for key, value in body.items()}
        )

    async def ask(self, endpoint: ReadEndpoint, body: Mapping[str, Json]) -> dict[str, object]:
        """Return the whole captured answer as it stands in its file.

        Raises what `fetch` raises.
        """
        name = endpoint.capture_of(body)
        if name is None:
            raise RequestRejected("answers to this are not captured", endpoint=endpoint.path)
        return self._answer(
            endpoint.path, name, lambda content: raw_envelope(endpoint.path, content)
        )

    def _answer(self, path: str, name: str, read: Callable[[bytes], T]) -> T:
        try:
            content = self._file(f"{name}.json").read_bytes()
        except OSError as error:
            self._observer.request_done(path, "rejected", 0.0)
            raise RequestRejected(
                f"{self._folder.name} holds no {name}.json", endpoint=path
            ) from error
        try:
            value = read(content)
        except CloudError as error:
            self._observer.request_done(path, error.outcome, 0.0)
            raise
        self._observer.request_done(path, "ok", 0.0)
        return value


def _country(folder: Path) -> str:
    """Return what the summary of an export says; other folders have none."""
    country = (read_json(folder / SUMMARY) or {}).get("country")
    return country if isinstance(country, str) else ""
