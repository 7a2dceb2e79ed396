"""Where answers come from, as the polls see it."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint, Endpoint, Json
from solix_exporter.cloud.logins import LoginState

T = TypeVar("T")


class Source(Protocol):
    """Where answers come from: a session with the cloud, or a folder of captured ones."""

    async def fetch(self, endpoint: Endpoint[T], **body: Json) -> T:
        """Return the answer of an endpoint; `body` holds the endpoint's fields.

        Raises CloudError.
        """

    async def ask(self, endpoint: AnyEndpoint, body: Mapping[str, Json]) -> dict[str, object]:
        """Return the whole answer as it came: `{code, msg, data, trace_id}`.

        Raises CloudError.
        """

    def login_state(self) -> LoginState:
        """Return what is known of the login."""
