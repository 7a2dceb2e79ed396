"""The lines, worked out by hand from the line protocol's rules."""

from datetime import UTC, date, datetime

import pytest

from solix_exporter.influx.points import (
    Naming,
    day_lines,
    device_info_line,
    device_line,
    site_info_line,
    site_line,
)
from solix_exporter.ledger import DayIdentity, DayTotal
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import Device, DeviceReadings, Output, PvInput
from solix_exporter.model.energy import Flow
from solix_exporter.model.ports import Port, PowerTotals
from solix_exporter.model.products import product_of
from solix_exporter.model.site import Access, Site, SiteReadings, SiteType

DAY = date(2025, 3, 30)
START = datetime(2025, 3, 29, 23, tzinfo=UTC)
"""Midnight of the 23-hour day in Berlin: 1743289200."""
IDENTITY = DayIdentity("5f1c", DAY, "home", START)


def total(flow: Flow, wh: float, device_sn: str = "") -> DayTotal:
    return DayTotal("5f1c", device_sn, DAY, flow, wh, wh, closed=False, revision=1)


def site(scene: SiteReadings | None = None) -> Site:
    return Site(
        site_id="5f1c",
        account="home",
        name=' Am "See", 7\n',
        site_type=SiteType.SOLARBANK,
        access=Access.OWNER,
        timezone="Europe/Berlin",
        scene=scene,
    )


def test_a_day_is_one_point_with_a_float_a_flow_and_the_shares() -> None:
    rows = [total(Flow.PV, 2000), total(Flow.HOME, 1000.5), total(Flow.GRID_IMPORT, 250.125),
            total(Flow.GRID_EXPORT, 500.0)]  # fmt: skip
    (line,) = day_lines(Naming("solix_"), IDENTITY, rows)
    # (1000.5 - 250.125) / 1000.5 = 0.75 and (2000 - 500) / 2000 = 0.75.
    assert line == (
        "solix_energy_day,account=home,site_id=5f1c"
        " grid_export_wh=500,grid_import_wh=250.125,home_wh=1000.5,pv_wh=2000,"
        "self_consumption_ratio=0.75,self_sufficiency_ratio=0.75"
        " 1743289200"
    )


def test_plugs_have_points_of_their_own_which_come_first() -> None:
    rows = [total(Flow.PLUG, 30), total(Flow.PLUG, 10, "P1"), total(Flow.PLUG, 20, "P2")]
    assert list(day_lines(Naming("my_", {"tier": "a b"}), IDENTITY, rows)) == [
        r"my_energy_day,account=home,device_sn=P2,site_id=5f1c,tier=a\ b plug_wh=20 1743289200",
        r"my_energy_day,account=home,device_sn=P1,site_id=5f1c,tier=a\ b plug_wh=10 1743289200",
        r"my_energy_day,account=home,site_id=5f1c,tier=a\ b plug_wh=30 1743289200",
    ]


def test_names_are_fields_and_never_tags() -> None:
    assert site_info_line(Naming("solix_"), site(), START) == (
        "solix_site_info,account=home,site_id=5f1c"
        r' name="Am \"See\", 7",site_type="solarbank",timezone="Europe/Berlin" 1743289200'
    )
    device = Device("SN1", product_of("A17C1"), "home", site_id="5f1c", name="Bank")
    assert device_info_line(Naming("solix_"), device, START) == (
        "solix_device_info,account=home,device_sn=SN1,site_id=5f1c"
        ' device_type="solarbank",model="A17C1",model_name="Solarbank 2 E1600 Pro",name="Bank"'
        " 1743289200"
    )


def test_a_reading_that_is_not_reported_is_no_field_and_zero_is_one() -> None:
    now = SiteReadings(pv_power_w=0.0, home_load_power_w=412.0, soc_ratio=0.5)
    assert site_line(Naming("solix_"), site(now), START) == (
        "solix_site,account=home,site_id=5f1c"
        " battery_soc_ratio=0.5,home_load_power_w=412,pv_power_w=0 1743289200"
    )


@pytest.mark.parametrize("scene", [None, SiteReadings(), SiteReadings(pv_power_w=float("nan"))])
def test_a_site_without_readings_gives_no_line(scene: SiteReadings | None) -> None:
    assert site_line(Naming("solix_"), site(scene), START) == ""


def test_a_power_station_gives_its_ports_and_estimates() -> None:
    now = DeviceReadings(
        battery=Battery(health_ratio=0.97, voltage_v=51.2),
        temperature_c=-12,
        ports=(Port("usb_c_1", 18, 0),),
        totals=PowerTotals(ac_output_power_w=120),
        remaining_empty_s=3600,
    )
    device = Device("SN1", product_of("A1761"), "home", reported=now)
    assert device_line(Naming("solix_"), device, START) == (
        "solix_device,account=home,device_sn=SN1"
        " ac_output_power_w=120,battery_health_ratio=0.97,battery_voltage_v=51.2,"
        "port_usb_c_1_input_power_w=0,port_usb_c_1_output_power_w=18,remaining_empty_s=3600,"
        "temperature_c=-12 1743289200"
    )


def test_a_device_without_a_site_has_no_such_tag() -> None:
    now = DeviceReadings(
        pv_power_w=300,
        pv_inputs=(PvInput("1", 100), PvInput("2", 200)),
        battery=Battery(soc_ratio=0.25, capacity_wh=1600),
        output=Output(home_power_w=120),
    )
    device = Device("SN1", product_of("A17C1"), "home", scene=now)
    assert device_line(Naming("solix_"), device, START) == (
        "solix_device,account=home,device_sn=SN1"
        " battery_capacity_wh=1600,battery_soc_ratio=0.25,battery_stored_energy_wh=400,"
        "home_output_power_w=120,pv_input_1_power_w=100,pv_input_2_power_w=200,pv_power_w=300"
        " 1743289200"
    )
