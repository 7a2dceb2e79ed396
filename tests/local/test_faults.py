"""The exporter against every fault of a device: no wrong sample, the right outcome counted.

The home's powers change each 5 minutes; between two changes there is one right value of each,
whoever tells it.
"""

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.model.lifetime import LifetimeFlow
from solix_exporter.sim import Fault, FaultKind, ModbusFault, ModbusFaultKind
from solix_exporter.sim.modbus.answers import other_serial
from tests.local.rig import Rig, ask_cloud, read_devices
from tests.local.test_truth import SITE
from tests.scraping import Scrape
from tests.sim.modbus.raw_reader import connected

K = ModbusFaultKind
BANK = "A17E2"
TARGET = "a17e2"
OUTCOMES = {
    K.REFUSE: "refused",
    K.MUTE: "timeout",
    K.RESET: "reset",
    K.BUSY: "exception",
    K.LATE: "timeout",
    K.WRONG_TRANSACTION: "malformed",
    K.WRONG_PROTOCOL: "malformed",
    K.WRONG_LENGTH: "malformed",
    K.WRONG_UNIT: "malformed",
    K.WRONG_FUNCTION: "malformed",
    K.WRONG_COUNT: "malformed",
    K.FEWER: "malformed",
    K.MORE: "malformed",
    K.TRUNCATED: "timeout",
    K.TRAILING: "malformed",
    K.GARBAGE: "malformed",
    K.ZEROS: "empty",
}
"""What the next poll after a fault is counted as."""


def polls(exporter: Exporter, outcome: str) -> float:
    return Scrape(exporter).one("solix_modbus_polls_total", target=TARGET, outcome=outcome)


def sources(exporter: Exporter, sn: str) -> list[str]:
    return Scrape(exporter).states("solix_device_source", "source", device_sn=sn)


def wrong(rig: Rig, exporter: Exporter) -> list[str]:
    """Return the samples of site and bank that are not true; a missing one is none."""
    scrape, truth = Scrape(exporter), rig.truth
    site_id = rig.network.devices[0][2].site_id
    charge, discharge = truth.battery_charge_w, truth.battery_discharge_w
    expected = {name: true(truth) for name, true in SITE.items()} | {
        "solix_battery_soc_ratio": round(100 * truth.soc_ratio) / 100,
        "solix_battery_charge_power_watts": charge,
        "solix_battery_discharge_power_watts": discharge,
        "solix_device_pv_power_watts": truth.pv_w,
        "solix_battery_capacity_watthours": truth.capacity_wh,
        "solix_battery_health_ratio": 0.99,
    }
    return [
        f"{name}: {found} and not {true}"
        for name, true in expected.items()
        for found in scrape.all(name, site_id=site_id)
        if found != true
    ]


async def known_by_both(rig: Rig, exporter: Exporter) -> str:
    """Let cloud and devices report; return the bank's serial number."""
    await ask_cloud(exporter)
    await read_devices(exporter)
    rig.clock.advance(300)
    await exporter.jobs[0].run()
    await read_devices(exporter)
    assert wrong(rig, exporter) == []
    assert sources(exporter, rig.sn(BANK)) == ["modbus"]
    return rig.sn(BANK)


@pytest.mark.parametrize("kind", OUTCOMES)
async def test_the_cloud_is_there_until_the_device_is_back(
    max_ac: Rig, kind: ModbusFaultKind
) -> None:
    async with max_ac.exporter() as exporter:
        sn = await known_by_both(max_ac, exporter)
        max_ac.network.faults.add(ModbusFault(kind, target=BANK))
        max_ac.clock.advance(5)
        assert await read_devices(exporter, TARGET) == {TARGET: False}
        # A connection that is cut is noticed before the next one is refused.
        outcomes = {OUTCOMES[kind]} | ({"reset"} if kind is K.REFUSE else set())
        assert sum(polls(exporter, outcome) for outcome in outcomes) == 1
        assert wrong(max_ac, exporter) == []
        assert sources(exporter, sn) == ["modbus"]
        max_ac.clock.advance(31)
        assert wrong(max_ac, exporter) == []
        assert Scrape(exporter).all("solix_battery_soc_ratio", device_sn=sn) != []
        # Other powers, which only the cloud tells now.
        max_ac.clock.advance(300)
        await exporter.jobs[0].run()
        assert sources(exporter, sn) == ["cloud"]
        assert wrong(max_ac, exporter) == []
        assert Scrape(exporter).all("solix_device_pv_power_watts") == [max_ac.truth.pv_w]
        assert Scrape(exporter).one("solix_modbus_up", target=TARGET) == 0
        max_ac.network.faults.clear()
        assert await read_devices(exporter, TARGET) == {TARGET: True}
        assert sources(exporter, sn) == ["modbus"]
        assert wrong(max_ac, exporter) == []
        assert Scrape(exporter).one("solix_modbus_up", target=TARGET) == 1
    assert max_ac.network.writes == ()


@pytest.mark.parametrize("kind", sorted(OUTCOMES.keys() - {K.REFUSE}))
async def test_a_device_that_is_wrong_from_the_start_shows_nothing_of_itself(
    max_ac: Rig, kind: ModbusFaultKind
) -> None:
    max_ac.network.faults.add(ModbusFault(kind, target=BANK))
    async with max_ac.exporter() as exporter:
        await ask_cloud(exporter)
        assert (await read_devices(exporter))[TARGET] is False
        assert wrong(max_ac, exporter) == []
        assert sources(exporter, max_ac.sn(BANK)) == ["cloud"]
        scrape = Scrape(exporter)
        assert scrape.all("solix_device_lifetime_energy_watthours_total", flow="pv") == []
        assert scrape.all("solix_modbus_info", target=TARGET) == []


async def test_only_the_device_with_the_fault_is_away(max_ac: Rig) -> None:
    async with max_ac.exporter() as exporter:
        await known_by_both(max_ac, exporter)
        max_ac.network.faults.add(ModbusFault(K.RESET, target=BANK))
        max_ac.clock.advance(5)
        assert await read_devices(exporter) == {TARGET: False, "ae1x0": True, "a17x8": True}
        assert wrong(max_ac, exporter) == []


async def test_totals_that_run_backwards_or_are_zero_never_lower_a_counter(max_ac: Rig) -> None:
    name = "solix_device_lifetime_energy_watthours_total"
    async with max_ac.exporter() as exporter:
        sn = await known_by_both(max_ac, exporter)
        before = {
            flow: Scrape(exporter).one(name, device_sn=sn, flow=flow.value)
            for flow in (LifetimeFlow.PV, LifetimeFlow.CHARGE, LifetimeFlow.DISCHARGE)
        }
        for kind in (K.BACKWARDS, K.ZERO_TOTALS):
            max_ac.network.faults.add(ModbusFault(kind, target=BANK))
            for _ in range(3):
                max_ac.clock.advance(5)
                assert await read_devices(exporter, TARGET) == {TARGET: True}
                for flow, energy_wh in before.items():
                    assert Scrape(exporter).one(name, device_sn=sn, flow=flow.value) == energy_wh
            max_ac.network.faults.clear()
            await read_devices(exporter, TARGET)
            for flow, energy_wh in before.items():
                assert Scrape(exporter).one(name, device_sn=sn, flow=flow.value) == energy_wh
        assert wrong(max_ac, exporter) == []


async def test_a_charge_above_100_percent_is_no_reading(max_ac: Rig) -> None:
    async with max_ac.exporter() as exporter:
        await known_by_both(max_ac, exporter)
        max_ac.network.faults.add(ModbusFault(K.SOC, target=BANK))
        max_ac.clock.advance(5)
        assert await read_devices(exporter, TARGET) == {TARGET: True}
        assert wrong(max_ac, exporter) == []
        assert Scrape(exporter).one("solix_readings_rejected_total", reason="soc_range") == 1


async def test_a_sleeping_bank_says_so(max_ac: Rig) -> None:
    async with max_ac.exporter() as exporter:
        sn = await known_by_both(max_ac, exporter)
        max_ac.network.faults.add(ModbusFault(K.ASLEEP, target=BANK))
        max_ac.clock.advance(5)
        await read_devices(exporter, TARGET)
        scrape = Scrape(exporter)
        assert scrape.states("solix_device_status", "status", device_sn=sn) == ["sleep"]
        # It says 0 W, and that is shown.
        assert scrape.one("solix_battery_charge_power_watts", device_sn=sn) == 0
        assert scrape.one("solix_device_pv_power_watts", device_sn=sn) == 0


async def test_a_second_connection_that_is_closed_is_counted(max_ac: Rig) -> None:
    max_ac.network.faults.add(ModbusFault(K.ONE_CONNECTION, target=BANK))
    async with connected(max_ac.network.port(max_ac.sn(BANK))) as other:
        await other.words(10000, 2)
        async with max_ac.exporter() as exporter:
            await ask_cloud(exporter)
            assert (await read_devices(exporter))[TARGET] is False
            assert polls(exporter, "reset") == 1
            assert wrong(max_ac, exporter) == []
            other.writer.close()
            await other.reader.read()
            assert await read_devices(exporter, TARGET) == {TARGET: True}


async def test_another_device_at_the_address_is_never_shown_as_the_old_one(max_ac: Rig) -> None:
    async with max_ac.exporter() as exporter:
        sn = await known_by_both(max_ac, exporter)
        # The address is given away: the connection breaks first.
        max_ac.network.faults.add(ModbusFault(K.RESET, target=BANK, times=1))
        max_ac.network.faults.add(ModbusFault(K.OTHER_SERIAL, target=BANK))
        max_ac.clock.advance(5)
        await read_devices(exporter, TARGET)
        await read_devices(exporter, TARGET)
        info = {"target": TARGET, "device_sn": other_serial(sn)}
        assert Scrape(exporter).one("solix_modbus_info", **info) == 1
        max_ac.clock.advance(300)
        await exporter.jobs[0].run()
        assert await read_devices(exporter, TARGET) == {TARGET: True}
        assert sources(exporter, sn) == ["cloud"]
        assert sources(exporter, other_serial(sn)) == ["modbus"]
        assert wrong(max_ac, exporter) == []


IDENTIFICATION = {(4, 32768, 5), (4, 10090, 10), (4, 20001, 10)}


async def test_another_brand_is_asked_who_it_is_and_nothing_else_ever(max_ac: Rig) -> None:
    max_ac.network.faults.add(ModbusFault(K.STRANGER))
    async with max_ac.exporter() as exporter:
        await ask_cloud(exporter)
        before = Scrape(exporter).samples
        for _ in range(20):
            assert set((await read_devices(exporter)).values()) == {False}
            max_ac.clock.advance(5)
        assert polls(exporter, "foreign_device") == 20
        await exporter.jobs[0].run()
        assert wrong(max_ac, exporter) == []
        shown = Scrape(exporter).samples
        assert {name for name, _ in shown.keys() - before.keys() if "modbus" not in name} == set()
        assert Scrape(exporter).states("solix_device_source", "source") == ["cloud"] * 3
    asked = {(row.function, row.address, row.count) for row in max_ac.network.requests}
    assert asked == IDENTIFICATION


async def test_the_devices_stay_while_the_cloud_is_away(max_ac: Rig) -> None:
    assert max_ac.cloud is not None
    site_id = max_ac.network.devices[0][2].site_id
    async with max_ac.exporter() as exporter:
        sn = await known_by_both(max_ac, exporter)
        max_ac.cloud.faults.add(Fault("*", FaultKind.STATUS, status=503))
        for _ in range(24):
            max_ac.clock.advance(300)
            await exporter.jobs[0].run()
            await read_devices(exporter)
            assert wrong(max_ac, exporter) == []
        scrape = Scrape(exporter)
        assert scrape.one("solix_battery_soc_ratio", device_sn=sn, site_id=site_id) > 0
        assert scrape.all("solix_site_home_load_power_watts") == [max_ac.truth.home_w]
