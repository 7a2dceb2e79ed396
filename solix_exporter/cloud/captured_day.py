"""The last day of captured statistics as the cloud would have answered for that day alone.

An export asks for two days at once, whose totals are those of both, and for the course of the last
one, whose totals are its own. Together they are what a poll asks for.
"""

from collections.abc import Mapping

from solix_exporter.cloud.endpoints.endpoint import Json

_TRENDS = ("power", "charge_trend", "energy")
"""Lists with one entry per day; in the course of a day they hold something else."""
_BESIDE = (
    "power_unit", "trend_unit", "powerUnit", "energyUnit",
    "charge_level", "chargeLevel", "forecast_trend",
)  # fmt: skip
"""What belongs to these lists, and the curves that an answer about days lacks."""

_RANGES = (("start_time", "end_time"), ("start", "end"))
_KINDS = ("type", "dateType")


def course_body(body: Mapping[str, Json]) -> dict[str, Json] | None:
    """Return the request for the course of the day whose totals a request asks for.

    None where it asks for something else; the course of a single device is not exported.
    """
    kind = next((key for key in _KINDS if body.get(key) == "week"), None)
    is_one_day = any(body.get(first) and body[first] == body.get(last) for first, last in _RANGES)
    if kind is None or not is_one_day or body.get("device_sn"):
        return None
    return {**body, kind: "day"}


def last_day(
    days: Mapping[str, object] | None, course: Mapping[str, object] | None
) -> dict[str, object] | None:
    """Return an envelope about the last of some days, with the totals of its course.

    None where the two do not belong together.
    """
    of_days, of_course = _content(days), _content(course)
    if not of_days or not of_course or not _is_of_same_day(of_days, of_course):
        return None
    trends = {
        key: values[-1:] if isinstance(values := of_days.get(key), list) else values
        for key in _TRENDS
    }
    beside = {key: of_days[key] for key in _BESIDE if key in of_days}
    known = of_days.keys() | of_course.keys()
    data = {**of_course, **trends, **beside}
    return {**(days or {}), "data": {key: data[key] for key in data if key in known}}


def _content(envelope: Mapping[str, object] | None) -> dict[str, object]:
    data = envelope.get("data") if envelope and envelope.get("code") == 0 else None
    return data if isinstance(data, dict) else {}


def _is_of_same_day(of_days: Mapping[str, object], of_course: Mapping[str, object]) -> bool:
    """Return whether nothing speaks against it; the answers of some services name no day."""
    made_at, points = of_course.get("local_time"), of_days.get("power")
    last = points[-1] if isinstance(points, list) and points else None
    day = last.get("time") if isinstance(last, dict) else None
    return not (isinstance(made_at, str) and made_at and day) or made_at.startswith(str(day))
