"""One local device over time: who it is, what is read when, and what trouble does."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solix_exporter.errors import ModbusError
from solix_exporter.modbus.registers import Field
from solix_exporter.modbus.scales import ScaleBook, ScaleProof
from solix_exporter.model.lifetime import LifetimeFlow
from tests.modbus import scripted
from tests.modbus.campaign import campaign
from tests.modbus.conftest import Polled, Polling
from tests.modbus.mutation import WRONG, Change, spoiling

IDENTITY = [(4, 32768, 5), (4, 10100, 12), (4, 10112, 6)]
PROBES = [(4, 10015, 1), (4, 10213, 1), (4, 10156, 1)]
LIVE = [(4, 10000, 51), (4, 10208, 58)]
SETTINGS = [(3, 10060, 13), (3, 60000, 4)]
SLOW = [(4, 10090, 67), (4, 32768, 7), (4, 32775, 1), (4, 10202, 1), (4, 10205, 1)]


async def refusal(polled: Polled) -> str:
    """Poll, and return the outcome of the failure."""
    with pytest.raises(ModbusError) as failed:
        await polled.poll()
    return failed.value.outcome


async def test_each_group_is_read_at_its_interval(polling: Polling) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        polled = polling(device)
        await polled.poll()
        assert device.requests == [*IDENTITY, *PROBES, *LIVE, *SLOW, *SETTINGS]
        device.requests.clear()
        for _ in range(11):
            await polled.poll()
        assert device.requests == LIVE * 11
        device.requests.clear()
        await polled.poll()
        assert device.requests == [*LIVE, *SETTINGS]
        device.requests.clear()
        for _ in range(48):
            await polled.poll()
        assert device.requests.count(SLOW[0]) == 1
    assert device.connections == 1


async def test_reports_are_valid_for_three_of_their_intervals(polling: Polling) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        reports = await polling(device).poll()
    valid_s = {kind: report.valid_s for kind, report in reports.items()}
    assert valid_s == {"live": 30, "settings": 180, "slow": 900}


async def test_registers_that_were_found_are_not_probed_at_the_next_connect(
    polling: Polling,
) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        polled = polling(device)
        await polled.poll()
        device.drop_all()
        device.requests.clear()
        await asyncio.sleep(0)
        await poll_until_connected(polled)
        assert device.requests == [*IDENTITY, *LIVE, *SLOW, *SETTINGS]


async def poll_until_connected(polled: Polled) -> None:
    """Poll; a connection that was reset is noticed now or at the first request."""
    try:
        await polled.poll()
    except ModbusError:
        await polled.poll()


async def test_a_firmware_update_has_the_registers_probed_again(polling: Polling) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        polled = polling(device)
        await polled.poll()
        polled.device.close()
        device.requests.clear()
        device.put(10112, *scripted.text("v1.0.8.0", 6))
        await polled.poll()
        assert device.requests[3:6] == PROBES
    assert polled.heard.identities[-1] == ("ANKDMWH0123456789", "A17E2", "1.0.8.0")


async def test_another_device_under_the_address_is_another_device(polling: Polling) -> None:
    """DHCP swaps two devices: the numbers go with the serial number."""
    async with scripted.running(scripted.max_ac()) as device:
        polled = polling(device)
        await polled.poll()
        device.drop_all()
        device.words.clear()
        device.words.update(scripted.meter().words)
        await asyncio.sleep(0)
        await poll_until_connected(polled)
    assert {report.sn for report in polled.reports} == {"ANKDNSL0123456789"}
    assert {report.part_number for report in polled.reports} == {"AE1X0"}


@pytest.mark.parametrize("said", ["", "AE999", "SUN2000"])
async def test_a_stranger_is_asked_who_it_is_and_nothing_more(polling: Polling, said: str) -> None:
    device = scripted.ScriptedDevice()
    device.put(0, 1)
    if said:
        device.put(32768, *scripted.text(said, 5))
    async with scripted.running(device):
        polled = polling(device)
        for _ in range(3):
            assert await refusal(polled) == "foreign_device"
    assert set(device.requests) == {(4, 32768, 5), (4, 10090, 10), (4, 20001, 10)}
    assert polled.reports == []
    assert polled.heard.connects == ["foreign_device"] * 3
    assert polled.device.interval_s() > 40


async def test_a_device_without_a_serial_number_is_not_read(polling: Polling) -> None:
    device = scripted.max_ac(sn="")
    async with scripted.running(device):
        polled = polling(device)
        assert await refusal(polled) == "empty"
    assert device.requests == IDENTITY[:2]


async def test_a_device_that_cannot_say_who_it_is_is_asked_again(polling: Polling) -> None:
    """A busy answer is no proof of a stranger, and not of the device of before."""
    async with scripted.running(scripted.max_ac()) as device:
        polled = polling(device)
        await polled.poll()
        polled.device.close()
        device.exceptions[32768] = 6
        assert await refusal(polled) == "exception"
        device.requests.clear()
        del device.exceptions[32768]
        await polled.poll()
    assert device.requests[:3] == IDENTITY


async def test_zeros_alone_are_no_reading(polling: Polling) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        polled = polling(device)
        await polled.poll()
        for address in range(10000, 10300):
            device.words[address] = 0
        assert await refusal(polled) == "empty"
    assert polled.reports == []
    assert polled.heard.rejected == {"empty_answer": 1}


async def test_a_block_that_the_firmware_lacks_is_left_out(polling: Polling) -> None:
    device = scripted.max_ac()
    del device.words[60000]
    async with scripted.running(device):
        polled = polling(device)
        reports = await polled.poll()
        assert reports["settings"].readings.control_mode is not None
        assert reports["settings"].readings.soc_limits is None
        device.requests.clear()
        for _ in range(24):
            await polled.poll()
        assert (3, 60000, 4) not in device.requests
        # Another connection may be to other firmware.
        polled.device.close()
        await polled.poll()
        assert (3, 60000, 4) in device.requests


@pytest.mark.parametrize("code", [1, 4, 5, 6, 10, 11])
async def test_a_busy_device_is_asked_again_at_the_next_interval(
    polling: Polling, code: int
) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        polled = polling(device)
        await polled.poll()
        device.exceptions[10000] = code
        assert await refusal(polled) == "exception"
        assert polled.device.interval_s() == 5
        del device.exceptions[10000]
        assert "live" in await polled.poll()
    assert polled.heard.exceptions == {code: 1}
    assert device.connections == 1


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
async def test_a_wrong_answer_reports_nothing(polling: Polling, change: Change) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        polled = polling(device)
        await polled.poll()
        device.spoil = spoiling(change)
        assert await refusal(polled) == "malformed"
        assert polled.reports == []
        device.spoil = None
        assert "live" in await polled.poll()
    assert device.connections == 2


async def test_what_was_read_before_a_failure_stands(polling: Polling) -> None:
    async def silent_to_settings(frame: bytes, _writer: asyncio.StreamWriter) -> bytes | None:
        return None if frame[7] == 3 else frame

    device = scripted.max_ac()
    device.spoil = silent_to_settings
    async with scripted.running(device):
        polled = polling(device, answer_s=1)
        assert await refusal(polled) == "timeout"
    assert [report.kind for report in polled.reports] == ["live", "slow"]


async def test_a_device_that_is_silent_about_an_unknown_register_is_read_all_the_same(
    polling: Polling,
) -> None:
    async def silent(frame: bytes, _writer: asyncio.StreamWriter) -> bytes | None:
        return None if frame[7] & 0x80 else frame

    device = scripted.max_ac()
    del device.words[10015], device.words[32775]
    device.spoil = silent
    async with scripted.running(device):
        polled = polling(device, answer_s=1)
        outcomes = [await outcome(polled) for _ in range(6)]
    assert outcomes == ["timeout"] * 4 + ["success"] * 2


async def outcome(polled: Polled) -> str:
    try:
        await polled.poll()
    except ModbusError as error:
        return error.outcome
    return "success"


async def test_pauses_grow_while_a_device_is_away_and_end_with_it(polling: Polling) -> None:
    device = scripted.max_ac()
    async with scripted.running(device):
        polled = polling(device)
        await polled.poll()
    pauses = []
    for _ in range(7):
        await outcome(polled)
        pauses.append(polled.device.interval_s())
    for pause, expected in zip(pauses, (5, 10, 20, 40, 60, 60, 60), strict=True):
        assert expected * 0.8 <= pause <= expected * 1.2
    async with scripted.running(device):
        await polled.poll()
        assert polled.device.interval_s() == 5


async def test_an_x1_that_refuses_twice_is_held_by_another_program(polling: Polling) -> None:
    device = scripted.x1()
    async with scripted.running(device):
        polled = polling(device)
        await polled.poll()
        polled.device.close()
    is_held = [polled.device.is_held_by_another]
    for _ in range(2):
        assert await outcome(polled) in {"refused", "reset"}
        is_held.append(polled.device.is_held_by_another)
    assert is_held == [False, False, True]
    assert polled.device.interval_s() >= 48


async def test_only_reads_leave(polling: Polling) -> None:
    for scripted_device in (
        scripted.max_ac(),
        scripted.solarbank_4(),
        scripted.meter(),
        scripted.plug(),
        scripted.x1(),
        scripted.ev_charger(),
    ):
        async with scripted.running(scripted_device) as device:
            await polling(device).poll()
        assert {frame[7] for frame in device.frames} <= {3, 4}
        assert {frame[6] for frame in device.frames} == {1}
        assert all(len(frame) == 12 for frame in device.frames)


# --- disputed scales ---------------------------------------------------------------------------


async def meter_that_counts(polled: Polled, device: scripted.ScriptedDevice, wh: float) -> None:
    """Import 6 kW for 40 minutes; a step of the counter is `wh`."""
    energy_wh = 1_000_000.0
    device.put(10644, *scripted.high_first(6_000))
    for _ in range(480):
        energy_wh += 6_000 * 5 / 3600
        device.put(10656, *scripted.high_first(int(energy_wh / wh)))
        await polled.poll()


@pytest.mark.parametrize("wh", [100, 10, 1])
async def test_a_counter_is_shown_once_the_device_has_proven_its_scale(
    polling: Polling, wh: float
) -> None:
    async with scripted.running(scripted.meter()) as device:
        polled = polling(device)
        await meter_that_counts(polled, device, wh)
        (counter,) = polled.reports[0].readings.lifetime_energy
    assert counter.flow is LifetimeFlow.GRID_IMPORT
    assert counter.energy_wh == pytest.approx(1_004_000, abs=110)


async def test_a_scale_that_fits_no_candidate_shows_nothing(polling: Polling) -> None:
    async with scripted.running(scripted.meter()) as device:
        polled = polling(device)
        await meter_that_counts(polled, device, 33)
    assert polled.reports[0].readings.lifetime_energy == ()


async def test_a_proof_is_kept_over_restarts_until_the_firmware_changes(tmp_path: Path) -> None:
    file = tmp_path / "scales.json"
    ScaleBook(file).keep("SN1", "1.0", Field.IMPORT_ENERGY, 0.1)
    ScaleBook(file).keep("SN1", "1.0", Field.EXPORT_ENERGY, 0.1)
    again = ScaleBook(file)
    assert again.gain("SN1", "1.0", Field.IMPORT_ENERGY) == 0.1
    assert again.gain("SN1", "1.0", Field.EXPORT_ENERGY) == 0.1
    assert again.gain("SN1", "1.1", Field.IMPORT_ENERGY) is None
    assert again.gain("SN2", "1.0", Field.IMPORT_ENERGY) is None
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_hole_in_the_power_begins_the_proof_anew() -> None:
    proof = ScaleProof((0.01, 0.1, 1.0), longest_s=60)
    at_s, raw = 0.0, 0.0
    for _ in range(4):
        at_s, raw = at_s + 60, raw + 1
        assert proof.add(at_s, raw, 6_000) is None
    at_s += 61
    found = []
    for _ in range(6):
        at_s, raw = at_s + 60, raw + 1
        found.append(proof.add(at_s, raw, 6_000))
    # One reading after the hole, one to see a step, then five steps.
    assert found == [None] * 6
    assert proof.add(at_s + 60, raw + 1, 6_000) == 0.01


# --- mutated answers ---------------------------------------------------------------------------


@given(st.integers(0, 2**32))
@settings(max_examples=40)
def test_no_mutated_answer_raises_or_gives_a_wrong_value(seed: int) -> None:
    assert asyncio.run(campaign(seed, polls=5)) >= 0
