"""The board "Exporter": does it reach the cloud, does it spare it, what did it not understand."""

from grafana_foundation_sdk.models import units

from grafana.generator import palette
from grafana.generator.board import Board, Row
from grafana.generator.fields import Tile, coloured_cell
from grafana.generator.panels import (
    Block,
    Curve,
    curve_block,
    stat_block,
    table_block,
    timeline_block,
)
from grafana.generator.queries import Query, own

RATE = "$__rate_interval"


def _rate(metric: str, by: str, *matchers: str) -> str:
    """Return events a minute."""
    return f"60 * sum by ({by}) (rate({own(metric, *matchers)}[{RATE}]))"


def _grown(metric: str, by: str, *matchers: str) -> str:
    """Return how many events the time range holds."""
    return f"sum by ({by}) (increase({own(metric, *matchers)}[$__range]))"


def _quantile(share: float, metric: str, by: str) -> str:
    return (
        f"histogram_quantile({share}, sum by (le, {by}) (rate({own(f'{metric}_bucket')}[{RATE}])))"
    )


def _count(title: str, about: str, expr: str, *, steps: palette.Steps) -> Block:
    return stat_block(
        Tile(
            title=title,
            about=about,
            queries=(Query(expr=expr, is_instant=True),),
            unit=units.Short,
            size=(4, 4),
            decimals=0,
            steps=steps,
        ),
        trend=False,
    )


STATE = (
    stat_block(
        Tile(
            title="Accounts",
            about="Whether the last poll of each account's sites succeeded.",
            queries=(Query(expr=own("solix_up"), legend="{{account}}", is_instant=True),),
            unit=units.NoUnit,
            size=(4, 4),
            steps=palette.GOOD_IS_ONE,
            texts=palette.UP_DOWN,
        ),
        trend=False,
        names=True,
    ),
    stat_block(
        Tile(
            title="Last success",
            about="Time since the sites of an account were last polled with success; of several"
            " accounts the oldest.",
            queries=(
                Query(
                    expr="max(time() - "
                    + own("solix_poll_last_success_timestamp_seconds", 'poll="sites"')
                    + ")",
                    is_instant=True,
                ),
            ),
            unit=units.Seconds,
            size=(4, 4),
            decimals=0,
            steps=((None, palette.GOOD), (180, palette.NOTICE), (600, palette.BAD)),
            empty="never yet",
        ),
        trend=False,
    ),
    stat_block(
        Tile(
            title="Login",
            about="How long logins are still held back because the cloud refused one; 0 is free.",
            queries=(
                Query(
                    expr="max(clamp_min("
                    f"{own('solix_login_blocked_until_timestamp_seconds')} - time(), 0))",
                    is_instant=True,
                ),
            ),
            unit=units.Seconds,
            size=(4, 4),
            decimals=0,
            steps=palette.GOOD_IS_ZERO,
            texts={"0": ("free", palette.GOOD)},
        ),
        trend=False,
    ),
    _count(
        "Refused for too many requests",
        "Answers 429 in the time range. The budget should keep this at 0; the app and other"
        " programs behind your address share it.",
        "sum(increase("
        + own("solix_cloud_requests_total", 'outcome="rate_limited"')
        + "[$__range]))",
        steps=palette.NOTICE_ABOVE_ZERO,
    ),
    _count(
        "Readings rejected",
        "Readings of the time range that cannot be true (jumps of charge, totals that fall) and"
        " were therefore not shown.",
        f"sum(increase({own('solix_readings_rejected_total')}[$__range]))",
        steps=palette.NOTICE_ABOVE_ZERO,
    ),
    _count(
        "Fields nobody reads",
        "Keys of the cloud's last answers that no parser knows: after an update of the cloud this"
        " number grows. Nothing is wrong; tell the project.",
        f"sum({own('solix_cloud_unread_fields')}) or vector(0)",
        steps=((None, palette.CALM),),
    ),
)

POLLS = (
    timeline_block(
        Tile(
            title="Account up",
            about="Whether the last poll of the sites succeeded, and whether Prometheus reached the"
            " exporter.",
            queries=(
                Query(expr=own("solix_up"), legend="account {{account}}"),
                Query(expr=own("up"), legend="exporter {{instance}}"),
            ),
            unit=units.NoUnit,
            size=(12, 7),
            texts=palette.UP_DOWN,
        )
    ),
    table_block(
        Tile(
            title="Polls",
            about="Each poll: time since its last success, its interval now (the budget can stretch"
            " it), and how often it failed in the time range.",
            queries=(
                Query(
                    expr="max by (account, poll) (time() - "
                    f"{own('solix_poll_last_success_timestamp_seconds')})",
                    is_instant=True,
                    is_table=True,
                ),
                Query(
                    expr=f"max by (account, poll) ({own('solix_poll_interval_seconds')})",
                    is_instant=True,
                    is_table=True,
                ),
                Query(
                    expr=_grown("solix_polls_total", "account, poll", 'outcome="error"'),
                    is_instant=True,
                    is_table=True,
                ),
            ),
            unit=units.Seconds,
            size=(12, 7),
            decimals=0,
            transformations=(
                ("merge", {}),
                ("filterFieldsByName", {"include": {"pattern": "^(account|poll|Value.*)$"}}),
            ),
            overrides={
                "Value #A": {"displayName": "last success"},
                "Value #B": {"displayName": "interval"},
                "Value #C": coloured_cell(
                    palette.NOTICE_ABOVE_ZERO, displayName="failed", unit=units.NoUnit
                ),
            },
        )
    ),
    curve_block(
        Tile(
            title="Duration of polls",
            about="How long nine of ten polls took at most, waiting for the budget included.",
            queries=(
                Query(
                    expr=_quantile(0.9, "solix_poll_duration_seconds", "poll"), legend="{{poll}}"
                ),
            ),
            unit=units.Seconds,
            size=(12, 8),
            decimals=1,
        ),
        Curve(calcs=("lastNotNull", "max")),
    ),
    curve_block(
        Tile(
            title="Logins",
            about="Logins of the time range by their outcome. More than a few successful ones a"
            " day mean that another program uses the account and ends the exporter's session.",
            queries=(
                Query(
                    expr=f"sum by (account, outcome) (increase({own('solix_logins_total')}[1h]))",
                    legend="{{account}} · {{outcome}}",
                ),
            ),
            unit=units.Short,
            size=(12, 8),
            decimals=0,
        ),
        Curve(is_stepped=True, calcs=("max",)),
    ),
)

REQUESTS = (
    curve_block(
        Tile(
            title="Requests by outcome",
            about="Requests to the cloud a minute. Everything but ok is worth a look.",
            queries=(
                Query(expr=_rate("solix_cloud_requests_total", "outcome"), legend="{{outcome}}"),
            ),
            unit="cpm",
            size=(12, 8),
            decimals=1,
            colours={"ok": palette.GOOD, "rate_limited": palette.BAD, "auth": palette.GRID_EXPORT},
        ),
        Curve(is_stacked=True, fill=40, calcs=("mean", "max")),
    ),
    curve_block(
        Tile(
            title="Requests by endpoint",
            about="Requests to the cloud a minute and endpoint; the cloud allows about ten.",
            queries=(
                Query(expr=_rate("solix_cloud_requests_total", "endpoint"), legend="{{endpoint}}"),
            ),
            unit="cpm",
            size=(12, 8),
            decimals=1,
        ),
        Curve(fill=0, calcs=("mean", "max")),
    ),
    curve_block(
        Tile(
            title="Budget left",
            about="Requests that may still go to an endpoint in the running minute, as a share of"
            " its limit; at 0 requests wait.",
            queries=(
                Query(
                    expr=f"{own('solix_cloud_budget_remaining_requests')}"
                    f" / ({own('solix_cloud_budget_limit_requests')} > 0)",
                    legend="{{endpoint}}",
                ),
            ),
            unit=units.PercentUnit,
            size=(12, 8),
            decimals=0,
            low=0,
            high=1,
            empty="no limit is set",
        ),
        Curve(fill=0, calcs=("min",)),
    ),
    curve_block(
        Tile(
            title="Waiting for the budget",
            about="Seconds that requests waited in each minute, so that the cloud's limit holds.",
            queries=(
                Query(
                    expr=_rate("solix_cloud_throttle_wait_seconds_total", "endpoint"),
                    legend="{{endpoint}}",
                ),
            ),
            unit=units.Seconds,
            size=(12, 8),
            decimals=1,
        ),
        Curve(is_stacked=True, fill=40, calcs=("mean", "max")),
    ),
    curve_block(
        Tile(
            title="Duration of requests",
            about="How long nine of ten requests to each endpoint took at most.",
            queries=(
                Query(
                    expr=_quantile(0.9, "solix_cloud_request_duration_seconds", "endpoint"),
                    legend="{{endpoint}}",
                ),
            ),
            unit=units.Seconds,
            size=(24, 8),
            decimals=2,
        ),
        Curve(fill=0, calcs=("mean", "max")),
    ),
)

DATA = (
    table_block(
        Tile(
            title="Not understood",
            about="Values of the time range whose type or text could not be read, by endpoint and"
            " field. They count as not reported.",
            queries=(
                Query(
                    expr=f"{_grown('solix_cloud_malformed_values_total', 'endpoint, field')} > 0",
                    is_instant=True,
                    is_table=True,
                ),
            ),
            unit=units.Short,
            size=(12, 8),
            decimals=0,
            empty="everything was understood",
            transformations=(
                ("filterFieldsByName", {"include": {"pattern": "^(endpoint|field|Value)$"}}),
            ),
        )
    ),
    curve_block(
        Tile(
            title="Rejected readings",
            about="Readings that cannot be true, by reason, in each hour.",
            queries=(
                Query(
                    expr=f"sum by (reason) (increase({own('solix_readings_rejected_total')}[1h]))",
                    legend="{{reason}}",
                ),
            ),
            unit=units.Short,
            size=(12, 8),
            decimals=0,
        ),
        Curve(is_stepped=True, calcs=("max",)),
    ),
    curve_block(
        Tile(
            title="InfluxDB backlog",
            about="Points that the ledger holds and the server has not; 0 when all is written.",
            queries=(
                Query(expr=own("solix_influxdb_pending_points"), legend="pending"),
                Query(
                    expr=f"60 * sum(rate({own('solix_influxdb_points_written_total')}[{RATE}]))",
                    legend="written a minute",
                ),
                Query(
                    expr=f"60 * sum(rate({own('solix_influxdb_write_errors_total')}[{RATE}]))",
                    legend="errors a minute",
                ),
            ),
            unit=units.Short,
            size=(12, 8),
            decimals=0,
            empty="InfluxDB is not configured",
            colours={"errors a minute": palette.BAD},
        ),
        Curve(calcs=("lastNotNull", "max")),
    ),
    table_block(
        Tile(
            title="Versions",
            about="The running exporters and the Python that they run on.",
            queries=(
                Query(
                    expr="max by (instance, version, python_version)"
                    f" ({own('solix_exporter_build_info')})",
                    is_instant=True,
                    is_table=True,
                ),
            ),
            unit=units.NoUnit,
            size=(12, 8),
            transformations=(
                (
                    "filterFieldsByName",
                    {"include": {"pattern": "^(instance|version|python_version)$"}},
                ),
            ),
        )
    ),
)

PROCESS = (
    curve_block(
        Tile(
            title="Memory",
            about="Resident memory of the exporter's process.",
            queries=(Query(expr=own("process_resident_memory_bytes"), legend="{{instance}}"),),
            unit=units.BytesIEC,
            size=(12, 7),
            low=0,
        ),
        Curve(calcs=("lastNotNull", "max")),
    ),
    curve_block(
        Tile(
            title="Processor",
            about="Share of one processor core that the exporter uses.",
            queries=(
                Query(
                    expr=f"rate({own('process_cpu_seconds_total')}[{RATE}])", legend="{{instance}}"
                ),
            ),
            unit=units.PercentUnit,
            size=(12, 7),
            decimals=1,
            low=0,
        ),
        Curve(calcs=("mean", "max")),
    ),
)

EXPORTER = Board(
    slug="exporter",
    title="Solix / Exporter",
    about="Whether the exporter reaches the cloud, how it spends its requests, what it rejected.",
    rows=(
        Row("State", STATE),
        Row("Polls", POLLS),
        Row("Requests and budget", REQUESTS),
        Row("Data", DATA),
        Row("Process", PROCESS),
    ),
    has_sites=False,
    since="now-6h",
)
