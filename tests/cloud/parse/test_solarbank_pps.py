"""F3000 systems, power docks and EV chargers in a scene: hand-made after reference 05, 4.4-4.8."""

from typing import Any

from solix_exporter.cloud.parse.scene import parse_scene
from solix_exporter.cloud.record import Record
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import (
    ChargingStatus,
    DeviceReadings,
    EvCharger,
    EvChargerStatus,
    GridMeter,
    PvInput,
)
from solix_exporter.model.products import DeviceType
from solix_exporter.model.site import Scene


def scene(**members: Any) -> Scene:  # noqa: ANN401 - JSON
    """Return a scene without solarbanks and what a test adds to it."""
    return parse_scene(Record({"solarbank_info": {"solarbank_list": []}} | members))


def station(sn: str, charge: str, discharge: str, soc: str) -> dict[str, Any]:
    """Return one F3000 of the answer."""
    return {
        "device_pn": "A1782",
        "device_sn": sn,
        "device_name": "Garage",
        "status": "1",
        "charging_status": "2",
        "battery_power": soc,
        "sub_package_num": 1,
        "pv_power": "900",
        "pv_high_power": "600",
        "pv_low_power": "300",
        "charging_power": charge,
        "discharging_power": discharge,
        "home_load_power": "250",
    }


F3000: dict[str, object] = {
    "home_load_power": "0",
    "grid_info": {"grid_list": [{"device_pn": "A17X7US", "device_sn": "CT", "status": "1"}]},
    "solarbank_pps_info": {
        "pps_list": [station("F1", "700", "0", "40"), station("F2", "0", "100", "80")],
        "total_charging_power": "700",
        "total_output_power": "500",
        "total_battery_power": "60",
        "total_pv_input_power": "1800",
        "total_home_load_power": "650",
        "total_grid_to_battery": "0",
        "home": None,
        "grid": [{"power": "-400"}, {"power": "150"}],
        "system": None,
    },
}


def test_the_devices_of_an_f3000_system() -> None:
    found = {device.sn: device for device in scene(**F3000).devices}
    first = found["F1"].readings
    assert found["F1"].product.device_type is DeviceType.SOLARBANK_PPS
    assert first is not None
    assert first.status is ChargingStatus.CHARGE
    assert first.pv_power_w == 900.0
    assert first.pv_inputs == (PvInput("1", 600.0), PvInput("2", 300.0))
    # 3072 Wh, twice with one expansion pack.
    assert first.battery == Battery(
        soc_ratio=0.4,
        capacity_wh=6144.0,
        charge_power_w=700.0,
        discharge_power_w=0.0,
        expansion_packs=1,
    )
    assert first.output is not None
    assert first.output.home_power_w == 250.0


def test_the_totals_of_an_f3000_system() -> None:
    site = scene(**F3000).site
    assert (site.pv_power_w, site.output_power_w, site.home_load_power_w) == (1800, 500, 650)
    # 700 W into one, 100 W out of the other.
    assert (site.battery_charge_power_w, site.battery_discharge_power_w) == (600.0, 0.0)
    # 0.4 x 6144 + 0.8 x 6144 of 12288 Wh.
    assert (site.capacity_wh, site.stored_energy_wh, site.soc_ratio) == (12288.0, 7372.8, 0.6)
    # -400 and 150 W are 250 W into the grid.
    assert (site.grid_import_power_w, site.grid_export_power_w) == (0.0, 250.0)


def test_one_station_without_readings_leaves_the_totals_of_all_unknown() -> None:
    silent = station("F2", "", "", "")
    info = {"pps_list": [station("F1", "700", "0", "40"), silent]}
    site = scene(solarbank_pps_info=info).site
    assert (site.battery_charge_power_w, site.battery_discharge_power_w) == (None, None)
    assert (site.stored_energy_wh, site.soc_ratio) == (None, None)


def test_the_meter_of_an_f3000_system_shows_the_sum_of_its_transformers() -> None:
    found = {device.sn: device.readings for device in scene(**F3000).devices}
    readings = found["CT"]
    assert readings is not None
    assert readings.meter == GridMeter(import_power_w=0.0, export_power_w=250.0)


def test_a_scene_without_f3000s_is_left_as_it_is() -> None:
    empty = scene(solarbank_pps_info={"pps_list": None, "total_pv_input_power": "", "grid": None})
    assert empty.devices == ()
    assert empty.site.pv_power_w is None


def test_a_power_dock_carries_out_the_systems_preset() -> None:
    box = {"device_pn": "AE100", "device_sn": "DOCK", "device_name": "Dock", "status": "1"}
    (dock,) = scene(combiner_box_info={"combiner_box_list": [box]}, retain_load="350W").devices
    assert dock.product.device_type is DeviceType.COMBINER_BOX
    assert dock.readings is not None
    assert dock.readings.is_online is True
    assert dock.readings.output is not None
    assert dock.readings.output.preset_w == 350.0


def test_an_ev_charger_in_a_site() -> None:
    pile = {
        "device_pn": "A5191",
        "device_sn": "EV1",
        "device_name": "Carport",
        "operating_state": 2,
        "power": "7200",
        "status": "1",
        "ocpp_connect_status": 0,
    }
    (charger,) = scene(charging_pile_info={"charging_pile_list": [pile]}).devices
    assert charger.readings == DeviceReadings(
        is_online=True, ev_charger=EvCharger(7200.0, EvChargerStatus.CHARGING)
    )


def test_the_parts_of_an_f3000_answer_are_all_known() -> None:
    record = Record({"solarbank_info": {"solarbank_list": []}, **F3000})
    parse_scene(record)
    assert (record.unread(), record.malformed) == ((), ())
