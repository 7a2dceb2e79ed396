"""The five frames, byte by byte as the worked examples: 300 s, at 1760711009."""

import json
from base64 import b64decode

import pytest

from solix_exporter.model.broker import BrokerAccess
from solix_exporter.mqtt.asking import Asking, ListenedDevice, Mode, Pace, silence_s
from solix_exporter.mqtt.events import Answer
from solix_exporter.mqtt.frames import checksum
from solix_exporter.mqtt.requests import Addressee, Request, frame_of, payload_of, topic_of
from tests.mqtt.listening import Record

AT_S = 1760711009
EXAMPLES = {
    Request.TRIGGER: "ff091f0003000f0057a10122a2020101a305032c010000fe05036151f2684a",
    Request.CHARGER_TRIGGER: "ff09140003000f020ba10122fe05036151f26837",
    Request.STATUS: "ff09140003000f0040a10122fe05036151f2687e",
    Request.CHARGER_STATUS: "ff09140003000f0200a10122fe05036151f2683c",
    Request.STATION_STATUS: "ff09180003000f0100a10122a2020401fe05036151f26896",
}
STATION = ListenedDevice("STATION", "A1761", Mode.REALTIME)


@pytest.mark.parametrize("request_kind", Request)
def test_a_frame_is_the_worked_example(request_kind: Request) -> None:
    assert frame_of(request_kind, AT_S).hex() == EXAMPLES[request_kind]


def test_a_trigger_says_for_how_long() -> None:
    frame = frame_of(Request.TRIGGER, AT_S, 30)

    assert frame[19:23] == bytes.fromhex("1e000000")
    assert checksum(frame) == 0


@pytest.mark.parametrize(("owner", "account"), [("", "user"), ("owner", "owner")])
def test_the_message_around_it(owner: str, account: str) -> None:
    access = BrokerAccess("broker", 8883, "user", "anker_power", certificate_id="123")
    device = Addressee("STATION", "A1761", owner)
    frame = frame_of(Request.STATUS, AT_S)
    payload = payload_of(device, access, frame, AT_S)
    message = json.loads(payload)

    assert b" " not in payload
    assert topic_of(device, "anker_power") == "cmd/anker_power/A1761/STATION/req"
    assert message["head"] == {
        "version": "1.0.0.1",
        "client_id": "android-anker_power-user-123",
        "sess_id": "1234-5678",
        "msg_seq": 1,
        "seed": 1,
        "timestamp": AT_S,
        "cmd_status": 2,
        "cmd": 17,
        "sign_code": 1,
        "device_pn": "A1761",
        "device_sn": "STATION",
    }
    body = json.loads(message["payload"])
    assert (body["device_sn"], body["account_id"]) == ("STATION", account)
    assert b64decode(body["data"]) == frame


class Life:
    """A device that is asked at the pace of one message a second, for so many seconds."""

    def __init__(self, *devices: ListenedDevice) -> None:
        self.record = Record()
        self.is_read = True
        self.asking = Asking(self.record, lambda: self.is_read)
        self.devices = list(devices)
        self.sent: list[tuple[int, str, Request, int]] = []
        self.pace = Pace()

    def run(self, start: int, end: int, answers: bool = False) -> list[tuple[int, Request]]:  # noqa: FBT001, FBT002
        """Return what was sent between two times, in seconds."""
        before = len(self.sent)
        for now in range(start, end):
            question = self.asking.next_question(self.devices, now) if self.free(now) else None
            if question is not None:
                self.pace.take(now)
                self.asking.asked(question, now)
                row = (now, question.device.sn, question.request, question.duration_s)
                self.sent.append(row)
            if answers:
                for device in self.devices:
                    self.asking.heard(device.sn, now)
        return [(at, request) for at, _, request, _ in self.sent[before:]]

    def free(self, now: int) -> bool:
        return self.pace.is_free(now)


def test_listening_asks_nothing() -> None:
    assert Life(ListenedDevice("S", "A1761")).run(0, 3600) == []


def test_real_time_is_armed_again_before_it_ends() -> None:
    sent = Life(STATION).run(100, 1000, answers=True)

    assert sent == [(at, Request.TRIGGER) for at in (100, 390, 680, 970)]


def test_silence_has_one_more_request_and_three_in_vain_a_pause() -> None:
    life = Life(STATION)

    assert [at for at, _ in life.run(100, 1000)] == [100, 120, 410, 700, 990]
    assert life.record.requests[:3] == [(Request.TRIGGER, Answer.UNANSWERED)] * 3


def test_a_pause_after_three_requests_without_an_answer() -> None:
    life = Life(ListenedDevice("S", "A17C0", Mode.REFRESH, 30))
    sent = life.run(100, 300)

    # 100, 130 and 160 were given up at 180; the pause ends at 240.
    assert sent[:3] == [(100, Request.STATUS), (130, Request.STATUS), (160, Request.STATUS)]
    # What answers no request for one message is asked to report for a while.
    assert sent[3:] == [(240, Request.TRIGGER), (270, Request.TRIGGER)]
    assert [row[3] for row in life.sent[3:]] == [30, 30]


@pytest.mark.parametrize(
    ("part_number", "request_kind"),
    [
        ("A17C0", Request.STATUS),
        ("A17C5", Request.STATUS),
        ("A1753", Request.STATUS),
        ("AS220", Request.STATION_STATUS),
        ("A2345", Request.CHARGER_STATUS),
        ("A1761", Request.TRIGGER),
        ("A1783", Request.TRIGGER),
    ],
)
def test_a_refresh_uses_the_cheapest_way(part_number: str, request_kind: Request) -> None:
    life = Life(ListenedDevice("S", part_number, Mode.REFRESH, 60))

    assert life.run(100, 250, answers=True) == [(at, request_kind) for at in (100, 160, 220)]
    assert life.sent[0][3] == (30 if request_kind.is_trigger else 0)


def test_a_usb_charger_is_armed_again_every_nine_seconds() -> None:
    sent = Life(ListenedDevice("S", "A2345", Mode.REALTIME)).run(100, 130, answers=True)

    assert sent == [(at, Request.CHARGER_TRIGGER) for at in (100, 109, 118, 127)]


@pytest.mark.parametrize("mode", [Mode.REALTIME, Mode.REFRESH])
def test_a_resting_device_is_asked_every_quarter_of_an_hour(mode: Mode) -> None:
    life = Life(ListenedDevice("S", "A1761", mode, 15, is_resting=True))

    assert [at for at, _ in life.run(100, 2000)] == [100, 1000, 1900]


def test_a_model_without_a_table_is_not_asked() -> None:
    assert Life(ListenedDevice("S", "A17A5", Mode.REALTIME)).run(100, 500) == []


def test_nothing_is_asked_without_a_reader_and_at_once_when_one_comes() -> None:
    life = Life(STATION)
    life.is_read = False
    assert life.run(100, 2000) == []

    life.is_read = True
    assert life.run(2000, 2002) == [(2000, Request.TRIGGER)]


def test_many_devices_are_asked_one_a_second() -> None:
    devices = [ListenedDevice(f"S{number}", "A1761", Mode.REALTIME) for number in range(20)]
    sent = Life(*devices).run(100, 200, answers=True)

    assert [at for at, _ in sent] == list(range(100, 120))


@pytest.mark.parametrize(
    ("part_number", "expected"), [("A17C0", 120), ("A17C5", 480), ("A1761", None), ("X", None)]
)
def test_the_silence_that_is_too_long(part_number: str, expected: float | None) -> None:
    assert silence_s(ListenedDevice("S", part_number)) == expected
