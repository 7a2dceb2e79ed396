"""Small answers about one site: CO2, the optimiser."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.ai import AiRuntime, AiStatus
from solix_exporter.model.lifetime import Co2Ranking

AI_STATUS: dict[int, AiStatus] = {
    0: AiStatus.INACTIVE,
    1: AiStatus.RUNNING,
    2: AiStatus.FAILURE,
}


def parse_co2_ranking(record: Record) -> Co2Ranking:
    """Return how many trees save as much CO2 as the site.

    Source: `power_service/v1/site/co2_ranking`, `tree`; all is empty where `show` is false.
    """
    # The saved CO2 is the same number as in the scene's statistics.
    record.ignore("show", "ranking", "co2", "content", "level")
    return Co2Ranking(trees=record.number("tree"))


def parse_ai_runtime(record: Record) -> AiRuntime:
    """Return what the optimiser does.

    Source: `power_service/v1/ai_ems/get_status`. `left_time` is the seconds that are left of the
    learning phase, or less than 0 once it is over. `result` is always "fail".
    """
    record.ignore("result")
    code, left_s = record.integer("status"), record.number("left_time")
    return AiRuntime(
        status=None if code is None else AI_STATUS.get(code, AiStatus.UNKNOWN),
        learning_left_s=None if left_s is None else max(0.0, left_s),
    )
