"""Flux queries on the daily totals in InfluxDB: the schema's names, and the pipelines.

Measurement `energy_day` behind the configured prefix: tags `account`, `site_id` (and `device_sn`
for devices), one float field a flow in Wh, two ratios; the time of a point is the start of the
site's local day.
"""

from dataclasses import dataclass

from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

DAY_MEASUREMENT = "energy_day"
SITE_MEASUREMENT = "site_info"


_SHARE = """\
share = (title, whole, part) => points
  |> filter(fn: (r) => r._field == whole or r._field == part)
  |> group(columns: ["_time", "site_id"])
  |> reduce(
    identity: {ends: 0, whole: 0.0, part: 0.0},
    fn: (r, accumulator) => ({
      ends: accumulator.ends + 1,
      whole: accumulator.whole + (if r._field == whole then r._value else 0.0),
      part: accumulator.part + (if r._field == part then r._value else 0.0)
    })
  )
  |> filter(fn: (r) => r.ends == 2)
  |> group()
  |> window(every: 1d)
  |> reduce(
    identity: {whole: 0.0, part: 0.0},
    fn: (r, accumulator) => ({
      whole: accumulator.whole + r.whole,
      part: accumulator.part + r.part
    })
  )
  |> filter(fn: (r) => r.whole > 50.0)
  |> map(fn: (r) => ({_time: r._start, _field: title, _value:
    if r.part > r.whole then 0.0 else (r.whole - r.part) / r.whole}))"""
"""A function of Flux: the share of a flow, by day, that is not another.

A site counts on the days for which it tells both.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxQuery:
    """One Flux query of a panel."""

    text: str


@dataclass(slots=True)
class FluxTarget(Dataquery):
    """A Flux query as it stands in a dashboard; the library has no class for it."""

    query: str
    ref_id: str
    datasource: DataSourceRef

    def to_json(self) -> dict[str, object]:
        """Return what the dashboard's JSON holds."""
        return {"datasource": self.datasource, "query": self.query, "refId": self.ref_id}


def field_of(flow: str) -> str:
    """Return the name of the field that holds a flow's energy, Wh."""
    return f"{flow}_wh"


def days(fields: dict[str, str], *, every: str = "1d") -> FluxQuery:
    """Return the sums of fields over the chosen sites, by day, month or year.

    `fields` maps what the panel calls a series to the field. Points lie on the sites' midnights,
    so calendar months and years need only the time zone of the variable.
    """
    names = " or ".join(f'r._field == "{name}"' for name in fields.values())
    titles = ", ".join(f'{{key: "{name}", value: "{title}"}}' for title, name in fields.items())
    return FluxQuery(
        text="\n".join(
            (
                'import "dict"',
                'import "timezone"',
                'option location = timezone.location(name: "${timezone}")',
                f"titles = dict.fromList(pairs: [{titles}])",
                *_points(names),
                '  |> group(columns: ["_field"])',
                (
                    f"  |> aggregateWindow(every: {every}, fn: sum, createEmpty: false,"
                    ' timeSrc: "_start")'
                ),
                (
                    "  |> map(fn: (r) => ({_time: r._time, _value: r._value,"
                    " _field: dict.get(dict: titles, key: r._field, default: r._field)}))"
                ),
                '  |> group(columns: ["_field"])',
            )
        )
    )


def shares() -> FluxQuery:
    """Return self-sufficiency and self-consumption of the chosen sites together by day, 0-1.

    A site without a meter tells one end of a share alone, and counts in none of them. Days of less
    than 50 Wh have no share.
    """
    names = " or ".join(
        f'r._field == "{field_of(flow)}"' for flow in ("home", "pv", "grid_import", "grid_export")
    )
    return FluxQuery(
        text="\n".join(
            (
                'import "timezone"',
                'option location = timezone.location(name: "${timezone}")',
                "points =",
                *_points(names),
                _SHARE,
                "union(tables: [",
                ",\n".join(
                    f'  share(title: "{title}", whole: "{field_of(whole)}",'
                    f' part: "{field_of(part)}")'
                    for title, whole, part in (
                        ("Self-sufficiency", "home", "grid_import"),
                        ("Self-consumption", "pv", "grid_export"),
                    )
                ),
                "])",
                "  |> group()",
                '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
                '  |> sort(columns: ["_time"])',
            )
        )
    )


def whole_range(fields: dict[str, str]) -> FluxQuery:
    """Return the sums of fields over the chosen sites and the whole time range."""
    names = " or ".join(f'r._field == "{name}"' for name in fields.values())
    titles = ", ".join(f'{{key: "{name}", value: "{title}"}}' for title, name in fields.items())
    return FluxQuery(
        text="\n".join(
            (
                'import "dict"',
                f"titles = dict.fromList(pairs: [{titles}])",
                *_points(names),
                '  |> group(columns: ["_field"])',
                "  |> sum()",
                (
                    "  |> map(fn: (r) => ({_value: r._value,"
                    " _field: dict.get(dict: titles, key: r._field, default: r._field)}))"
                ),
                '  |> group(columns: ["_field"])',
            )
        )
    )


def site_names() -> str:
    """Return the query of the variable `site`; its answers carry name and id for the regex."""
    return "\n".join(
        (
            'from(bucket: "${bucket}")',
            "  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)",
            (
                f'  |> filter(fn: (r) => r._measurement == "${{prefix}}{SITE_MEASUREMENT}"'
                ' and r._field == "name")'
            ),
            "  |> last()",
            (
                "  |> map(fn: (r) => ({_value:"
                ' "name=\\"" + r._value + "\\" site_id=\\"" + r.site_id + "\\""}))'
            ),
        )
    )


def _points(fields: str) -> tuple[str, ...]:
    """Return the lines that read the day points of the chosen sites, those of devices left out.

    Two accounts may have written the same site's day; it counts once.
    """
    return (
        'from(bucket: "${bucket}")',
        "  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)",
        f'  |> filter(fn: (r) => r._measurement == "${{prefix}}{DAY_MEASUREMENT}")',
        "  |> filter(fn: (r) => r.site_id =~ /^${site:regex}$/ and not exists r.device_sn)",
        f"  |> filter(fn: (r) => {fields})",
        '  |> group(columns: ["_time", "site_id", "_field"])',
        "  |> max()",
    )
