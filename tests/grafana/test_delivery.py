"""From a battery that falls to a message: exporter, Prometheus, Alertmanager, webhook."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from solix_exporter.clock import FastClock
from solix_exporter.config import Settings
from solix_exporter.service import Exporter
from solix_exporter.sim import SimulatedCloud
from solix_exporter.sim.scenarios import SCENARIOS
from solix_exporter.sim.world import World
from tests.conftest import program
from tests.grafana.dashboards import ROOT
from tests.grafana.servers import alertmanager_server, prometheus_server

RULES = ROOT / "deploy" / "prometheus" / "rules"
EXAMPLE = ROOT / "deploy" / "alertmanager" / "example.yml"
SPEED = 120.0
LOW = 0.2
"""Reserve of the simulated home and what the threshold adds, 10 % each."""

Json = dict[str, Any]


class Webhook:
    """A receiver of alerts; remembers what came to which path."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Json]] = []
        self.has_message = asyncio.Event()
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.messages.append((request.path.strip("/"), await request.json()))
        self.has_message.set()
        return web.Response()


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


def evening() -> datetime:
    """Return a moment to come at which the simulated battery begins to get low."""
    (site,) = World(SCENARIOS["home"], seed=1, fleet=1).sites.values()
    minute = timedelta(minutes=1)
    at = datetime.now(UTC) + timedelta(hours=1)
    for _ in range(14 * 24 * 60):
        later = [site.home.state(at + k * minute) for k in (0, 10, 40)]
        charges = [state.soc_ratio for state in later]
        is_falling = all(state.battery_discharge_w > 100 for state in later)
        if is_falling and charges[0] > LOW + 0.01 and 0.12 < charges[2] < charges[1] < LOW:
            return at
        at += minute
    raise AssertionError("in two weeks the battery never got low")


def hastened_rules(folder: Path) -> list[str]:
    """Copy the rules; alerts wait a second instead of minutes, and for no day of readings."""
    for name in ("thresholds", "names", "alerts"):
        text = (RULES / f"{name}.yml").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^( +for:) .*$", r"\1 1s", text)
        text = text.replace("[3d:1h] offset 6h) >= 24", "[3d:1s]) >= 3")
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
    clock = FastClock(SPEED, start=evening())
    cloud = SimulatedCloud(clock, scenario="home", seed=1, endpoint_limit=0)
    await cloud.start()
    async with Exporter(settings_for(cloud), clock) as exporter:
        target = exporter.web.urls[0].removeprefix("http://")
        with ExitStack() as stack:

            def start_servers() -> None:
                routes = hastened_routes(tmp_path, webhook.url)
                address = stack.enter_context(alertmanager_server(alertmanager, tmp_path, routes))
                config = prometheus_config(target, address, hastened_rules(tmp_path))
                stack.enter_context(prometheus_server(prometheus, tmp_path, config))

            await asyncio.to_thread(start_servers)
            started = time.monotonic()
            await asyncio.wait_for(webhook.has_message.wait(), timeout=60)
            assert time.monotonic() - started < 60
            await asyncio.to_thread(stack.close)
    await cloud.stop()
    receiver, message = webhook.messages[0]
    (alert,) = message["alerts"]
    assert (receiver, alert["status"]) == ("calm", "firing")
    labels = alert["labels"]
    assert labels["alertname"] == "SolixBatteryLow"
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
