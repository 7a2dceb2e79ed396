from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.cloud.record import Record

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("75", 75.0),
        ("0.45", 0.45),
        (" 12 ", 12.0),
        (-3, -3.0),
        ("-3.5", -3.5),
        ("", None),
        ("---", None),
        (None, None),
    ],
)
def test_a_number_is_read_from_what_the_cloud_writes(value: object, number: float | None) -> None:
    record = Record({"x": value})
    assert record.number("x") == number
    assert record.malformed == ()


@pytest.mark.parametrize(
    "value", ["many", True, [], {"a": 1}, "nan", "inf", 10**400, "1e999", "-1e300", float("nan")]
)
def test_a_value_that_is_no_number_is_none_and_is_told(value: object) -> None:
    record = Record({"x": value})
    assert record.number("x") is None
    assert record.malformed == ("x",)


def test_a_missing_key_is_none_and_not_malformed() -> None:
    record = Record({})
    assert (record.number("x"), record.text("x"), record.flag("x")) == (None, "", None)
    assert record.records("x") == ()
    assert not record.record("x")
    assert record.malformed == ()


def test_a_scaled_percentage_carries_no_binary_noise() -> None:
    assert Record({"x": "57"}).number("x", scale=0.01) == 0.57


def test_a_unit_behind_the_digits_is_taken_off() -> None:
    record = Record({"x": "270W", "y": "135"})
    assert record.number("x", suffix="W") == 270
    assert record.number("y", suffix="W") == 135


def test_a_whole_number_is_told_from_a_broken_one() -> None:
    record = Record({"x": "2", "y": "2.5"})
    assert (record.integer("x"), record.integer("y")) == (2, None)
    assert record.malformed == ("y",)


@pytest.mark.parametrize(
    ("value", "flag"),
    [(True, True), (False, False), (1, True), ("0", False), ("1", True), ("", None), (None, None)],
)
def test_a_flag_is_read_from_what_the_cloud_writes(value: object, flag: bool | None) -> None:  # noqa: FBT001 - a table of values
    record = Record({"x": value})
    assert record.flag("x") is flag
    assert record.malformed == ()


@pytest.mark.parametrize("value", ["maybe", 7, [1]])
def test_another_flag_is_none_and_is_told(value: object) -> None:
    record = Record({"x": value})
    assert record.flag("x") is None
    assert record.malformed == ("x",)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-07-05 11:43:26", datetime(2025, 7, 5, 11, 43, 26)),  # noqa: DTZ001 - site-local
        ("1970-01-01 00:00:00", None),
        ("", None),
    ],
)
def test_a_local_time_of_1970_is_unknown(text: str, moment: datetime | None) -> None:
    record = Record({"x": text})
    assert record.local_time("x") == moment
    assert record.malformed == ()


def test_an_unreadable_time_is_told() -> None:
    record = Record({"x": "01-01-0001 00:00:00"})
    assert record.local_time("x") is None
    assert record.malformed == ("x",)


def test_malformed_values_are_named_by_their_path() -> None:
    record = Record({"list": [{"inner": {"x": []}}, "no object", {"inner": 5}]})
    for entry in record.records("list"):
        entry.record("inner").number("x")
    assert sorted(record.malformed) == ["list[]", "list[].inner", "list[].inner.x"]


def test_the_drift_report_names_what_nobody_asked_for() -> None:
    record = Record({"a": 1, "b": 2, "c": 3, "list": [{"d": 4, "e": 5}, {"d": 6}]})
    record.number("a")
    record.ignore("b")
    for entry in record.records("list"):
        entry.number("e")
    assert record.unread() == ("c", "list[].d")


@given(st.dictionaries(st.sampled_from("abc"), JSON))
def test_no_value_makes_a_read_raise(fields: dict[str, Any]) -> None:
    record = Record(fields)
    for key in "abcd":
        record.number(key)
        record.integer(key)
        record.text(key)
        record.flag(key)
        record.local_time(key)
        record.record(key).number("x")
        for entry in record.records(key):
            entry.text("x")
    record.unread()
