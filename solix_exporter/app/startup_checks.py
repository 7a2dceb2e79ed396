"""Checks of the settings that need more than the settings: names of polls, keys, the disk."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from solix_exporter.app.assembly import ENERGY_POLL
from solix_exporter.cloud import crypto
from solix_exporter.config import Settings
from solix_exporter.errors import ConfigError
from solix_exporter.poll.assembly import NAMES_TO_DISABLE
from solix_exporter.poll.schedule import RENAMED
from solix_exporter.text import closest


def check(settings: Settings) -> None:
    """Check what the settings alone cannot know: names of polls, and the login key.

    Raises ConfigError.
    """
    _check_public_key(settings.cloud.public_key or crypto.CLOUD_PUBLIC_KEY)
    _check_disabled(settings.poll.disable)


def warnings(settings: Settings) -> tuple[str, ...]:
    """Return what works but should be changed in the settings."""
    renamed = (
        f"poll.disable (SOLIX_POLL__DISABLE): {name!r} is now called {RENAMED[name]!r}; the former"
        " name still works"
        for name in settings.poll.disable
        if name in RENAMED
    )
    return (*settings.warnings, *renamed)


def check_state_dir(state_dir: Path) -> None:
    """Create the folder; without it every restart would log in, until the account is locked.

    Raises ConfigError if it cannot be written.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=state_dir):
            pass
    except OSError as error:
        raise ConfigError(
            f"state_dir (SOLIX_STATE_DIR): {state_dir} cannot be written ({error.strerror});"
            " the login is kept there. Make it writable, or name another folder"
        ) from error


def _check_disabled(names: Iterable[str]) -> None:
    """Raise ConfigError for an unknown name in `poll.disable`."""
    known = (*NAMES_TO_DISABLE, ENERGY_POLL)
    for name in names:
        if name not in known and name not in RENAMED:
            close = closest(name, known)
            hint = f"did you mean {close}?" if close else f"known here: {', '.join(known)}"
            raise ConfigError(f"poll.disable (SOLIX_POLL__DISABLE): {name!r} is unknown; {hint}")


def _check_public_key(public_key: str) -> None:
    try:
        crypto.shared_secret(crypto.new_private_key(), public_key)
    except ValueError as error:
        raise ConfigError(
            "cloud.public_key (SOLIX_CLOUD__PUBLIC_KEY): it is not a point of the curve P-256;"
            " copy it again, or leave it out to use the one of the Anker cloud"
        ) from error
