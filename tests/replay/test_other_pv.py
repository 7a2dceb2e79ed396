"""PV that does not belong to the system, in an export with these fields made by hand.

No captured system has such PV: the fields are those of reference 04, section 1.1.
"""

from pathlib import Path

import pytest

from tests.exported import Exports
from tests.replay.edited import edited, setting
from tests.replay.replayed import replay
from tests.scraping import Scrape

ON, OFF = {"show_third_party_pv_panel": True}, {"show_third_party_pv_panel": False}

DAY_FLOW, FLOW = "solix_site_day_energy_flow_watthours", "solix_site_energy_flow_watthours_total"


async def scrape(
    exports: Exports, place: Path, switches: dict[str, bool], home_kwh: str, battery_kwh: str
) -> Scrape:
    changes = {
        "scene_*.json": setting(feature_switch=switches),
        "energy_home_usage_day_*.json": setting(third_party_pv_to_home=home_kwh),
        "energy_solarbank_day_*.json": setting(third_party_pv_to_bat=battery_kwh),
    }
    return Scrape(await replay(edited(exports.of("home"), place, changes)))


async def test_energy_of_other_pv_has_edges_and_a_day(exports: Exports, tmp_path: Path) -> None:
    found = await scrape(exports, tmp_path, ON, "0.25", "0.10")
    assert found.one(DAY_FLOW, source="third_party_pv", sink="home") == 250
    assert found.one(DAY_FLOW, source="third_party_pv", sink="battery") == 100
    assert found.one("solix_site_day_third_party_pv_energy_watthours") == 350
    assert found.one(FLOW, source="third_party_pv", sink="home") == 250
    assert found.one("solix_site_third_party_pv_energy_watthours_total") == 350


@pytest.mark.parametrize(("switches", "shown"), [(ON, [0.0]), (OFF, [])])
async def test_a_zero_of_other_pv_counts_where_there_is_some(
    exports: Exports, tmp_path: Path, switches: dict[str, bool], shown: list[float]
) -> None:
    found = await scrape(exports, tmp_path, switches, "0.00", "0.00")
    assert found.all(DAY_FLOW, source="third_party_pv", sink="home") == shown
    assert found.all("solix_site_day_third_party_pv_energy_watthours") == shown
