"""Whatever arrives: no exception comes out, and no value of a damaged frame."""

from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.mqtt.frames import Outcome
from tests.mqtt.mutations import WHOLE, check, encoded, example

TOPIC = "dt/anker_power/A1761/SN/param_info"


def test_the_messages_that_are_damaged_are_right_before() -> None:
    for model, frame in WHOLE:
        found = check(f"dt/anker_power/{model}/SN/param_info", encoded(frame))
        assert found.outcome is Outcome.DECODED
        assert found.readings, model


def test_thousands_of_damaged_messages() -> None:
    outcomes = {check(*example(seed)).outcome for seed in range(4000)}

    assert {
        Outcome.DECODED,
        Outcome.ENVELOPE,
        Outcome.LENGTH,
        Outcome.CHECKSUM,
        Outcome.FIELDS,
        Outcome.PREFIX,
    } <= outcomes


@given(st.text(), st.binary(max_size=2000))
def test_any_topic_and_payload(topic: str, payload: bytes) -> None:
    check(topic, payload)


@given(st.sampled_from(WHOLE), st.data())
def test_any_single_change_of_a_frame(whole: tuple[str, bytes], data: st.DataObject) -> None:
    model, frame = whole
    place = data.draw(st.integers(0, len(frame) - 1))
    changed = bytearray(frame)
    changed[place] ^= data.draw(st.integers(1, 255))

    found = check(f"dt/anker_power/{model}/SN/param_info", encoded(bytes(changed)))

    assert not found.readings
