"""A home that cloud and devices tell of: one set of series, whoever comes first or is missing."""

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.config import Settings
from solix_exporter.sim import Fault, FaultKind, ModbusFault, ModbusFaultKind
from tests.local.rig import Rig, ask_cloud, read_devices, samples_of_homes
from tests.scraping import Scrape

Series = set[tuple[str, frozenset[tuple[str, str]]]]

NEW = {
    "solix_device_lifetime_energy_watthours_total",
    "solix_battery_health_ratio",
    "solix_device_temperature_celsius",
    "solix_device_control_mode",
    "solix_device_ac_input_limit_watts",
    "solix_grid_frequency_hertz",
    "solix_grid_voltage_volts",
    "solix_grid_current_amperes",
    "solix_meter_phase_voltage_volts",
    "solix_meter_phase_current_amperes",
    "solix_meter_phase_import_power_watts",
    "solix_meter_phase_export_power_watts",
    "solix_plug_voltage_volts",
    "solix_plug_current_amperes",
    "solix_plug_on",
}
"""What devices tell and the cloud does not."""


def series_of(exporter: Exporter) -> Series:
    return set(samples_of_homes(exporter))


def without_cloud_times(found: Series) -> Series:
    """Leave out which source goes first and when each last told."""
    return {row for row in found if not row[0].startswith("solix_device_source")}


async def read_twice(rig: Rig, exporter: Exporter) -> None:
    """Read all devices until the slow registers and a meter that moves are known."""
    for _ in range(2):
        await read_devices(exporter)
        rig.clock.advance(5)
    await read_devices(exporter)


async def of_cloud_alone(rig: Rig) -> Series:
    async with rig.exporter(rig.settings(modbus=[], state_dir=rig.folder / "alone")) as exporter:
        await ask_cloud(exporter)
        return series_of(exporter)


@pytest.mark.parametrize("first", ["cloud", "devices"])
async def test_both_make_the_clouds_series_and_new_ones_in_any_order(
    max_ac: Rig, first: str
) -> None:
    alone = await of_cloud_alone(max_ac)
    async with max_ac.exporter() as exporter:
        if first == "cloud":
            await ask_cloud(exporter)
            await read_twice(max_ac, exporter)
        else:
            await read_twice(max_ac, exporter)
            await ask_cloud(exporter)
        both = series_of(exporter)
        assert len(exporter.snapshot().sites) == 1
    assert without_cloud_times(alone) - both == set()
    new = {name for name, _ in without_cloud_times(both - alone)}
    assert new <= NEW | {"solix_device_output_limit_watts", "solix_battery_charge_limit_ratio"}
    assert {
        "solix_device_lifetime_energy_watthours_total",
        "solix_battery_health_ratio",
        "solix_device_temperature_celsius",
        "solix_meter_phase_voltage_volts",
        "solix_plug_on",
    } <= new


async def test_no_site_appears_that_is_gone_a_minute_later(max_ac: Rig) -> None:
    async with max_ac.exporter() as exporter:
        await ask_cloud(exporter)
        await read_twice(max_ac, exporter)
        homes = {site.site_id for site in exporter.snapshot().sites}
    seen = set()
    # The state directory remembers where the devices belong.
    async with max_ac.exporter() as exporter:
        await read_devices(exporter)
        seen |= {site.site_id for site in exporter.snapshot().sites}
        await ask_cloud(exporter)
        seen |= {site.site_id for site in exporter.snapshot().sites}
    assert seen == homes


async def test_without_the_cloud_the_devices_have_the_series_that_they_can(max_ac: Rig) -> None:
    async with max_ac.exporter() as exporter:
        await ask_cloud(exporter)
        await read_twice(max_ac, exporter)
        before = series_of(exporter)
        assert max_ac.cloud is not None
        max_ac.cloud.faults.add(Fault("*", FaultKind.STATUS, status=503))
        # Longer than the cloud's answers are valid.
        for _ in range(20):
            max_ac.clock.advance(300)
            await exporter.jobs[0].run()
            await read_devices(exporter)
        now = series_of(exporter)
        assert without_cloud_times(now) - before == set()
        assert {name for name, _ in now} >= {
            "solix_battery_soc_ratio",
            "solix_site_home_load_power_watts",
            "solix_meter_import_power_watts",
            "solix_plug_power_watts",
        }
        max_ac.cloud.faults.clear()
        # A login that failed is not repeated at once.
        max_ac.clock.advance(3600)
        await ask_cloud(exporter)
        await read_devices(exporter)
        assert before - series_of(exporter) == set()


async def test_without_the_devices_the_cloud_has_its_series(max_ac: Rig) -> None:
    alone = await of_cloud_alone(max_ac)
    max_ac.network.faults.add(ModbusFault(ModbusFaultKind.REFUSE))
    async with max_ac.exporter() as exporter:
        assert set((await read_devices(exporter)).values()) == {False}
        await ask_cloud(exporter)
        assert series_of(exporter) == alone


async def test_a_reload_without_modbus_leaves_the_clouds_series(max_ac: Rig) -> None:
    now: list[Settings] = [max_ac.settings()]
    exporter = Exporter(now[0], max_ac.clock, load=lambda: now[0])
    async with exporter.connected():
        await ask_cloud(exporter)
        await read_twice(max_ac, exporter)
        now[0] = max_ac.settings(modbus=[])
        await exporter.reload()
        await ask_cloud(exporter)
        left = series_of(exporter)
        assert Scrape(exporter).states("solix_device_source", "source") == ["cloud"] * 3
    alone = await of_cloud_alone(max_ac)
    extra = {name for name, _ in without_cloud_times(left - alone)}
    # A counter of the device goes on to be known.
    assert extra <= {"solix_device_lifetime_energy_watthours_total"}
    assert without_cloud_times(alone - left) == set()


async def test_two_devices_that_swap_addresses_keep_their_own_numbers(local: Rig) -> None:
    bank, meter = local.sn("AE103"), local.sn("AE1X0")

    def misplaced(exporter: Exporter) -> list[str]:
        """Return the samples of a bank under the meter's serial number, and the other way."""
        names = {bank: "solix_meter", meter: "solix_battery"}
        return [
            name
            for name, labels in samples_of_homes(exporter)
            for sn, other in names.items()
            if ("device_sn", sn) in labels and name.startswith(other)
        ]

    async with local.exporter() as exporter:
        await read_twice(local, exporter)
        local.network.swap(bank, meter)
        for _ in range(4):
            local.clock.advance(5)
            await read_devices(exporter)
            assert misplaced(exporter) == []
        scrape = Scrape(exporter)
        assert scrape.one("solix_modbus_info", target="ae103", device_sn=meter) == 1
        assert scrape.one("solix_modbus_info", target="ae1x0", device_sn=bank) == 1
        percent = local.state("AE103").soc_percent
        assert scrape.one("solix_battery_soc_ratio", device_sn=bank) == percent / 100
        power_w = local.state("AE1X0").power_w
        bought = scrape.one("solix_meter_import_power_watts", device_sn=meter)
        sold = scrape.one("solix_meter_export_power_watts", device_sn=meter)
        assert bought - sold == power_w
        assert scrape.states("solix_device_source", "source", device_sn=bank) == ["modbus"]
    assert local.network.writes == ()


async def test_two_banks_that_swap_addresses_keep_their_own_numbers(
    local_all: Rig,
) -> None:
    first, second = local_all.sn("A17E2"), local_all.sn("AE103")
    settings = local_all.settings(
        modbus=[
            {"host": f"127.0.0.1:{local_all.network.port(sn)}", "name": name}
            for name, sn in (("one", first), ("two", second))
        ]
    )
    async with local_all.exporter(settings) as exporter:
        await read_devices(exporter)
        local_all.network.swap(first, second)
        for _ in range(3):
            local_all.clock.advance(300)
            await read_devices(exporter)
            for number, sn in (("A17E2", first), ("AE103", second)):
                state, scrape = local_all.state(number), Scrape(exporter)
                assert scrape.all("solix_battery_soc_ratio", device_sn=sn) in (
                    [],
                    [state.soc_percent / 100],
                )
                assert scrape.all("solix_device_pv_power_watts", device_sn=sn) in (
                    [],
                    [state.pv_w],
                )
        assert scrape.one("solix_device_pv_power_watts", device_sn=first) > 0
        assert scrape.one("solix_device_pv_power_watts", device_sn=second) > 0
