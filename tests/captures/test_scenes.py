"""Every captured scene against values worked out by hand from reference 02, sections 4 and 8.1."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from solix_exporter.cloud.decode import decode
from solix_exporter.cloud.endpoints.sites import SCENE_INFO
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.site import DeviceListing, Scene

pytestmark = pytest.mark.usefixtures("captures")


@dataclass(frozen=True)
class Bank:
    """PV, output, battery power (+ charging), W; status; preset, W; capacity and content, Wh."""

    pv: float
    output: float
    battery: float
    status: str
    preset: float
    capacity: float
    stored: float


@dataclass(frozen=True)
class Site:
    """SOC 0-1, battery (+ charging), PV, output; then home, import, export; W, None is absent."""

    soc: float
    battery: float
    pv: float
    output: float
    home: float | None = None
    grid: tuple[float, float] | None = None
    mode: str | None = None
    lifetime_kwh: float | None = None


EXPECTED: dict[tuple[str, str], tuple[Site, tuple[Bank, ...]]] = {
    # The total of 1457.71 kWh is the newest of the first generation's captures.
    ("Mqtt_SB1_C1000", "ef76"): (
        Site(0.69, 0, 0, 0, home=0, mode="unknown", lifetime_kwh=1457.71),
        (Bank(0, 0, 0, "detection", 0, 1600, 1104),),
    ),
    # Charges at 82 W and gives nothing with a preset of 0: nothing is held back, it charges.
    ("SB1_0Wswitch_PPSc1000_NoEnergy", "7ddf"): (
        Site(0.38, 82, 82, 0, lifetime_kwh=80.36),
        (Bank(82, 0, 82, "charge", 0, 1600, 608),),
    ),
    ("SB1_DischargePrio", "ed92"): (
        Site(0.75, 0, 0, 0, home=0, mode="unknown", lifetime_kwh=642.78),
        (Bank(0, 0, 0, "detection", 0, 1600, 1200),),
    ),
    # 120 + 136 W go out with no PV: the batteries give 256 W. (960 + 1024) / 3200 = 0.62.
    ("SB1_Dual_NoEnergy", "cc03"): (
        Site(0.62, -256, 0, 256, lifetime_kwh=131.85),
        (
            Bank(0, 120, -120, "discharge", 135, 1600, 960),
            Bank(0, 136, -136, "discharge", 135, 1600, 1024),
        ),
    ),
    ("SB1_NoEnergy", "9e40"): (
        Site(0.17, -190, 0, 190, lifetime_kwh=183.54),
        (Bank(0, 190, -190, "discharge", 300, 1600, 272),),
    ),
    # Four packs: 5 x 1600 Wh, three quarters full.
    ("SB2_AC_UseTime", "a283"): (
        Site(0.75, 0, 0, 0, home=401, grid=(401, 0), mode="use_time", lifetime_kwh=0),
        (Bank(0, 0, 0, "detection", 20, 8000, 6000),),
    ),
    # Cascaded: the 75 + 79 W of the first generation are the 154 W of the newer bank's PV, which
    # gives 289 W, 135 of them from its battery: 75 + 79 + 135 = 289. Real PV: 0.
    ("SB2_SB1_AI_Input_50", "c71f"): (
        Site(0.96, -289, 0, 289, home=281, grid=(0, 8), mode="smartmeter", lifetime_kwh=26.15),
        (
            Bank(154, 289, -135, "bypass_discharge", 50, 1600, 1472),
            Bank(0, 75, -75, "discharge", 25, 1600, 1568),
            Bank(0, 79, -79, "discharge", 25, 1600, 1568),
        ),
    ),
    ("SB2_SM_ManMode_Schedule", "0eb4"): (
        Site(0.39, 741, 741, 0, home=684, grid=(684, 0), mode="manual", lifetime_kwh=151.7),
        (Bank(741, 0, 741, "charge", 0, 3200, 1248),),
    ),
    # Code 0, but 279 W go out with no PV: discharge.
    ("SB2_SP_SpMode_Schedule", "cafd"): (
        Site(0.39, -279, 0, 279, home=279, mode="smartplugs", lifetime_kwh=163.82),
        (Bank(0, 279, -279, "discharge", 50, 1600, 624),),
    ),
    # 133 W into an AC model without PV can only come from the AC side.
    ("SB3_SB2AC_Shelly_Smart_Complete", "0dfe"): (
        Site(0.16, 133, 0, 0, home=0, grid=(0, 0), mode="smartmeter", lifetime_kwh=5.18),
        (Bank(0, 0, 133, "charge_ac", 0, 3200, 512),),
    ),
    # Four packs: 5 x 2688 = 13440 Wh; 41 % of it are 5510.4 Wh.
    ("SB3_SB2AC_Shelly_Smart_Complete", "6b1c"): (
        Site(0.41, 0, 0, 0, home=433, grid=(433, 0), mode="manual", lifetime_kwh=0),
        (Bank(0, 0, 0, "detection", 0, 13440, 5510.4),),
    ),
    # 534 W in, 534 W out, 1350 - 534 = 816 W from the grid: bypass.
    ("SB3_SM_Smart", "aa87"): (
        Site(0.15, 0, 534, 534, home=1350, grid=(816, 0), mode="smart", lifetime_kwh=198.61),
        (Bank(534, 534, 0, "bypass", 200, 2688, 403.2),),
    ),
}


def scene_of(captures: Path, folder: str, site: str) -> Scene:
    (file,) = (captures / folder).glob(f"scene_{site}*.json")
    return decode(SCENE_INFO, file.read_bytes(), SilentObserver())


def banks_of(scene: Scene) -> list[DeviceListing]:
    return [device for device in scene.devices if device.product.generation]


def found_bank(device: DeviceListing) -> Bank:
    now = device.readings
    assert now
    assert now.battery
    assert now.output
    assert now.status
    charge_w, discharge_w = now.battery.charge_power_w, now.battery.discharge_power_w
    assert charge_w is not None
    assert discharge_w is not None
    return Bank(
        pv=now.pv_power_w if now.pv_power_w is not None else -1,
        output=now.output.power_w if now.output.power_w is not None else -1,
        battery=charge_w - discharge_w,
        status=now.status.value,
        preset=now.output.preset_w if now.output.preset_w is not None else -1,
        capacity=now.battery.capacity_wh or -1,
        stored=now.battery.stored_energy_wh or -1,
    )


def found_site(scene: Scene) -> Site:
    site = scene.site
    assert site.battery_charge_power_w is not None
    assert site.battery_discharge_power_w is not None
    energy_wh = site.lifetime.energy_wh
    imported_w, exported_w = site.grid_import_power_w, site.grid_export_power_w
    return Site(
        soc=site.soc_ratio or -1,
        battery=site.battery_charge_power_w - site.battery_discharge_power_w,
        pv=site.pv_power_w if site.pv_power_w is not None else -1,
        output=site.output_power_w if site.output_power_w is not None else -1,
        home=site.home_load_power_w,
        grid=None if imported_w is None or exported_w is None else (imported_w, exported_w),
        mode=site.usage_mode.value if site.usage_mode else None,
        lifetime_kwh=None if energy_wh is None else energy_wh / 1000,
    )


@pytest.mark.parametrize(("folder", "site"), EXPECTED, ids="-".join)
def test_a_captured_system_shows_what_it_did(captures: Path, folder: str, site: str) -> None:
    scene = scene_of(captures, folder, site)
    expected_site, expected_banks = EXPECTED[folder, site]
    assert scene.site.is_data_valid
    assert found_site(scene) == expected_site
    assert tuple(found_bank(device) for device in banks_of(scene)) == expected_banks


def test_every_captured_scene_is_expected_here(captures: Path) -> None:
    known = {*EXPECTED, *OTHERS}
    files = captures.glob("*/scene_*.json")
    missing = [
        file
        for file in files
        if not any(
            file.parent.name == folder and file.name.startswith(f"scene_{site}")
            for folder, site in known
        )
    ]
    assert missing == []


OTHERS = {
    ("Powerpanel_Tou", "492c"),
    ("SB2_AC_UseTime", "bedec"),
    ("SB2_SM_AiMode_Schedule_invalid", "cfdb"),
    ("SB2_SM_NoPvEnergy_Invalid", "c2f6"),
}
"""Scenes without measurements: tested one by one below."""


@pytest.mark.parametrize(
    ("folder", "site", "totals"),
    [
        ("SB2_SM_AiMode_Schedule_invalid", "cfdb", Lifetime(151_510, 151_060, 24.24, "€")),
        ("SB2_SM_NoPvEnergy_Invalid", "c2f6", Lifetime(77_230, 77_000, 23.17, "€")),
    ],
)
def test_zeros_that_nobody_measured_are_left_out(
    captures: Path, folder: str, site: str, totals: Lifetime
) -> None:
    scene = scene_of(captures, folder, site)
    assert not scene.site.is_data_valid
    assert scene.site.soc_ratio is None
    assert scene.site.pv_power_w is None
    # The totals are as good as ever, and so is their currency.
    assert scene.site.lifetime == totals
    assert [device.product.part_number for device in scene.devices] == ["A17C1", "A17X7"]
    for device in scene.devices:
        assert device.readings
        assert not device.readings.is_data_valid
        assert (device.readings.battery, device.readings.meter) == (None, None)
        assert device.readings.is_online is not None


def test_a_power_panel_has_an_identity_but_no_live_power(captures: Path) -> None:
    scene = scene_of(captures, "Powerpanel_Tou", "492c")
    (panel,) = scene.devices
    assert panel.product.part_number == "A17B1"
    assert panel.readings
    assert panel.readings.is_online
    assert scene.site.is_data_valid
    assert scene.site.pv_power_w is None
    assert scene.site.home_load_power_w is None
    assert scene.site.lifetime.energy_wh is None


def test_an_empty_site_measures_nothing(captures: Path) -> None:
    scene = scene_of(captures, "SB2_AC_UseTime", "bedec")
    assert scene.devices == ()
    assert scene.site.is_data_valid
    assert scene.site.home_load_power_w is None
    assert scene.site.grid_import_power_w is None
    assert scene.site.usage_mode is None


def test_plugs_and_their_sum(captures: Path) -> None:
    scene = scene_of(captures, "SB2_SP_SpMode_Schedule", "cafd")
    plugs = {
        device.name: device.readings.plug.power_w
        for device in scene.devices
        if device.readings and device.readings.plug
    }
    assert plugs == {"SP Basement": 82, "Flex Plug": 178}
    # 279 W of the home less 260 W of the plugs.
    assert (scene.site.plug_power_w, scene.site.other_load_power_w) == (260, 19)
    # There is no meter in this home, so nothing is said of the grid.
    assert scene.site.grid_import_power_w is None


def test_the_micro_inverter_is_shown_for_the_model_that_has_one(captures: Path) -> None:
    # A17C1 sends 86 W = input 3 + input 4 under this key (7 + 79).
    pro = banks_of(scene_of(captures, "SB2_SB1_AI_Input_50", "c71f"))[0].readings
    assert pro
    assert [(pv.name, pv.power_w) for pv in pro.pv_inputs] == [
        ("1", 65),
        ("2", 3),
        ("3", 7),
        ("4", 79),
    ]
    ac = banks_of(scene_of(captures, "SB2_AC_UseTime", "a283"))[0].readings
    assert ac
    assert [pv.name for pv in ac.pv_inputs] == ["1", "2", "micro_inverter"]
