"""Runs the few stages of Flux that the dashboards use; anything else is an error.

No server that understands Flux is to be had here, so that its meaning is written down once more:
`range`, `filter` by measurement, site and fields, `group` and `sum`, and `aggregateWindow` over
days, months or years that begin at the zone's midnights.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

STAGES = (
    r'from\(bucket: "[^"]+"\)',
    r"range\(start: v\.timeRangeStart, stop: v\.timeRangeStop\)",
    r'filter\(fn: \(r\) => r\._measurement == "(?P<measurement>\w+)"\)',
    r"filter\(fn: \(r\) => r\.site_id =~ /\^(?P<site>.*)\$/ and not exists r\.device_sn\)",
    r'filter\(fn: \(r\) => (?P<fields>r\._field == "\w+"(?: or r\._field == "\w+")*)\)',
    r'group\(columns: \["_field"\]\)',
    (
        r"aggregateWindow\(every: (?P<every>1d|1mo|1y), fn: sum, createEmpty: false,"
        r' timeSrc: "_start"\)'
    ),
    r"sum\(\)",
    (
        r"map\(fn: \(r\) => \(\{(?:_time: r\._time, )?_value: r\._value, _field: dict\.get\("
        r"dict: titles, key: r\._field, default: r\._field\)\}\)\)"
    ),
)
HEADER = re.compile(
    r'import "(?:dict|timezone)"'
    r'|option location = timezone\.location\(name: "(?P<zone>[^"]+)"\)'
    r"|titles = dict\.fromList\(pairs: \[(?P<titles>.*)\]\)"
)


@dataclass(frozen=True, slots=True)
class Point:
    """One point as the line protocol holds it; the time in seconds."""

    measurement: str
    tags: Mapping[str, str]
    fields: Mapping[str, float]
    at: int


def read_lines(text: str) -> Iterator[Point]:
    """Give the points of line protocol with a precision of seconds."""
    for line in text.splitlines():
        head, fields, stamp = line.split(" ")
        measurement, *tags = head.split(",")
        yield Point(
            measurement,
            dict(tag.split("=", 1) for tag in tags),
            {key: float(value) for key, value in (f.split("=", 1) for f in fields.split(","))},
            int(stamp),
        )


def run(
    query: str, points: list[Point], start: float, stop: float
) -> dict[str, dict[datetime | None, float]]:
    """Return the values of each series by the time of its window; None is the whole range."""
    header, pipeline = _parts(query)
    words = _words(pipeline)
    fields = re.findall(r'"(\w+)"', words["fields"])
    titles = dict(re.findall(r'key: "(\w+)", value: "([^"]+)"', header.get("titles", "")))
    found: dict[str, dict[datetime | None, float]] = {}
    for point in points:
        is_wanted = (
            point.measurement == words["measurement"]
            and start <= point.at < stop
            and re.fullmatch(words["site"], point.tags["site_id"])
            and "device_sn" not in point.tags
        )
        for field in fields if is_wanted else []:
            if field in point.fields:
                window = _window(point.at, words.get("every", ""), header.get("zone", "UTC"))
                series = found.setdefault(titles[field], {})
                series[window] = series.get(window, 0.0) + point.fields[field]
    return found


def _parts(query: str) -> tuple[dict[str, str], list[str]]:
    header: dict[str, str] = {}
    text, _, rest = query.partition("from(")
    for line in text.splitlines():
        match = HEADER.fullmatch(line)
        assert match, f"not known: {line}"
        header |= {key: found for key, found in match.groupdict().items() if found}
    return header, [stage.strip() for stage in f"from({rest}".split("|>")]


def _words(pipeline: list[str]) -> dict[str, str]:
    words: dict[str, str] = {}
    for stage in pipeline:
        matches = [match for pattern in STAGES if (match := re.fullmatch(pattern, stage))]
        assert matches, f"not known: {stage}"
        words |= matches[0].groupdict()
    return words


def _window(at: int, every: str, zone: str) -> datetime | None:
    if not every:
        return None
    local = datetime.fromtimestamp(at, ZoneInfo(zone)).replace(hour=0, minute=0, second=0)
    if every == "1d":
        return local
    return local.replace(day=1) if every == "1mo" else local.replace(month=1, day=1)
