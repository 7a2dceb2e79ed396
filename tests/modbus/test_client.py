"""The reading client: exact answers give words, everything else ends the connection."""

import asyncio
import random
import socket
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.errors import ModbusError, ReadRefused
from solix_exporter.modbus.answers import Request, Verdict
from solix_exporter.modbus.client import Function, RegisterClient
from tests.modbus import scripted
from tests.modbus.mutation import WRONG, Change, is_exact, mutate, spoiling


def client_of(
    device: scripted.ScriptedDevice, host: str = "127.0.0.1", answer_s: float = 60
) -> RegisterClient:
    return RegisterClient(host, device.port, SystemClock(), answer_s=answer_s)


async def outcome(client: RegisterClient, address: int = 10001, count: int = 10) -> str:
    try:
        await client.read(Function.INPUT, address, count)
    except ModbusError as error:
        return error.outcome
    return "success"


async def test_words_are_read_with_the_function_that_is_asked_for() -> None:
    device = scripted.max_ac()
    async with scripted.running(device):
        client = client_of(device)
        await client.connect()
        assert await client.read(Function.INPUT, 10014, 2) == (87, 99)
        assert await client.read(Function.HOLDING, 60000, 4) == (95, 10, 30, 1)
        client.close()
    assert device.requests == [(4, 10014, 2), (3, 60000, 4)]


async def test_an_exception_leaves_the_connection_open() -> None:
    device = scripted.max_ac()
    device.exceptions[10014] = 6
    async with scripted.running(device):
        client = client_of(device)
        await client.connect()
        with pytest.raises(ReadRefused) as refused:
            await client.read(Function.INPUT, 10014, 2)
        assert refused.value.code == 6
        assert await client.read(Function.INPUT, 10036, 2) == (0, 1000)
        client.close()
    assert device.connections == 1


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
async def test_a_wrong_answer_gives_no_words_and_ends_the_connection(change: Change) -> None:
    device = scripted.max_ac()
    async with scripted.running(device):
        client = client_of(device)
        await client.connect()
        assert await outcome(client) == "success"
        device.spoil = spoiling(change)
        assert await outcome(client) == "malformed"
        assert not client.is_connected


async def test_an_answer_in_single_bytes_is_read() -> None:
    async def dribble(frame: bytes, writer: asyncio.StreamWriter) -> bytes | None:
        for byte in frame:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(0)
        return None

    device = scripted.max_ac()
    device.spoil = dribble
    async with scripted.running(device):
        client = client_of(device)
        await client.connect()
        assert await client.read(Function.INPUT, 10014, 2) == (87, 99)
        client.close()


async def test_silence_ends_the_connection() -> None:
    async def silent(_frame: bytes, _writer: asyncio.StreamWriter) -> bytes | None:
        return None

    device = scripted.max_ac()
    device.spoil = silent
    async with scripted.running(device):
        client = client_of(device, answer_s=1)
        await client.connect()
        assert await outcome(client) == "timeout"
        assert not client.is_connected


async def test_a_late_answer_is_never_taken_for_the_next_one() -> None:
    held: list[bytes] = []

    async def late(frame: bytes, _writer: asyncio.StreamWriter) -> bytes | None:
        """Answer each request with the answer to the one before."""
        held.append(frame)
        return held[-2] if len(held) > 1 else None

    device = scripted.max_ac()
    device.spoil = late
    async with scripted.running(device):
        client = client_of(device, answer_s=1)
        await client.connect()
        assert await outcome(client, 10014, 2) == "timeout"
        assert await outcome(client, 10036, 2) == "reset"
        await client.connect()
        # Held back by a proxy, the first answer comes over another connection.
        assert await outcome(client, 10038, 2) == "malformed"
    assert device.connections == 2


async def test_bytes_that_nobody_asked_for_end_the_connection() -> None:
    async def twice(frame: bytes, writer: asyncio.StreamWriter) -> bytes | None:
        writer.write(frame)
        await writer.drain()
        await asyncio.sleep(0.02)
        return frame

    device = scripted.max_ac()
    device.spoil = twice
    async with scripted.running(device):
        client = client_of(device)
        await client.connect()
        assert await outcome(client) == "success"
        assert await outcome(client) == "malformed"


async def test_a_reset_is_told_at_once_and_not_after_the_time_out() -> None:
    async def reset(_frame: bytes, writer: asyncio.StreamWriter) -> bytes | None:
        writer.transport.abort()
        return None

    device = scripted.max_ac()
    device.spoil = reset
    async with scripted.running(device):
        client = RegisterClient("127.0.0.1", device.port, SystemClock(), answer_s=3600)
        await client.connect()
        assert await outcome(client) == "reset"


async def test_a_port_that_is_closed_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = RegisterClient("127.0.0.1", port, SystemClock())
    with pytest.raises(ModbusError) as refused:
        await client.connect()
    assert refused.value.outcome == "refused"


async def test_a_name_that_nobody_knows() -> None:
    client = RegisterClient("no-such-host.invalid", 502, SystemClock())
    with pytest.raises(ModbusError) as unknown:
        await client.connect()
    assert unknown.value.outcome == "dns"


@pytest.mark.parametrize("host", ["::1", "localhost"])
async def test_ipv6_and_names_with_several_addresses(host: str) -> None:
    """A device that listens on one of the addresses of a name is found."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    device = scripted.max_ac()
    try:
        async with scripted.running(device, "::1" if host == "::1" else "127.0.0.1"):
            client = client_of(device, host)
            await client.connect()
            assert await outcome(client) == "success"
            client.close()
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


async def test_requests_keep_50_ms_between_them() -> None:
    clock = ManualClock(datetime(2026, 6, 20, tzinfo=UTC))
    async with scripted.running(scripted.max_ac()) as device:
        client = RegisterClient("127.0.0.1", device.port, clock)
        await client.connect()
        for _ in range(3):
            await client.read(Function.INPUT, 10014, 2)
        client.close()
    # Only who sleeps moves this clock.
    assert clock.monotonic() == pytest.approx(0.1)


REQUEST = Request(transaction=7, unit=1, function=4, count=5)
ANSWER = struct.pack(">HHHBBB5H", 7, 0, 13, 1, 4, 10, 1, 2, 3, 4, 5)


@given(st.randoms(use_true_random=False))
def test_only_exact_bytes_are_taken_for_an_answer(dice: random.Random) -> None:
    received = mutate(ANSWER, dice)
    verdict = REQUEST.verdict(received)
    assert (verdict is Verdict.EXACT) == is_exact(received, ANSWER)
    if verdict is Verdict.INCOMPLETE:
        assert len(received) < len(ANSWER)


@given(st.integers(0, len(ANSWER) - 1))
def test_the_beginning_of_an_answer_is_waited_for(length: int) -> None:
    assert REQUEST.verdict(ANSWER[:length]) is Verdict.INCOMPLETE
