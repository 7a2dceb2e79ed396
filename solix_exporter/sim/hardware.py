"""The products of simulated systems: names, sizes, and what a site may contain."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """The function of a device in a system, which decides the lists that contain it."""

    SOLARBANK = "solarbank"
    METER = "meter"
    PLUG = "plug"
    INVERTER = "inverter"
    PANEL = "panel"
    PPS = "pps"
    HES = "hes"
    HES_PART = "hes_part"
    EV_CHARGER = "ev_charger"
    DOCK = "dock"
    CHARGER = "charger"


@dataclass(frozen=True, slots=True)
class SimProduct:
    """One row of the product table."""

    name: str
    role: Role
    firmware: str
    capacity_wh: int = 0
    """Of one unit without expansion packs."""
    inputs: int = 0
    """PV inputs that are reported one by one."""
    sn_length: int = 16
    generation: int = 0
    sn_code: str = ""
    """What serial numbers have from the fourth character on, where a local interface tells it."""


PRODUCTS = {
    "A17C0": SimProduct("Solarbank E1600", Role.SOLARBANK, "v2.0.9", 1600, generation=1),
    "A17C1": SimProduct("Solarbank 2 E1600 Pro", Role.SOLARBANK, "v1.0.5.8", 1600, 4, generation=2),
    "A17C2": SimProduct("Solarbank 2 E1600 AC", Role.SOLARBANK, "v1.0.3.4", 1600, 2, generation=2),
    "A17C3": SimProduct(
        "Solarbank 2 E1600 Plus", Role.SOLARBANK, "v1.0.5.8", 1600, 2, generation=2
    ),
    "A17C5": SimProduct("Solarbank 3 E2700 Pro", Role.SOLARBANK, "v1.0.0.18", 2688, 4, 17, 3),
    "A17E2": SimProduct(
        "Solarbank Max AC", Role.SOLARBANK, "v1.0.4.1", 7000, 2, 17, 4, sn_code="DMWH"
    ),
    "AE103": SimProduct(
        "Solarbank 4 E5000 Pro", Role.SOLARBANK, "v1.0.2.30", 5000, 4, 17, 4, sn_code="DN7M"
    ),
    "AE111": SimProduct(
        "Solarbank Max", Role.SOLARBANK, "v1.0.4.1", 7000, 4, 17, 4, sn_code="DMY6"
    ),
    "AE113": SimProduct(
        "Solarbank Max", Role.SOLARBANK, "v1.0.4.1", 7000, 4, 17, 4, sn_code="DN9U"
    ),
    "A17X7": SimProduct("Smart Meter", Role.METER, "v0.0.1.9"),
    "AE1X0": SimProduct("Smart Meter Gen 2", Role.METER, "v1.0.0.12", sn_length=17, sn_code="DNSL"),
    "SHEMP3": SimProduct("Shelly Pro 3EM", Role.METER, "", sn_length=14),
    "A17X8": SimProduct("Smart Plug", Role.PLUG, "v0.0.2.7", sn_code="QNA"),
    "A5143": SimProduct("MI80 Microinverter(BLE)", Role.INVERTER, "V1.0.0", inputs=2, sn_length=12),
    "AE100": SimProduct("Power Dock AE100", Role.DOCK, "v1.0.1.0", sn_length=17),
    "A17B1": SimProduct("SOLIX Home Power Panel", Role.PANEL, "v1.6.3"),
    "A1761": SimProduct("SOLIX C1000(X)", Role.PPS, "v1.5.9", 1056),
    "A1763": SimProduct("SOLIX C1000 Gen 2", Role.PPS, "v1.0.4.3", 1024),
    "A1790": SimProduct("SOLIX F3800", Role.PPS, "v2.6.5", 3840),
    "A5103": SimProduct("X1-H(5-12)K-T", Role.HES, "v1.3.1"),
    "A5220": SimProduct("X1 Battery Module", Role.HES_PART, "v1.2.0", 5000),
    "A5191": SimProduct("V1 Smart EV Charger", Role.EV_CHARGER, "v1.0.2.6", sn_length=17),
    "A2345": SimProduct("250W Prime Charger", Role.CHARGER, "v1.0.3.1"),
}

DEVICE_TYPES = {
    Role.INVERTER: 1,
    Role.SOLARBANK: 3,
    Role.PANEL: 5,
    Role.METER: 6,
    Role.PLUG: 7,
}
"""The codes of `device_type_list`; no others have been seen."""


@dataclass(frozen=True, slots=True)
class SiteRule:
    """What the cloud allows in a power system."""

    main: tuple[str, ...]
    allowed: tuple[str, ...]
    most: tuple[int, ...]
    """Largest number of each allowed model."""


_METERS = ("A17X7", "SHEM3", "SHEMP3", "AE1X0")
_BANK_PARTS = (*_METERS, "A17X8", "A5191")
_BANK_PARTS_MOST = (1, 1, 1, 1, 6, 1)
_DOCKED = ("A17C1", "A17C2", "A17C3", "A17C5", "AE103")
_POWER_BANKS = ("A110A", "A110B", "A110G", "A1341")

SITE_RULES = {
    1: SiteRule(("A5143",), ("A5143", "A1771"), (1, 2)),
    2: SiteRule(("A17C0",), ("A17C0", "A5143", "A1771"), (2, 1, 2)),
    4: SiteRule(("A17B1",), ("A17B1",), (1,)),
    5: SiteRule(("A17C1",), ("A17C1", "A17C0", *_BANK_PARTS), (1, 2, *_BANK_PARTS_MOST)),
    6: SiteRule(("A5341",), ("A5341", "A5101", "A5220", "A5450", "A5150"), (1, 6, 36, 1, 24)),
    7: SiteRule(("A5101",), ("A5101", "A5220"), (6, 36)),
    8: SiteRule(("A5102",), ("A5102", "A5220", "A5191", "AX1S0"), (6, 36, 1, 1)),
    9: SiteRule(("A5103",), ("A5103", "A5220", "A5191", "AX1S0"), (6, 36, 1, 1)),
    10: SiteRule(("A17C3",), ("A17C3", "A17C0", *_BANK_PARTS), (1, 2, *_BANK_PARTS_MOST)),
    11: SiteRule(("A17C2",), ("A17C2", "AE1R0", *_BANK_PARTS), (1, 1, *_BANK_PARTS_MOST)),
    12: SiteRule(("A17C5",), ("A17C5", "AE1R0", *_BANK_PARTS), (3, 1, *_BANK_PARTS_MOST)),
    13: SiteRule(("A1782",), ("A1782", "A17X7US"), (2, 1)),
    14: SiteRule(("A5191",), ("A5191", "A17X7", "SHEM3", "SHEMP3"), (1, 1, 1, 1)),
    15: SiteRule(("A17E1",), ("A17E1", "A17X7US"), (1, 1)),
    16: SiteRule(("A1903",), ("A1903", *_POWER_BANKS), (1, 4, 4, 4, 4)),
    17: SiteRule(("AX170",), ("AX170",), (1,)),
    18: SiteRule(("AE100",), ("AE100", *_DOCKED, *_BANK_PARTS), (1, *[4] * 5, *_BANK_PARTS_MOST)),
    19: SiteRule(("A17E2",), ("A17E2", *_BANK_PARTS), (1, *_BANK_PARTS_MOST)),
    20: SiteRule(("AE103",), ("AE103", *_BANK_PARTS), (1, *_BANK_PARTS_MOST)),
}
"""By `power_site_type`."""
