"""Answers from a folder of captured files in the place of the cloud.

The folder holds one file an answer, named as the row of the endpoint says.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import orjson

from solix_exporter.cloud.captured_day import course_body, last_day
from solix_exporter.cloud.decode import decode, raw_envelope
from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint, Endpoint, Json
from solix_exporter.cloud.logins import LoginState
from solix_exporter.errors import CloudError, ConfigError, NotCaptured, UnexpectedPayload
from solix_exporter.files import read_file, read_json
from solix_exporter.model.events import Observer
from solix_exporter.net import LARGEST_ANSWER_BYTES

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

        Raises NotCaptured where the folder holds none, and what a live answer would raise.
        """
        whole = endpoint.body_with(body)
        name = self._name(endpoint, whole)
        joined = self._last_day(endpoint, name, whole)

        def read(content: bytes) -> T:
            return decode(endpoint, joined or content, self._observer)

        return self._answer(endpoint, name, read)

    def _last_day(self, endpoint: AnyEndpoint, name: str, body: Mapping[str, Json]) -> bytes | None:
        """Return the answer about a single day where the folder holds it in two parts."""
        course = course_body(body)
        stem = endpoint.capture_of(course) if course else None
        if not stem or name == endpoint.capture_of(body):
            return None
        files = (self._file(f"{one}.json") for one in (name, stem))
        found = last_day(*(read_json(file) for file in files))
        return orjson.dumps(found) if found else None

    def _name(self, endpoint: AnyEndpoint, body: Mapping[str, Json]) -> str:
        """Return the name of the best file that exists, else of the usual one."""
        names = list(endpoint.capture_names(body))
        existing = (name for name in names if self._file(f"{name}.json").is_file())
        return next(existing, names[-1] if names else endpoint.name)

    async def ask(self, endpoint: AnyEndpoint, body: Mapping[str, Json]) -> dict[str, object]:
        """Return the whole captured answer as it stands in its file.

        Raises what `fetch` raises.
        """
        name = endpoint.capture_of(body)
        if name is None:
            raise NotCaptured("answers to this are not captured", endpoint=endpoint.path)
        return self._answer(endpoint, name, lambda content: raw_envelope(endpoint.path, content))

    def _answer(self, endpoint: AnyEndpoint, name: str, read: Callable[[bytes], T]) -> T:
        try:
            value = read(self._content(endpoint.path, name))
        except CloudError as error:
            self._observer.request_done(endpoint.label, error.outcome, 0.0)
            raise
        self._observer.request_done(endpoint.label, "ok", 0.0)
        return value

    def _content(self, path: str, name: str) -> bytes:
        file = f"{name}.json"
        try:
            return read_file(self._file(file), LARGEST_ANSWER_BYTES)
        except FileNotFoundError as error:
            raise NotCaptured(f"{self._folder.name} holds no {file}", endpoint=path) from error
        except OSError as error:
            raise UnexpectedPayload(
                f"{file} in {self._folder.name} cannot be read: {error.strerror}",
                endpoint=path,
                outcome="malformed",
            ) from error


def _country(folder: Path) -> str:
    """Return what the summary of an export says; other folders have none."""
    country = (read_json(folder / SUMMARY) or {}).get("country")
    return country if isinstance(country, str) else ""
