"""From a battery that falls to a message: exporter, Prometheus, Alertmanager, webhook."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import FastClock
from solix_exporter.config import Settings
from solix_exporter.sim import SimulatedCloud
from solix_exporter.sim.scenarios import SCENARIOS
from solix_exporter.sim.world import World
from tests.conftest import program
from tests.grafana.dashboards import ROOT
from tests.grafana.servers import alertmanager_server, free_port, prometheus_server

RULES = ROOT / "deploy" / "prometheus" / "rules"
EXAMPLE = ROOT / "deploy" / "alertmanager" / "example.yml"
SPEED = 60.0
EVENING = datetime(2026, 6, 24, 18, 0, tzinfo=UTC)
"""The simulated battery gets low on this evening, as it does not on every day of a year."""

LOW = 0.2
"""Reserve of the simulated home and what the threshold adds, 10 % each."""

Json = dict[str, Any]


class Webhook:
    """A receiver of alerts; the path tells which receiver of the routes it is."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[tuple[str, Json]] = asyncio.Queue()
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        await self._messages.put((request.path.strip("/"), await request.json()))
        return web.Response()

    async def message_about(self, alert: str) -> tuple[str, Json]:
        """Wait for a message about an alert; return the receiver and the message."""
        while True:
            receiver, message = await self._messages.get()
            if message["groupLabels"]["alertname"] == alert:
                return receiver, message


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    hook = Webhook()
    app = web.Application()
    app.router.add_post("/{receiver}", hook.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield hook
    await runner.cleanup()


def moment_before_low() -> datetime:
    """Return the minute of the evening from which the battery is low soon, and for long."""
    (site,) = World(SCENARIOS["home"], seed=1, fleet=1).sites.values()
    minute = timedelta(minutes=1)
    for at in (EVENING + n * minute for n in range(120)):
        later = [site.home.state(at + k * minute) for k in (0, 7, 40)]
        charges = [state.soc_ratio for state in later]
        is_falling = all(state.battery_discharge_w > 100 for state in later)
        if is_falling and charges[0] > LOW + 0.005 and 0.12 < charges[2] < charges[1] < LOW:
            return at
    raise AssertionError("the battery does not get low on this evening")


def hastened_rules(folder: Path, start: datetime) -> list[str]:
    """Copy the rules; alerts wait a second, need no day of readings, and live at `start`."""
    ahead_s = (start - datetime.now(UTC)).total_seconds()
    for name in ("thresholds", "names", "alerts"):
        text = (RULES / f"{name}.yml").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^( +for:) .*$", r"\1 1s", text)
        text = text.replace("[3d:1h] offset 6h) >= 24", "[3d:1s]) >= 3")
        text = text.replace("time()", f"(time() + {ahead_s:.0f})")
        (folder / f"{name}.yml").write_text(text)
    return [f"{folder}/{name}.yml" for name in ("thresholds", "names", "alerts")]


def hastened_routes(folder: Path, url: str) -> Path:
    """Copy the example of an Alertmanager; it waits less and speaks to the test."""
    config = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    for route in (config["route"], *config["route"]["routes"]):
        route["group_wait"] = "1s"
    for receiver in config["receivers"]:
        receiver["webhook_configs"][0]["url"] = f"{url}/{receiver['name']}"
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump(config))
    return file


async def test_a_battery_that_gets_low_reaches_the_owner(
    webhook: Webhook, settings_for: Callable[..., Settings], tmp_path: Path
) -> None:
    prometheus = program("prometheus", "prometheus")
    alertmanager = program("prometheus-alertmanager", "prometheus-alertmanager")
    start = moment_before_low()
    port = free_port()
    web_at = {"listen_address": [f"127.0.0.1:{port}"]}
    async with AsyncExitStack() as stack:

        def start_servers() -> None:
            routes = hastened_routes(tmp_path, webhook.url)
            address = servers.enter_context(alertmanager_server(alertmanager, tmp_path, routes))
            rules = hastened_rules(tmp_path, start)
            config = prometheus_config(f"127.0.0.1:{port}", address, rules)
            servers.enter_context(prometheus_server(prometheus, tmp_path, config))

        servers = ExitStack()
        stack.push_async_callback(asyncio.to_thread, servers.close)
        await asyncio.to_thread(start_servers)
        # Only now: servers that start slowly shall not take from the evening.
        clock = FastClock(SPEED, start)
        cloud = SimulatedCloud(clock, scenario="home", seed=1, endpoint_limit=0)
        await cloud.start()
        stack.push_async_callback(cloud.stop)
        await stack.enter_async_context(Exporter(settings_for(cloud, web=web_at), clock))
        low = webhook.message_about("SolixBatteryLow")
        receiver, message = await asyncio.wait_for(low, timeout=120)
    (alert,) = message["alerts"]
    assert (receiver, alert["status"]) == ("calm", "firing")
    labels = alert["labels"]
    assert (labels["site"], labels["device"]) == ("Home", "Balcony Bank")
    assert alert["annotations"]["summary"] == "Balcony Bank at Home is nearly empty"
    percent = int(re.findall(r"is at (\d+)%", alert["annotations"]["description"])[0])
    assert 11 < percent < 20


def prometheus_config(target: str, alertmanager: str, rules: list[str]) -> Json:
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": rules,
        "scrape_configs": [{"job_name": "solix", "static_configs": [{"targets": [target]}]}],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
    }
