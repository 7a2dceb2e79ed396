"""Each fault as it is on the wire, what it leaves alone, and that it ends."""

import asyncio
import struct
import time
from pathlib import Path

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import LocalNetwork, ModbusFault, ModbusFaultKind
from solix_exporter.sim.modbus.answers import other_serial
from tests.sim.modbus.raw_reader import ModbusExceptionError, RawReader, connected

RIGHT_SIZE = 7 + 2 + 2 * 10
"""Of the answer to `ask_ten`."""


def ask_ten(reader: RawReader) -> None:
    reader.send_read(10008, 10)


async def frame(reader: RawReader, size: int = RIGHT_SIZE) -> tuple[tuple[int, ...], bytes]:
    """Return transaction, protocol, length, unit, function and byte count, and what follows."""
    raw = await reader.received(size)
    return struct.unpack(">HHHBBB", raw[:9]), raw[9:]


async def right_frame(network: LocalNetwork) -> tuple[tuple[int, ...], bytes]:
    async with connected(network.devices[0][1]) as reader:
        ask_ten(reader)
        return await frame(reader)


HEADERS = {
    ModbusFaultKind.WRONG_TRANSACTION: (0, 0, 23, 1, 4, 20),
    ModbusFaultKind.WRONG_PROTOCOL: (1, 1, 23, 1, 4, 20),
    ModbusFaultKind.WRONG_LENGTH: (1, 0, 25, 1, 4, 20),
    ModbusFaultKind.WRONG_UNIT: (1, 0, 23, 2, 4, 20),
    ModbusFaultKind.WRONG_FUNCTION: (1, 0, 23, 1, 3, 20),
    ModbusFaultKind.WRONG_COUNT: (1, 0, 23, 1, 4, 18),
}


@pytest.mark.parametrize("kind", HEADERS)
async def test_one_field_is_wrong_and_all_else_is_right(
    network: LocalNetwork, kind: ModbusFaultKind
) -> None:
    right = await right_frame(network)
    assert right[0] == (1, 0, 23, 1, 4, 20)
    network.faults.add(ModbusFault(kind))
    async with connected(network.devices[0][1]) as reader:
        ask_ten(reader)
        assert await frame(reader) == (HEADERS[kind], right[1])
    network.faults.clear()
    assert await right_frame(network) == right


@pytest.mark.parametrize(
    ("kind", "count"), [(ModbusFaultKind.FEWER, 9), (ModbusFaultKind.MORE, 11)]
)
async def test_a_frame_that_is_right_has_another_number_of_registers(
    network: LocalNetwork, kind: ModbusFaultKind, count: int
) -> None:
    right = (await right_frame(network))[1]
    network.faults.add(ModbusFault(kind))
    async with connected(network.devices[0][1]) as reader:
        ask_ten(reader)
        header, words = await frame(reader, 9 + 2 * count)
        assert header == (1, 0, 3 + 2 * count, 1, 4, 2 * count)
        assert words[:18] == right[:18]


async def test_half_of_an_answer_is_all_there_is(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.TRUNCATED, times=1))
    async with connected(network.devices[0][1]) as reader:
        ask_ten(reader)
        assert len(await reader.received(RIGHT_SIZE // 2)) == 14
        # What comes next is the answer to the next request.
        ask_ten(reader)
        assert (await frame(reader))[0][0] == 2


async def test_three_bytes_follow_an_answer(network: LocalNetwork) -> None:
    right = await right_frame(network)
    network.faults.add(ModbusFault(ModbusFaultKind.TRAILING))
    async with connected(network.devices[0][1]) as reader:
        ask_ten(reader)
        assert await frame(reader) == right
        assert await reader.received(3) == b"\x00\x01\x02"


async def test_garbage_is_no_frame(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.GARBAGE))
    async with connected(network.devices[0][1]) as reader:
        ask_ten(reader)
        assert (await reader.received(6))[2:] == b"HTTP"


async def test_connections_are_refused_and_the_port_stays_the_devices(
    network: LocalNetwork,
) -> None:
    port = network.devices[0][1]
    for _ in range(3):
        async with connected(port) as reader:
            await reader.words(10000, 2)
            network.faults.add(ModbusFault(ModbusFaultKind.REFUSE))
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.words(10000, 2)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        network.faults.clear()
        async with connected(port) as reader:
            await reader.words(10000, 2)


async def test_a_device_may_refuse_from_the_start(clock: ManualClock) -> None:
    network = LocalNetwork(clock, "max-ac")
    network.faults.add(ModbusFault(ModbusFaultKind.REFUSE, target="AE1X0"))
    await network.start()
    (_, bank_port, _), (_, meter_port, _), _ = network.devices
    try:
        async with connected(bank_port) as reader:
            await reader.words(10000, 2)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", meter_port)
    finally:
        await network.stop()


async def test_a_mute_device_takes_requests_and_answers_none(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.MUTE, times=2))
    async with connected(network.devices[0][1]) as reader:
        for _ in range(3):
            ask_ten(reader)
        assert (await frame(reader))[0][0] == 3
    assert len(network.requests) == 3


async def test_a_connection_is_reset(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.RESET, times=1))
    async with connected(network.devices[0][1]) as reader:
        with pytest.raises(ConnectionResetError):
            await reader.words(10000, 2)
    async with connected(network.devices[0][1]) as reader:
        await reader.words(10000, 2)


@pytest.mark.parametrize(("value", "code"), [(None, 6), (5, 5), (10, 10)])
async def test_a_busy_device_answers_with_an_exception(
    network: LocalNetwork, value: float | None, code: int
) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.BUSY, value=value, times=1))
    async with connected(network.devices[0][1]) as reader:
        with pytest.raises(ModbusExceptionError, match=str(code)):
            await reader.words(10000, 2)
        await reader.words(10000, 2)


async def test_a_late_answer_is_right_and_keeps_the_next_one_waiting(
    network: LocalNetwork,
) -> None:
    right = await right_frame(network)
    network.faults.add(ModbusFault(ModbusFaultKind.LATE, times=1, value=0.2))
    async with connected(network.devices[0][1]) as reader:
        started = time.monotonic()
        ask_ten(reader)
        ask_ten(reader)
        assert await frame(reader) == right
        assert time.monotonic() - started >= 0.19
        assert (await frame(reader))[0][0] == 2


async def test_all_registers_may_be_zero(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.ZEROS))
    for (_, port, _), (first, count) in zip(
        network.devices, [(10000, 51), (10620, 27), (30000, 37)], strict=True
    ):
        async with connected(port) as reader:
            assert set(await reader.words(first, count)) == {0}


async def double(reader: RawReader, address: int) -> int:
    high, low = await reader.words(address, 2)
    return high << 16 | low


TOTALS = {"A17E2": (10018, 10022, 10026, 10030, 10034, 10262, 10264), "AE1X0": (10656, 10664)}


@pytest.mark.parametrize(("value", "steps"), [(None, 50), (12_000, 120)])
async def test_totals_run_backwards(network: LocalNetwork, value: float | None, steps: int) -> None:
    for _, port, device in network.devices:
        async with connected(port) as reader:
            for address in TOTALS.get(device.part_number, ()):
                before = await double(reader, address)
                network.faults.add(ModbusFault(ModbusFaultKind.BACKWARDS, value=value))
                assert await double(reader, address) == pytest.approx(before - steps, abs=1)
                network.faults.clear()
                assert await double(reader, address) == before


async def test_totals_are_zero_and_the_capacity_stays(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.ZERO_TOTALS))
    async with connected(network.devices[0][1]) as reader:
        for address in TOTALS["A17E2"]:
            assert await double(reader, address) == 0
        assert await double(reader, 10250) == 70


@pytest.mark.parametrize(("value", "percent"), [(None, 104), (255, 255)])
async def test_a_state_of_charge_is_out_of_range(
    network: LocalNetwork, value: float | None, percent: int
) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.SOC, value=value))
    async with connected(network.devices[0][1]) as reader:
        assert await reader.words(10014, 1) == await reader.words(10256, 1) == [percent]


async def test_another_device_is_at_the_address(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.OTHER_SERIAL))
    for (_, port, device), (first, count) in zip(
        network.devices, [(10100, 12), (10702, 10), (30005, 12)], strict=True
    ):
        async with connected(port) as reader:
            words = await reader.words(first, count)
        found = struct.pack(f">{count}H", *words).rstrip(b"\0").decode()
        assert found == other_serial(device.sn)
        assert (len(found), found[:7]) == (len(device.sn), device.sn[:7])
        assert found != device.sn


async def test_another_brand_has_another_name_and_values_everywhere(
    network: LocalNetwork,
) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.STRANGER))
    async with connected(network.devices[0][1]) as reader:
        words = await reader.words(32768, 5)
        assert struct.pack(">5H", *words).rstrip(b"\0") == b"SUN2000"
        assert set(await reader.words(10001, 50)) == {4711}


async def test_a_second_connection_is_closed(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.ONE_CONNECTION))
    port = network.devices[0][1]
    async with connected(port) as first:
        await first.words(10000, 2)
        async with connected(port) as second:
            assert await asyncio.wait_for(second.reader.read(), 60) == b""
        await first.words(10000, 2)


async def test_a_bank_sleeps_and_its_meter_does_not(network: LocalNetwork) -> None:
    (_, bank_port, _), (_, meter_port, _), _ = network.devices
    async with connected(meter_port) as meter, connected(bank_port) as bank:
        before = await meter.words(10620, 27)
        network.faults.add(ModbusFault(ModbusFaultKind.ASLEEP))
        assert await bank.words(10001, 1) == [3]
        assert await double(bank, 10002) == await double(bank, 10008) == 0
        assert await double(bank, 10012) == await double(bank, 10010) > 0
        assert await meter.words(10620, 27) == before


@pytest.mark.parametrize("target", ["A17E2", "serial"])
async def test_a_fault_is_of_one_device(network: LocalNetwork, target: str) -> None:
    (_, bank_port, bank), (_, meter_port, _), _ = network.devices
    network.faults.add(ModbusFault(ModbusFaultKind.BUSY, bank.sn if target == "serial" else target))
    async with connected(meter_port) as meter, connected(bank_port) as reader:
        await meter.words(10644, 2)
        with pytest.raises(ModbusExceptionError):
            await reader.words(10000, 2)


async def test_a_fault_of_the_content_and_one_of_the_frame_may_meet(network: LocalNetwork) -> None:
    network.faults.add(ModbusFault(ModbusFaultKind.SOC))
    network.faults.add(ModbusFault(ModbusFaultKind.WRONG_UNIT))
    async with connected(network.devices[0][1]) as reader:
        reader.send_read(10014, 1)
        assert await frame(reader, 11) == ((1, 0, 5, 2, 4, 2), b"\x00\x68")


@pytest.mark.parametrize("kind", [ModbusFaultKind.REFUSE, ModbusFaultKind.ONE_CONNECTION])
def test_what_cannot_be_counted_lasts_until_it_is_cleared(
    network: LocalNetwork, kind: ModbusFaultKind
) -> None:
    with pytest.raises(ValueError, match="until it is cleared"):
        network.faults.add(ModbusFault(kind, times=3))


def test_an_unknown_kind_is_refused(network: LocalNetwork) -> None:
    with pytest.raises(ValueError, match="modbus_explode"):
        network.faults.add(ModbusFault("modbus_explode"))


def test_every_fault_is_looked_at_here() -> None:
    text = Path(__file__).read_text()
    assert [kind.name for kind in ModbusFaultKind if f"Kind.{kind.name}" not in text] == []
