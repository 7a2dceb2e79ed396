"""An export, replayed, shows the same as the live systems but for identities."""

from collections import Counter

import pytest

from solix_exporter.sim import cloud_scenario_names
from tests.exported import Exports
from tests.replay.replayed import replayed
from tests.scraping import samples_of

IDENTITIES = frozenset(
    {
        "site_id", "device_sn", "vehicle_id", "main_device_sn", "name", "account", "server",
        "room", "ssid", "error_text",
    }
)  # fmt: skip
"""Labels that tell whose system it is; the others must survive an export."""
OF_OTHER_DAYS = "solix_site_yesterday_"
"""A replay shows the one day that is captured."""


def systems_of(scrape: str) -> Counter[frozenset[tuple[str, str, float]]]:
    """Return what a scrape says of each site, device and vehicle, without saying which it is."""
    subjects: dict[frozenset[tuple[str, str]], set[tuple[str, str, float]]] = {}
    for (name, labels), value in samples_of(scrape).items():
        whose = frozenset(
            pair for pair in labels if pair[0] in {"site_id", "device_sn", "vehicle_id"}
        )
        if whose and not name.startswith(OF_OTHER_DAYS):
            others = sorted(f"{key}={text}" for key, text in labels if key not in IDENTITIES)
            subjects.setdefault(whose, set()).add((name, ",".join(others), value))
    return Counter(frozenset(samples) for samples in subjects.values())


@pytest.mark.parametrize("scenario", cloud_scenario_names())
async def test_an_export_replayed_shows_the_same_system(exports: Exports, scenario: str) -> None:
    exported = exports.of(scenario)
    live = systems_of(exported.scrape)
    assert live
    assert systems_of(await replayed(exported.answers)) == live
