"""The text of a scrape: the Prometheus library is the oracle for every byte."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from solix_exporter.cloud.budget import EndpointBudget
from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.exposition import Exposition
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.metrics.slice_lines import SliceLines
from solix_exporter.metrics.text_format import NUMBER_TEXTS
from solix_exporter.model.account import Account
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import ChargingStatus, Device, DeviceReadings, PvInput
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.products import product_of
from solix_exporter.model.site import Access, Site, SiteReadings, SiteType
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.model.usage import UsageMode
from tests.scraping import homes_text

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
PROMETHEUS_ACCEPT = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "text/plain;version=0.0.4;q=0.4,*/*;q=0.1"
)

NUMBERS = st.floats(allow_nan=False) | st.integers(-(10**9), 10**9).map(float)
NAMES = st.text(max_size=12)


def home(watts: float, name: str) -> AccountSlice:
    account = Account(name, "DE", "https://cloud", is_up=True, token_expires_at=NOW)
    readings = SiteReadings(
        pv_power_w=watts,
        usage_mode=UsageMode.SMART,
        lifetime=Lifetime(energy_wh=watts, savings=watts, currency_symbol="€"),
    )
    site = Site(
        f"site-{name}", name, name, SiteType.SOLARBANK, Access.OWNER, "Europe/Berlin", "EUR",
        NOW, readings,
    )  # fmt: skip
    now = DeviceReadings(
        is_online=True,
        status=ChargingStatus.CHARGE_BYPASS,
        pv_inputs=(PvInput("1", watts), PvInput("2", -watts)),
        battery=Battery(soc_ratio=watts, charge_power_w=watts),
    )
    device = Device(f"sn-{name}", product_of("A17C5"), name, site.site_id, name, scene=now)
    stray = Device(f"stray-{name}", product_of("A1761"), name, None, name)
    return AccountSlice(account, (site,), (device, stray))


NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)


class Oracle(Collector):
    """Gives the library what our own text says, read back by the library's parser."""

    def __init__(self, text: str) -> None:
        self._text = text

    def collect(self) -> Iterator[Metric]:
        yield from text_string_to_metric_families(self._text)


@settings(max_examples=60)
@given(st.lists(st.tuples(NUMBERS, NAMES), min_size=1, max_size=3, unique_by=lambda row: row[1]))
def test_the_text_is_byte_for_byte_the_librarys(rows: list[tuple[float, str]]) -> None:
    snapshot = Snapshot(tuple(home(watts, name) for watts, name in rows))
    plain = homes_text(snapshot)
    registry = CollectorRegistry()
    registry.register(Oracle(plain.decode()))
    assert plain == generate_latest(registry)
    openmetrics = homes_text(snapshot, openmetrics=True) + b"# EOF\n"
    assert openmetrics == generate_openmetrics(registry)


@given(st.floats())
def test_numbers_are_written_as_the_library_writes_them(value: float) -> None:
    assert NUMBER_TEXTS[value] == floatToGoString(value)


@pytest.fixture
def own() -> OwnMetrics:
    return OwnMetrics("1.2.3")


def exposition_of(own: OwnMetrics, *parts: AccountSlice) -> Exposition:
    snapshot = Snapshot(parts)
    return Exposition(lambda: snapshot, own)


def text_of(own: OwnMetrics, *parts: AccountSlice) -> str:
    return "".join(exposition_of(own).texts(Snapshot(parts), openmetrics=False))


def test_prometheus_gets_openmetrics_and_a_browser_gets_text(own: OwnMetrics) -> None:
    exposition = exposition_of(own, home(5, "home"))
    answer = exposition.scrape(PROMETHEUS_ACCEPT, "")
    assert answer.content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert answer.body.endswith(b"# EOF\n")
    assert answer.body.count(b"# EOF\n") == 1
    for accept in ("", "text/html,*/*;q=0.8", "text/plain"):
        answer = exposition.scrape(accept, "")
        assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
        assert b"# EOF" not in answer.body


def test_a_counter_family_is_named_as_each_format_wants_it(own: OwnMetrics) -> None:
    exposition = exposition_of(own, home(5, "home"))
    plain = exposition.scrape("", "").body
    assert b"# TYPE solix_site_lifetime_energy_watthours_total counter" in plain
    body = exposition.scrape(OPENMETRICS, "").body
    assert b"# TYPE solix_site_lifetime_energy_watthours counter" in body
    assert b"\nsolix_site_lifetime_energy_watthours_total{" in body


def test_gzip_is_used_where_it_is_welcome(own: OwnMetrics) -> None:
    exposition = exposition_of(own, home(5, "home"))
    answer = exposition.scrape("", "gzip, deflate")
    assert answer.content_encoding == "gzip"
    plain = exposition.scrape("", "").body
    # What the process used meanwhile is in the exporter's own metrics before.
    zipped = gzip.decompress(answer.body)
    assert zipped[zipped.index(b"# HELP solix_up") :] == plain[plain.index(b"# HELP solix_up") :]
    for header in ("identity", "gzip;q=0, identity", "deflate, gzip; q=0.00", "x-gzipped"):
        assert exposition.scrape("", header).content_encoding is None
    for header in ("GZIP", "gzip;q=1.0,deflate;q=0.6", "deflate;q=0, gzip;q=0.1"):
        assert exposition.scrape("", header).content_encoding == "gzip"


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_an_unchanged_snapshot_is_served_from_memory(own: OwnMetrics, encoding: str) -> None:
    exposition = exposition_of(own, home(5, "home"))
    first = exposition.scrape("", encoding)
    assert exposition.scrape("", encoding).body is first.body


def test_a_changed_snapshot_shows_at_once(own: OwnMetrics) -> None:
    snapshots = [Snapshot((home(5, "home"),)), Snapshot((home(6, "home"),))]
    exposition = Exposition(lambda: snapshots[0], own)
    exposition.scrape("", "")
    snapshots.pop(0)
    body = exposition.scrape("", "").body
    assert b'solix_site_pv_power_watts{site_id="site-home"} 6.0' in body


def test_the_budget_is_read_when_it_is_shown(own: OwnMetrics) -> None:
    windows = [EndpointBudget("https://cloud", "some/endpoint", 10, 9)]
    own.watch_budget(lambda: windows)
    sample = 'solix_cloud_budget_remaining_requests{endpoint="some/endpoint"}'
    assert f"{sample} 9.0" in text_of(own)
    windows[0] = replace(windows[0], remaining=8)
    assert f"{sample} 8.0" in text_of(own)


def test_only_the_accounts_that_changed_are_rendered_again() -> None:
    texts = SliceLines()
    one, two = home(1, "one"), home(2, "two")
    first = texts.of(Snapshot((one, two)))
    second = texts.of(Snapshot((one, home(3, "two"))))
    assert first[0] is second[0]
    assert first[1] is not second[1]


def test_a_device_without_a_site_has_no_site_label(own: OwnMetrics) -> None:
    text = text_of(own, home(5, "home"))
    (line,) = [line for line in text.splitlines() if line.startswith("solix_device_info") and "stray" in line]  # fmt: skip  # noqa: E501
    assert "site_id" not in line


def test_families_without_samples_are_left_out(own: OwnMetrics) -> None:
    assert "solix_plug_power_watts" not in text_of(own, home(5, "home"))


def test_an_enumeration_has_one_sample_a_state(own: OwnMetrics) -> None:
    text = text_of(own, home(5, "home"))
    states = [line for line in text.splitlines() if line.startswith("solix_site_usage_mode{")]
    assert len(states) == len(UsageMode)
    assert [line for line in states if line.endswith(" 1.0")] == [
        'solix_site_usage_mode{mode="smart",site_id="site-home"} 1.0'
    ]


# --- the table -----------------------------------------------------------------------------

UNITS = (
    "_watts", "_watthours", "_ratio", "_celsius", "_grams", "_seconds", "_dbm", "_info", "_packs",
    "_requests", "_watthours_per_100_kilometers", "_volts", "_amperes", "_hertz",
)  # fmt: skip
WITHOUT_UNIT = {
    "solix_up", "solix_site_data_valid", "solix_site_usage_mode", "solix_site_lifetime_savings",
    "solix_device_online", "solix_device_data_valid", "solix_device_error_code",
    "solix_device_status", "solix_ev_charger_status", "solix_ev_charger_lifetime_charges",
    "solix_ev_charger_lifetime_cost", "solix_ev_charger_lifetime_savings",
    "solix_charger_switch_enabled", "solix_site_backup_active",
    "solix_account_unread_messages", "solix_site_tariff", "solix_site_electricity_price",
    "solix_site_spot_price", "solix_site_electricity_spot_price",
    "solix_site_feed_in_price", "solix_site_ai_status",
    "solix_site_co2_equivalent_trees", "solix_device_ethernet_connected",
    "solix_device_firmware_update_available", "solix_device_auto_upgrade_enabled",
    "solix_device_export_allowed", "solix_device_zero_output_switch_fitted",
    "solix_device_source", "solix_device_control_mode", "solix_device_switch_on",
    "solix_port_status", "solix_plug_on", "solix_ev_charger_cable_connected",
    "solix_site_ai_savings", "solix_site_ai_additional_savings", "solix_site_backup_enabled",
    "solix_meter_status", "solix_dock_status", "solix_battery_discharge_priority_enabled",
}  # fmt: skip
"""States, flags, codes and money: their unit is in a label or there is none."""


def test_every_row_keeps_the_rules_of_the_table() -> None:
    names = [metric.name for metric in CATALOGUE]
    assert len(names) == len(set(names))
    for metric in CATALOGUE:
        assert metric.name.startswith("solix_")
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        base = metric.name.removesuffix("_total")
        assert base.endswith(UNITS) or base in WITHOUT_UNIT, metric.name
        assert metric.help.endswith(".")
        assert "percent" not in metric.name


def test_every_help_names_its_field_and_says_that_it_is_cached() -> None:
    own_facts = {"solix_up", "solix_account_info", "solix_site_info", "solix_device_info",
                 "solix_vehicle_info", "solix_device_source",
                 "solix_device_source_timestamp_seconds",
                 "solix_account_token_expiry_timestamp_seconds",
                 "solix_login_blocked_until_timestamp_seconds"}  # fmt: skip
    for metric in CATALOGUE:
        if metric.name in own_facts:
            continue
        if "MQTT: " in metric.help or "Modbus: " in metric.help:
            assert metric.help.endswith("Reported by the device and cached."), metric.name
        else:
            assert "Cloud: " in metric.help, metric.name
            assert metric.help.endswith("Polled from the cloud and cached."), metric.name


def test_names_of_people_and_things_are_on_info_metrics_only() -> None:
    for metric in CATALOGUE:
        if not metric.name.endswith("_info"):
            assert not {"name", "model", "firmware"} & set(metric.labels), metric.name
