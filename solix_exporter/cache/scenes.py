"""Which scene of a site counts, of all accounts that see it, and whether it is live."""

from collections.abc import Mapping
from dataclasses import dataclass

from solix_exporter.cache.part import Answer
from solix_exporter.cache.parts import SceneAnswer
from solix_exporter.cache.sources import Sources


@dataclass(frozen=True, slots=True)
class Scenes:
    """The scene of a site that counts."""

    latest: SceneAnswer | None
    """However old."""
    heard: SceneAnswer | None = None
    """The same, where the cloud told it lately; its readings may be old nevertheless."""
    live: SceneAnswer | None = None
    """The same, where its readings were measured lately, too."""

    @classmethod
    def of(cls, site_id: str, sources: Sources) -> "Scenes":
        """Return the first scene with live readings, else the first that was told lately."""
        answers = sources.fresh_answers(lambda parts: parts.scenes, site_id)
        if not answers:
            return cls(sources.latest(lambda parts: parts.scenes, site_id))
        for answer in answers:
            if sources.judge.is_live(answer.measured, _limit_s(answer, sources)):
                return cls(answer.value, answer.value, answer.value)
        return cls(answers[0].value, answers[0].value)

    @property
    def is_stale(self) -> bool:
        """Return whether the cloud repeats readings that are too old."""
        return self.heard is not None and self.live is None

    def stale_devices(self) -> Mapping[str, bool | None]:
        """Return by serial number the devices whose readings are too old, and if they are online.

        That is what the cloud itself sees, and sees now.
        """
        if self.heard is None or not self.is_stale:
            return {}
        return {
            listed.sn: listed.readings.is_online if listed.readings else None
            for listed in self.heard.scene.devices
        }


def _limit_s(answer: Answer[SceneAnswer], sources: Sources) -> float:
    """Return how old the readings of a scene may be; its devices share one time stamp."""
    scene, freshness = answer.value.scene, sources.judge.freshness
    if scene.site.data_at_local is not None:
        return freshness.limit_s(device.product for device in scene.devices)
    states = [device.readings.is_online for device in scene.devices if device.readings]
    is_offline = False in states and True not in states
    return freshness.untold_limit_s(is_leftover=is_offline and scene.site.has_power)
