"""What the exporter shows of a home that is read over the local network is what is true."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from solix_exporter.app.exporter import Exporter
from solix_exporter.sim import Truth
from solix_exporter.sim.modbus.wall_boxes import WallBoxState
from solix_exporter.sim.modbus.x1 import X1State
from tests.local.rig import Rig, ask_cloud, read_devices
from tests.scraping import Scrape

SITE: dict[str, Callable[[Truth], float]] = {
    "solix_site_pv_power_watts": lambda t: t.pv_w,
    "solix_site_home_load_power_watts": lambda t: t.home_w,
    "solix_site_grid_import_power_watts": lambda t: t.grid_import_w,
    "solix_site_grid_export_power_watts": lambda t: t.grid_export_w,
    "solix_site_battery_charge_power_watts": lambda t: t.battery_charge_w,
    "solix_site_battery_discharge_power_watts": lambda t: t.battery_discharge_w,
    "solix_site_plug_power_watts": lambda t: t.plug_w,
    "solix_site_battery_soc_ratio": lambda t: round(100 * t.soc_ratio) / 100,
    "solix_site_battery_capacity_watthours": lambda t: t.capacity_wh,
}
BANK: dict[str, Callable[[Any], float]] = {
    "solix_battery_soc_ratio": lambda s: s.soc_percent / 100,
    "solix_battery_health_ratio": lambda s: s.health_percent / 100,
    "solix_battery_charge_power_watts": lambda s: max(0, -s.battery_w),
    "solix_battery_discharge_power_watts": lambda s: max(0, s.battery_w),
    "solix_battery_capacity_watthours": lambda s: s.capacity_wh,
    "solix_device_pv_power_watts": lambda s: s.pv_w,
    "solix_grid_frequency_hertz": lambda s: s.frequency_hz,
}
METER: dict[str, Callable[[Any], float]] = {
    "solix_meter_import_power_watts": lambda s: max(0, s.power_w),
    "solix_meter_export_power_watts": lambda s: max(0, -s.power_w),
}
PHASE: dict[str, Callable[[Any, int], float]] = {
    "solix_meter_phase_voltage_volts": lambda s, phase: s.voltages_v[phase],
    "solix_meter_phase_current_amperes": lambda s, phase: abs(s.currents_a[phase]),
    "solix_meter_phase_import_power_watts": lambda s, phase: max(0, s.powers_w[phase]),
    "solix_meter_phase_export_power_watts": lambda s, phase: max(0, -s.powers_w[phase]),
}
PLUG: dict[str, Callable[[Any], float]] = {
    "solix_plug_power_watts": lambda s: s.power_w,
    "solix_plug_on": lambda s: s.is_on,
    "solix_plug_voltage_volts": lambda s: s.voltage_v,
    "solix_plug_current_amperes": lambda s: s.current_a,
}
BEGIN = datetime(2026, 6, 14, 8, 20, 30, tzinfo=UTC)
MOMENTS_S = (0, 300, 5 * 3600, 5 * 3600, 5 * 3600, 5 * 3600, 2 * 3600)
"""The battery charges, is full, serves the home in the evening, is empty in the morning."""


async def read_at_one_instant(rig: Rig, exporter: Exporter) -> Scrape:
    """Read all devices; requests move the clock a little, frequency and voltages with it."""
    assert all((await read_devices(exporter)).values())
    return Scrape(exporter)


async def test_a_home_without_an_account_shows_its_truth(local: Rig) -> None:
    local.clock.set_wall_clock((BEGIN - local.clock.now()).total_seconds())
    bank, meter, plug = (local.sn(number) for number in ("AE103", "AE1X0", "A17X8"))
    seen: dict[str, set[float]] = {name: set() for name in (*SITE, *METER)}
    async with local.exporter() as exporter:
        # A bank is believed that it has a meter as soon as that one has moved.
        await read_devices(exporter)
        for moment_s in MOMENTS_S:
            local.clock.advance(moment_s or 5)
            scrape = await read_at_one_instant(local, exporter)
            for name, true in SITE.items():
                assert scrape.one(name, site_id="local") == true(local.truth), name
                seen[name].add(true(local.truth))
            of_meter = local.state("AE1X0")
            for name, told in METER.items():
                assert scrape.one(name, device_sn=meter) == told(of_meter), name
                seen[name].add(told(of_meter))
            of_bank, of_plug = local.state("AE103"), local.state("A17X8")
            for name, told in BANK.items():
                if name != "solix_grid_frequency_hertz":
                    assert scrape.one(name, device_sn=bank) == told(of_bank), name
            for name in ("solix_plug_power_watts", "solix_plug_on"):
                assert scrape.one(name, device_sn=plug) == PLUG[name](of_plug), name
    still = {name for name, values in seen.items() if len(values) == 1}
    assert still == {"solix_site_battery_capacity_watthours"}
    assert local.network.writes == ()
    assert {record.function for record in local.network.requests} == {3, 4}


async def test_each_device_shows_what_it_measures_at_that_instant(local: Rig) -> None:
    async with local.exporter() as exporter:
        for target, number in (("ae103", "AE103"), ("ae1x0", "AE1X0"), ("a17x8", "A17X8")):
            await read_devices(exporter, target)
            local.clock.advance(5)
            before = len(local.network.requests)
            await read_devices(exporter, target)
            first, *_ = [r.at for r in list(local.network.requests)[before:]]
            device = next(d for _, _, d in local.network.devices if d.part_number == number)
            of_then, scrape = device.state(first), Scrape(exporter)
            tables = {"AE103": {}, "AE1X0": METER, "A17X8": PLUG}
            for name, told in tables[number].items():
                assert scrape.one(name, device_sn=device.sn) == told(of_then), name
            if number == "AE1X0":
                for phase in range(3):
                    labels = {"device_sn": device.sn, "phase": f"l{phase + 1}"}
                    for name, of_phase in PHASE.items():
                        assert scrape.one(name, **labels) == of_phase(of_then, phase), name


async def test_a_home_that_the_cloud_has_too_shows_the_same_truth_of_both(max_ac: Rig) -> None:
    site_id = max_ac.network.devices[0][2].site_id
    async with max_ac.exporter() as exporter:
        await ask_cloud(exporter)
        await read_devices(exporter)
        for moment_s in MOMENTS_S:
            max_ac.clock.advance(moment_s or 5)
            await exporter.jobs[0].run()
            await read_devices(exporter)
            scrape = Scrape(exporter)
            for name, true in SITE.items():
                assert scrape.one(name, site_id=site_id) == true(max_ac.truth), name
            assert scrape.all("solix_device_source", source="modbus") == [1, 1, 1]
        assert {site.site_id for site in exporter.snapshot().sites} == {site_id}


async def test_each_of_several_homes_shows_its_own_truth(local_all: Rig) -> None:
    network = local_all.network
    homes = list(dict.fromkeys(device.site_id for _, _, device in network.devices))
    settings = local_all.settings(
        modbus=[
            {"host": f"{host}:{port}", "site": f"home-{homes.index(device.site_id)}"}
            for host, port, device in network.devices
        ]
    )
    async with local_all.exporter(settings) as exporter:
        await read_devices(exporter)
        for _ in range(4):
            local_all.clock.advance(4 * 3600)
            assert all((await read_devices(exporter)).values())
            scrape, compared = Scrape(exporter), 0
            for number, site_id in enumerate(homes):
                truth = network.truth(site_id)
                for name, true in SITE.items():
                    for found in scrape.all(name, site_id=f"local-home-{number}"):
                        assert found == true(truth), (number, name)
                        compared += 1
            for _, _, device in network.devices:
                state = device.state(local_all.clock.now())
                if isinstance(state, WallBoxState):
                    (found,) = scrape.all("solix_ev_charger_power_watts", device_sn=device.sn)
                    assert found == state.power_w
                if isinstance(state, X1State):
                    (found,) = scrape.all("solix_battery_soc_ratio", device_sn=device.sn)
                    assert found == state.soc_percent / 100
                    (found,) = scrape.all("solix_device_pv_power_watts", device_sn=device.sn)
                    assert found == state.pv_w
            assert compared >= 3 * len(SITE) - 3
