"""Runs the few stages of Flux that the dashboards use; anything else is an error.

No server that understands Flux is to be had here, so that its meaning is written down once more:
`range`, `filter` by measurement, site and fields, `group` with `max` or `sum`, `aggregateWindow`
over days, months or years that begin at the zone's midnights; and the shares of days as a whole.
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
    r'(?P<once>group\(columns: \["_time", "site_id", "_field"\]\))',
    r"max\(\)",
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
SHARES = re.compile(
    r"\s*".join(
        re.escape(part).replace("NAME", r'"([^"]+)"')
        for part in (
            "filter(fn: (r) => r._field == whole or r._field == part)",
            '|> group(columns: ["_time", "site_id"])',
            (
                "|> reduce( identity: {ends: 0, whole: 0.0, part: 0.0}, fn: (r, accumulator) => ({"
                " ends: accumulator.ends + 1,"
                " whole: accumulator.whole + (if r._field == whole then r._value else 0.0),"
                " part: accumulator.part + (if r._field == part then r._value else 0.0) }) )"
            ),
            "|> filter(fn: (r) => r.ends == 2) |> group() |> window(every: 1d)",
            (
                "|> reduce( identity: {whole: 0.0, part: 0.0}, fn: (r, accumulator) => ({"
                " whole: accumulator.whole + r.whole, part: accumulator.part + r.part }) )"
            ),
            "|> filter(fn: (r) => r.whole > 50.0)",
            (
                "|> map(fn: (r) => ({_time: r._start, _field: title, _value:"
                " if r.part > r.whole then 0.0 else (r.whole - r.part) / r.whole}))"
            ),
            (
                "union(tables: [ share(title: NAME, whole: NAME, part: NAME),"
                " share(title: NAME, whole: NAME, part: NAME) ])"
            ),
            '|> group() |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
            '|> sort(columns: ["_time"])',
        )
    )
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
    titles = dict(re.findall(r'key: "(\w+)", value: "([^"]+)"', header.get("titles", "")))
    found: dict[str, dict[datetime | None, float]] = {}
    for (at, _, field), value in _values(words, points, start, stop):
        window = _window(at, words.get("every", ""), header.get("zone", "UTC"))
        series = found.setdefault(titles[field], {})
        series[window] = series.get(window, 0.0) + value
    return found


def run_shares(
    query: str, points: list[Point], start: float, stop: float
) -> dict[str, dict[datetime | None, float]]:
    """Return the shares of each day, by title."""
    head, rest = query.replace("points =\n", "").split(
        "share = (title, whole, part) => points\n  |> "
    )
    match = SHARES.fullmatch(" ".join(rest.split()))
    assert match, f"not known: {rest}"
    header, pipeline = _parts(head)
    values = dict(_values(_words(pipeline), points, start, stop))
    names = match.groups()
    found: dict[str, dict[datetime | None, float]] = {}
    for title, whole, part in (names[:3], names[3:]):
        ends: dict[datetime | None, tuple[float, float]] = {}
        for at, site, field in values:
            if field == whole and (at, site, part) in values:
                window = _window(at, "1d", header["zone"])
                wholes, parts = ends.get(window, (0.0, 0.0))
                ends[window] = (wholes + values[at, site, whole], parts + values[at, site, part])
        found[title] = {
            window: max(1 - parts / wholes, 0.0)
            for window, (wholes, parts) in ends.items()
            if wholes > 50
        }
    return found


def _values(
    words: dict[str, str], points: list[Point], start: float, stop: float
) -> Iterator[tuple[tuple[int, str, str], float]]:
    """Give time, site, field and value of the points that a query asks for."""
    fields = re.findall(r'"(\w+)"', words["fields"])
    highest: dict[tuple[int, str, str], float] = {}
    for point in points:
        is_wanted = (
            point.measurement == words["measurement"]
            and start <= point.at < stop
            and re.fullmatch(words["site"], point.tags["site_id"])
            and "device_sn" not in point.tags
        )
        for field in fields if is_wanted else []:
            if field in point.fields:
                key = (point.at, point.tags["site_id"], field)
                if "once" not in words:
                    yield key, point.fields[field]
                highest[key] = max(point.fields[field], highest.get(key, 0.0))
    if "once" in words:
        yield from highest.items()


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
