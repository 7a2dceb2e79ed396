"""THE table of scenarios: each row is a complete account. Adding one is adding a row."""

from zoneinfo import ZoneInfo

from solix_exporter.sim.plant import Battery, Place, Plant, Plug, PvString
from solix_exporter.sim.systems import DeviceSpec, Scenario, SystemSpec

_BERLIN = Place(52.52, 13.40, ZoneInfo("Europe/Berlin"))

_ROOF = (
    PvString(430, 180.0, 30.0),
    PvString(430, 180.0, 30.0),
    PvString(430, 110.0, 60.0),
    PvString(430, 250.0, 60.0),
)

HOME = SystemSpec(
    name="Home",
    site_type=5,
    plant=Plant(
        _BERLIN,
        strings=_ROOF,
        battery=Battery(3200, charge_limit_w=2000, discharge_limit_w=800),
        plugs=(Plug(2, 85, "cycle"), Plug(4, 110, "evening")),
    ),
    devices=(
        DeviceSpec("A17C1", "Balcony Bank", packs=1),
        DeviceSpec("A17X7", "Meter"),
        DeviceSpec("A17X8", "Fridge", tag="Kitchen"),
        DeviceSpec("A17X8", "Television", tag="Living Room"),
    ),
    features=("0w_feed", "multi_pv", "shelly_meter", "smart_plug"),
)

SCENARIOS: dict[str, Scenario] = {
    "home": Scenario((HOME,)),
}


def scenario_names() -> tuple[str, ...]:
    """Return the names of all scenarios."""
    return tuple(SCENARIOS)
