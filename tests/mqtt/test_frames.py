import pytest

from solix_exporter.mqtt.frames import Field, FrameRefused, Outcome, read_frame
from tests.mqtt.messages import frame, i16, live, sealed, text, u8

VERSIONS = bytes.fromhex("ff091d0003000f083000a10876302e322e332e31a20676312e352e39c1")
"""What a C1000 answered when the app asked for its versions."""


def outcome_of(content: bytes) -> Outcome:
    with pytest.raises(FrameRefused) as refused:
        read_frame(content)
    return refused.value.outcome


def test_fields_of_a_reply_follow_one_more_byte() -> None:
    found = read_frame(VERSIONS)

    assert found.message_type == "0830"
    assert found.fields == {0xA1: Field(None, b"v0.2.3.1"), 0xA2: Field(None, b"v1.5.9")}


def test_an_acknowledgement_has_one_field_without_a_type() -> None:
    found = read_frame(bytes.fromhex("ff090e0003010f085700a1013238"))

    assert found.message_type == "0857"
    assert found.fields == {0xA1: Field(None, b"\x32")}


def test_text_that_begins_with_a_digit_keeps_it() -> None:
    found = read_frame(frame("0405", {0xA1: b"1.2.3", 0xA2: b"\x00text"}))

    assert found.fields == {0xA1: Field(None, b"1.2.3"), 0xA2: Field(0, b"text")}


@pytest.mark.parametrize(
    ("damaged", "outcome"),
    [
        (b"", Outcome.PREFIX),
        (b"\xff\x09\x05\x00", Outcome.PREFIX),
        (b"\xfe" + VERSIONS[1:], Outcome.PREFIX),
        (VERSIONS[:-1], Outcome.LENGTH),
        (VERSIONS + b"\x00", Outcome.LENGTH),
        (VERSIONS[:-1] + b"\xc0", Outcome.CHECKSUM),
        (VERSIONS[:15] + b"\x33" + VERSIONS[16:], Outcome.CHECKSUM),
        (frame("0405", {0xA2: u8(1), 0xA1: u8(1)}), Outcome.FIELDS),
        (frame("0405", {0xA1: u8(1)}, extra="a4"), Outcome.FIELDS),
        (frame("4857", {0xA1: u8(1)}), Outcome.ENCRYPTED),
        (frame("8405", {0xA1: u8(1)}, extra="13"), Outcome.FRAGMENT),
        (frame("0405", {0xA1: u8(1)}, header="030710"), Outcome.RADIO),
        (frame("0405", {0xA1: u8(1)}, header="04010f"), Outcome.HEADER),
    ],
)
def test_a_frame_that_is_not_whole_and_known_gives_no_fields(
    damaged: bytes, outcome: Outcome
) -> None:
    assert outcome_of(damaged) is outcome


def test_a_recording_may_have_a_wrong_checksum_but_no_wrong_length() -> None:
    assert read_frame(VERSIONS[:-1] + b"\xc0", is_recorded=True).message_type == "0830"
    with pytest.raises(FrameRefused):
        read_frame(VERSIONS[:-1], is_recorded=True)


@pytest.mark.parametrize("length", [255, 256, 300, 512, 700, 4096])
def test_a_long_text_is_found_by_where_the_fields_end(length: int) -> None:
    content = text("x" * (length - 1))
    found = read_frame(frame("0500", {0xA1: b"\x34", 0xA2: content, 0xA3: i16(7)}))

    assert found.fields[0xA2] == Field(0, content[1:])
    assert found.fields[0xA3] == Field(2, b"\x07\x00")


def test_a_value_of_four_before_much_else_is_no_length() -> None:
    # Read as a length of two bytes, "01 04" would swallow the next 258 bytes.
    fields = {0xA1: b"\x34", 0xA3: u8(4), 0xA4: text("y" * 200), 0xA5: text("z" * 150)}
    found = read_frame(frame("0405", fields))

    assert found.fields[0xA3] == Field(1, b"\x04")
    assert found.fields[0xA5] == Field(0, b"z" * 150)


def test_the_last_text_does_not_take_the_checksum() -> None:
    content = live("0421", {0xFD: text("1764665502339")})

    assert read_frame(content).fields[0xFD] == Field(0, b"1764665502339")


def test_an_empty_field_does_not_shift_the_next_one() -> None:
    found = read_frame(live("0405", {0xA2: b"", 0xA3: u8(9)}))

    assert found.fields[0xA2] == Field(None, b"")
    assert found.fields[0xA3] == Field(1, b"\x09")


def test_a_frame_of_many_possible_lengths_is_read_in_bounded_time() -> None:
    # Each field could as well have a length of two bytes, and none of the ways ends right.
    content = bytes.fromhex("34") + b"".join(
        bytes([tag, 4, 1, 0, 0, 0]) for tag in range(0xA2, 0xFE)
    )
    broken = b"\xff\x09" + (10 + len(content) + 4).to_bytes(2, "little")
    broken += bytes.fromhex("03010f0405a101") + content + b"\xfe\x09"

    assert outcome_of(sealed(broken)) is Outcome.FIELDS
