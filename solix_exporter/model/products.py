"""What each part number is: one row a product; a new product of a known family is one row here.

Capacities are those of one unit without expansion packs. The features say which of the values
that the cloud sends for a whole site belong to this model: the cloud fills the keys for all.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum, auto


class DeviceType(Enum):
    """The families; the value is the `device_type` label of `solix_device_info`."""

    SOLARBANK = "solarbank"
    COMBINER_BOX = "combiner_box"
    INVERTER = "inverter"
    SMARTMETER = "smartmeter"
    SMARTPLUG = "smartplug"
    PPS = "pps"
    SOLARBANK_PPS = "solarbank_pps"
    POWERPANEL = "powerpanel"
    POWERCOOLER = "powercooler"
    HES = "hes"
    HOME_BACKUP = "home_backup"
    GENERATOR = "generator"
    CHARGER = "charger"
    POWERBANK = "powerbank"
    EV_CHARGER = "ev_charger"
    UNKNOWN = "unknown"


class Feature(IntEnum):
    """A measurement that a model has; the cloud sends the key for models without it, too.

    Numbers, because sets of them are looked into at every poll and numbers hash faster.
    """

    EXPANSION_PACKS = auto()
    HOME_OUTPUT = auto()
    AC_SOCKET = auto()
    HEATING = auto()
    GRID_CHARGE = auto()
    AC_INPUT = auto()
    MICRO_INVERTER = auto()
    CHARGER_SETTINGS = auto()
    """Switches and modes that the cloud reports; no other charger answers."""
    PV_LIMIT = auto()
    """A limit of the PV input that can be set."""
    PANEL_BATTERY = auto()
    """Works as the battery of a home power panel."""


@dataclass(frozen=True, slots=True)
class Product:
    """One part number."""

    part_number: str
    name: str
    device_type: DeviceType
    generation: int | None = None
    """Solarbank generation 1-4."""
    capacity_wh: float | None = None
    """Battery capacity of one unit without expansion packs."""
    pv_inputs: int = 0
    """PV inputs that are reported one by one."""
    features: frozenset[Feature] = frozenset()


_GEN2 = frozenset({Feature.EXPANSION_PACKS, Feature.HOME_OUTPUT, Feature.HEATING})
_PRO = _GEN2 | {Feature.AC_SOCKET}
_AC = _PRO | {Feature.GRID_CHARGE, Feature.AC_INPUT}
_ALL = frozenset(Feature)


def _solarbank(
    part_number: str,
    name: str,
    generation: int,
    capacity_wh: float | None,
    pv: int,
    *features: Feature,
) -> Product:
    kind = DeviceType.SOLARBANK
    return Product(part_number, name, kind, generation, capacity_wh, pv, frozenset(features))


def _battery(part_number: str, name: str, kind: DeviceType, capacity_wh: float) -> Product:
    return Product(part_number, name, kind, capacity_wh=capacity_wh)


def _panel_station(part_number: str, name: str, capacity_wh: float) -> Product:
    features = frozenset({Feature.PANEL_BATTERY})
    return Product(part_number, name, DeviceType.PPS, capacity_wh=capacity_wh, features=features)


_SB, _PPS = DeviceType.SOLARBANK, DeviceType.PPS
_METER, _PLUG = DeviceType.SMARTMETER, DeviceType.SMARTPLUG
_COOLER, _HES = DeviceType.POWERCOOLER, DeviceType.HES
_CHARGER, _BOX = DeviceType.CHARGER, DeviceType.COMBINER_BOX

_ROWS = (
    _solarbank("A17C0", "Solarbank E1600", 1, 1600, 0),
    _solarbank("A17C1", "Solarbank 2 E1600 Pro", 2, 1600, 4, *_PRO),
    _solarbank("A17C2", "Solarbank 2 E1600 AC", 2, 1600, 2, *_AC, Feature.MICRO_INVERTER),
    _solarbank("A17C3", "Solarbank 2 E1600 Plus", 2, 1600, 2, *_GEN2),
    _solarbank("A17C5", "Solarbank 3 E2700 Pro", 3, 2688, 4, *_AC, Feature.PV_LIMIT),
    _solarbank("AE103", "Solarbank 4 E5000 Pro", 4, 5024, 4, *_AC, Feature.PV_LIMIT),
    _solarbank("A17E2", "Solarbank Max AC", 4, 7000, 0, *_AC, Feature.PV_LIMIT),
    # Sold as XE and as Solarbank Max, each under both numbers. Their size is not known.
    _solarbank("AE111", "XE", 4, None, 4, *_AC),
    _solarbank("AE113", "Solarbank Max", 4, None, 4, *_AC),
    Product(
        "A1782",
        "SOLIX F3000",
        DeviceType.SOLARBANK_PPS,
        capacity_wh=3072,
        pv_inputs=2,
        features=frozenset({Feature.EXPANSION_PACKS, Feature.HOME_OUTPUT, Feature.GRID_CHARGE}),
    ),
    Product("AE100", "Power Dock", _BOX),
    Product("AX170", "Power Dock (home backup)", _BOX),
    Product("AX1S0", "Power Dock Pro", _BOX),
    Product("A5140", "MI60 Microinverter", DeviceType.INVERTER),
    Product("A5143", "MI80 Microinverter", DeviceType.INVERTER),
    Product("A17X7", "Smart Meter", _METER),
    Product("A17X7US", "Smart Meter US", _METER),
    Product("AE1R0", "P1 Meter", _METER),
    Product("AE1X0", "Smart Meter Gen 2", _METER),
    Product("ECOIR", "EverHome EcoTracker IR", _METER),
    Product("SHEM3", "Shelly 3EM", _METER),
    Product("SHEMP3", "Shelly Pro 3EM", _METER),
    Product("A17X8", "Smart Plug", _PLUG),
    Product("SHPPS", "Shelly Plus Plug S", _PLUG),
    _battery("A1720", "PowerHouse 521", _PPS, 256),
    _battery("A1722", "SOLIX C300", _PPS, 288),
    _battery("A1723", "SOLIX C300X", _PPS, 288),
    _battery("A1725", "SOLIX C200", _PPS, 230),
    _battery("A1726", "SOLIX C300 DC", _PPS, 288),
    _battery("A1727", "SOLIX C200 DC", _PPS, 192),
    _battery("A1728", "SOLIX C300X DC", _PPS, 288),
    _battery("A1729", "SOLIX C200X DC", _PPS, 230),
    _battery("A1751", "PowerHouse 535", _PPS, 512),
    _battery("A1753", "SOLIX C800", _PPS, 768),
    _battery("A1754", "SOLIX C800 Plus", _PPS, 768),
    _battery("A1755", "SOLIX C800X", _PPS, 768),
    _battery("A1760", "PowerHouse 555", _PPS, 1024),
    _battery("A1761", "SOLIX C1000", _PPS, 1056),
    _battery("A1762", "Portable Power Station 1000", _PPS, 1056),
    _battery("A1763", "SOLIX C1000 Gen 2", _PPS, 1024),
    _battery("A1765", "SOLIX C1000X Gen 2", _PPS, 1024),
    _battery("A1770", "SOLIX F1200", _PPS, 1229),
    _battery("A1771", "SOLIX F1200", _PPS, 1229),
    _battery("A1772", "SOLIX F1500", _PPS, 1536),
    _battery("A1780", "SOLIX F2000", _PPS, 2048),
    _battery("A1780P", "SOLIX F2000 Plus", _PPS, 2048),
    _battery("A1781", "SOLIX F2600", _PPS, 2560),
    _battery("A1783", "SOLIX C2000 Gen 2", _PPS, 2048),
    _battery("A1785", "SOLIX C2000X Gen 2", _PPS, 2048),
    _panel_station("A1790", "SOLIX F3800", 3840),
    _panel_station("A1790P", "SOLIX F3800 Plus", 3840),
    _battery("AS100", "SOLIX C1000 Gen 2 LE", _PPS, 1024),
    _battery("AS220", "SOLIX S2000", _PPS, 2010),
    # The panel has no cells: its capacity is that of the power stations behind it.
    Product("A17B1", "SOLIX Home Power Panel", DeviceType.POWERPANEL),
    # The E10's controller has no cells: its capacity is that of its modules alone.
    _battery("A17E1", "SOLIX E10", DeviceType.HOME_BACKUP, 6144),
    Product("A5101", "SOLIX X1 P6K", _HES),
    Product("A5102", "SOLIX X1 Energy module 1P", _HES),
    Product("A5103", "SOLIX X1 Energy module 3P", _HES),
    Product("A5150", "SOLIX X1 Microinverter", _HES),
    _battery("A5220", "SOLIX X1 Battery module", _HES, 5000),
    Product("A5341", "SOLIX X1 Backup Controller", _HES),
    Product("A5450", "SOLIX X1 Zigbee Dongle", _HES),
    Product("A17A0", "Powered Cooler 30", _COOLER),
    Product("A17A1", "Powered Cooler 40", _COOLER),
    Product("A17A2", "Powered Cooler 50", _COOLER),
    Product("A17A3", "Everfrost 2 23L", _COOLER),
    Product("A17A4", "Everfrost 2 40L", _COOLER),
    Product("A17A5", "Everfrost 2 58L", _COOLER),
    Product("A1903", "150W Charging Base", _CHARGER),
    Product(
        "A2345",
        "250W Prime Charger",
        _CHARGER,
        features=frozenset({Feature.CHARGER_SETTINGS}),
    ),
    Product("A25X7", "Prime Wireless Charger", _CHARGER),
    Product("A2687", "160W Prime Charger", _CHARGER),
    Product("A91B2", "240W Charging Station", _CHARGER),
    Product("AS200", "Alternator Charger", _CHARGER),
    _battery("A110A", "Prime Power Bank 26K", DeviceType.POWERBANK, 100),
    _battery("A110B", "Prime Power Bank 20K", DeviceType.POWERBANK, 72),
    Product("A1340", "Prime Power Bank", DeviceType.POWERBANK),
    Product("A5191", "V1 Smart EV Charger", DeviceType.EV_CHARGER),
    Product("A7320", "Smart Generator 5500", DeviceType.GENERATOR),
)

PRODUCTS: dict[str, Product] = {row.part_number: row for row in _ROWS}


def product_of(part_number: str, listed_as: DeviceType = DeviceType.UNKNOWN) -> Product:
    """Return the product of a part number.

    A number that is not in the table becomes a product of the family whose list it was found in,
    with every feature: a new model then shows what the cloud reports for it.
    """
    known = PRODUCTS.get(part_number)
    if known is not None:
        return known
    return Product(part_number, part_number, listed_as, pv_inputs=4, features=_ALL)
