"""The systems that scenarios are made of; each is one table of hardware and settings."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from solix_exporter.sim.plant import (
    BatterySpec,
    Control,
    EvCharging,
    Location,
    Plant,
    PlugSpec,
    PvString,
)
from solix_exporter.sim.system_specs import DeviceSpec, SceneMode, SystemSpec

_BERLIN = Location(52.52, 13.40, ZoneInfo("Europe/Berlin"))
_MUNICH = Location(48.14, 11.58, ZoneInfo("Europe/Berlin"))
_NEW_YORK = Location(40.71, -74.01, ZoneInfo("America/New_York"))

_SOUTH = PvString(430, 180.0, 30.0)
_EAST = PvString(430, 110.0, 60.0)
_WEST = PvString(430, 250.0, 60.0)
_BALCONY = PvString(410, 190.0, 70.0)

HOME = SystemSpec(
    name="Home",
    site_type=5,
    plant=Plant(
        _BERLIN,
        strings=(_SOUTH, _SOUTH, _EAST, _WEST),
        battery=BatterySpec(3200, charge_limit_w=2000, discharge_limit_w=800),
        plugs=(PlugSpec(2, 85, "cycle"), PlugSpec(4, 110, "evening")),
    ),
    devices=(
        DeviceSpec("A17C1", "Balcony Bank", packs=1),
        DeviceSpec("A17X7", "Meter"),
        DeviceSpec("A17X8", "Fridge", tag="Kitchen"),
        DeviceSpec("A17X8", "Television", tag="Living Room"),
    ),
    features=("0w_feed", "multi_pv", "shelly_meter", "smart_plug"),
)

PLUGS_ONLY = SystemSpec(
    name="Flat",
    site_type=5,
    plant=Plant(
        _MUNICH,
        strings=(_BALCONY, _BALCONY),
        battery=BatterySpec(1600, charge_limit_w=1200, discharge_limit_w=800),
        control=Control.PLUGS,
        preset_w=20,
        plugs=(PlugSpec(2, 90, "cycle"), PlugSpec(5, 160, "office")),
    ),
    devices=(
        DeviceSpec("A17C1", "Solarbank 2"),
        DeviceSpec("A17X8", "Freezer", tag="Basement"),
        DeviceSpec("A17X8", "Desk", tag="Study"),
    ),
    mode=SceneMode.PLUGS,
    retain_load_w=50,
    features=("multi_pv", "smart_plug"),
    built=datetime(2024, 7, 13, 12, tzinfo=UTC),
)

FIRST = SystemSpec(
    name="Balcony",
    site_type=2,
    plant=Plant(
        _MUNICH,
        strings=(_BALCONY, _BALCONY),
        battery=BatterySpec(1600, charge_limit_w=600, discharge_limit_w=800),
        control=Control.PRESET,
        preset_w=150,
    ),
    devices=(DeviceSpec("A17C0", "Solarbank"), DeviceSpec("A5143", "Micro inverter")),
    mode=SceneMode.NONE,
    retain_load_w=150,
    built=datetime(2023, 8, 20, 8, tzinfo=UTC),
)

DUAL_FIRST = SystemSpec(
    name="Terrace",
    site_type=2,
    plant=Plant(
        _MUNICH,
        strings=(_BALCONY, _BALCONY, _BALCONY, _BALCONY),
        battery=BatterySpec(3200, charge_limit_w=1200, discharge_limit_w=800),
        control=Control.PRESET,
        preset_w=270,
    ),
    devices=(
        DeviceSpec("A17C0", "Solarbank left", has_zero_switch=True),
        DeviceSpec("A17C0", "Solarbank right"),
    ),
    mode=SceneMode.NONE,
    retain_load_w=270,
    built=datetime(2023, 9, 2, 8, tzinfo=UTC),
)

AC_COUPLED = SystemSpec(
    name="Workshop",
    site_type=11,
    plant=Plant(
        _BERLIN,
        strings=(_SOUTH, _SOUTH),
        battery=BatterySpec(3200, charge_limit_w=1200, discharge_limit_w=800),
        control=Control.TARIFF,
        grid_charge_w=500,
        base_load_w=350,
    ),
    devices=(DeviceSpec("A17C2", "AC Bank", packs=1), DeviceSpec("SHEMP3", "Mains")),
    mode=SceneMode.USE_TIME,
    retain_load_w=20,
    price_type="use_time",
    features=("0w_feed", "0w_feed_v2", "manual_backup_mode", "peak_valley_mode", "shelly_meter"),
    built=datetime(2024, 12, 10, 9, tzinfo=UTC),
)

CASCADE = SystemSpec(
    name="Farmhouse",
    site_type=5,
    plant=Plant(
        _MUNICH,
        strings=(_SOUTH, _SOUTH, _WEST),
        battery=BatterySpec(1600, charge_limit_w=2000, discharge_limit_w=800),
        base_load_w=300,
        upstream=Plant(
            _MUNICH,
            strings=(_BALCONY, _BALCONY, _BALCONY, _BALCONY),
            battery=BatterySpec(3200, charge_limit_w=1200, discharge_limit_w=300),
            output_limit_w=300,
            control=Control.PRESET,
            preset_w=150,
            base_load_w=0,
        ),
    ),
    devices=(
        DeviceSpec("A17C1", "Main Bank"),
        DeviceSpec("A17C0", "Feeder 1"),
        DeviceSpec("A17C0", "Feeder 2"),
        DeviceSpec("SHEMP3", "Mains"),
    ),
    retain_load_w=50,
    features=("0w_feed", "multi_pv", "shelly_meter"),
    built=datetime(2024, 7, 1, 9, tzinfo=UTC),
)

SMART = SystemSpec(
    name="Bungalow",
    site_type=12,
    plant=Plant(
        _BERLIN,
        strings=(_SOUTH, _SOUTH, _EAST, _WEST),
        battery=BatterySpec(2688, charge_limit_w=3600, discharge_limit_w=1200),
        output_limit_w=1200,
        base_load_w=320,
    ),
    devices=(DeviceSpec("A17C5", "Solarbank 3"), DeviceSpec("SHEMP3", "Mains")),
    mode=SceneMode.SMART,
    price=0.4,
    price_type="dynamic",
    features=("0w_feed_v2", "enable_timeslot", "plug_switch_report"),
    built=datetime(2025, 5, 22, 13, tzinfo=UTC),
)

MULTISYSTEM = SystemSpec(
    name="Villa",
    site_type=12,
    plant=Plant(
        _BERLIN,
        strings=(_SOUTH, _SOUTH, _EAST, _WEST) * 3,
        battery=BatterySpec(16128, charge_limit_w=7200, discharge_limit_w=3600),
        output_limit_w=3600,
        base_load_w=550,
    ),
    devices=(
        DeviceSpec("A17C5", "Bank 1", packs=1),
        DeviceSpec("A17C5", "Bank 2", packs=1),
        DeviceSpec("A17C5", "Bank 3", packs=1),
        DeviceSpec("AE100", "Power Dock"),
        DeviceSpec("A17X7", "Meter"),
    ),
    features=("0w_feed_v2", "enable_parallel", "enable_timeslot", "plug_switch_report"),
    built=datetime(2025, 9, 10, 9, tzinfo=UTC),
)

INVERTER = SystemSpec(
    name="Shed",
    site_type=0,
    plant=Plant(_MUNICH, strings=(_BALCONY, _BALCONY), base_load_w=0),
    devices=(DeviceSpec("A5143", "MI80 Microinverter (BLE)", in_site=False),),
    mode=SceneMode.NONE,
    price=0.25,
    built=datetime(2023, 9, 5, 10, tzinfo=UTC),
)

POWER_PANEL = SystemSpec(
    name="Ranch",
    site_type=4,
    plant=Plant(
        _NEW_YORK,
        strings=(PvString(1600, 180.0, 25.0), PvString(1600, 180.0, 25.0)),
        battery=BatterySpec(7680, charge_limit_w=6000, discharge_limit_w=6000),
        output_limit_w=6000,
        base_load_w=1100,
    ),
    devices=(
        DeviceSpec("A17B1", "Home Power Panel"),
        DeviceSpec("A1790", "F3800 1", in_site=False),
        DeviceSpec("A1790", "F3800 2", in_site=False),
    ),
    mode=SceneMode.NONE,
    retain_load_w=0,
    price=0.15,
    currency="$",
    built=datetime(2025, 3, 22, 14, tzinfo=UTC),
)

HOME_ENERGY = SystemSpec(
    name="Estate",
    site_type=9,
    plant=Plant(
        _MUNICH,
        strings=(PvString(4000, 180.0, 35.0), PvString(4000, 180.0, 35.0)),
        battery=BatterySpec(15000, charge_limit_w=8000, discharge_limit_w=8000),
        output_limit_w=10000,
        base_load_w=500,
        ev=EvCharging(11000),
    ),
    devices=(
        DeviceSpec("A5103", "X1", has_modbus=True),
        DeviceSpec("A5220", "Battery 1"),
        DeviceSpec("A5220", "Battery 2"),
        DeviceSpec("A5220", "Battery 3"),
        DeviceSpec("A5191", "Wall Box", has_modbus=True),
    ),
    mode=SceneMode.NONE,
    retain_load_w=0,
    built=datetime(2024, 10, 1, 9, tzinfo=UTC),
)

EV_CHARGER = SystemSpec(
    name="Garage",
    site_type=14,
    plant=Plant(_BERLIN, base_load_w=300, ev=EvCharging(11000, hour=21)),
    devices=(DeviceSpec("A5191", "Wall Box"), DeviceSpec("A17X7", "Meter")),
    mode=SceneMode.NONE,
    retain_load_w=0,
    built=datetime(2025, 11, 3, 9, tzinfo=UTC),
)

CHARGER = SystemSpec(
    name="Desk",
    site_type=0,
    plant=Plant(_BERLIN, base_load_w=0),
    devices=(DeviceSpec("A2345", "Desk charger", in_site=False),),
    mode=SceneMode.NONE,
    built=datetime(2025, 2, 1, 9, tzinfo=UTC),
)

MAX_AC = SystemSpec(
    name="Townhouse",
    site_type=19,
    plant=Plant(
        _BERLIN,
        strings=(PvString(1800, 120.0, 35.0), PvString(1800, 240.0, 35.0)),
        battery=BatterySpec(7000, charge_limit_w=3500, discharge_limit_w=3500),
        output_limit_w=3500,
        base_load_w=420,
        plugs=(PlugSpec(2, 140, "cycle"),),
    ),
    devices=(
        DeviceSpec("A17E2", "Max AC", has_modbus=True),
        DeviceSpec("AE1X0", "Mains", has_modbus=True),
        DeviceSpec("A17X8", "Freezer", tag="Basement", has_modbus=True),
    ),
    retain_load_w=0,
    features=("0w_feed_v2", "plug_switch_report"),
    built=datetime(2023, 4, 5, 9, tzinfo=UTC),
)

SOLARBANK_4 = SystemSpec(
    name="Cabin",
    site_type=20,
    plant=Plant(
        _MUNICH,
        strings=(PvString(850, 180.0, 30.0), PvString(850, 180.0, 30.0), _EAST, _WEST),
        battery=BatterySpec(5000, charge_limit_w=2500, discharge_limit_w=2500),
        output_limit_w=2500,
        base_load_w=330,
        plugs=(PlugSpec(3, 120, "evening"),),
    ),
    devices=(
        DeviceSpec("AE103", "Solarbank 4", has_modbus=True),
        DeviceSpec("AE1X0", "Mains", has_modbus=True),
        DeviceSpec("A17X8", "Television", tag="Living Room", has_modbus=True),
    ),
    retain_load_w=0,
    built=datetime(2023, 3, 1, 9, tzinfo=UTC),
)

SOLARBANK_MAX = SystemSpec(
    name="Barn",
    site_type=20,
    plant=replace(
        SOLARBANK_4.plant,
        battery=BatterySpec(7000, charge_limit_w=3500, discharge_limit_w=3500),
        output_limit_w=3500,
        plugs=(),
    ),
    devices=(
        DeviceSpec("AE111", "Solarbank Max", has_modbus=True),
        DeviceSpec("AE1X0", "Mains", has_modbus=True),
    ),
    retain_load_w=0,
    built=datetime(2025, 10, 4, 9, tzinfo=UTC),
)

UNMETERED_MAX = SystemSpec(
    name="Boathouse",
    site_type=20,
    plant=replace(SOLARBANK_MAX.plant, control=Control.PRESET, preset_w=180),
    devices=(DeviceSpec("AE113", "Solarbank Max", has_modbus=True),),
    mode=SceneMode.MANUAL,
    retain_load_w=180,
    built=datetime(2025, 11, 2, 9, tzinfo=UTC),
)

CAMPER = SystemSpec(
    name="Camper",
    site_type=0,
    plant=Plant(
        _MUNICH,
        strings=(PvString(400, 180.0, 20.0),),
        battery=BatterySpec(2112, charge_limit_w=600, discharge_limit_w=1800),
        output_limit_w=1800,
        base_load_w=60,
    ),
    devices=(DeviceSpec("A1761", "C1000X", packs=1, in_site=False),),
    mode=SceneMode.NONE,
    built=datetime(2025, 6, 30, 8, tzinfo=UTC),
)

GARDEN = SystemSpec(
    name="Garden",
    site_type=0,
    plant=Plant(
        _BERLIN,
        strings=(PvString(300, 200.0, 35.0),),
        battery=BatterySpec(1024, charge_limit_w=600, discharge_limit_w=1800),
        output_limit_w=1800,
        control=Control.TARIFF,
        grid_charge_w=120,
        base_load_w=40,
    ),
    devices=(DeviceSpec("A1763", "C1000 Gen 2", in_site=False),),
    mode=SceneMode.NONE,
    built=datetime(2025, 11, 20, 8, tzinfo=UTC),
)

CABIN = SystemSpec(
    name="Cabin",
    site_type=0,
    plant=Plant(
        _MUNICH,
        strings=(PvString(1200, 180.0, 30.0), PvString(1200, 180.0, 30.0)),
        battery=BatterySpec(7680, charge_limit_w=2400, discharge_limit_w=6000),
        output_limit_w=6000,
        base_load_w=350,
    ),
    devices=(DeviceSpec("A1790", "F3800", packs=1, in_site=False),),
    mode=SceneMode.NONE,
    built=datetime(2025, 4, 2, 8, tzinfo=UTC),
)
