"""The rules of reference 02, section 4, on small hand-made scenes (section 8.2 and more)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.cloud.parse.scene import parse_scene
from solix_exporter.cloud.record import Record
from solix_exporter.errors import UnexpectedPayload
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.site import Scene

Json = dict[str, Any]


def bank(model: str = "A17C1", sn: str = "B1", **fields: object) -> Json:
    entry: Json = {
        "device_pn": model,
        "device_sn": sn,
        "device_name": "Bank",
        "battery_power": "50",
        "photovoltaic_power": "0",
        "output_power": "0",
        "charging_status": "0",
        "status": "1",
        "set_load_power": "",
        "sub_package_num": 0,
        "is_display": True,
    }
    return entry | fields


def scene(*banks: Json, info: Json | None = None, **top: object) -> Scene:
    totals: Json = {
        "solarbank_list": list(banks),
        "total_photovoltaic_power": "0",
        "total_output_power": "0.00",
        "total_charging_power": "0",
        "is_display_data": True,
        "to_home_load": "0",
    }
    return parse_scene(Record({"solarbank_info": totals | (info or {}), "scene_mode": 3} | top))


def readings(found: Scene) -> list[DeviceReadings]:
    return [device.readings for device in found.devices if device.readings]


def battery_w(found: Scene) -> list[float | None]:
    powers = []
    for now in readings(found):
        assert now.battery
        charge_w, discharge_w = now.battery.charge_power_w, now.battery.discharge_power_w
        powers.append(None if charge_w is None or discharge_w is None else charge_w - discharge_w)
    return powers


def statuses(found: Scene) -> list[str | None]:
    return [now.status.value if now.status else None for now in readings(found)]


def test_two_first_generation_banks_share_the_clouds_total_in_proportion() -> None:
    # 500 of 547 W: 262 -> 239, 285 -> 261.
    found = scene(
        bank("A17C0", "B1", photovoltaic_power="262"),
        bank("A17C0", "B2", photovoltaic_power="285"),
        info={"total_photovoltaic_power": "547", "total_charging_power": "500"},
    )
    assert battery_w(found) == [239, 261]
    assert found.site.battery_charge_power_w == 500


GRID = {"grid_to_battery_power": "500", "other_input_power": "500", "total_charging_power": "500"}


def test_banks_of_a_multisystem_share_what_comes_from_the_grid() -> None:
    found = scene(
        bank("A17C5", "B1", bat_charge_power="300", bat_discharge_power="0"),
        bank("A17C5", "B2", bat_charge_power="200", bat_discharge_power="0"),
        info=GRID,
    )
    assert battery_w(found) == [300, 200]
    assert [now.battery.grid_charge_power_w for now in readings(found) if now.battery] == [300, 200]
    assert [now.output.ac_input_power_w for now in readings(found) if now.output] == [300, 200]
    assert statuses(found) == ["charge_ac", "charge_ac"]
    assert found.site.battery_charge_power_w == 500


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_the_banks_does_not_matter(order: tuple[int, int]) -> None:
    banks = (
        bank("A17C5", "B1", bat_charge_power="0", bat_discharge_power="100"),
        bank("A17C5", "B2", bat_charge_power="500", bat_discharge_power="0"),
    )
    found = scene(*(banks[place] for place in order), info=GRID)
    grid_w = {
        device.sn: device.readings.battery.grid_charge_power_w
        for device in found.devices
        if device.readings and device.readings.battery
    }
    assert grid_w == {"B1": 0, "B2": 500}
    assert found.site.battery_charge_power_w == 400


def test_a_multisystem_takes_each_banks_own_pv_and_output() -> None:
    # Modelled on a real multisystem: full banks that give 201, 492 and 79 W, totals all zero.
    pv = {"pv1": "0", "pv2": "0", "pv3": "0", "pv4": "0", "total": "0"}
    found = scene(
        *(
            bank("A17C5", f"B{n}", battery_power="100", output_power=power, pv_power=pv,
                 sub_package_num=2, bat_charge_power="0", bat_discharge_power="0")
            for n, power in enumerate(("201", "492", "79"))
        ),
        retain_load="200W",
    )  # fmt: skip
    assert battery_w(found) == [0, 0, 0]
    assert statuses(found) == ["fully_charged"] * 3
    outputs = [now.output for now in readings(found) if now.output]
    assert [output.home_power_w for output in outputs] == [201, 492, 79]
    # 200 W over three banks: 67 each.
    assert [output.preset_w for output in outputs] == [67, 67, 67]
    assert found.site.capacity_wh == 3 * 8064
    assert found.site.soc_ratio == 1


def test_cascaded_banks_of_unlike_size_weigh_by_capacity() -> None:
    # A17C1 with a pack: 3200 Wh at 100 %, A17C0: 1600 Wh at 40 %: 3840 of 4800 Wh = 0.8.
    found = scene(
        bank("A17C1", "B1", battery_power="100", sub_package_num=1, photovoltaic_power="100",
             output_power="100"),
        bank("A17C0", "B2", battery_power="40", output_power="100"),
    )  # fmt: skip
    assert found.site.soc_ratio == pytest.approx(0.8)
    # The first-generation bank feeds the other one: no real PV, its battery gives all.
    assert found.site.pv_power_w == 0
    assert found.site.battery_discharge_power_w == 100
    assert found.site.output_power_w == 100


@pytest.mark.parametrize("missing", ["total_photovoltaic_power", "total_output_power"])
def test_a_discharge_without_the_totals_is_the_banks_own(missing: str) -> None:
    # total_charging_power is 0 while a bank discharges, and the balance of the totals unknown.
    found = scene(
        bank("A17C1", output_power="279", bat_discharge_power="279"),
        info={"total_output_power": "279.00", missing: ""},
    )
    assert found.site.battery_discharge_power_w == 279
    assert battery_w(found) == [-279]
    assert statuses(found) == ["discharge"]


def test_an_output_with_decimals_is_not_dropped() -> None:
    found = scene(
        bank("A17C0", photovoltaic_power="12.5"),
        info={"total_photovoltaic_power": "12.5", "total_charging_power": "12.5"},
    )
    assert found.site.battery_charge_power_w == 12.5


def test_a_home_output_of_zero_is_repaired_from_the_total() -> None:
    found = scene(
        bank("A17C5", photovoltaic_power="495", output_power="290", battery_power="40"),
        info={
            "total_photovoltaic_power": "495",
            "total_output_power": "290.00",
            "total_charging_power": "205",
        },
    )
    (now,) = readings(found)
    assert now.output
    assert now.output.home_power_w == 290
    assert battery_w(found) == [205]
    assert statuses(found) == ["charge_bypass"]


@pytest.mark.parametrize(
    ("pv", "output", "charge", "discharge", "home", "status"),
    [
        # Detection on a newer model is told apart by its powers (reference 02, 4.4).
        (300, 100, 200, 0, 100, "charge_bypass"),
        (0, 0, 200, 0, 0, "charge_ac"),
        (100, 0, 100, 0, 0, "protection_charge"),
        (0, 100, 0, 100, 100, "discharge"),
        (50, 100, 0, 50, 100, "bypass_discharge"),
        (50, 50, 0, 0, 50, "bypass"),
        (0, 0, 0, 0, 0, "detection"),
    ],
)
def test_code_0_is_told_apart_by_the_powers(
    pv: int, output: int, charge: int, discharge: int, home: int, status: str
) -> None:
    found = scene(
        bank("A17C5", battery_power="80", photovoltaic_power=str(pv), output_power=str(output),
             bat_charge_power=str(charge), bat_discharge_power=str(discharge)),
        info={
            "total_photovoltaic_power": str(pv),
            "total_output_power": f"{output}.00",
            "total_charging_power": str(charge),
            "to_home_load": str(home),
        },
        scene_mode=1,
        home_load_power="400",
        retain_load="0W",
    )  # fmt: skip
    assert statuses(found) == [status]


def test_in_manual_mode_the_preset_decides_and_not_the_demand() -> None:
    found = scene(
        bank("A17C5", photovoltaic_power="100", bat_charge_power="100"),
        info={"total_photovoltaic_power": "100", "total_charging_power": "100"},
        scene_mode=3,
        home_load_power="400",
        retain_load="0W",
    )
    assert statuses(found) == ["charge"]


@pytest.mark.parametrize(
    ("code", "model", "status"),
    [
        ("1", "A17C0", "bypass"),
        ("2", "A17C0", "discharge"),
        ("3", "A17C0", "charge"),
        ("4", "A17C1", "wakeup"),
        ("5", "A17C1", "fully_charged"),
        ("6", "A17C1", "full_bypass"),
        ("7", "A17C1", "standby"),
        ("116", "A17C0", "cold_wakeup"),
        ("99", "A17C0", "unknown"),
        ("", "A17C0", None),
    ],
)
def test_other_codes_have_a_name(code: str, model: str, status: str | None) -> None:
    assert statuses(scene(bank(model, charging_status=code))) == [status]


FIRST_CHARGING = [
    # Model, PV, preset, status: nothing is asked for, so that nothing is held back.
    ("A17C0", 82, "0W", "charge"),
    ("A17C0", 0, "0W", "standby"),
    # 100 W are asked for, and PV goes into the battery all the same.
    ("A17C0", 250, "100W", "charge_priority"),
    ("A17C0", 82, "100W", "charge"),
    ("A17C1", 82, "0W", "charge_priority"),
]


@pytest.mark.parametrize(("model", "pv_w", "preset", "status"), FIRST_CHARGING)
def test_what_a_bank_that_sends_charge_does(
    model: str, pv_w: int, preset: str, status: str
) -> None:
    found = scene(
        bank(model, charging_status="3", photovoltaic_power=str(pv_w)),
        info={"total_photovoltaic_power": str(pv_w), "total_charging_power": str(pv_w)},
        retain_load=preset,
    )
    assert statuses(found) == [status]


def test_a_full_idle_bank_is_fully_charged() -> None:
    assert statuses(scene(bank("A17C5", battery_power="100"), retain_load="0W")) == [
        "fully_charged"
    ]


def test_an_ev_charger_in_a_site() -> None:
    found = scene(
        charging_pile_info={
            "charging_pile_list": [
                {"device_sn": "E1", "device_pn": "A5191", "device_name": "Wall box",
                 "operating_state": 2, "power": "7400", "ocpp_connect_status": 2, "status": "1"}
            ]
        }
    )  # fmt: skip
    (now,) = readings(found)
    assert now.ev_charger
    assert now.ev_charger.power_w == 7400
    assert now.ev_charger.status
    assert now.ev_charger.status.value == "charging"


def test_an_inverter_in_a_site() -> None:
    found = scene(
        bank("A17C0"),
        solar_list=[{"device_sn": "I1", "device_pn": "A5143", "generate_power": "302.00"}],
    )
    inverter = readings(found)[1].inverter
    assert inverter
    assert inverter.power_w == 302


def test_a_model_that_is_not_in_the_table_shows_what_it_reports() -> None:
    found = scene(
        bank("A99Z9", sub_package_num=1, photovoltaic_power="200", output_power="150"),
        info={
            "total_photovoltaic_power": "200",
            "total_output_power": "150.00",
            "total_charging_power": "50",
            "solar_power_1": "200",
        },
    )
    (device,) = found.devices
    assert device.product.device_type.value == "solarbank"
    assert device.readings
    assert device.readings.battery
    assert device.readings.battery.capacity_wh is None
    assert device.readings.battery.expansion_packs == 1
    assert [pv.name for pv in device.readings.pv_inputs] == ["1"]
    assert found.site.soc_ratio is None
    assert found.site.battery_charge_power_w == 50


def test_one_bank_without_data_does_not_spoil_the_other() -> None:
    found = scene(
        bank("A17C5", "B1", battery_power="80"),
        bank("A17C5", "B2", battery_power="0", is_display=False),
    )
    assert found.site.is_data_valid
    assert found.site.soc_ratio == pytest.approx(0.8)
    first, second = found.devices
    assert first.readings
    assert second.readings
    assert first.readings.is_data_valid
    assert not second.readings.is_data_valid
    assert second.readings.battery is None


def test_the_power_of_a_multisystem_is_that_of_the_banks_that_tell_theirs() -> None:
    found = scene(
        bank("A17C5", "B1", bat_charge_power="300"),
        bank("A17C5", "B2", photovoltaic_power="", output_power=""),
    )
    assert battery_w(found) == [300, None]
    assert found.site.battery_charge_power_w == 300


def test_a_number_beyond_all_reason_is_not_reported() -> None:
    found = scene(bank("A17C1", sub_package_num="1e300", output_power="1e300"))
    (now,) = readings(found)
    assert now.battery
    assert now.output
    assert now.battery.capacity_wh == found.site.capacity_wh == 1600
    assert now.output.power_w is None


def test_an_empty_scene_is_no_home_without_devices() -> None:
    with pytest.raises(UnexpectedPayload):
        parse_scene(Record({}))


JUNK = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers())
KEYS = st.sampled_from(sorted({*bank(), "pv_power", "bat_charge_power", "heating_power"}))


@given(st.dictionaries(KEYS, JUNK), st.dictionaries(st.sampled_from(["solar_list", "grid_info", "smart_plug_info", "statistics", "solarbank_info", "retain_load", "scene_mode", "charging_pile_info"]), JUNK))  # fmt: skip  # noqa: E501
def test_no_wrong_type_in_any_field_ends_a_poll(of_bank: Json, of_scene: Json) -> None:
    fields: Json = {"solarbank_info": {"solarbank_list": [bank() | of_bank]}}
    parse_scene(Record(fields | of_scene))
