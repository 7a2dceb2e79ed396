import io
import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import pytest

from solix_exporter.cli.logs import LineFormatter, is_journal, set_up_logging
from solix_exporter.config import LogSettings, load_settings

SECRETS = ("s3cret", "me@example.org", 'qu"ote', "abc")


def line(
    message: str,
    *arguments: object,
    style: Literal["logfmt", "json"] = "logfmt",
    level: int = logging.INFO,
    to_journal: bool = False,
    error: BaseException | None = None,
) -> str:
    formatter = LineFormatter(LogSettings(format=style), SECRETS, to_journal=to_journal)
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("solix_exporter.poll", level, "x.py", 1, message, arguments, info)
    record.created, record.msecs = 1750000000.25, 250.0
    return formatter.format(record)


def fields(
    message: str, *arguments: object, error: BaseException | None = None
) -> Mapping[str, str]:
    decoded: Mapping[str, str] = json.loads(line(message, *arguments, style="json", error=error))
    return decoded


def test_a_record_is_a_line_of_logfmt() -> None:
    assert line("polled %d sites", 2) == (
        'time=2025-06-15T15:06:40.250Z level=info logger=solix_exporter.poll msg="polled 2 sites"'
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("word", "msg=word"),
        ("", 'msg=""'),
        ("a=b", 'msg="a=b"'),
        ('say "hi"', r'msg="say \"hi\""'),
        ("two\nlines", r'msg="two\nlines"'),
        ("grün", "msg=grün"),
        ("\x9b31m\u202e", r'msg="\u009b31m\u202e"'),
    ],
)
def test_logfmt_quotes_what_it_must(message: str, expected: str) -> None:
    assert line(message).endswith(expected)


def test_a_record_is_an_object_of_json() -> None:
    assert fields("polled %d sites", 2) == {
        "time": "2025-06-15T15:06:40.250Z",
        "level": "info",
        "logger": "solix_exporter.poll",
        "msg": "polled 2 sites",
    }


@pytest.mark.parametrize("style", ["logfmt", "json"])
def test_secrets_do_not_reach_the_log(style: Literal["logfmt", "json"]) -> None:
    text = line('%s logs in with s3cret and qu"ote', "me@example.org", style=style)
    assert "*** logs in with *** and ***" in text
    assert "s3cret" not in text


def test_secrets_in_an_exception_do_not_reach_the_log() -> None:
    try:
        raise ValueError("refused s3cret")  # noqa: TRY301  the traceback is wanted here
    except ValueError as error:
        logged = fields("poll failed", error=error)
    assert logged["exception"].startswith("Traceback (most recent call last):\n")
    assert logged["exception"].endswith("ValueError: refused ***")


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """Give the root of all loggers, and have it as it was afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield root
    root.handlers, root.level = handlers, level


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("inf1ux-t0ken==", "Authorization: Token inf1ux-t0ken=="),
        ("writer:pa55w0rd", "Authorization: Token writer:pa55w0rd"),
        ("writer:pa55w0rd", "http://writer:pa55w0rd@influxdb:8086"),
        ("writer:pa55w0rd", "user writer has not the password pa55w0rd"),
    ],
)
@pytest.mark.parametrize("by_file", [False, True], ids=["token", "token_file"])
def test_the_token_of_influxdb_does_not_reach_the_log(
    root_logger: logging.Logger, tmp_path: Path, token: str, told: str, *, by_file: bool
) -> None:
    place = tmp_path / "token"
    place.write_text(f"{token}\n")
    key = f"token_file: {place}" if by_file else f"token: '{token}'"
    file = tmp_path / "solix.yaml"
    file.write_text(f"influxdb:\n  url: http://influxdb:8086\n  {key}\n")
    stream = io.StringIO()
    environ = {
        "ANKERUSER": "me@example.org",
        "ANKERPASSWORD": "s3cret-Pa55",
        "ANKERCOUNTRY": "DE",
    }
    set_up_logging(load_settings(file=file, environ=environ, flags={}), stream)
    root_logger.warning("refused: %s (s3cret-Pa55)", told)
    assert "***" in stream.getvalue()
    for secret in (token, token.rpartition(":")[2], "s3cret-Pa55"):
        assert secret not in stream.getvalue()


def test_a_very_short_secret_does_not_blacken_the_log() -> None:
    assert fields("abcdef")["msg"] == "abcdef"


def test_an_exception_stays_on_one_line() -> None:
    text = line("poll failed", error=ValueError("x"))
    assert "\n" not in text
    assert r'exception="ValueError: x"' in text


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.DEBUG, "<7>"),
        (logging.INFO, "<6>"),
        (logging.WARNING, "<4>"),
        (logging.ERROR, "<3>"),
        (logging.CRITICAL, "<3>"),
    ],
)
def test_the_journal_gets_the_priority_and_no_second_time(level: int, priority: str) -> None:
    text = line("hello", level=level, to_journal=True)
    assert text.startswith(f"{priority}level=")
    assert "time=" not in text


def test_the_journal_is_known_by_its_stream(capfd: pytest.CaptureFixture[str]) -> None:
    stderr = os.fstat(sys.stderr.fileno())
    assert is_journal({"JOURNAL_STREAM": f"{stderr.st_dev}:{stderr.st_ino}"})
    assert not is_journal({"JOURNAL_STREAM": "1:1"})
    assert not is_journal({})
