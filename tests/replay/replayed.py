"""Replays folders of answers through the whole exporter, for tests."""

import tempfile

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from tests.exported import Answers
from tests.scraping import scrape_text

_BETWEEN_ROUNDS_S = 600


async def replay(answers: Answers, rounds: int = 1) -> Exporter:
    """Return an exporter after some rounds of all its polls, ten minutes apart."""
    with tempfile.TemporaryDirectory() as state_dir:
        place = {"state_dir": state_dir, "timezone": answers.timezone}
        clock = ManualClock(answers.now)
        exporter = Exporter(Settings.model_validate(place), clock, [answers.folder])
        async with exporter.connected():
            for number in range(rounds):
                clock.advance(_BETWEEN_ROUNDS_S * min(number, 1))
                for job in exporter.jobs:
                    await job.run()
        return exporter


async def replayed(answers: Answers, rounds: int = 1) -> str:
    """Return the scrape after some rounds."""
    return scrape_text(await replay(answers, rounds))
