"""The scene to show of a site that several accounts see, and whether it is live."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from solix_exporter.cache.part import Answer
from solix_exporter.cache.parts import SceneAnswer
from solix_exporter.cache.sources import Sources


@dataclass(frozen=True, slots=True)
class Scenes:
    """The scene to show of a site."""

    latest: SceneAnswer | None
    """However old."""
    fresh: SceneAnswer | None = None
    """The same if the answer is valid; its readings may still be old."""
    live: SceneAnswer | None = None
    """The same if its readings are live, too."""
    measured_s: float = -math.inf
    """When the live readings were measured or last changed, seconds since 1970."""

    @classmethod
    def of(cls, site_id: str, sources: Sources) -> "Scenes":
        """Return the first scene with live readings, else the first valid one."""
        answers = sources.fresh_answers(lambda parts: parts.scenes, site_id)
        if not answers:
            return cls(sources.latest(lambda parts: parts.scenes, site_id))
        for answer in answers:
            if sources.judge.is_live(answer.measured, _limit_s(answer, sources)):
                value, measured_s = answer.value, answer.measured.wall_s
                return cls(value, value, value, measured_s)
        return cls(answers[0].value, answers[0].value)

    @property
    def is_stale(self) -> bool:
        """Return whether the cloud still sends readings that are too old."""
        return self.fresh is not None and self.live is None

    def stale_devices(self) -> Mapping[str, bool | None]:
        """Return the devices with stale readings by serial number, and whether they are online.

        The cloud knows the latter itself, and it is up to date.
        """
        if self.fresh is None or not self.is_stale:
            return {}
        return {
            listed.sn: listed.readings.is_online if listed.readings else None
            for listed in self.fresh.scene.devices
        }


def _limit_s(answer: Answer[SceneAnswer], sources: Sources) -> float:
    """Return the maximum age of the readings of a scene; its devices share one time stamp."""
    scene, freshness = answer.value.scene, sources.judge.freshness
    if scene.site.data_at_local is not None:
        return freshness.limit_s(device.product for device in scene.devices)
    states = [device.readings.is_online for device in scene.devices if device.readings]
    is_offline = False in states and True not in states
    return freshness.untold_limit_s(is_leftover=is_offline and scene.site.has_power)
