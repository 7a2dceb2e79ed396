import pytest

from solix_exporter.mqtt.asking import Mode
from solix_exporter.mqtt.events import ConnectionState
from solix_exporter.mqtt.telling import tell_connection, tell_device, tell_more


@pytest.mark.parametrize("state", ConnectionState)
def test_every_state_is_told_in_a_sentence(state: ConnectionState) -> None:
    told = tell_connection(state, "no connection", 3, 0)

    assert told.state.endswith(".")
    assert "_" not in told.state
    if state not in {ConnectionState.CONNECTED, ConnectionState.OFF, ConnectionState.NO_BROKER}:
        assert told.todo.endswith(".")


@pytest.mark.parametrize(
    ("granted", "refused", "text"),
    [
        (1, 0, "Listens to the messages of 1 device."),
        (3, 0, "Listens to the messages of 3 devices."),
        (3, 2, "Listens to the messages of 3 devices; 2 more may not be listened to with this"),
    ],
)
def test_a_connection_says_how_many_devices_it_hears(granted: int, refused: int, text: str) -> None:
    assert tell_connection(ConnectionState.CONNECTED, "", granted, refused).state.startswith(text)


@pytest.mark.parametrize(
    ("part_number", "mode", "text"),
    [
        ("A1761", Mode.LISTEN, "values only while an app shows it"),
        ("A17C0", Mode.LISTEN, "a part of its values every minute, all while an app shows it"),
        ("A17C5", Mode.LISTEN, "a part of its values every 5 minutes, all while an app shows it"),
        ("A1761", Mode.REFRESH, "all values every 90 s, while somebody looks"),
        ("A1761", Mode.REALTIME, "all values every few seconds, while somebody looks"),
        ("A1761", Mode.OFF, "its messages are not listened to"),
        ("A17A5", Mode.REALTIME, "its messages cannot be read"),
    ],
)
def test_what_a_device_gives(part_number: str, mode: Mode, text: str) -> None:
    assert tell_device(part_number, mode, 90) == text


def test_the_line_that_gives_more_is_one_for_the_file_and_names_its_cost() -> None:
    line = tell_more("SN1", "A1761", Mode.LISTEN)

    assert "`SN1: {mqtt: refresh}`" in line
    assert "0.9 MB per hour" in line
    assert tell_more("SN1", "A1761", Mode.OFF).startswith("`SN1: {mqtt: listen}`")
    assert tell_more("SN1", "A1761", Mode.REALTIME) == ""
    assert tell_more("SN1", "A17A5", Mode.LISTEN) == ""
