"""The reading client against the simulated devices, which share nothing with its maps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.errors import ModbusError
from solix_exporter.modbus.device import LocalDevice, LocalTools, Target
from solix_exporter.modbus.scales import ScaleBook
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.lifetime import LifetimeFlow
from solix_exporter.model.report import DeviceReport
from solix_exporter.sim.modbus.banks import BankState
from solix_exporter.sim.modbus.devices import DeviceState
from solix_exporter.sim.modbus.faults import ModbusFault, ModbusFaultKind
from solix_exporter.sim.modbus.meters import MeterState
from solix_exporter.sim.modbus.network import LocalNetwork
from solix_exporter.sim.modbus.plugs import PlugState
from solix_exporter.sim.modbus.wall_boxes import WallBoxState
from solix_exporter.sim.modbus.x1 import X1State
from tests.modbus.heard import Heard

INSTANTS = (
    datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC),
    datetime(2026, 6, 20, 18, 47, tzinfo=UTC),
    datetime(2026, 1, 20, 3, 10, tzinfo=UTC),
)
K = ModbusFaultKind


@dataclass
class Home:
    """A simulated network with the client's side of each device."""

    network: LocalNetwork
    clock: ManualClock
    heard: Heard
    devices: dict[str, LocalDevice]

    async def poll(self, sn: str) -> dict[str, DeviceReport]:
        reports: list[DeviceReport] = []
        self.clock.advance(5)
        await self.devices[sn].poll(reports.append)
        return {report.kind: report for report in reports}

    async def outcome(self, sn: str) -> str:
        try:
            await self.poll(sn)
        except ModbusError as error:
            return error.outcome
        return "success"

    def sn_of(self, part_number: str) -> str:
        return next(one.sn for _, _, one in self.network.devices if one.part_number == part_number)


@asynccontextmanager
async def home_at(instant: datetime, scenario: str, answer_s: float = 60) -> AsyncIterator[Home]:
    clock, heard = ManualClock(instant), Heard()
    network = LocalNetwork(clock, scenario)
    await network.start()
    tools = LocalTools(clock, heard, ScaleBook(None))
    devices = {
        device.sn: LocalDevice(Target(device.sn, host, port, answer_s=answer_s), tools)
        for host, port, device in network.devices
    }
    try:
        yield Home(network, clock, heard, devices)
    finally:
        for device in devices.values():
            device.close()
        await network.stop()


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    async with home_at(INSTANTS[0], "local-all") as found:
        yield found


def halves(power_w: float) -> tuple[float, float]:
    return max(0.0, power_w), max(0.0, -power_w)


def check_bank(state: BankState, live: DeviceReadings) -> None:
    assert live.battery is not None
    assert live.system is not None
    assert live.limits is not None
    assert live.pv_power_w == max(0, state.pv_w)
    out, into = halves(state.battery_w)
    assert (live.battery.discharge_power_w, live.battery.charge_power_w) == (out, into)
    assert live.battery.soc_ratio == state.soc_percent / 100
    assert live.battery.health_ratio == state.health_percent / 100
    assert live.battery.capacity_wh == state.capacity_wh
    bought, sold = halves(state.grid_w)
    assert (live.system.grid_import_power_w, live.system.grid_export_power_w) == (bought, sold)
    assert live.system.home_load_power_w == state.home_w
    assert live.system.third_party_pv_power_w == state.other_pv_w
    assert live.limits.ac_input_w == state.charge_limit_w
    assert live.limits.output_w == state.discharge_limit_w
    assert live.grid_frequency_hz == state.frequency_hz
    counters = {one.flow: one.energy_wh for one in live.lifetime_energy}
    for flow in (LifetimeFlow.PV, LifetimeFlow.CHARGE, LifetimeFlow.DISCHARGE):
        # The register has steps of 100 Wh.
        assert counters[flow] == pytest.approx(getattr(state.lifetimes, flow.value), abs=100)
    for sensor, found in zip(state.pv_inputs, live.pv_inputs, strict=True):
        assert found.voltage_v == sensor.voltage_v
        assert found.current_a == max(0.0, sensor.current_a)


def check_meter(state: MeterState, live: DeviceReadings) -> None:
    assert live.meter is not None
    bought, sold = halves(state.power_w)
    assert (live.meter.import_power_w, live.meter.export_power_w) == (bought, sold)
    assert len(live.phases) == (3 if state.phase_count == 2 else 1)
    for number, phase in enumerate(live.phases):
        assert phase.voltage_v == state.voltages_v[number]
        assert phase.current_a == abs(state.currents_a[number])
        assert (phase.import_power_w, phase.export_power_w) == halves(state.powers_w[number])


def check_x1(state: X1State, live: DeviceReadings) -> None:
    assert live.battery is not None
    assert live.system is not None
    assert live.output is not None
    assert live.pv_power_w == state.pv_w
    assert (live.battery.discharge_power_w, live.battery.charge_power_w) == halves(state.battery_w)
    assert (live.output.power_w, live.output.ac_input_power_w) == halves(state.ac_w)
    assert live.battery.soc_ratio == state.soc_percent / 100
    assert live.system.home_load_power_w == state.home_w
    assert live.temperature_c == state.temperature_c
    assert live.grid_frequency_hz == state.frequency_hz
    for sensor, found in zip(state.strings, live.pv_inputs, strict=False):
        assert found.voltage_v == sensor.voltage_v
        assert found.current_a == max(0.0, sensor.current_a)
    assert {one.power_w for one in live.pv_inputs[len(state.strings) :]} == {0}
    check_meter(replace(state.meter, phase_count=2), live)


def check_wall_box(state: WallBoxState, live: DeviceReadings) -> None:
    assert live.ev_charger is not None
    assert live.ev_charger.power_w == state.power_w
    assert live.ev_charger.session_energy_wh == state.session_wh
    assert live.ev_charger.session_s == state.session_s
    for number, phase in enumerate(live.phases):
        assert phase.voltage_v == state.voltages_v[number]
        assert phase.import_power_w == state.powers_w[number]


def check_plug(state: PlugState, live: DeviceReadings) -> None:
    assert live.plug is not None
    assert (live.plug.power_w, live.plug.is_on) == (state.power_w, state.is_on)
    assert (live.plug.voltage_v, live.plug.current_a) == (state.voltage_v, state.current_a)


def check(state: DeviceState, live: DeviceReadings) -> None:
    match state:
        case BankState():
            check_bank(state, live)
        case MeterState():
            check_meter(state, live)
        case X1State():
            check_x1(state, live)
        case WallBoxState():
            check_wall_box(state, live)
        case PlugState():
            check_plug(state, live)


@pytest.mark.parametrize("instant", INSTANTS, ids=str)
async def test_every_device_reads_as_the_simulation_is(instant: datetime) -> None:
    async with home_at(instant, "local-all") as home:
        for sn in home.devices:
            live = (await home.poll(sn))["live"]
            # Requests move the clock, 50 ms each.
            device = home.network._server(sn).device
            check(device.state(live.measured_at), live.readings)
        assert home.heard.connects == ["success"] * len(home.devices)
        assert home.network.writes == ()
        assert {record.function for record in home.network.requests} <= {3, 4}


OUTCOMES = {
    K.REFUSE: {"refused"},
    K.MUTE: {"timeout"},
    K.RESET: {"reset"},
    K.BUSY: {"exception"},
    K.LATE: {"timeout"},
    K.WRONG_TRANSACTION: {"malformed"},
    K.WRONG_PROTOCOL: {"malformed"},
    K.WRONG_LENGTH: {"malformed"},
    K.WRONG_UNIT: {"malformed"},
    K.WRONG_FUNCTION: {"malformed"},
    K.WRONG_COUNT: {"malformed"},
    K.FEWER: {"malformed"},
    K.MORE: {"malformed"},
    K.TRUNCATED: {"timeout"},
    K.TRAILING: {"malformed"},
    K.GARBAGE: {"malformed"},
    K.ZEROS: {"empty"},
}


@pytest.mark.parametrize("part_number", ["A17E2", "AE1X0", "A17X8"])
@pytest.mark.parametrize("kind", OUTCOMES)
async def test_a_fault_gives_its_outcome_and_no_report(
    kind: ModbusFaultKind, part_number: str
) -> None:
    answer_s = 1 if "timeout" in OUTCOMES[kind] else 60
    async with home_at(INSTANTS[0], "max-ac", answer_s) as home:
        sn = home.sn_of(part_number)
        await home.poll(sn)
        # Late by more than the client waits; the device serves one request after the other.
        value = 1.5 if kind is K.LATE else None
        home.network.faults.add(ModbusFault(kind, value=value))
        reports: list[DeviceReport] = []
        with pytest.raises(ModbusError) as failed:
            await home.devices[sn].poll(reports.append)
        # A connection that is cut is noticed at the next request.
        assert failed.value.outcome in OUTCOMES[kind] | ({"reset"} if kind is K.REFUSE else set())
        assert reports == []
        assert await home.outcome(sn) in OUTCOMES[kind] | {"foreign_device", "empty"}
        home.network.faults.clear()
        assert "success" in [await home.outcome(sn) for _ in range(3)]


async def test_totals_of_zero_are_no_counters(home: Home) -> None:
    sn = home.sn_of("A17E2")
    home.network.faults.add(ModbusFault(K.ZERO_TOTALS))
    assert (await home.poll(sn))["live"].readings.lifetime_energy == ()


async def test_a_charge_above_100_percent_is_rejected(home: Home) -> None:
    sn = home.sn_of("A17E2")
    home.network.faults.add(ModbusFault(K.SOC))
    battery = (await home.poll(sn))["live"].readings.battery
    assert battery is not None
    assert battery.soc_ratio is None
    assert home.heard.rejected["soc_range"] == 1


async def test_a_stranger_is_asked_its_name_only(home: Home) -> None:
    sn = home.sn_of("A17E2")
    home.network.faults.add(ModbusFault(K.STRANGER))
    assert await home.outcome(sn) == "foreign_device"
    assert {record.address for record in home.network.requests} == {32768, 10090, 20001}


async def test_swapped_addresses_swap_the_serial_numbers(home: Home) -> None:
    """No sample of one device under the serial number of the other."""
    banks = [one.sn for _, _, one in home.network.devices if one.part_number.startswith("A")]
    first, second = banks[0], home.sn_of("AE103")
    assert (await home.poll(first))["live"].sn == first
    home.network.swap(first, second)
    outcomes = []
    for _ in range(2):
        try:
            outcomes.append((await home.poll(first))["live"].sn)
        except ModbusError as error:
            outcomes.append(error.outcome)
    assert first not in outcomes
    assert outcomes[-1] == second


async def test_a_simulated_meter_proves_the_scale_of_its_counters() -> None:
    """In the evening, when the battery is empty, the home imports from the grid."""
    async with home_at(datetime(2026, 1, 20, 15, 0, tzinfo=UTC), "local") as home:
        sn = home.sn_of("AE1X0")
        reports = await home.poll(sn)
        shown = [reports["live"].readings.lifetime_energy]
        for _ in range(480):
            home.clock.advance(55)
            shown.append((await home.poll(sn))["live"].readings.lifetime_energy)
        state = home.network.state(sn)
    assert isinstance(state, MeterState)
    assert shown[0] == ()
    imported = {one.flow: one.energy_wh for one in shown[-1]}[LifetimeFlow.GRID_IMPORT]
    # A step of this meter is 100 Wh.
    assert imported == pytest.approx(state.import_wh, abs=100)
