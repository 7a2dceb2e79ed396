"""How a device takes connections and requests."""

import asyncio
import struct
from datetime import timedelta
from typing import Any

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import LocalNetwork, SimulatedCloud
from tests.sim.modbus.conftest import StartNetwork
from tests.sim.modbus.raw_reader import ModbusExceptionError, connected

WRITES = {
    5: struct.pack(">BHH", 5, 10064, 0xFF00),
    6: struct.pack(">BHH", 6, 10064, 3),
    15: struct.pack(">BHHBB", 15, 10064, 1, 1, 1),
    16: struct.pack(">BHHBHH", 16, 10071, 2, 4, 0, 500),
    22: struct.pack(">BHHH", 22, 60000, 0, 50),
    23: struct.pack(">BHHHHBH", 23, 10000, 2, 60000, 1, 2, 50),
}
OTHERS = (1, 2, 7, 8, 17, 43, 127)


@pytest.mark.parametrize("function", WRITES)
async def test_a_write_is_refused_recorded_and_changes_nothing(
    network: LocalNetwork, function: int
) -> None:
    for _, port, device in network.devices:
        before = network.state(device.sn)
        async with connected(port) as reader:
            assert await reader.ask(WRITES[function]) == bytes([function | 0x80, 3])
        assert network.state(device.sn) == before
    assert [(record.sn, record.function) for record in network.writes] == [
        (device.sn, function) for _, _, device in network.devices
    ]


@pytest.mark.parametrize("function", OTHERS)
async def test_a_function_that_no_device_has_is_illegal(
    network: LocalNetwork, function: int
) -> None:
    async with connected(network.devices[0][1]) as reader:
        assert await reader.ask(bytes([function, 0, 0, 0, 1])) == bytes([function | 0x80, 1])
    assert [record.function for record in network.writes] == [function]


async def test_reads_are_recorded_and_are_no_writes(
    network: LocalNetwork, clock: ManualClock
) -> None:
    (_, port, device), *_ = network.devices
    async with connected(port) as reader:
        await reader.words(10000, 51)
        await reader.words(60000, 4, function=3)
    assert network.writes == ()
    assert [
        (record.sn, record.function, record.address, record.count) for record in network.requests
    ] == [(device.sn, 4, 10000, 51), (device.sn, 3, 60000, 4)]
    assert {record.at for record in network.requests} == {clock.now()}


@pytest.mark.parametrize("count", [0, 126, 65535])
async def test_a_read_has_1_to_125_registers(network: LocalNetwork, count: int) -> None:
    async with connected(network.devices[0][1]) as reader:
        with pytest.raises(ModbusExceptionError, match="3"):
            await reader.words(10000, count)
        assert len(await reader.words(10000, 125)) == 125


async def test_another_unit_has_no_device(network: LocalNetwork) -> None:
    async with connected(network.devices[0][1]) as reader:
        assert await reader.ask(struct.pack(">BHH", 4, 10000, 2), unit=2) == b"\x84\x0b"


async def test_bytes_that_are_no_request_end_the_connection(network: LocalNetwork) -> None:
    async with connected(network.devices[0][1]) as reader:
        reader.writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await asyncio.wait_for(reader.reader.read(), 60) == b""
    assert not network.requests


async def test_requests_are_answered_one_after_the_other(network: LocalNetwork) -> None:
    port = network.devices[0][1]
    async with connected(port) as first, connected(port) as second:
        for reader in (first, second, first, second):
            reader.send_read(10000, 2)
        transactions = [(await reader.answer())[0][0] for reader in (first, first, second, second)]
    assert transactions == [1, 2, 1, 2]


async def test_an_x1_takes_one_connection_and_the_next_when_it_ends(
    start_network: StartNetwork,
) -> None:
    network = await start_network("x1")
    port = network.devices[0][1]
    async with connected(port) as first:
        await first.words(10000, 2)
        async with connected(port) as second:
            assert await asyncio.wait_for(second.reader.read(), 60) == b""
        await first.words(10000, 2)
    for _ in range(20):
        async with connected(port) as reader:
            await reader.words(10000, 2)


async def test_other_devices_take_several_connections(network: LocalNetwork) -> None:
    port = network.devices[0][1]
    async with connected(port) as first, connected(port) as second:
        assert await first.words(10000, 10) == await second.words(10000, 10)


async def test_two_devices_may_swap_their_addresses(network: LocalNetwork) -> None:
    (_, bank_port, bank), (_, meter_port, meter), _ = network.devices
    async with connected(bank_port) as reader:
        await reader.words(32768, 5)
        network.swap(bank.sn, meter.sn)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.words(32768, 5)
    assert (network.port(bank.sn), network.port(meter.sn)) == (meter_port, bank_port)
    async with connected(bank_port) as reader:
        assert (await reader.words(10644, 2)) is not None
        with pytest.raises(ModbusExceptionError, match="2"):
            await reader.words(10000, 2)


async def test_the_devices_are_those_of_the_cloud(clock: ManualClock) -> None:
    cloud, network = SimulatedCloud(clock, "max-ac", seed=4), LocalNetwork(clock, "max-ac", seed=4)
    (site_id,) = cloud.site_ids
    assert {device.site_id for _, _, device in network.devices} == {site_id}
    for _ in range(5):
        clock.advance(5000)
        assert network.truth(site_id) == cloud.truth(site_id)


async def test_totals_are_the_integral_of_the_power_and_never_fall(
    start_network: StartNetwork, clock: ManualClock
) -> None:
    network = await start_network("local")
    _, port, _bank = network.devices[0]
    (_, meter_port, _) = network.devices[1]

    async def totals() -> list[int]:
        found = []
        for at, addresses in ((port, (10018, 10262, 10264)), (meter_port, (10656, 10664))):
            async with connected(at) as reader:
                for address in addresses:
                    high, low = await reader.words(address, 2)
                    found.append(high << 16 | low)
        return found

    first = before = await totals()
    started = clock.now()
    for _ in range(60):
        clock.advance(1800)
        now = await totals()
        assert all(new >= old for new, old in zip(now, before, strict=True))
        before = now
    site_id = network.devices[0][2].site_id
    energy = network.energy(site_id, started, clock.now())
    true = [energy.pv, energy.charge, energy.discharge, energy.grid_import, energy.export]
    for new, old, true_wh in zip(before, first, true, strict=True):
        assert (new - old) * 100 == pytest.approx(true_wh, abs=100)
    assert min(true[:4]) > 0


async def test_totals_of_an_earlier_day_are_lower_by_what_was_true(
    start_network: StartNetwork, clock: ManualClock
) -> None:
    network = await start_network("local")
    _, _, bank = network.devices[0]
    now = clock.now()
    earlier = now - timedelta(days=20, hours=7)
    later: Any = bank.state(now)
    before: Any = bank.state(earlier)
    energy = network.energy(bank.site_id, earlier, now)
    for flow, true_wh in (("pv", energy.pv), ("charge", energy.charge), ("home", energy.home)):
        counted = getattr(later.lifetimes, flow) - getattr(before.lifetimes, flow)
        assert counted == pytest.approx(true_wh)
        assert true_wh > 0


async def test_a_bank_without_a_meter_knows_neither_home_nor_grid(
    start_network: StartNetwork, clock: ManualClock
) -> None:
    network = await start_network("local-all")
    port = next(port for _, port, device in network.devices if device.part_number == "AE113")
    async with connected(port) as reader:
        for _ in range(4):
            clock.advance(5 * 3600)
            assert await reader.words(10010, 4) == [0, 0, 0, 0]
