"""Every register of every product, read as bytes and compared with what the device measures."""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim.modbus.network import LocalNetwork
from tests.sim.modbus.conftest import StartNetwork
from tests.sim.modbus.raw_reader import ModbusExceptionError, RawReader, connected

MOMENTS = {
    "a summer noon": datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC),
    "a sunny afternoon with a full battery": datetime(2026, 6, 14, 13, 20, tzinfo=UTC),
    "an evening": datetime(2026, 6, 14, 20, 31, 7, tzinfo=UTC),
    "a winter night": datetime(2026, 1, 15, 4, 40, tzinfo=UTC),
}


class Row(NamedTuple):
    """One value: where, how it is written, and what it should say."""

    address: int
    kind: str
    """u16, i16, u32, i32, a text of so many registers, or a version."""
    expected: Callable[[Any], Any]
    gain: int = 1


def total(flow: str, counts_per_kwh: int = 10) -> Callable[[Any], int]:
    return lambda state: int(getattr(state.lifetimes, flow) * counts_per_kwh // 1000)


BANK = [
    Row(10001, "u16", lambda s: s.status),
    Row(10002, "i32", lambda s: s.pv_w),
    Row(10004, "i32", lambda s: s.other_pv_w),
    Row(10008, "i32", lambda s: s.battery_w),
    Row(10010, "i32", lambda s: s.home_w),
    Row(10012, "i32", lambda s: s.grid_w),
    Row(10014, "u16", lambda s: s.soc_percent),
    Row(10015, "u16", lambda s: s.health_percent),
    Row(10018, "u32", total("pv")),
    Row(10022, "u32", total("charge")),
    Row(10026, "u32", total("home")),
    Row(10030, "u32", total("export")),
    Row(10034, "u32", total("output")),
    Row(10036, "i32", lambda s: s.charge_limit_w),
    Row(10038, "i32", lambda s: s.discharge_limit_w),
    Row(10060, "u32", lambda s: s.clock_s),
    Row(10064, "u16", lambda s: s.mode),
    Row(10071, "i32", lambda s: s.setpoint_w),
    Row(10100, "text 12", lambda s: s.sn),
    Row(10112, "text 6", lambda s: s.firmware),
    Row(10156, "i16", lambda s: s.temperature_c, 10),
    Row(10199, "u16", lambda s: s.voltage_v, 10),
    Row(10202, "u16", lambda s: s.voltage_v, 10),
    Row(10205, "u16", lambda s: s.current_a, 100),
    Row(10208, "i32", lambda s: s.output_w),
    Row(10213, "u16", lambda s: s.frequency_hz, 100),
    Row(10224, "u16", lambda s: s.voltage_v, 10),
    Row(10250, "u32", lambda s: s.capacity_wh / 1000, 10),
    Row(10254, "i32", lambda s: s.cells_w),
    Row(10256, "u16", lambda s: s.soc_percent),
    Row(10262, "u32", total("charge")),
    Row(10264, "u32", total("discharge")),
    Row(32768, "text 5", lambda s: s.part_number),
    Row(32774, "u16", lambda _: 0b110_1111),
    Row(60000, "u16", lambda s: s.charge_limit_percent),
    Row(60001, "u16", lambda s: s.discharge_limit_percent),
    Row(60002, "u16", lambda s: s.backup_reserve_percent),
    Row(60003, "u16", lambda s: s.is_backup_reserve_on),
]
LIMITS = Row(32775, "u16", lambda _: 0b1111)
PV_INPUTS = [
    Row(10167, "i16", lambda s: s.pv_inputs[0].voltage_v, 10),
    Row(10168, "i16", lambda s: s.pv_inputs[0].current_a, 100),
    Row(10169, "i16", lambda s: s.pv_inputs[1].voltage_v, 10),
    Row(10170, "i16", lambda s: s.pv_inputs[1].current_a, 100),
    Row(10171, "i16", lambda s: s.pv_inputs[2].voltage_v, 10),
    Row(10172, "i16", lambda s: s.pv_inputs[2].current_a, 100),
]
PHASES = [
    Row(10632, "u16", lambda s: s.voltages_v[0], 10),
    Row(10633, "u16", lambda s: s.voltages_v[1], 10),
    Row(10634, "u16", lambda s: s.voltages_v[2], 10),
    Row(10635, "i16", lambda s: s.currents_a[0], 100),
    Row(10636, "i16", lambda s: s.currents_a[1], 100),
    Row(10637, "i16", lambda s: s.currents_a[2], 100),
    Row(10638, "i32", lambda s: s.powers_w[0]),
    Row(10640, "i32", lambda s: s.powers_w[1]),
    Row(10642, "i32", lambda s: s.powers_w[2]),
    Row(10644, "i32", lambda s: s.power_w),
]


def of_its_meter(row: Row) -> Row:
    return row._replace(expected=lambda state: row.expected(state.meter))


METER = [
    Row(10620, "text 10", lambda s: s.part_number),
    Row(10630, "u16", lambda s: s.phase_count),
    *PHASES,
    Row(10646, "i32", lambda s: -round(abs(s.power_w) / 5)),
    Row(10648, "i16", lambda _: 0.98, 1000),
    Row(10649, "u16", lambda s: s.frequency_hz, 100),
    Row(10650, "u32", lambda s: int(s.import_wh * 0.5 // 100)),
    Row(10652, "u32", lambda s: int(s.import_wh * 0.3 // 100)),
    Row(10654, "u32", lambda s: int(s.import_wh * 0.2 // 100)),
    Row(10656, "u32", lambda s: int(s.import_wh // 100)),
    Row(10658, "u32", lambda s: int(s.export_wh * 0.5 // 100)),
    Row(10660, "u32", lambda s: int(s.export_wh * 0.3 // 100)),
    Row(10662, "u32", lambda s: int(s.export_wh * 0.2 // 100)),
    Row(10664, "u32", lambda s: int(s.export_wh // 100)),
    *(Row(address, "i16", lambda _: 0) for address in (10666, 10667, 10668)),
    *(Row(address, "i32", lambda _: 0) for address in (10669, 10671, 10673, 10675)),
    Row(10696, "version", lambda s: s.firmware),
    Row(10702, "text 10", lambda s: s.sn),
    Row(32768, "text 5", lambda s: s.part_number),
]
PLUG = [
    Row(30000, "text 5", lambda s: s.part_number),
    Row(30005, "text 12", lambda s: s.sn),
    Row(30029, "u16", lambda s: s.is_on),
    Row(30030, "u16", lambda s: s.power_w, 10),
    Row(30031, "u16", lambda s: s.voltage_v, 10),
    Row(30032, "u16", lambda s: s.current_a, 100),
    Row(32768, "text 5", lambda s: s.part_number),
]
X1 = [
    Row(10000, "u16", lambda _: 1),
    Row(10001, "u16", lambda s: s.status),
    Row(10002, "i32", lambda s: s.pv_w),
    Row(10004, "i32", lambda _: 0),
    Row(10006, "i32", lambda s: s.ac_w),
    Row(10008, "i32", lambda s: s.battery_w),
    Row(10010, "i32", lambda s: s.home_w),
    Row(10012, "i32", lambda s: s.grid_w),
    Row(10014, "u16", lambda s: s.soc_percent),
    Row(10015, "u16", lambda s: s.health_percent),
    Row(10016, "u32", lambda s: int(s.pv_today_wh // 10)),
    Row(10018, "u32", total("pv", 100)),
    Row(10022, "u32", total("charge", 100)),
    Row(10026, "u32", total("home", 100)),
    Row(10036, "i32", lambda s: s.charge_limit_w),
    Row(10038, "i32", lambda s: s.discharge_limit_w),
    Row(10090, "text 10", lambda _: "X1-H12K-T"),
    Row(10100, "text 12", lambda s: s.sn),
    Row(10112, "text 6", lambda s: s.firmware),
    Row(10118, "text 6", lambda _: "V1.0"),
    Row(10124, "i32", lambda _: 12000),
    Row(10130, "u16", lambda s: len(s.strings)),
    Row(10132, "u16", lambda _: 0),
    Row(10143, "u16", lambda _: 1),
    Row(10156, "i16", lambda s: s.temperature_c, 10),
    Row(10167, "i16", lambda s: s.strings[0].voltage_v, 10),
    Row(10168, "i16", lambda s: s.strings[0].current_a, 100),
    Row(10169, "i16", lambda s: s.strings[1].voltage_v, 10),
    Row(10170, "i16", lambda s: s.strings[1].current_a, 100),
    *(Row(address, "i16", lambda _: 0) for address in range(10171, 10183)),
    Row(10183, "i32", lambda s: s.pv_w),
    Row(10199, "u16", lambda s: round(s.voltages_v[0] * 3**0.5, 1), 10),
    Row(10202, "u16", lambda s: s.voltages_v[0], 10),
    Row(10203, "u16", lambda s: s.voltages_v[1], 10),
    Row(10204, "u16", lambda s: s.voltages_v[2], 10),
    Row(10205, "i16", lambda s: s.currents_a[0], 100),
    Row(10206, "i16", lambda s: s.currents_a[1], 100),
    Row(10207, "i16", lambda s: s.currents_a[2], 100),
    Row(10212, "u16", lambda _: 1, 1000),
    Row(10213, "u16", lambda s: s.frequency_hz, 100),
    Row(10224, "u16", lambda s: s.voltages_v[0], 10),
    Row(10233, "i32", lambda _: 0),
    Row(10249, "u16", lambda s: s.module_count),
    Row(10250, "u32", lambda s: s.capacity_wh / 1000, 10),
    Row(10253, "u16", lambda _: 402.5, 10),
    Row(10254, "i32", lambda s: s.battery_w),
    Row(10262, "u32", total("charge", 100)),
    Row(10264, "u32", total("discharge", 100)),
    *(Row(address, "u16", lambda _: 0) for address in range(10267, 10274)),
    Row(10630, "u16", lambda s: s.meter.phase_count),
    Row(10631, "u16", lambda _: 0),
    *(of_its_meter(row) for row in PHASES),
    Row(10649, "u16", lambda s: s.meter.frequency_hz, 100),
    Row(10656, "u32", lambda s: int(s.meter.import_wh // 10)),
    Row(10664, "u32", lambda s: int(s.meter.export_wh // 10)),
]
X1_SETTINGS = [
    Row(10064, "u16", lambda s: s.mode),
    Row(10071, "i32", lambda _: 0),
]
WALL_BOX = [
    Row(20001, "text 10", lambda s: s.part_number),
    Row(20011, "text 12", lambda s: s.sn),
    Row(20023, "text 6", lambda s: s.firmware),
    Row(20035, "i32", lambda s: s.rated_w),
    *(Row(address, "u16", lambda _: 0) for address in range(20041, 20053)),
    Row(20053, "u16", lambda s: s.voltages_v[0], 10),
    Row(20054, "u16", lambda s: s.voltages_v[1], 10),
    Row(20055, "u16", lambda s: s.voltages_v[2], 10),
    Row(20056, "u16", lambda s: round(s.voltages_v[0] * 3**0.5, 1), 10),
    Row(20057, "u16", lambda s: round(s.voltages_v[1] * 3**0.5, 1), 10),
    Row(20058, "u16", lambda s: round(s.voltages_v[2] * 3**0.5, 1), 10),
    Row(20059, "u16", lambda s: s.currents_a[0], 100),
    Row(20060, "u16", lambda s: s.currents_a[1], 100),
    Row(20061, "u16", lambda s: s.currents_a[2], 100),
    Row(20062, "u32", lambda s: s.powers_w[0]),
    Row(20064, "u32", lambda s: s.powers_w[1]),
    Row(20066, "u32", lambda s: s.powers_w[2]),
    Row(20068, "u32", lambda s: s.power_w),
    Row(20082, "u32", lambda s: s.session_s),
    Row(20084, "u32", lambda s: s.session_wh),
    Row(20093, "i16", lambda s: s.relay_c),
    Row(20094, "i16", lambda s: s.relay_c),
    Row(20097, "u16", lambda s: s.status),
    Row(20099, "u16", lambda _: 0),
    Row(20100, "u16", lambda _: 1),
]
MAPS: dict[str, dict[int, list[Row]]] = {
    "A17E2": {3: [*BANK, LIMITS], 4: [*BANK, LIMITS]},
    "AE103": {3: [*BANK, *PV_INPUTS], 4: [*BANK, *PV_INPUTS]},
    "AE111": {3: [*BANK, LIMITS], 4: [*BANK, LIMITS]},
    "AE113": {3: [*BANK, LIMITS], 4: [*BANK, LIMITS]},
    "AE1X0": {4: METER},
    "A17X8": {4: PLUG},
    "A5103": {4: X1, 3: X1_SETTINGS},
    "A5191": {4: WALL_BOX},
}
LOW_FIRST = {"A5103"}


def size(kind: str) -> int:
    name, _, count = kind.partition(" ")
    return {"u16": 1, "i16": 1, "u32": 2, "i32": 2, "version": 2}.get(name) or int(count)


def decoded(kind: str, words: list[int], *, is_low_first: bool) -> int | str:
    if kind.startswith("text"):
        order = "<" if is_low_first else ">"
        raw = struct.pack(f"{order}{len(words)}H", *words)
        return raw.rstrip(b"\0").decode()
    if kind == "version":
        return ".".join(map(str, struct.pack(">2H", *words)))
    if len(words) == 2 and is_low_first:
        words.reverse()
    raw = struct.pack(f">{len(words)}H", *words)
    return int.from_bytes(raw, "big", signed=kind.startswith("i"))


def written(row: Row, state: object) -> int | str:
    value = row.expected(state)
    return value if isinstance(value, str) else round(value * row.gain)


async def compared(reader: RawReader, network: LocalNetwork, sn: str, part_number: str) -> None:
    state = network.state(sn)
    is_low_first = part_number in LOW_FIRST
    for function, rows in MAPS[part_number].items():
        for row in rows:
            words = await reader.words(row.address, size(row.kind), function)
            found = decoded(row.kind, words, is_low_first=is_low_first)
            if row.kind == "version":
                found = str(found).removeprefix("0.")
            assert found == written(row, state), (part_number, row.address)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_every_register_says_what_is_true(
    start_network: StartNetwork, clock: ManualClock, moment: str
) -> None:
    clock.set_wall_clock((MOMENTS[moment] - clock.now()).total_seconds())
    network = await start_network("local-all")
    assert {device.part_number for _, _, device in network.devices} == set(MAPS)
    for _, port, device in network.devices:
        async with connected(port) as reader:
            await compared(reader, network, device.sn, device.part_number)


async def test_the_moments_have_what_is_easily_read_wrong(
    start_network: StartNetwork, clock: ManualClock
) -> None:
    network = await start_network("local-all")
    by_number = {device.part_number: device.sn for _, _, device in network.devices}
    seen: dict[str, list[Any]] = {"grid": [], "battery": [], "temperature": [], "current": []}
    for moment in MOMENTS.values():
        clock.set_wall_clock((moment - clock.now()).total_seconds())
        bank: Any = network.state(by_number["AE103"])
        seen["grid"].append(bank.grid_w)
        seen["battery"].append(bank.battery_w)
        seen["temperature"].append(bank.temperature_c)
        seen["current"].append(bank.pv_inputs[0].current_a)
    assert min(seen["grid"]) < 0 < max(seen["grid"])
    assert min(seen["battery"]) < 0 < max(seen["battery"])
    assert min(seen["temperature"]) < 0 < max(seen["temperature"])
    assert min(seen["current"]) < 0 < max(seen["current"])
    system: Any = network.state(by_number["A5103"])
    assert system.lifetimes.pv > 6_553_500


BLOCKS = {
    "A17E2": [(4, 10000, 51), (4, 10208, 58), (4, 10090, 67), (4, 32768, 7), (4, 32775, 1)],
    "AE103": [(4, 10000, 51), (4, 10208, 58), (4, 10167, 6), (4, 10156, 110), (3, 10060, 13)],
    "AE111": [(3, 10074, 8), (3, 60000, 4), (4, 32774, 2)],
    "AE113": [(4, 10036, 4)],
    "AE1X0": [(4, 10620, 27), (4, 10650, 28), (4, 10648, 48), (4, 10696, 17), (4, 32768, 5)],
    "A17X8": [(4, 30000, 37), (4, 32768, 5)],
    "A5103": [
        *[(4, 10000, 40), (4, 10156, 60), (4, 10224, 26), (4, 10258, 8), (4, 10620, 47)],
        *[(4, 10090, 30), (4, 10750, 8), (3, 10060, 21)],
    ],
    "A5191": [(4, 20000, 101), (3, 21000, 6)],
}
"""What clients are known to read at once."""


async def test_a_block_has_the_same_values_and_zeros_between_them(
    start_network: StartNetwork,
) -> None:
    network = await start_network("local-all")
    for _, port, device in network.devices:
        if device.part_number == "AE1X0" and device.site_id != network.devices[0][2].site_id:
            continue
        state = network.state(device.sn)
        is_low_first = device.part_number in LOW_FIRST
        async with connected(port) as reader:
            for function, first, count in BLOCKS[device.part_number]:
                words = await reader.words(first, count, function)
                rows = [
                    row
                    for row in MAPS[device.part_number].get(function, [])
                    if first <= row.address and row.address + size(row.kind) <= first + count
                ]
                for row in rows:
                    place = row.address - first
                    part = words[place : place + size(row.kind)]
                    found = decoded(row.kind, part, is_low_first=is_low_first)
                    if row.kind == "version":
                        found = str(found).removeprefix("0.")
                    assert found == written(row, state), (device.part_number, row.address)


HOLES = [
    ("A17E2", 4, 10006),
    ("A17E2", 4, 10016),
    ("A17E2", 4, 10167),
    ("A17E2", 3, 10210),
    ("AE103", 4, 10173),
    ("AE103", 4, 10183),
]


@pytest.mark.parametrize(("part_number", "function", "address"), HOLES)
async def test_a_hole_is_zero_in_a_block_and_refused_where_a_read_starts(
    start_network: StartNetwork, part_number: str, function: int, address: int
) -> None:
    network = await start_network("local-all")
    port = next(port for _, port, device in network.devices if device.part_number == part_number)
    first = {10006: 10004, 10016: 10015, 10167: 10156, 10210: 10208, 10173: 10172, 10183: 10172}
    async with connected(port) as reader:
        with pytest.raises(ModbusExceptionError, match="2"):
            await reader.words(address, 1, function)
        begin = first[address]
        assert (await reader.words(begin, address - begin + 1, function))[-1] == 0


@pytest.mark.parametrize(
    ("part_number", "function", "address", "count"),
    [
        ("A17E2", 4, 10039, 1),
        ("A17E2", 4, 10003, 1),
        ("A17E2", 4, 10101, 11),
        ("AE103", 4, 32775, 1),
        ("AE1X0", 3, 10644, 2),
        ("AE1X0", 4, 10000, 2),
        ("A17X8", 4, 30047, 1),
        ("A17X8", 3, 30029, 1),
        ("A5103", 4, 32768, 5),
        ("A5103", 3, 10000, 2),
        ("A5103", 4, 10064, 1),
        ("A5191", 4, 32768, 5),
        ("A5191", 4, 21000, 1),
    ],
)
async def test_a_read_starts_at_a_value_of_that_function(
    start_network: StartNetwork, part_number: str, function: int, address: int, count: int
) -> None:
    network = await start_network("local-all")
    port = next(port for _, port, device in network.devices if device.part_number == part_number)
    async with connected(port) as reader:
        with pytest.raises(ModbusExceptionError, match="2"):
            await reader.words(address, count, function)


async def test_the_older_firmware_has_its_modes_and_zero_for_the_limits_it_supports(
    start_network: StartNetwork,
) -> None:
    network = await start_network("local")
    async with connected(network.devices[0][1]) as reader:
        assert await reader.words(32774, 2) == [0b110_1111, 0]


async def test_an_x1_has_the_low_word_and_the_low_byte_first(start_network: StartNetwork) -> None:
    network = await start_network("x1")
    (port, sn), *_ = [(port, device.sn) for _, port, device in network.devices]
    state: Any = network.state(sn)
    async with connected(port) as reader:
        low, high = await reader.words(10002, 2)
        assert (low, high) == (state.pv_w % 65536, state.pv_w // 65536)
        assert state.pv_w > 0
        assert (await reader.words(10090, 1)) == [ord("1") << 8 | ord("X")]
