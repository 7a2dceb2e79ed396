"""Reads of what the cloud packs into texts: clock times, instants, JSON, switches."""

from datetime import UTC, datetime

import pytest

from solix_exporter.cloud.record import Record


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:00", 0), ("7:05", 425), ("23:59", 1439), ("24:00", 1440), ("14:30:00", 870), ("", None)],
)
def test_minutes_of_a_day(text: str, minutes: int | None) -> None:
    record = Record({"x": text})
    assert record.minutes("x") == minutes
    assert not record.malformed


@pytest.mark.parametrize(
    "value", ["noon", "14", "14:3", "14:30 h", "24:01", "12:60", "99:99", [], {}]
)
def test_what_is_no_time_of_a_day_is_counted(value: object) -> None:
    record = Record({"x": value})
    assert record.minutes("x") is None
    assert record.malformed == ("x",)


def test_an_instant_is_seconds_since_1970_and_0_is_none() -> None:
    record = Record({"x": 1751840220, "zero": 0, "far": 10**15})
    assert record.instant("x") == datetime(2025, 7, 6, 22, 17, tzinfo=UTC)
    assert record.instant("zero") is None
    assert record.instant("missing") is None
    assert not record.malformed
    assert record.instant("far") is None
    assert record.malformed == ("far",)


@pytest.mark.parametrize("value", ['{"a": 1, "b": {"c": 2}}', {"a": 1, "b": {"c": 2}}])
def test_an_object_in_a_text_is_read_as_one(value: object) -> None:
    record = Record({"x": value})
    inner = record.decoded("x")
    assert inner.integer("a") == 1
    assert record.unread() == ("x.b",)
    inner.record("b")
    assert record.unread() == ("x.b.c",)


@pytest.mark.parametrize("value", ["", " ", None, [], "{}"])
def test_an_empty_text_is_an_empty_object(value: object) -> None:
    record = Record({"x": value})
    assert not record.decoded("x")
    assert not record.malformed


@pytest.mark.parametrize("value", ["{", "[1]", "7", 7, True])
def test_a_text_that_holds_no_object_is_counted(value: object) -> None:
    record = Record({"x": value})
    assert not record.decoded("x")
    assert record.malformed == ("x",)


def test_switches_are_the_names_that_are_true() -> None:
    record = Record({"x": {"a": True, "b": False, "c": None, "d": 1}, "none": None, "odd": 3})
    assert record.switches("x") == {"a"}
    assert record.switches("none") == frozenset()
    assert not record.malformed
    assert record.switches("odd") == frozenset()
    assert record.malformed == ("odd",)


def test_lists_of_texts_and_of_whole_numbers() -> None:
    record = Record({"t": ["a", 1, None], "n": [0, 6, "x", True], "odd": 3})
    assert record.texts("t") == ("a",)
    assert record.integers("n") == (0, 6)
    assert record.texts("odd") == ()
    assert record.integers("odd") == ()
    assert record.malformed == ("odd", "odd")


def test_all_but_the_wanted_keys_can_be_known() -> None:
    record = Record({"a": 1, "b": 2, "c": 3})
    record.ignore_rest("a")
    assert record.unread() == ("a",)
