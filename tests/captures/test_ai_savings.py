"""What the cloud's optimiser saved, from captured scenes."""

from pathlib import Path

import pytest

from solix_exporter.cache import SceneAnswer
from solix_exporter.clock import ManualClock
from solix_exporter.model.ai import AiAdvantage, AiSavings
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.site import Scene, SiteReadings
from solix_exporter.poll.guard import Guard
from tests.captures.test_details import metrics_at, value
from tests.poll.rig import NOON

NAMES = (
    "solix_site_ai_savings_total",
    "solix_site_ai_additional_savings",
    "solix_site_ai_additional_savings_ratio",
)

SAVINGS = [
    # 3.97 / (46.68 - 3.97) = 0.09295, which the cloud calls 9.30 %.
    ("SB3_SM_Smart", "", (46.68, 3.97, 0.093)),
    # Nothing saved yet; the app shows no percentage.
    ("SB3_SB2AC_Shelly_Smart_Complete", 'site_id="6b1c', (0, 0, None)),
    # An older bank has no optimiser.
    ("SB3_SB2AC_Shelly_Smart_Complete", 'site_id="0dfe', (None, None, None)),
]


@pytest.mark.parametrize(("folder", "site", "expected"), SAVINGS)
async def test_savings_of_the_optimiser(
    captures: Path, folder: str, site: str, expected: tuple[float | None, ...]
) -> None:
    metrics = await metrics_at(captures / folder, "2025-07-18 13:23")
    assert tuple(value(metrics, name, site) for name in NAMES) == expected
    if expected[0] is not None:
        assert value(metrics, NAMES[0], site, 'currency="EUR"') == expected[0]


def test_savings_that_fall_are_held_like_every_total() -> None:
    observer, clock = SilentObserver(), ManualClock(NOON)
    guard = Guard(observer, clock)

    def shown(savings: float) -> float | None:
        answer = SceneAnswer(
            Scene(SiteReadings(ai_savings=AiSavings(savings, AiAdvantage(4.0))), ()), None
        )
        believed = guard.believed("site", answer).scene.site.ai_savings
        assert believed.advantage == AiAdvantage(4.0)
        return believed.savings

    assert [shown(savings) for savings in (46.68, 40.0, 46.7)] == [46.68, 46.68, 46.7]
