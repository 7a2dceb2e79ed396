import json
import logging
import os
import sys
from collections.abc import Mapping
from typing import Literal

import pytest

from solix_exporter.cli.logs import LineFormatter, is_journal
from solix_exporter.config import LogSettings

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
