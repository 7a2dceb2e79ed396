"""Answers from a folder of captured files in the place of the cloud.

The folder holds one file an answer, named as the row of the endpoint says.
"""

from pathlib import Path
from typing import TypeVar

from solix_exporter.cloud.decode import decode
from solix_exporter.cloud.endpoint import Endpoint, Json
from solix_exporter.cloud.session import LoginState
from solix_exporter.errors import CloudError, ConfigError, RequestRejected
from solix_exporter.model.events import Observer

T = TypeVar("T")


class Replay:
    """A source that reads files; never writes, never asks the network."""

    def __init__(self, folder: Path, observer: Observer) -> None:
        if not folder.is_dir():
            raise ConfigError(f"--replay {folder}: there is no such folder")
        if not any(folder.glob("*.json")):
            raise ConfigError(f"--replay {folder}: the folder holds no captured answers (*.json)")
        self._folder = folder
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
        # An id comes from another file of the folder; it must not lead out of it.
        name = endpoint.capture.format(**body).replace("/", "_") + ".json"
        try:
            content = self._file(name).read_bytes()
        except OSError as error:
            self._observer.request_done(endpoint.path, "rejected", 0.0)
            raise RequestRejected(
                f"{self._folder.name} holds no {name}", endpoint=endpoint.path
            ) from error
        try:
            value = decode(endpoint, content, self._observer)
        except CloudError as error:
            self._observer.request_done(endpoint.path, error.outcome, 0.0)
            raise
        self._observer.request_done(endpoint.path, "ok", 0.0)
        return value
