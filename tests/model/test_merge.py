"""Capabilities of several sources, joined."""

from solix_exporter.model.battery import Battery
from solix_exporter.model.device import DeviceReadings, GridMeter, PvInput
from solix_exporter.model.merge import filled, merged
from solix_exporter.model.ports import Port, PortStatus, Switch


def test_the_first_source_gives_a_capability_and_the_next_fills_what_it_lacks() -> None:
    fresh = DeviceReadings(battery=Battery(soc_ratio=0.5, health_ratio=0.97), pv_power_w=300)
    old = DeviceReadings(
        battery=Battery(soc_ratio=0.4, capacity_wh=1600), pv_power_w=250, error_code=0
    )
    assert filled(fresh, old) == DeviceReadings(
        battery=Battery(soc_ratio=0.5, capacity_wh=1600, health_ratio=0.97),
        pv_power_w=300,
        error_code=0,
    )


def test_what_belongs_together_comes_from_one_source() -> None:
    fresh = DeviceReadings(
        battery=Battery(discharge_power_w=100),
        meter=GridMeter(import_power_w=5),
        remaining_empty_s=3600,
        ports=(Port("usb_c_1", input_power_w=20),),
    )
    old = DeviceReadings(
        battery=Battery(charge_power_w=80, discharge_power_w=0),
        meter=GridMeter(0, 700),
        remaining_full_s=60,
        ports=(Port("usb_c_1", 7, 0, 20.0, status=PortStatus.OUTPUT),),
    )
    assert filled(fresh, old) == DeviceReadings(
        battery=Battery(discharge_power_w=100),
        meter=GridMeter(import_power_w=5),
        remaining_empty_s=3600,
        ports=(Port("usb_c_1", input_power_w=20, voltage_v=20.0),),
    )


def test_lists_are_joined_by_name() -> None:
    local = DeviceReadings(
        pv_inputs=(PvInput("1", voltage_v=31.5, current_a=2.0),),
        switches=(Switch("light", is_on=True),),
    )
    scene = DeviceReadings(pv_inputs=(PvInput("1", 63.0), PvInput("2", 10.0)))
    found = merged([local, scene])
    assert found
    assert found.pv_inputs == (PvInput("1", 63.0, 31.5, 2.0), PvInput("2", 10.0))
    assert found.switches == (Switch("light", is_on=True),)


def test_zero_is_reported_and_never_filled() -> None:
    found = filled(DeviceReadings(pv_power_w=0.0), DeviceReadings(pv_power_w=5.0))
    assert found.pv_power_w == 0.0


def test_nothing_to_add_is_the_same_object() -> None:
    fresh = DeviceReadings(battery=Battery(soc_ratio=0.5))
    assert filled(fresh, DeviceReadings(battery=Battery(soc_ratio=0.1))) is fresh
    assert merged([]) is None
