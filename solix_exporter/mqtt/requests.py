"""The five frames that can be sent; there is no other way to publish, so nothing else can leave.

Two ask a device to report its values for a while, three to report them once. None changes a
setting or switches anything.
"""

from base64 import b64encode
from dataclasses import dataclass
from enum import Enum

import orjson

from solix_exporter.model.broker import BrokerAccess
from solix_exporter.mqtt.frames import checksum

TRIGGER_S = 300
"""For how long a device keeps reporting; the app asks for the same."""
SHORT_TRIGGER_S = 30
CHARGER_TRIGGER_S = 10
"""What USB chargers do, whatever is asked of them."""


class Request(Enum):
    """The requests; the value is the type of the frame, and the `kind` label."""

    TRIGGER = "0057"
    CHARGER_TRIGGER = "020b"
    STATUS = "0040"
    CHARGER_STATUS = "0200"
    STATION_STATUS = "0100"

    @property
    def is_trigger(self) -> bool:
        """Return whether a device keeps reporting after it."""
        return self in {Request.TRIGGER, Request.CHARGER_TRIGGER}


_MARK = bytes.fromhex("a10122")
_ON_FOR = bytes.fromhex("a2020101a30503")
_STATUS_OF_ALL = bytes.fromhex("a2020401")
_TIME = bytes.fromhex("fe0503")
_HEADER = bytes.fromhex("03000f")
_U32_BYTES = 4


def frame_of(request: Request, at_s: float, duration_s: int = TRIGGER_S) -> bytes:
    """Return the frame of a request; `duration_s` matters to `TRIGGER` alone.

    `at_s` is the time, seconds since 1970.
    """
    body = _MARK
    if request is Request.TRIGGER:
        body += _ON_FOR + _u32(duration_s)
    elif request is Request.STATION_STATUS:
        body += _STATUS_OF_ALL
    body = _HEADER + bytes.fromhex(request.value) + body + _TIME + _u32(int(at_s))
    length = 2 + 2 + len(body) + 1
    frame = b"\xff\x09" + length.to_bytes(2, "little") + body
    return frame + bytes([checksum(frame)])


def _u32(number: int) -> bytes:
    return number.to_bytes(_U32_BYTES, "little")


@dataclass(frozen=True, slots=True)
class Addressee:
    """The device that a request goes to."""

    sn: str
    part_number: str
    owner_user_id: str = ""
    """Whose it is, where it is shared with the account."""


def topic_of(device: Addressee, app_name: str) -> str:
    """Return the topic that a device listens to."""
    return f"cmd/{app_name}/{device.part_number}/{device.sn}/req"


def payload_of(device: Addressee, access: BrokerAccess, frame: bytes, at_s: float) -> bytes:
    """Return the message around a frame."""
    app, user = access.app_name, access.user_id
    head = {
        "version": "1.0.0.1",
        "client_id": f"android-{app}-{user}-{access.certificate_id}",
        "sess_id": "1234-5678",
        "msg_seq": 1,
        "seed": 1,
        "timestamp": int(at_s),
        "cmd_status": 2,
        "cmd": 17,
        "sign_code": 1,
        "device_pn": device.part_number,
        "device_sn": device.sn,
    }
    body = {
        "device_sn": device.sn,
        "account_id": device.owner_user_id or user,
        "data": b64encode(frame).decode(),
    }
    return orjson.dumps({"head": head, "payload": orjson.dumps(body).decode()})
