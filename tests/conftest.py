"""What many tests need: a clock, a simulated cloud, an exporter on it, captures, databases."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.config import Settings
from solix_exporter.sim import SimulatedCloud, cloud_scenario_names
from tests.exported import CAPTURED, CAPTURES, EXPORTED_AT, Answers, Exports
from tests.influx.influx_server import InfluxServer
from tests.influx.victoria import Victoria

pytest_plugins = ["tests.selection"]

# The same examples at every run, however slow the machine is: a test that fails now and then
# tells nothing.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

REQUIRE_SERVERS = os.environ.get("SOLIX_REQUIRE_SERVERS") == "1"

StartExporter = Callable[..., Exporter]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what expects the values of real captures; here, so that one line reports them all."""
    if "captures" in getattr(item, "fixturenames", ()) and not CAPTURES.is_dir():
        pytest.skip("values of real captures, which are not beside this checkout")


@pytest.fixture
def captures() -> Path:
    """The folders of real answers, for tests that know what is in them."""
    return CAPTURES


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """The exports of all simulated scenarios, each made when a test first asks for it."""
    place = tmp_path_factory.getbasetemp()
    # The processes of a parallel run have folders of their own in a common one.
    if os.environ.get("PYTEST_XDIST_WORKER"):
        place = place.parent
    return Exports(place / "exports")


@pytest.fixture(params=[*cloud_scenario_names(), *CAPTURED], scope="session")
def answers(request: pytest.FixtureRequest, exports: Exports) -> Answers:
    """Each folder of answers in turn: every scenario's export, and real captures that are there."""
    if request.param in CAPTURED:
        return Answers(CAPTURES / request.param, EXPORTED_AT, "Europe/Berlin")
    return exports.of(request.param).answers


def program(name: str, package: str) -> str:
    """Return the path of a program; skip where it is missing, fail where all must be there."""
    found = shutil.which(name)
    if found is None:
        message = f"{name} is missing: apt-get install {package}"
        if REQUIRE_SERVERS:
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture
def promtool() -> str:
    return program("promtool", "prometheus")


@pytest.fixture
def prometheus() -> str:
    return program("prometheus", "prometheus")


@pytest.fixture
async def influx() -> AsyncIterator[InfluxServer]:
    server = InfluxServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def victoria(tmp_path: Path) -> AsyncIterator[Victoria]:
    """A running VictoriaMetrics."""
    binary = program("victoria-metrics", "victoria-metrics")
    server = Victoria(binary, tmp_path / "victoria")
    await server.start()
    yield server
    await server.kill()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at a summer noon until a test or a sleeper moves it."""
    return ManualClock(datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC))


@pytest.fixture
async def sim(clock: ManualClock) -> AsyncIterator[SimulatedCloud]:
    """A running simulated cloud with one home and no limit on requests."""
    cloud = SimulatedCloud(clock, scenario="home", seed=1, endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def living() -> AsyncIterator[SimulatedCloud]:
    """The same on the host's clock, for an exporter that runs on it: what is old is not shown."""
    cloud = SimulatedCloud(SystemClock(), scenario="home", seed=1, endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[..., Settings]:
    """Return settings that point at a simulated cloud."""

    def build(cloud: SimulatedCloud, /, **sections: Any) -> Settings:  # noqa: ANN401 - of any section
        account = cloud.accounts[0]
        own = {
            "user": account.email,
            "password": account.password,
            "country": account.country,
        }
        target = {
            "url": cloud.url,
            "public_key": cloud.public_key,
            "request_gap": 0,
            # A busy machine is no slow cloud.
            "timeout": 60,
        }
        return Settings.model_validate(
            {
                "accounts": [own | sections.pop("account", {})],
                "cloud": target | sections.pop("cloud", {}),
                "state_dir": tmp_path / "state",
                "web": {"listen_address": ["127.0.0.1:0"]},
            }
            | sections
        )

    return build


@pytest.fixture
async def make_exporter(
    clock: ManualClock, settings_for: Callable[..., Settings]
) -> AsyncIterator[StartExporter]:
    """Build exporters on a simulated cloud; their polls run when the test says so."""
    async with AsyncExitStack() as stack:

        def build(cloud: SimulatedCloud, /, **sections: Any) -> Exporter:  # noqa: ANN401 - as above
            exporter = Exporter(settings_for(cloud, **sections), clock)
            stack.push_async_callback(exporter._transport.close)
            stack.callback(exporter.ledger.close)
            if exporter.influx is not None:
                stack.push_async_callback(exporter.influx.close)
            return exporter

        yield build
