"""Log lines on stderr: one line a record, as logfmt or JSON, without secrets.

Those of the settings are hidden, and those of the logins. The only place that touches handlers.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO

from solix_exporter.config import LogSettings, Settings
from solix_exporter.net import proxy_passwords
from solix_exporter.text import escaped, without_secrets

Fields = Mapping[str, str]

_QUIET_LOGGERS = ("apscheduler", "asyncio", "aiohttp.access")
"""They tell each run of each job at INFO, which is our own log's business."""
_SHORTEST_SECRET = 4
"""Replacing something shorter would blacken the log and hide nothing."""
_PRIORITIES = (
    (logging.ERROR, "<3>"),
    (logging.WARNING, "<4>"),
    (logging.INFO, "<6>"),
    (logging.DEBUG, "<7>"),
)
"""What journald reads at the start of a line, and takes off."""


def set_up_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send the log of everything to stderr, in the form and from the level that is configured.

    `stream` takes its place where stderr is the screen that somebody draws on.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        LineFormatter(settings.log, _secrets(settings), to_journal=is_journal(os.environ))
    )
    logging.basicConfig(handlers=[handler], level=settings.log.level.upper(), force=True)
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Return what no line may show; a url holds no password, the settings refuse it."""
    passwords = [account.password.get_secret_value() for account in settings.accounts]
    token = settings.influxdb.token.get_secret_value() if settings.influxdb else ""
    # That of InfluxDB 1.8 is `user:password`, and the password may show alone.
    _, _, password = token.partition(":")
    users = (account.user for account in settings.accounts)
    return (*passwords, *users, token, password, *proxy_passwords(os.environ))


def is_journal(environ: Mapping[str, str]) -> bool:
    """Return whether stderr ends in systemd's journal, which writes the time itself."""
    try:
        stderr = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"


class LineFormatter(logging.Formatter):
    """Turns a record into one line."""

    def __init__(self, log: LogSettings, secrets: Iterable[str], *, to_journal: bool) -> None:
        super().__init__()
        self._encode = _ENCODERS[log.format]
        self._secrets = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len)[::-1]
        self._to_journal = to_journal

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with its priority in front where the journal reads it."""
        line = self._encode({name: self._censor(text) for name, text in self._fields(record)})
        return f"{_priority(record.levelno)}{line}" if self._to_journal else line

    def _fields(self, record: logging.LogRecord) -> Iterable[tuple[str, str]]:
        if not self._to_journal:
            time = datetime.fromtimestamp(record.created, UTC)
            yield "time", f"{time:%Y-%m-%dT%H:%M:%S}.{record.msecs:03.0f}Z"
        yield "level", record.levelname.lower()
        yield "logger", record.name
        yield "msg", record.getMessage()
        if record.exc_info:
            yield "exception", self.formatException(record.exc_info)

    def _censor(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return without_secrets(text)


def _priority(level: int) -> str:
    return next((mark for lowest, mark in _PRIORITIES if level >= lowest), "<7>")


def _logfmt(fields: Fields) -> str:
    return " ".join(f"{name}={_quote(text)}" for name, text in fields.items())


def _quote(text: str) -> str:
    needs_no_quotes = re.fullmatch(r"[^\s\"=\\\x00-\x1f]+", text) and text.isprintable()
    return escaped(text if needs_no_quotes else json.dumps(text, ensure_ascii=False))


def _json(fields: Fields) -> str:
    return escaped(json.dumps(fields, ensure_ascii=False))


_ENCODERS: Mapping[str, Callable[[Fields], str]] = {"logfmt": _logfmt, "json": _json}
