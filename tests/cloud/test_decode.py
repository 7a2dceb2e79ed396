"""Envelopes that are nearly JSON, or JSON that nobody expects."""

import pytest

from solix_exporter.cloud.decode import raw_envelope, read_envelope
from solix_exporter.errors import UnexpectedPayload

PATH = "power_service/v1/site/get_site_list"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        # An emoji of which a name that was shortened holds the first half.
        (r"Home \ud83d", "Home \ufffd"),
        (r"\uDE00Home", "\ufffdHome"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\\ud83d \ud83d", r"\ud83d" + " \ufffd"),
        (r"\ud83d\ude00", "\U0001f600"),
    ],
)
def test_half_a_character_does_not_lose_the_answer(sent: str, name: str) -> None:
    body = f'{{"code": 0, "data": {{"site_name": "{sent}", "power": 5}}}}'.encode()
    assert read_envelope(PATH, body)["data"] == {"site_name": name, "power": 5}
    assert "data" in raw_envelope(PATH, body)


@pytest.mark.parametrize(
    "data",
    [
        "[" * 110 + "]" * 110,
        "[" * 1010 + "]" * 1010,
        "[" * 5000 + "]" * 5000,
        "1" * 5000,
        r'"\ud83d',
    ],
    ids=["deep", "deeper", "too deep", "long", "cut off"],
)
def test_what_cannot_be_read_is_an_unexpected_answer(data: str) -> None:
    with pytest.raises(UnexpectedPayload):
        raw_envelope(PATH, f'{{"code": 0, "data": {data}}}'.encode())


def test_an_answer_of_many_levels_is_read() -> None:
    data = "[" * 90 + '{"a": {"b": 1}}' + "]" * 90
    assert raw_envelope(PATH, f'{{"code": 0, "data": {data}}}'.encode())["code"] == 0
