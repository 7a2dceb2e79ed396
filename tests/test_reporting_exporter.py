"""An exporter whose devices report by themselves, too: over restarts, reloads and outages."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import orjson
import pytest

from solix_exporter.app.assembly import LEDGER_FILE
from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.config import Settings
from solix_exporter.ledger import Ledger
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.lifetime import LifetimeEnergy, LifetimeFlow
from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from solix_exporter.web import snapshot_json
from solix_exporter.web.page.view import view_page
from tests.reporting import bank_live
from tests.scraping import scrape_text

SettingsFor = Callable[..., Settings]

NEW = (
    "solix_device_message_timestamp_seconds",
    "solix_device_source",
    "solix_grid_frequency_hertz",
    # Of a device that the cloud knows without readings.
    "solix_device_data_valid",
)
NEWER = (*NEW, "solix_site_data_timestamp_seconds")


@asynccontextmanager
async def running(settings: Settings, clock: ManualClock) -> AsyncIterator[Exporter]:
    now = [settings]
    exporter = Exporter(settings, clock, load=lambda: now[0])
    async with exporter.connected():
        yield exporter


async def poll(exporter: Exporter) -> None:
    # Twice, because some polls ask about what others were told.
    for job in (*exporter.jobs, *exporter.jobs):
        await job.run()


def series(exporter: Exporter) -> dict[str, str]:
    """Return the values by series, those of the home alone; none may be there twice."""
    found: dict[str, str] = {}
    for line in scrape_text(exporter).splitlines():
        name, _, value = line.rpartition(" ")
        if (line.startswith("solix_") and "device_sn=" in name) or "site_id=" in name:
            assert name not in found, line
            found[name] = value
    return found


def tell(exporter: Exporter, device: Device, clock: ManualClock, source: Source) -> None:
    """Let a device report what the cloud says of it at the same instant."""
    same = replace(device.scene or DeviceReadings(), is_online=None, grid_frequency_hz=50.0)
    number = device.product.part_number
    exporter.device_reports.accept(
        DeviceReport(device.sn, source, "live", number, clock.now(), 60, same)
    )


@pytest.mark.parametrize("source", [Source.MQTT, Source.MODBUS])
@pytest.mark.parametrize("scenario", ["home", "cascade", "sb3", "power-panel", "x1", "charger"])
async def test_the_same_instant_gives_the_same_numbers_once(
    scenario: str, source: Source, clock: ManualClock, settings_for: SettingsFor
) -> None:
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
    await cloud.start()
    async with running(settings_for(cloud), clock) as exporter:
        await poll(exporter)
        before = series(exporter)
        for device in exporter.snapshot().devices:
            tell(exporter, device, clock, source)
        now = series(exporter)
    await cloud.stop()
    assert before.keys() <= now.keys()
    assert [name for name in now.keys() - before.keys() if not name.startswith(NEW)] == []
    changed = [name for name in before if before[name] != now[name]]
    assert [name for name in changed if not name.startswith(NEWER)] == []


async def test_the_device_goes_on_while_the_cloud_is_away_and_over_a_restart(
    sim: SimulatedCloud, clock: ManualClock, settings_for: SettingsFor
) -> None:
    settings = settings_for(sim)
    async with running(settings, clock) as exporter:
        await poll(exporter)
        (bank,) = (one for one in exporter.snapshot().devices if one.scene and one.scene.battery)
        tell(exporter, bank, clock, Source.MODBUS)
        exporter.snapshot()
        tell(exporter, bank, clock, Source.MODBUS)
        exporter.device_reports.accept(
            DeviceReport(
                bank.sn,
                Source.MODBUS,
                "slow",
                bank.product.part_number,
                clock.now(),
                900,
                DeviceReadings(lifetime_energy=(LifetimeEnergy(LifetimeFlow.PV, 123_400.0),)),
            )
        )
        before = series(exporter)
        await exporter.device_reports.keep()
    counter = next(name for name in before if name.startswith("solix_device_lifetime_energy"))
    assert before[counter] == "123400.0"
    sim.faults.add(Fault("*", FaultKind.STATUS, status=503))
    clock.advance(3600)
    async with running(settings, clock) as exporter:
        tell(exporter, bank, clock, Source.MODBUS)
        now = series(exporter)
        assert now.keys() <= before.keys()
        labels = f'device_sn="{bank.sn}",site_id="{bank.site_id}"'
        assert f"solix_battery_soc_ratio{{{labels}}}" in now
        assert now[counter] == "123400.0"
        assert {site.site_id for site in exporter.snapshot().sites} == {bank.site_id}
        sim.faults.clear()
        await poll(exporter)
        assert len(exporter.snapshot().sites) == 1
        assert before.keys() <= series(exporter).keys()


async def test_a_reload_puts_the_cloud_first(
    sim: SimulatedCloud, clock: ManualClock, settings_for: SettingsFor
) -> None:
    now = [settings_for(sim)]
    exporter = Exporter(now[0], clock, load=lambda: now[0])
    async with exporter.connected():
        await poll(exporter)
        (bank,) = (one for one in exporter.snapshot().devices if one.scene and one.scene.battery)
        report = DeviceReport(
            bank.sn,
            Source.MODBUS,
            "live",
            bank.product.part_number,
            clock.now(),
            60,
            DeviceReadings(battery=Battery(soc_ratio=0.111)),
        )
        exporter.device_reports.accept(report)
        shown = f'solix_battery_soc_ratio{{device_sn="{bank.sn}",site_id="{bank.site_id}"}}'
        assert series(exporter)[shown] == "0.111"
        now[0] = settings_for(sim, devices={bank.sn: {"modbus": "fill"}})
        assert await exporter.reload() == "Reloaded: the accounts are the same."
        assert series(exporter)[shown] != "0.111"
        now[0] = settings_for(sim, devices={bank.sn: {"capacity_wh": 999}})
        await exporter.reload()
        text = series(exporter)
        assert text[shown] == "0.111"
        assert text[shown.replace("soc_ratio", "capacity_watthours")] == "999.0"


async def test_a_running_exporter_keeps_the_counters_at_its_end(
    living: SimulatedCloud, settings_for: SettingsFor
) -> None:
    clock, settings = SystemClock(), settings_for(living)
    async with Exporter(settings, clock) as exporter:
        counted = DeviceReadings(lifetime_energy=(LifetimeEnergy(LifetimeFlow.CHARGE, 4200.0),))
        report = DeviceReport("BANK1", Source.MODBUS, "live", "A17E2", clock.now(), 60, counted)
        exporter.device_reports.accept(report)
    ledger = Ledger(settings.state_dir / LEDGER_FILE)
    (row,) = ledger.lifetimes.rows()
    ledger.close()
    assert (row.device_sn, row.flow, row.counter_wh) == ("BANK1", LifetimeFlow.CHARGE, 4200)


async def test_page_and_json_show_a_local_site(
    sim: SimulatedCloud, clock: ManualClock, settings_for: SettingsFor
) -> None:
    settings = settings_for(sim, timezone="Europe/Berlin").model_copy(update={"accounts": ()})
    async with running(settings, clock) as exporter:
        report = DeviceReport("BANK1", Source.MODBUS, "live", "A17E2", clock.now(), 60, bank_live())
        exporter.device_reports.accept(report)
        status = exporter._status()
        page = view_page(status)
        document = orjson.loads(snapshot_json(status))
    (site,) = page.sites
    assert (page.headline, site.name, site.mark) == ("All is well", "Local", "good")
    assert [device.name for device in site.devices] == ["Solarbank Max AC"]
    (found,) = document["sites"]
    assert found["site_id"] == "local"
    assert found["timezone"] == "Europe/Berlin"
    assert found["local"]["grid_import_power_w"] == 20
    (device,) = document["devices"]
    assert device["origin"]["now"] == "modbus"
    assert device["reported"]["battery"]["health_ratio"] == 0.99
