"""A listener on a real broker: what it sends, what it hears, and how it starts over."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from solix_exporter.model.broker import BrokerAccess
from solix_exporter.mqtt.asking import Mode
from solix_exporter.mqtt.credentials import tls_context
from solix_exporter.mqtt.events import Answer, Connect, ConnectionState
from solix_exporter.mqtt.frames import Outcome
from solix_exporter.mqtt.requests import Request
from solix_exporter.mqtt.wire import Broker, opened
from tests.conftest import program
from tests.mqtt.broker import Authority, Mosquitto, soon
from tests.mqtt.listening import BANK, STATION, asked, listening
from tests.mqtt.messages import C1000_LIVE, i16, live, message


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    found = program("mosquitto", "mosquitto")
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Mosquitto(found, folder)
    await broker.start()
    yield broker
    await broker.stop()


def now_message(sequence: int = 1, at_s: float | None = None) -> tuple[str, bytes]:
    at_s = time.time() if at_s is None else at_s
    return message(live("0405", C1000_LIVE), sequence=sequence, at_s=int(at_s))


async def test_listening_sends_nothing_but_what_it_takes_to_listen(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    async with listening(mosquitto.authority.access(mosquitto.port), state) as heard:
        await heard.until(lambda: heard.record.subscriptions == (2, 0))
        async with mosquitto.client() as device:
            await device.publish(*now_message())
            await heard.until(lambda: len(heard.reports) == 1)
        assert heard.record.states[-1] is ConnectionState.CONNECTED
        assert list(state.iterdir()) == []
    await mosquitto.wait_for("Received DISCONNECT from 0123456789abcdef")

    own = [line for line in mosquitto.log if "0123456789abcdef" in line]
    assert not [line for line in own if "Received PUBLISH" in line]
    assert mosquitto.lines("as 0123456789abcdef0123456789abcdef01234567-anker_power_[0-9]{5} ")
    assert mosquitto.lines(r"\(p2, c1, k60")
    assert mosquitto.lines("dt/anker_power/A1761/4EJYH8ASEV3SGLA4/# ")
    assert heard.record.connects == [Connect.CONNECTED]
    assert heard.record.messages == {("A1761", "0405", Outcome.DECODED): 1}
    assert heard.reports[0].part_number == "A1761"
    assert heard.reports[0].valid_s == 60


async def test_devices_are_subscribed_to_eight_a_packet_and_fifty_a_connection(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    devices = [type(STATION)(f"SN{number:014}", "A1761") for number in range(60)]
    access = mosquitto.authority.access(mosquitto.port)
    async with listening(access, tmp_path, devices) as heard:
        await heard.until(lambda: heard.record.subscriptions == (60, 0))

    assert len(mosquitto.lines("Received SUBSCRIBE from")) == 7 + 2
    assert len(mosquitto.lines("New client connected")) == 2
    assert len(heard.fetches) == 1


async def test_a_broker_that_is_killed_and_comes_back_is_listened_to_again(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    access = mosquitto.authority.access(mosquitto.port)
    async with listening(access, tmp_path, [asked(STATION, Mode.REALTIME)]) as heard:
        await heard.until(lambda: heard.record.subscriptions == (1, 0))
        await mosquitto.wait_for("Received PUBLISH from")
        await mosquitto.stop()
        await heard.until(lambda: heard.record.subscriptions == (0, 0))
        assert heard.listener.status().problem
        mosquitto.log.clear()
        await mosquitto.start()
        await heard.until(lambda: heard.record.subscriptions == (1, 0))
        # Its answer to an earlier request would have been missed.
        await mosquitto.wait_for("Received PUBLISH from")

    assert len(heard.fetches) == 1


async def test_requests_go_to_the_configured_device_and_are_answered(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    access = mosquitto.authority.access(mosquitto.port)
    async with mosquitto.client() as device:
        await device.subscribe("cmd/#")
        async with listening(access, tmp_path, [asked(STATION, Mode.REALTIME), BANK]) as heard:
            request = await anext(aiter(device.messages))
            await device.publish(*now_message())
            await heard.until(lambda: bool(heard.record.requests))

    assert str(request.topic) == "cmd/anker_power/A1761/4EJYH8ASEV3SGLA4/req"
    assert heard.record.requests == [(Request.TRIGGER, Answer.ANSWERED)]
    assert len(mosquitto.lines("Received PUBLISH from 0123456789abcdef")) == 1


async def test_nobody_looks_nothing_is_asked(mosquitto: Mosquitto, tmp_path: Path) -> None:
    access, readers = mosquitto.authority.access(mosquitto.port), [False]
    devices = [asked(STATION, Mode.REALTIME), asked(BANK, Mode.REFRESH, 15)]
    async with listening(access, tmp_path, devices, has_reader=lambda: readers[0]) as heard:
        await heard.until(lambda: heard.record.subscriptions == (2, 0))
        async with mosquitto.client() as device:
            await device.publish(*now_message())
            await heard.until(lambda: len(heard.reports) == 1)
        assert not mosquitto.lines("Received PUBLISH from 0123456789abcdef")
        readers[0] = True
        await mosquitto.wait_for("Received PUBLISH from 0123456789abcdef", 2)


async def test_a_message_from_a_stranger_is_counted_and_not_shown(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    access = mosquitto.authority.access(mosquitto.port)
    async with listening(access, tmp_path, [STATION]) as heard:
        await heard.until(lambda: heard.record.subscriptions == (1, 0))
        _, payload = message(live("0405", {0xA6: i16(5)}), sn="STRANGER", sequence=1)
        async with mosquitto.client() as device:
            await device.publish(f"dt/anker_power/A1761/{STATION.sn}/x/y", b"rubbish")
            await device.publish(f"dt/anker_power/A1761/{STATION.sn}/param_info", payload)
            await heard.until(lambda: heard.record.messages.total() == 2)

    # The topic says whose it is: nobody else may publish there.
    assert [report.sn for report in heard.reports] == [STATION.sn]


async def test_messages_are_ordered_and_losses_counted(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    access = mosquitto.authority.access(mosquitto.port)
    async with listening(access, tmp_path, [STATION]) as heard:
        await heard.until(lambda: heard.record.subscriptions == (1, 0))
        async with mosquitto.client() as device:
            for sequence in (700, 701, 705, 703, 706, 2, 3):
                await device.publish(*now_message(sequence))
            await device.publish(*now_message(4, at_s=time.time() - 2 * 86400))
            await heard.until(lambda: heard.record.messages.total() == 8)

    assert [report.sequence for report in heard.reports] == [700, 701, 705, 706, 2, 3, 4]
    assert heard.record.lost == {STATION.sn: 3}
    assert heard.record.messages["A1761", "0405", Outcome.LATE] == 1
    assert abs(heard.reports[-1].measured_at.timestamp() - time.time()) < 3600


async def test_an_expired_certificate_is_named_and_not_shown_to_the_broker(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    access = mosquitto.authority.access(mosquitto.port, until=soon(-1))
    async with listening(access, tmp_path) as heard:
        await heard.state(ConnectionState.CERTIFICATE_EXPIRED)
        assert "certificate" in heard.listener.status().problem

    assert heard.record.connects == []
    assert 0 < heard.record.expires_s < time.time()
    assert not mosquitto.lines("New connection")


async def test_a_certificate_that_the_broker_does_not_know_is_a_failed_connection(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    foreign = Authority().access(mosquitto.port)
    own = mosquitto.authority.access(mosquitto.port)
    mixed = replace(
        own, certificate_pem=foreign.certificate_pem, private_key_pem=foreign.private_key_pem
    )
    async with listening(mixed, tmp_path) as heard:
        await heard.until(lambda: bool(heard.record.connects))
        assert heard.record.connects[0] in {Connect.TIMEOUT, Connect.TLS, Connect.UNREACHABLE}
        assert heard.listener.status().state is ConnectionState.CONNECTING
        assert heard.listener.status().problem


# The library leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_server_that_another_authority_vouches_for_is_not_talked_to(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    own = mosquitto.authority.access(mosquitto.port)
    async with listening(replace(own, root_ca_pem=Authority().pem), tmp_path) as heard:
        await heard.until(lambda: bool(heard.record.connects))

    gc.collect()
    assert heard.record.connects[0] is Connect.TLS
    assert not mosquitto.lines("New client connected")


async def test_a_second_client_with_the_same_id_is_noticed(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    access = mosquitto.authority.access(mosquitto.port)
    async with listening(access, tmp_path) as heard:
        for _ in range(2):
            mosquitto.log.clear()
            (line,) = await mosquitto.wait_for("New client connected from .* as 0123456789abcdef")
            await heard.until(lambda: heard.record.subscriptions == (2, 0))
            context = tls_context(access, tmp_path)
            client_id = line.split(" as ")[1].split()[0]
            broker = Broker("localhost", mosquitto.port, client_id, context)
            async with opened(broker, asyncio.Semaphore()):
                await heard.until(lambda: heard.record.subscriptions == (0, 0))
        await heard.state(ConnectionState.TAKEN_OVER)
        mosquitto.log.clear()
        (again,) = await mosquitto.wait_for("New client connected from .* as 0123456789abcdef")

    assert again.split(" as ")[1].split()[0] != line.split(" as ")[1].split()[0]


async def test_no_broker_is_a_state_of_its_own(tmp_path: Path) -> None:
    async with listening(BrokerAccess("", 8883, "user"), tmp_path) as heard:
        await heard.state(ConnectionState.NO_BROKER)
        assert "no broker" in heard.listener.status().problem
