"""Every register of every product, against words written by hand."""

from solix_exporter.model.battery import Battery
from solix_exporter.model.control import ControlMode
from solix_exporter.model.device import (
    ChargingStatus,
    EvCharger,
    EvChargerStatus,
    GridMeter,
    Output,
    Plug,
    PvInput,
)
from solix_exporter.model.lifetime import LifetimeEnergy, LifetimeFlow
from solix_exporter.model.limits import DeviceLimits, SocLimits
from solix_exporter.model.ports import Phase, SystemPowers
from solix_exporter.model.report import Source
from tests.modbus import scripted
from tests.modbus.conftest import Polling


async def test_a_solarbank_max_ac(polling: Polling) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        found = polling(device)
        reports = await found.poll()
    assert found.heard.identities == [("ANKDMWH0123456789", "A17E2", "1.0.7.2")]
    assert {report.sn for report in reports.values()} == {"ANKDMWH0123456789"}
    assert {report.source for report in reports.values()} == {Source.MODBUS}
    live, settings, slow = (reports[kind].readings for kind in ("live", "settings", "slow"))
    assert live.status is ChargingStatus.DISCHARGE
    assert live.pv_power_w == 1830
    assert live.battery == Battery(
        soc_ratio=0.87,
        capacity_wh=7000,
        charge_power_w=0,
        discharge_power_w=1250,
        health_ratio=0.99,
    )
    assert live.system == SystemPowers(
        third_party_pv_power_w=420,
        home_load_power_w=2175,
        grid_import_power_w=0,
        grid_export_power_w=675,
    )
    assert live.lifetime_energy == (
        LifetimeEnergy(LifetimeFlow.PV, 7_000_000),
        LifetimeEnergy(LifetimeFlow.CHARGE, 6_554_000),
        LifetimeEnergy(LifetimeFlow.DISCHARGE, 6_100_300),
    )
    assert live.limits == DeviceLimits(output_w=2500, ac_input_w=1000)
    assert live.grid_frequency_hz == 49.98
    # Nobody knows yet which way the sign of the AC output goes.
    assert live.output is None
    assert settings.control_mode is ControlMode.THIRD_PARTY
    assert (settings.charge_setpoint_w, settings.discharge_setpoint_w) == (800, 0)
    assert settings.soc_limits == SocLimits(
        lower_ratio=0.1,
        upper_ratio=0.95,
        backup_reserve_ratio=0.3,
        is_backup_reserve_on=True,
    )
    assert slow.temperature_c == -3.5
    assert slow.phases == (Phase("l1", voltage_v=231.4, current_a=5.12),)


async def test_a_solarbank_4_at_night(polling: Polling) -> None:
    async with scripted.running(scripted.solarbank_4()) as device:
        live = (await polling(device).poll())["live"].readings
    assert live.pv_power_w == 0
    assert live.status is ChargingStatus.STANDBY
    assert live.pv_inputs == (
        PvInput("1", power_w=0, voltage_v=25.1, current_a=0),
        PvInput("2", power_w=0, voltage_v=14.8, current_a=0),
        PvInput("3", power_w=4053.28, voltage_v=392.0, current_a=10.34),
    )


async def test_a_meter_with_three_phases(polling: Polling) -> None:
    async with scripted.running(scripted.meter()) as device:
        found = polling(device)
        live = (await found.poll())["live"].readings
    assert found.heard.identities == [("ANKDNSL0123456789", "AE1X0", "1.0.2.3")]
    assert live.meter == GridMeter(import_power_w=70_355, export_power_w=0)
    assert live.phases == (
        Phase("l1", 230.1, 1.5, import_power_w=0, export_power_w=345),
        Phase("l2", 231.2, 2.5, import_power_w=577, export_power_w=0),
        Phase("l3", 232.3, 321.0, import_power_w=70_123, export_power_w=0),
    )
    # Nothing has proven the scale of its counters yet.
    assert live.lifetime_energy == ()


async def test_a_meter_with_one_phase_has_no_others(polling: Polling) -> None:
    async with scripted.running(scripted.meter(kind=1)) as device:
        live = (await polling(device).poll())["live"].readings
    assert [phase.phase for phase in live.phases] == ["l1"]


async def test_a_plug(polling: Polling) -> None:
    async with scripted.running(scripted.plug()) as device:
        found = polling(device)
        reports = await found.poll()
    assert found.heard.identities == [("APCQNA0123456789", "A17X8", "")]
    expected = Plug(power_w=1234.5, voltage_v=229.9, current_a=5.37, is_on=True)
    assert reports["live"].readings.plug == expected


async def test_an_x1_sends_the_low_word_and_the_low_byte_first(polling: Polling) -> None:
    async with scripted.running(scripted.x1()) as device:
        found = polling(device)
        reports = await found.poll()
    assert found.heard.identities == [("AX1H12K000000001", "A5103", "1.0.16.1")]
    live, settings = reports["live"].readings, reports["settings"].readings
    assert live.status is ChargingStatus.CHARGE
    assert live.pv_power_w == 9_765
    assert live.output == Output(power_w=0, ac_input_power_w=70_000)
    assert live.battery == Battery(
        soc_ratio=0.55, charge_power_w=5_400, discharge_power_w=0, health_ratio=0.98
    )
    assert live.system == SystemPowers(0, 4_365, 0, 68_000)
    assert live.limits == DeviceLimits(output_w=6_600, ac_input_w=6_000)
    assert live.temperature_c == -12.5
    assert live.grid_frequency_hz == 50.02
    assert live.pv_inputs[0] == PvInput("1", power_w=0, voltage_v=400.0, current_a=0)
    assert live.pv_inputs[7] == PvInput("8", 2800.893, 400.7, 6.99)
    assert live.meter == GridMeter(import_power_w=0, export_power_w=2_500)
    assert live.phases[1] == Phase("l2", 230.2, 2.0, import_power_w=0, export_power_w=2_000)
    assert live.lifetime_energy == ()
    assert settings.control_mode is ControlMode.APP
    assert settings.charge_setpoint_w is None
    assert reports["slow"].readings.battery == Battery(capacity_wh=15_000)


async def test_nothing_of_an_x1s_meter_is_shown_while_it_is_faulty(polling: Polling) -> None:
    device = scripted.x1()
    device.put(10631, 3)
    async with scripted.running(device):
        live = (await polling(device).poll())["live"].readings
    assert live.meter is None
    assert live.phases[1] == Phase("l2", voltage_v=230.2, current_a=1.02)


async def test_an_ev_charger(polling: Polling) -> None:
    async with scripted.running(scripted.ev_charger()) as device:
        found = polling(device)
        live = (await found.poll())["live"].readings
    assert found.heard.identities == [("A5191XY123456789", "A5191", "1.2.3")]
    assert live.ev_charger == EvCharger(
        power_w=11_103,
        status=EvChargerStatus.CHARGING,
        session_energy_wh=88_888,
        session_s=70_000,
    )
    assert live.phases[2] == Phase("l3", 231.2, 16.02, import_power_w=3_702)


async def test_settings_that_the_firmware_lacks_are_not_shown(polling: Polling) -> None:
    device = scripted.max_ac()
    device.put(32775, 0b0001)
    async with scripted.running(device):
        limits = (await polling(device).poll())["settings"].readings.soc_limits
    assert limits == SocLimits(upper_ratio=0.95)


async def test_zeros_of_older_firmware_are_no_limits(polling: Polling) -> None:
    device = scripted.max_ac()
    del device.words[32775]
    device.put(60000, 95, 0, 0, 0)
    async with scripted.running(device):
        limits = (await polling(device).poll())["settings"].readings.soc_limits
    assert limits == SocLimits(upper_ratio=0.95, is_backup_reserve_on=False)


async def test_a_setpoint_counts_in_third_party_mode_only(polling: Polling) -> None:
    device = scripted.max_ac()
    device.put(10064, 0)
    async with scripted.running(device):
        settings = (await polling(device).poll())["settings"].readings
    assert settings.control_mode is ControlMode.SELF_CONSUMPTION
    assert (settings.charge_setpoint_w, settings.discharge_setpoint_w) == (None, None)


async def test_unknown_codes_are_said_to_be_unknown(polling: Polling) -> None:
    device = scripted.max_ac()
    device.put(10001, 9)
    device.put(10064, 17)
    async with scripted.running(device):
        reports = await polling(device).poll()
    assert reports["live"].readings.status is ChargingStatus.UNKNOWN
    assert reports["settings"].readings.control_mode is ControlMode.UNKNOWN


async def test_a_register_that_a_block_only_seems_to_have_is_not_shown(polling: Polling) -> None:
    device = scripted.max_ac()
    # They read as 0 in a block, and as an exception where a read starts at them.
    for address in (10015, 10156, 10213, 10202):
        del device.words[address]
    async with scripted.running(device):
        reports = await polling(device).poll()
    live, slow = reports["live"].readings, reports["slow"].readings
    assert live.battery is not None
    assert live.battery.health_ratio is None
    assert live.grid_frequency_hz is None
    assert slow.temperature_c is None
    assert slow.phases == (Phase("l1", current_a=5.12),)


async def test_a_charge_above_100_percent_is_no_reading(polling: Polling) -> None:
    device = scripted.max_ac()
    device.put(10014, 101)
    async with scripted.running(device):
        found = polling(device)
        battery = (await found.poll())["live"].readings.battery
    assert battery is not None
    assert battery.soc_ratio is None
    assert battery.discharge_power_w == 1250
    assert found.heard.rejected == {"soc_range": 1}


async def test_more_pv_than_the_inputs_take_is_no_reading(polling: Polling) -> None:
    device = scripted.solarbank_4()
    device.put(10002, *scripted.high_first(4200))
    async with scripted.running(device):
        found = polling(device)
        live = (await found.poll())["live"].readings
    assert live.pv_power_w is None
    assert found.heard.rejected == {"pv_range": 1}


async def test_a_battery_that_says_0_w_is_shown(polling: Polling) -> None:
    device = scripted.max_ac()
    device.put(10008, 0, 0)
    async with scripted.running(device):
        battery = (await polling(device).poll())["live"].readings.battery
    assert battery is not None
    assert (battery.charge_power_w, battery.discharge_power_w) == (0, 0)


async def test_a_counter_at_0_is_no_reading(polling: Polling) -> None:
    device = scripted.max_ac()
    device.put(10018, 0, 0)
    async with scripted.running(device):
        lifetime = (await polling(device).poll())["live"].readings.lifetime_energy
    assert LifetimeFlow.PV not in {counter.flow for counter in lifetime}
