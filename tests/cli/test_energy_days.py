"""Days of the ledger as rows: what a column is called, and what is left out."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.cli.energy_days import EnergyRow, SiteDays, names_of, row_of
from solix_exporter.ledger.rows import FlowKey
from solix_exporter.model.device import Device
from solix_exporter.model.energy import Flow
from solix_exporter.model.products import DeviceType, Product
from solix_exporter.model.site import SiteType
from solix_exporter.model.snapshot import AccountSlice, Snapshot

DAY = date(2026, 6, 20)
PLUG = Product("A17X8", "Smart Plug", DeviceType.SMARTPLUG)


def row(site_type: SiteType, values: dict[FlowKey, float], *devices: Device) -> EnergyRow:
    site = SiteDays("site", "Home", site_type, ZoneInfo("Europe/Berlin"), DAY, DAY)
    snapshot = Snapshot((AccountSlice(account=None, devices=devices),))
    return row_of(site, DAY, values, names_of(snapshot))


def test_plugs_of_the_same_name_have_a_column_each() -> None:
    devices = [
        Device(sn, PLUG, "default", "site", name=name)
        for sn, name in (("P1", "Smart Plug"), ("P2", "Smart Plug"), ("P3", "Fridge"))
    ]
    values = {(sn, Flow.PLUG): wh for sn, wh in (("P1", 500.0), ("P2", 1250.0), ("P3", 70.0))}
    cells = row(SiteType.SOLARBANK, values, *devices).cells()
    assert {name: cell for name, cell in cells.items() if name.startswith("plug ")} == {
        "plug Smart Plug P1": "0.50",
        "plug Smart Plug P2": "1.25",
        "plug Fridge": "0.07",
    }


@pytest.mark.parametrize(
    ("site_type", "shares"),
    [
        # Half of the PV was charged; the battery gave a quarter of what the home used.
        (SiteType.SOLARBANK, {"battery_percentage": "0.50", "solar_percentage": "0.50"}),
        (SiteType.POWERPANEL, {"battery_percentage": "0.25", "solar_percentage": "0.75"}),
        (SiteType.UNKNOWN, {}),
    ],
)
def test_shares_are_left_out_where_nobody_knows_of_what(
    site_type: SiteType, shares: dict[str, str]
) -> None:
    flows = {
        Flow.PV: 4000.0,
        Flow.BATTERY_CHARGE: 2000.0,
        Flow.HOME: 2000.0,
        Flow.BATTERY_TO_HOME: 500.0,
        Flow.PV_TO_HOME: 1500.0,
    }
    cells = row(site_type, {("", flow): wh for flow, wh in flows.items()}).cells()
    found = {
        name: cells[name] for name in ("battery_percentage", "solar_percentage") if name in cells
    }
    assert found == shares
