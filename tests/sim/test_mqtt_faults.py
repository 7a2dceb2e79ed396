"""Each fault of the broker and of the devices does what it says."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import pytest
from cryptography import x509

from solix_exporter.clock import ManualClock
from solix_exporter.sim import MqttFault, MqttFaultKind
from tests.sim.conftest import StartCloud
from tests.sim.mqtt_client import (
    STATUS,
    TRIGGER_300_S,
    DamagedFrameError,
    Received,
    connected,
    fields,
    received,
    tls_context,
)
from tests.sim.mqtt_devices import decoded
from tests.sim.test_messages import MQTT_INFO, Listener, listening

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, DamagedFrameError)


@pytest.fixture
async def stations(start_cloud: StartCloud, tmp_path: Path) -> AsyncIterator[Listener]:
    async with listening(start_cloud, tmp_path, "pps") as listener:
        yield listener


async def ask(listener: Listener, pn: str = "A1761") -> Received:
    await listener.ask(listener.sn(pn), STATUS)
    return await listener.client.receive()


def switch_on(listener: Listener, kind: str, **options: float | str | None) -> None:
    listener.cloud.mqtt.faults.add(MqttFault(kind, **options))  # type: ignore[arg-type]  # its fields


async def test_refused_subscriptions(stations: Listener) -> None:
    sn, other = stations.sn("A1761"), stations.sn("A1763")
    switch_on(stations, "mqtt_refuse", sn=sn)
    assert await stations.client.subscribe("A1761", sn) == 0x80
    assert await stations.client.subscribe("A1763", other) == 0


async def test_rejected_connections(stations: Listener, tmp_path: Path) -> None:
    switch_on(stations, "mqtt_reject", times=1)
    with pytest.raises(aiomqtt.MqttError, match="Not authorized"):
        async with connected(stations.client.material, tmp_path, "00002"):
            pass
    async with connected(stations.client.material, tmp_path, "00002"):
        pass


async def test_a_mute_broker(stations: Listener) -> None:
    switch_on(stations, "mqtt_mute", times=1)
    sn = stations.sn("A1761")
    await stations.ask(sn, STATUS, STATUS)
    first = await stations.client.receive()
    stations.cloud.mqtt.faults.clear()
    second = await ask(stations)
    assert second.head["msg_seq"] == first.head["msg_seq"] + 1
    assert len([entry for entry in stations.cloud.mqtt.log if entry.kind == "PUBLISH"]) == 3


async def test_a_device_that_is_offline(stations: Listener) -> None:
    switch_on(stations, "mqtt_offline", sn=stations.sn("A1761"))
    await stations.ask(stations.sn("A1761"), STATUS, TRIGGER_300_S)
    assert (await ask(stations, "A1790")).pn == "A1790"


async def test_a_dropped_connection(stations: Listener) -> None:
    switch_on(stations, "mqtt_drop", times=1)
    await stations.ask(stations.sn("A1761"), STATUS)
    with pytest.raises(aiomqtt.MqttError):
        await stations.client.receive()
    assert stations.cloud.mqtt.client_ids == ()


async def test_a_client_id_that_is_taken_over(start_cloud: StartCloud, tmp_path: Path) -> None:
    cloud, http = await start_cloud(scenario="pps")
    material = await http.ask(MQTT_INFO)
    cloud.mqtt.faults.add(MqttFault("mqtt_take_over", times=1))
    with pytest.raises(aiomqtt.MqttError):
        async with connected(material, tmp_path) as client:
            await client.payload()
    async with connected(material, tmp_path) as client:
        (sn, *_) = cloud.mqtt.serials
        assert await client.subscribe("A1761", sn) == 0


async def test_an_expired_certificate(
    start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
) -> None:
    cloud, http = await start_cloud(scenario="pps")
    cloud.mqtt.faults.add(MqttFault("mqtt_expired", times=1))
    expired, renewed = await http.ask(MQTT_INFO), await http.ask(MQTT_INFO)
    ends = [
        x509.load_pem_x509_certificate(item["certificate_pem"].encode()).not_valid_after_utc
        for item in (expired, renewed)
    ]
    assert ends[0] < min(clock.now(), datetime.now(UTC)) < ends[1]
    host, port = expired["endpoint_addr"].split(":")
    context = tls_context(expired, tmp_path)
    # With TLS 1.3 the refusal comes with the first read; a client library waits for it in vain.
    reader, writer = await asyncio.open_connection(host, int(port), ssl=context)
    with pytest.raises((OSError, EOFError)):
        await reader.readexactly(1)
    writer.transport.abort()
    async with connected(renewed, tmp_path):
        pass


async def test_a_wrong_checksum(stations: Listener) -> None:
    switch_on(stations, "mqtt_checksum", times=1)
    damaged = await ask(stations)
    with pytest.raises(DamagedFrameError):
        fields(damaged.frame)
    assert decoded("A1761", "0405", (await ask(stations)).frame)


async def test_a_flood(stations: Listener) -> None:
    switch_on(stations, "mqtt_flood", value=40, times=1)
    first = await ask(stations)
    sequence = [(await stations.client.receive()).head["msg_seq"] for _ in range(39)]
    assert sequence == [first.head["msg_seq"] + number for number in range(1, 40)]
    assert (await ask(stations)).head["msg_seq"] == sequence[-1] + 1


async def test_rubbish(stations: Listener) -> None:
    switch_on(stations, "mqtt_rubbish", times=26)
    seen = set()
    for _ in range(26):
        await stations.ask(stations.sn("A1761"), STATUS)
        payload = await stations.client.payload()
        seen.add(payload)
        with pytest.raises(UNREADABLE):
            fields(received("", payload).frame)
    assert len(seen) >= 13
    assert decoded("A1761", "0405", (await ask(stations)).frame)


async def test_gaps(stations: Listener) -> None:
    switch_on(stations, "mqtt_gaps")
    sn = stations.sn("A1761")
    await stations.ask(sn, *[STATUS] * 10)
    sequence = [(await stations.client.receive()).head["msg_seq"] for _ in range(5)]
    assert [number - sequence[0] for number in sequence] == [0, 2, 4, 6, 8]


@pytest.mark.parametrize(("value", "off_s"), [(None, 172800), (-90000, -90000)])
async def test_a_clock_that_is_off(
    stations: Listener, clock: ManualClock, value: float | None, off_s: int
) -> None:
    switch_on(stations, "mqtt_clock", value=value)
    told = (await ask(stations)).head["timestamp"]
    assert told - int(clock.now().timestamp()) == off_s


@pytest.mark.parametrize(
    ("pn", "request_", "kind", "hours"),
    [("A1761", STATUS, "0405", 6553.5), ("A1763", TRIGGER_300_S, "0421", 1092.3)],
)
async def test_no_estimate(
    stations: Listener, pn: str, request_: bytes, kind: str, hours: float
) -> None:
    sn = stations.sn(pn)
    assert stations.cloud.mqtt.readings(sn)[kind]["remaining_time_hours"] is not None
    switch_on(stations, "mqtt_sentinel")
    await stations.ask(sn, request_)
    message = (await stations.client.receive_kinds([kind]))[kind]
    assert decoded(pn, kind, message.frame)["remaining_time_hours"] == pytest.approx(hours)
    assert stations.cloud.mqtt.readings(sn)[kind]["remaining_time_hours"] is None


@pytest.mark.parametrize(("value", "true_c"), [(None, -12), (-1, -1)])
async def test_frost_and_an_empty_pack(
    stations: Listener, value: float | None, true_c: int
) -> None:
    switch_on(stations, "mqtt_below_zero", value=value)
    switch_on(stations, "mqtt_empty_pack")
    found = decoded("A1761", "0405", (await ask(stations)).frame)
    truth = stations.cloud.mqtt.readings(stations.sn("A1761"))["0405"]
    assert found["temperature"] == truth["temperature"] == true_c
    assert found["exp_1_temperature"] == truth["exp_1_temperature"] == true_c
    assert found["exp_1_soc"] == truth["exp_1_soc"] == 0
    assert found["main_battery_soc"] == truth["main_battery_soc"] != 0


async def test_numbers_that_are_none(start_cloud: StartCloud, tmp_path: Path) -> None:
    async with listening(start_cloud, tmp_path, "sb3") as listener:
        switch_on(listener, "mqtt_nan", times=1)
        found = decoded("A17C5", "0405", (await ask(listener, "A17C5")).frame)
        assert math.isnan(found["photovoltaic_power"])
        assert math.isnan(found["pv_yield"])
        assert 0 <= found["battery_soc"] <= 100
        again = decoded("A17C5", "0405", (await ask(listener, "A17C5")).frame)
        assert again["pv_yield"] > 0


async def test_encrypted_frames(stations: Listener) -> None:
    plain = await ask(stations)
    switch_on(stations, "mqtt_encrypted", times=1)
    message = await ask(stations)
    assert message.kind == "4405"
    assert len(message.frame) == len(plain.frame)
    assert plain.frame[9:60] not in message.frame


async def test_fragments(stations: Listener) -> None:
    switch_on(stations, "mqtt_fragment", times=1)
    message = await ask(stations)
    assert (message.kind, message.frame[9]) == ("8405", 0x12)
    assert int.from_bytes(message.frame[2:4], "little") == len(message.frame)


async def test_a_restart_of_the_device(stations: Listener) -> None:
    assert (await ask(stations)).head["msg_seq"] > 1000
    switch_on(stations, "mqtt_restart", times=1)
    assert [(await ask(stations)).head["msg_seq"] for _ in range(2)] == [1, 2]


async def test_a_restart_of_the_broker(stations: Listener) -> None:
    stations.cloud.mqtt.cut_connections()
    with pytest.raises(aiomqtt.MqttError):
        await stations.client.receive()


def test_all_kinds_are_known_by_their_names() -> None:
    assert all(kind.value.startswith("mqtt_") for kind in MqttFaultKind)
    tested = Path(__file__).read_text()
    assert [kind for kind in MqttFaultKind if json.dumps(kind.value) not in tested] == []


def test_an_unknown_kind_is_refused(stations: Listener) -> None:
    with pytest.raises(ValueError, match="mqtt_none"):
        switch_on(stations, "mqtt_none")
