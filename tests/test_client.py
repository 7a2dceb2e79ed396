"""The library face, against the simulated cloud."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import solix_exporter
from solix_exporter import SolixClient
from solix_exporter.client import ClientOptions
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Limits
from solix_exporter.errors import AuthenticationError, TransientError
from solix_exporter.model.energy import Flow
from solix_exporter.model.usage import UsageMode
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud


def options(
    sim: SimulatedCloud, clock: ManualClock, folder: Path, http: aiohttp.ClientSession | None = None
) -> ClientOptions:
    return ClientOptions(
        http=http,
        state_dir=folder / "state",
        server=sim.url,
        public_key=sim.public_key,
        limits=Limits(gap_s=0),
        clock=clock,
    )


async def test_the_snapshot_grows_with_each_update(
    sim: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    account = sim.accounts[0]
    with_options = options(sim, clock, tmp_path)
    async with SolixClient(
        account.email, account.password, account.country, with_options
    ) as client:
        assert not client.snapshot.sites
        await client.update_sites()
        site = client.snapshot.sites[0]
        truth = sim.truth(site.site_id)
        assert site.scene is not None
        assert site.scene.pv_power_w == pytest.approx(truth.pv_w, abs=1)
        assert site.usage_mode is UsageMode.SMARTMETER
        assert site.details.price is None
        await client.update_device_details()
        assert {device.details.bound is not None for device in client.snapshot.devices} == {True}
        await client.update_site_details()
        site = client.snapshot.sites[0]
        assert site.details.price is not None
        assert (site.details.price.amount, site.details.price.currency) == (0.32, "EUR")
        assert len({request.path for request in sim.requests}) > 10


async def test_todays_energy_is_that_of_the_cloud(
    sim: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    account = sim.accounts[0]
    with_options = options(sim, clock, tmp_path)
    async with SolixClient(
        account.email, account.password, account.country, with_options
    ) as client:
        await client.update_sites()
        await client.update_device_energy()
        (site,) = client.snapshot.sites
        assert site.energy
        assert site.energy.today
        flows = site.energy.today.flows
        assert flows[Flow.HOME] > 0
        assert flows[Flow.PV] > 0
    assert list(tmp_path.rglob("*.sqlite3")) == []


async def test_the_example_of_the_readme_runs(
    sim: SimulatedCloud, clock: ManualClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    (example,) = (
        block
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "SolixClient" in block
    )
    account = sim.accounts[0]
    for placeholder, real in (
        ('"me@example.org", "a secret", "DE"',
         f'"{account.email}", "{account.password}", "DE", OPTIONS'),
        ("asyncio.run(main())", ""),
    ):  # fmt: skip
        assert placeholder in example
        example = example.replace(placeholder, real)
    names: dict[str, Any] = {"OPTIONS": options(sim, clock, tmp_path)}
    exec(example, names)  # noqa: S102 - the README's own text
    await names["main"]()
    assert "Home: " in capsys.readouterr().out


async def test_a_given_session_is_used_and_left_open(
    sim: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    account = sim.accounts[0]
    async with aiohttp.ClientSession() as http:
        with_options = options(sim, clock, tmp_path, http)
        async with SolixClient(
            account.email, account.password, account.country, with_options
        ) as client:
            await client.update_sites()
            assert client.snapshot.sites
        assert not http.closed
        async with http.get(sim.url) as answer:
            assert answer.status == 401


async def test_its_own_session_is_closed(
    sim: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    account = sim.accounts[0]
    client = SolixClient(
        account.email, account.password, account.country, options(sim, clock, tmp_path)
    )
    await client.update_sites()
    await client.close()
    with pytest.raises(RuntimeError, match="closed"):
        await client.update_sites()


async def test_a_login_is_kept_for_the_next_client(
    sim: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    account = sim.accounts[0]
    for _ in range(2):
        async with SolixClient(
            account.email, account.password, account.country, options(sim, clock, tmp_path)
        ) as client:
            await client.update_sites()
    assert [request.path for request in sim.requests].count("passport/login") == 1


async def test_a_wrong_password_is_told_and_not_tried_again(
    sim: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    account = sim.accounts[0]
    async with SolixClient(
        account.email, "wrong", account.country, options(sim, clock, tmp_path)
    ) as client:
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await client.update_sites()
    assert len(sim.requests) == 1


async def test_an_outage_is_raised_and_the_old_values_stay(
    sim: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    account = sim.accounts[0]
    async with SolixClient(
        account.email, account.password, account.country, options(sim, clock, tmp_path)
    ) as client:
        await client.update_sites()
        sim.faults.add(Fault("*", FaultKind.STATUS, status=503))
        with pytest.raises(TransientError):
            await client.update_sites()
        with pytest.raises(TransientError):
            await client.update_device_details()
        assert client.snapshot.sites[0].scene is not None


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = (
        "import sys, solix_exporter; before = len(sys.modules);"
        " assert 'aiohttp' not in sys.modules and 'pydantic' not in sys.modules;"
        " assert solix_exporter.SolixClient.__name__ == 'SolixClient';"
        " assert 'apscheduler' not in sys.modules and 'prometheus_client' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)  # noqa: S603 - our own line


def test_the_package_has_nothing_else_to_give() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Solix'"):
        _ = getattr(solix_exporter, "Solix")  # noqa: B009 - mypy knows that there is none
