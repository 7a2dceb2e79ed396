"""Troubles are told when they begin, when they get another cause, and when they end."""

import logging

import pytest

from solix_exporter.outages import Outages


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [entry.message for entry in caplog.records if entry.levelno >= logging.INFO]
    caplog.clear()
    return found


def test_causes_that_take_turns_are_told_once_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outages = Outages()
    for _ in range(10):
        outages.begin("site a", "bad gateway")
        outages.begin("site a", "no answer in time")
    assert told(caplog) == ["site a: bad gateway", "site a: no answer in time"]
    outages.end("site a")
    outages.end("site a")
    assert told(caplog) == ["site a: back to normal"]
    outages.begin("site a", "bad gateway")
    assert told(caplog) == ["site a: bad gateway"]


def test_a_cause_that_is_another_one_each_time_is_not_told_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outages = Outages()
    for number in range(1000):
        outages.begin("site a", f"request {number} failed")
    assert len(told(caplog)) == 5


def test_what_is_forgotten_is_told_anew(caplog: pytest.LogCaptureFixture) -> None:
    outages = Outages()
    keys = ("account a", "account a, sites poll", "account ab, sites poll")
    for key in keys:
        outages.begin(key, "away")
    outages.forget("account a")
    told(caplog)
    for key in keys:
        outages.begin(key, "away")
    assert told(caplog) == ["account a: away", "account a, sites poll: away"]
