"""The board "Fleet": all sites in one table, those with trouble first."""

from grafana_foundation_sdk.models import units

from grafana.generator import palette
from grafana.generator.board import Board, Row
from grafana.generator.fields import Properties, Tile, bar_cell, coloured_cell
from grafana.generator.panels import Curve, curve_block, stat_block, table_block
from grafana.generator.queries import (
    Query,
    any_of,
    by_device,
    by_site,
    labelled,
    once,
    own,
    share_without,
    site,
    total,
)

STALE_S = 7200
"""A first-generation solarbank in standby sends once an hour."""
LOW = 0.05
CARRIED = "pps|charger|powerbank|powercooler|generator|unknown"
"""Types of devices that are switched off while nobody needs them, unless a system has them."""
_SLEEPING = site("solix_device_info", 'device_type="inverter"')
_CARRIED = site("solix_device_info", 'site_id=""', f'device_type=~"{CARRIED}"')
AWAKE = f"unless on (job, instance, device_sn) ({_SLEEPING} or {_CARRIED})"
"""Leaves out of a device's metric those that are not always online.

They are the micro inverters, which live on the panels' power, and what is carried about.
"""

_BY_SITE = "max by (site_id)"


def trouble() -> str:
    """Return how many things are wrong at each site; 0 where all is well."""
    parts = {
        "account": f"{site('solix_site_info')} * on (job, instance, account) group_left ()"
        f" ({own('solix_up')} == bool 0)",
        "invalid": f"{site('solix_site_data_valid')} == bool 0",
        # Where the exporter has answers it tells itself what is too old, see "invalid".
        "stale": f"time() - {site('solix_site_data_timestamp_seconds')} > bool {STALE_S}"
        f" unless on (job, instance, site_id) {site('solix_site_data_valid')}",
        "empty": f"{site('solix_site_battery_soc_ratio')} < bool {LOW}",
        "offline": _of_devices(f"({_in_sites('solix_device_online')} {AWAKE}) == bool 0"),
        "fault": _of_devices(f"{_in_sites('solix_device_error_code')} != bool 0"),
    }
    pieces = (labelled(f"({expr})", "trouble", name) for name, expr in parts.items())
    return f"sum by (site_id) ({once(any_of(*pieces), 'trouble')})"


def _of_devices(condition: str) -> str:
    """Return how many devices of each site meet a condition."""
    return f"sum by (job, instance, site_id) ({condition})"


def _in_sites(metric: str) -> str:
    """Return a metric of devices that belong to a site; others have no line in the table."""
    return site(metric, 'site_id!=""')


def _each(metric: str) -> str:
    """Return a metric of devices, each device once."""
    return f"max by (device_sn) ({site(metric)})"


def _expected(metric: str) -> str:
    """Return a metric of the devices that are expected to be online day and night, each once."""
    return f"max by (device_sn) ({site(metric)} {AWAKE})"


def _column(expr: str) -> Query:
    return Query(expr=expr, is_instant=True, is_table=True)


def _newest(metric: str) -> Query:
    return _column(f"{_BY_SITE} ({site(metric)})")


COLUMNS: tuple[tuple[Query, Properties], ...] = (
    (
        _column(f"max by (site_id, name, account, site_type) ({site('solix_site_info')})"),
        {"custom.hidden": True},
    ),
    (
        _column(trouble()),
        coloured_cell(palette.GOOD_IS_ZERO, displayName="trouble", unit=units.NoUnit, decimals=0),
    ),
    (
        _column(f"{_BY_SITE} (time() - {site('solix_site_data_timestamp_seconds')})"),
        coloured_cell(palette.AGE_STEPS, displayName="age", unit=units.Seconds),
    ),
    (
        _newest("solix_site_battery_soc_ratio"),
        bar_cell(palette.SOC_STEPS, displayName="charge", unit=units.PercentUnit, min=0, max=1),
    ),
    (_newest("solix_site_pv_power_watts"), {"displayName": "PV", "unit": units.Watt}),
    (_newest("solix_site_home_load_power_watts"), {"displayName": "home", "unit": units.Watt}),
    (
        _column(
            f"{_BY_SITE} ({site('solix_site_grid_import_power_watts')}"
            f" - {site('solix_site_grid_export_power_watts')})"
        ),
        {"displayName": "grid", "unit": units.Watt},
    ),
    (
        _newest("solix_site_day_pv_energy_watthours"),
        {"displayName": "PV today", "unit": units.WattHour, "decimals": 1},
    ),
    (
        _column(
            share_without(
                f"{_BY_SITE} ({site('solix_site_day_home_energy_watthours')})",
                f"{_BY_SITE} ({site('solix_site_day_grid_import_energy_watthours')})",
            )
        ),
        bar_cell(
            palette.SHARE_STEPS,
            displayName="self-sufficiency",
            unit=units.PercentUnit,
            min=0,
            max=1,
        ),
    ),
    (
        Query(expr=f"{_BY_SITE} ({site('solix_site_pv_power_watts')})", legend="PV", step="15m"),
        {},
    ),
)
"""Each column's query, and how `Value #<letter>` is written."""

_TREND = "J"

SUMS = tuple(
    stat_block(
        Tile(
            title=title,
            about=about,
            queries=(Query(expr=expr, is_instant=True),),
            unit=unit,
            size=(4, 4),
            decimals=0,
            steps=steps,
        ),
        trend=False,
    )
    for title, about, expr, unit, steps in (
        (
            "Sites",
            "Sites that any account sees; a site of two accounts counts once.",
            f"count(count by (site_id) ({site('solix_site_info')}))",
            units.NoUnit,
            ((None, palette.HOME),),
        ),
        (
            "Sites with trouble",
            (
                "Sites where the account is down, the data are invalid or older than two hours, the"
                " battery is below 5 %, or a device is offline or reports an error."
            ),
            f"count({trouble()} > 0) or vector(0)",
            units.NoUnit,
            palette.GOOD_IS_ZERO,
        ),
        (
            "Devices offline",
            (
                "Devices that the cloud calls disconnected; micro inverters, which sleep without"
                " sun, and stations and chargers of no system left out."
            ),
            f"sum({_expected('solix_device_online')} == bool 0)",
            units.NoUnit,
            palette.NOTICE_ABOVE_ZERO,
        ),
        (
            "Firmware to install",
            "Devices for which the cloud offers newer firmware.",
            f"sum({_each('solix_device_firmware_update_available')}) or vector(0)",
            units.NoUnit,
            palette.NOTICE_ABOVE_ZERO,
        ),
        (
            "PV of all sites",
            "PV power of all chosen sites together.",
            total("solix_site_pv_power_watts"),
            units.Watt,
            ((None, palette.PV),),
        ),
        (
            "Stored in all batteries",
            "Energy in all batteries of the chosen sites.",
            total("solix_site_battery_stored_energy_watthours"),
            units.WattHour,
            ((None, palette.BATTERY),),
        ),
    )
)

SITES_TABLE = table_block(
    Tile(
        title="Sites, worst first",
        about="Trouble counts what is wrong: account down, data invalid or older than two hours,"
        " battery below 5 %, devices offline, devices with an error. The curve is the PV power of"
        " the time range. A click on a name opens the site.",
        queries=tuple(query for query, _ in COLUMNS),
        unit=units.NoUnit,
        size=(24, 14),
        decimals=0,
        transformations=(
            ("timeSeriesTable", {_TREND: {"timeField": "Time", "stat": "lastNotNull"}}),
            ("joinByField", {"byField": "site_id", "mode": "outer"}),
            (
                "filterFieldsByName",
                {"include": {"pattern": "^(name|site_id|site_type|account|Value.*|Trend.*)$"}},
            ),
        ),
        overrides={
            f"Value #{letter}": properties
            for letter, (_, properties) in zip("ABCDEFGHIJ", COLUMNS, strict=True)
            if properties
        }
        | {
            "name": {
                "displayName": "site",
                "links": [
                    {
                        "title": "Show this site",
                        "url": "/d/solix-live?var-site=${__data.fields.site_id}"
                        "&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}",
                    }
                ],
            },
            "site_id": {"custom.hidden": True},
            "site_type": {"displayName": "kind"},
            f"Trend #{_TREND}": {
                "displayName": "PV over time",
                "unit": units.Watt,
                "custom.cellOptions": {"type": "sparkline", "hideValue": True, "lineWidth": 2},
                "color": {"mode": "fixed", "fixedColor": palette.PV},
                "custom.width": 220,
            },
        },
    ),
    sort_by=("trouble", True),
)

CURVES = (
    curve_block(
        Tile(
            title="State of charge of all sites",
            about="Charge of each site's batteries together, weighted by their capacity.",
            queries=(Query(expr=by_site(site("solix_site_battery_soc_ratio")), legend="{{name}}"),),
            unit=units.PercentUnit,
            size=(12, 9),
            decimals=0,
            low=0,
            high=1,
        ),
        Curve(fill=0, calcs=("lastNotNull", "min")),
    ),
    curve_block(
        Tile(
            title="Wi-Fi",
            about="Signal of each device's radio; below -80 dBm data come late or not at all.",
            queries=(Query(expr=by_device(site("solix_device_wifi_rssi_dbm")), legend="{{name}}"),),
            unit="dBm",
            size=(12, 9),
            decimals=0,
            empty="no device reports its signal",
        ),
        Curve(fill=0, calcs=("lastNotNull", "min")),
    ),
)

FLEET = Board(
    slug="fleet",
    title="Solix / Fleet",
    about="All sites side by side, those with trouble first.",
    rows=(Row("All together", SUMS), Row("Sites", (SITES_TABLE,)), Row("Compared", CURVES)),
)
