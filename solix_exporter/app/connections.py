"""Where the answers of all accounts come from: sessions with the cloud, or captured folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from solix_exporter.app.assembly import cloud_zone, limits, replay_names
from solix_exporter.app.startup_checks import check, check_state_dir
from solix_exporter.clock import Clock
from solix_exporter.cloud import crypto
from solix_exporter.cloud.budget import Budget
from solix_exporter.cloud.link import Link
from solix_exporter.cloud.login import Credentials
from solix_exporter.cloud.regions import server_of
from solix_exporter.cloud.replay import Replay
from solix_exporter.cloud.session import Session
from solix_exporter.cloud.source import Source
from solix_exporter.cloud.transport import HttpSession, Transport
from solix_exporter.config import AccountSettings, Settings
from solix_exporter.model.events import Observer


@dataclass(frozen=True, slots=True)
class AccountSource:
    """One account and the source of its answers."""

    name: str
    country: str
    """Upper-case country code; empty if a captured folder has none."""
    server: str
    source: Source


class Connections:
    """The connection pool and the request budget, which all accounts of a process share."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        observer: Observer,
        most_logins: int | None = None,
        http: HttpSession | None = None,
    ) -> None:
        """Take the settings and how many logins may be sent for each account.

        `http` is a connection pool to use, which is then left open.

        Raises ConfigError for what shows only when the settings are used.
        """
        check(settings)
        self._settings = settings
        self.transport = Transport(settings.cloud.timeout_s, http)
        self.budget = Budget(clock, observer, limits(settings), settings.state_dir)
        self._link = Link(self.transport, self.budget, observer, clock, most_logins)

    def accounts(self, replay: Sequence[Path] = ()) -> list[AccountSource]:
        """Return the captured folders if there are any, else the accounts of the settings.

        Raises ConfigError for what shows only when a session is built.
        """
        if replay:
            names = replay_names(replay)
            return [
                self._captured(name, folder) for name, folder in zip(names, replay, strict=True)
            ]
        if self._settings.accounts:
            check_state_dir(self._settings.state_dir)
        return [self.live(account, self._settings) for account in self._settings.accounts]

    def _captured(self, name: str, folder: Path) -> AccountSource:
        source = Replay(folder, self._link.observer)
        return AccountSource(name, source.country, f"replay:{folder.name}", source)

    def live(self, account: AccountSettings, settings: Settings) -> AccountSource:
        """Return one account; after a reload its settings are newer than those of the start."""
        server = server_for(settings, account)
        credentials = Credentials(
            name=account.name,
            email=account.user,
            password=account.password.get_secret_value(),
            country=account.country,
            server=server,
            zone=cloud_zone(settings, account.country),
            public_key=settings.cloud.public_key or crypto.CLOUD_PUBLIC_KEY,
        )
        session = Session(credentials, self._link, settings.state_dir)
        return AccountSource(account.name, account.country, server, session)


def server_for(settings: Settings, account: AccountSettings) -> str:
    """Return the base URL of the cloud that holds an account."""
    return account.url or settings.cloud.url or server_of(account.country)
