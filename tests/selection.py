"""Which tests are slow, which stay together in one process, and which need the real clock.

A pytest plugin. `-m "not slow"` leaves out what needs servers, a browser, a machine to deploy to,
the program started anew for each test, or days of a simulated life.
"""

import os
import select
import signal
import time
from pathlib import Path
from typing import SupportsIndex

import pytest
from xdist.scheduler import LoadScopeScheduling

IS_SHIFTED = "FAKETIME" in os.environ
"""Whether libfaketime lets the tests run on another day."""

SLOW_PLACES = (
    "benchmarks",
    "captures",
    "cli/test_command_line.py",
    "cli/test_demo.py",
    "cli/test_export.py",
    "cli/test_login_limits.py",
    "cli/test_monitor.py",
    "cli/test_request.py",
    "cli/test_tools.py",
    "deploy",
    "energy/test_backfill.py",
    "energy/test_fortnight.py",
    "energy/test_local_fortnight.py",
    "energy/test_requests.py",
    "energy/test_rises.py::test_a_day_at_work_and_over_midnight_rejects_nothing",
    "export/test_hostile.py",
    "grafana",
    "local/test_faults.py",
    "local/test_fortnight.py",
    "ledger/test_ledger.py::test_kill_9_loses_at_most_the_record_in_flight",
    "poll/test_guard.py::test_the_day_of_the_captured_panel_is_plausible",
    "poll/test_request_counts.py",
    "poll/test_shared.py::test_a_member_is_asked_before_the_answers_of_an_owner_who_fails_are_gone",
    "influx/test_killed.py",
    "mqtt/test_mosquitto.py",
    "influx/test_victoria.py",
    "test_messages_of_devices.py",
    "test_reload.py",
    "test_scenarios.py",
    "test_service.py",
    "test_shown_fields.py::test_what_is_read_makes_a_difference_or_has_a_reason",
    "web/test_activation.py",
    "web/test_browser.py",
    "web/test_limits.py::test_ten_thousand_connections_leave_memory_bounded_and_metrics_answering",
)
"""Folders, modules and tests, as node ids below `tests/` begin."""

LONGEST_PLACES = (
    "deploy/test_first_steps.py",
    "energy/test_fortnight.py",
    "energy/test_local_fortnight.py",
    "grafana",
    "energy",
    "web/test_browser.py",
    "influx",
    "cli",
)
"""What runs first where several processes run the tests, so that none waits for a long one."""

SERVERS = frozenset({"promtool", "prometheus", "victoria"})
"""Fixtures that start a program of somebody else."""

OF_THE_FORTNIGHT = frozenset({"test_flux.py", "test_key_figures.py", "test_queries.py"})
"""Modules that ask one Prometheus, which takes half a minute to know two weeks."""

APART = ("energy/test_fortnight.py", "energy/test_rises.py", "poll/test_freshness.py")
"""Modules whose tests share nothing and take long: each test goes to whoever is free."""

REAL_PLACES = {
    "grafana": "Prometheus is not shifted: it takes what the demo shows for years old or to come",
    "cli/test_login_limits.py": (
        "a process that waits for another one sleeps, which libfaketime may refuse (EINVAL)"
    ),
    "deploy": "other users and their programs are not shifted",
    "test_service.py::test_a_real_prometheus_scrapes_it_over_tls_with_a_password": (
        "Prometheus is not shifted: to it the certificate is not valid yet"
    ),
    "web/test_browser.py": "the browser is not shifted",
    "influx/test_killed.py": "VictoriaMetrics is not shifted: it refuses days that are to come",
    "influx/test_victoria.py": "VictoriaMetrics is not shifted",
}
"""Why tests cannot pass under a shifted clock."""


def _begins(item: pytest.Item, place: str) -> bool:
    name = item.nodeid.removeprefix("tests/")
    return name.startswith(place) and name[len(place) : len(place) + 1] in {"", "/", ":", "["}


def _is_slow(item: pytest.Item) -> bool:
    return any(_begins(item, place) for place in SLOW_PLACES) or not SERVERS.isdisjoint(
        getattr(item, "fixturenames", ())
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow and what needs the real clock, and move what takes long to the front."""
    items.sort(key=_turn)
    for item in items:
        if _is_slow(item):
            item.add_marker("slow")
        for place, reason in REAL_PLACES.items():
            if _begins(item, place):
                item.add_marker(pytest.mark.real_clock(reason))


def _turn(item: pytest.Item) -> int:
    places = (turn for turn, place in enumerate(LONGEST_PLACES) if _begins(item, place))
    return next(places, len(LONGEST_PLACES))


class _Together(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """Hands a module's tests to one process, and to one those that share a Prometheus."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if Path(module).name in OF_THE_FORTNIGHT:
            return "the fortnight"
        return nodeid if module.endswith(APART) else module


@pytest.hookimpl(optionalhook=True)  # `-p no:xdist` for a debugger or a profile
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _Together:
    """Return who hands out the tests where several processes run them, in the order of above."""
    config.option.loadscopereorder = False
    return _Together(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot pass on a day that is not today."""
    if IS_SHIFTED and (needed := item.get_closest_marker("real_clock")):
        pytest.skip(f"under a shifted clock: {needed.args[0]}")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what it starts in its background ignore Ctrl-C, and so would the children.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _sleep(seconds: float | SupportsIndex, /) -> None:
    select.select([], [], [], float(seconds))


if IS_SHIFTED:
    # Python's own sleeps until an instant of the monotonic clock, which is not shifted here, and
    # gets EINVAL from libfaketime 0.9.10; a span of time goes through.
    time.sleep = _sleep
