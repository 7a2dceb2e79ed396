"""The slow polls of a running exporter against the simulated cloud: faults, owners and members."""

import logging
from typing import Any

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.endpoints import LOGIN_PATH
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.conftest import StartExporter
from tests.scraping import Scrape

WIFI = "power_service/v1/site/get_wifi_info_list"


async def poll(exporter: Exporter) -> dict[tuple[str, str], bool]:
    """Run every poll that has something to ask once, but that of energy; return which succeeded."""
    jobs = [job for job in exporter.jobs if job.is_needed() and job.poll != "energy"]
    return {(job.account, job.poll): await job.run() for job in jobs}


@pytest.mark.parametrize("status", [500, 403])
async def test_one_failing_query_leaves_the_others_alone(
    sim: SimulatedCloud, make_exporter: StartExporter, clock: ManualClock, status: int
) -> None:
    exporter = make_exporter(sim)
    sim.faults.add(Fault(WIFI, FaultKind.STATUS, status=status))
    assert all((await poll(exporter)).values())
    spoilt = Scrape(exporter)
    assert spoilt.all("solix_device_ethernet_connected") == []
    assert spoilt.one("solix_site_electricity_price") == 0.32
    assert spoilt.all("solix_device_firmware_update_available") != []
    sim.faults.clear()
    clock.advance(60)
    await poll(exporter)
    assert Scrape(exporter).all("solix_device_ethernet_connected") != []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(WIFI, FaultKind.NOT_JSON),
        Fault(WIFI, FaultKind.TRUNCATED),
        Fault(WIFI, FaultKind.NULL),
        Fault(WIFI, FaultKind.WRONG_TYPE, key="wifi_info_list", value=7),
        Fault(WIFI, FaultKind.CODE, code=10000),
        Fault(WIFI, FaultKind.CODE, code=99999),
    ],
    ids=lambda fault: f"{fault.kind} {fault.code or ''}",
)
async def test_no_answer_spoils_another_one(
    sim: SimulatedCloud, make_exporter: StartExporter, fault: Fault, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    await poll(exporter)
    names = Scrape(exporter).names()
    sim.faults.add(fault)
    clock.advance(600)
    assert all((await poll(exporter)).values())
    assert Scrape(exporter).names() >= names - {"solix_device_ethernet_connected"}


async def test_what_this_account_may_not_see_is_said_once(
    sim: SimulatedCloud,
    make_exporter: StartExporter,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    exporter = make_exporter(sim)
    sim.faults.add(Fault(WIFI, FaultKind.CODE, code=160003))
    with caplog.at_level(logging.INFO):
        for _ in range(4):
            await poll(exporter)
            clock.advance(600)
    assert len([entry for entry in caplog.records if WIFI in entry.getMessage()]) == 1
    assert sum(request.path == WIFI for request in sim.requests) == 1
    scrape = Scrape(exporter)
    assert scrape.one("solix_cloud_requests_total", endpoint="wifi_list", outcome="rejected") == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_that_a_login_does_not_help_keeps_only_its_own_detail_away(
    sim: SimulatedCloud, make_exporter: StartExporter, clock: ManualClock, status: int
) -> None:
    exporter = make_exporter(sim)
    fault = Fault(WIFI, FaultKind.STATUS, status=status)
    sim.faults.add(fault)
    for _ in range(3):
        await poll(exporter)
        clock.advance(600)
    before = Scrape(exporter)
    assert before.all("solix_device_ethernet_connected") == []
    assert before.all("solix_device_firmware_update_available") != []
    # One login at the start, and one for the refusal, not one a cycle.
    assert sum(request.path == LOGIN_PATH for request in sim.requests) == 2
    sim.faults.clear()
    await poll(exporter)
    assert Scrape(exporter).all("solix_device_ethernet_connected") != []


async def test_a_refused_account_fails_every_poll_until_it_is_let_in(
    sim: SimulatedCloud, make_exporter: StartExporter
) -> None:
    exporter = make_exporter(sim)
    sim.faults.add(Fault("power_service/*", FaultKind.CODE, code=26084))
    assert set((await poll(exporter)).values()) == {False}
    sim.faults.clear()
    assert set((await poll(exporter)).values()) == {True}


async def test_the_owners_details_are_shown_where_a_member_sees_the_site_too(
    clock: ManualClock, make_exporter: StartExporter
) -> None:
    cloud = SimulatedCloud(clock, scenario="member", seed=1, endpoint_limit=0)
    await cloud.start()
    try:
        accounts: list[dict[str, Any]] = [
            {"name": name, "user": user.email, "password": user.password, "country": user.country}
            for name, user in zip(("owner", "member"), cloud.accounts, strict=True)
        ]
        exporter = make_exporter(cloud, accounts=accounts[::-1])
        assert all((await poll(exporter)).values())
        scrape = Scrape(exporter)
        assert scrape.one("solix_site_electricity_price", currency="EUR") == 0.32
        assert scrape.all("solix_site_info", account="owner") == [1]
        assert scrape.all("solix_site_info", account="member") == []
    finally:
        await cloud.stop()


async def test_a_configured_capacity_changes_the_battery_and_the_site(
    sim: SimulatedCloud, make_exporter: StartExporter
) -> None:
    plain = make_exporter(sim)
    await poll(plain)
    before = Scrape(plain)
    sn = next(d.sn for d in plain.snapshot().devices if d.product.device_type.value == "solarbank")
    assert before.one("solix_battery_capacity_watthours") == 3200
    exporter = make_exporter(sim, devices={sn: {"capacity_wh": 2000}})
    await poll(exporter)
    after = Scrape(exporter)
    soc = after.one("solix_battery_soc_ratio")
    assert after.one("solix_battery_capacity_watthours", device_sn=sn) == 2000
    assert after.one("solix_site_battery_capacity_watthours") == 2000
    stored = pytest.approx(2000 * soc, abs=0.01)
    assert after.one("solix_battery_stored_energy_watthours") == stored
    assert after.one("solix_site_battery_stored_energy_watthours") == stored
    assert after.one("solix_site_battery_soc_ratio") == pytest.approx(soc)


async def test_configured_terms_are_those_of_the_price(
    clock: ManualClock, make_exporter: StartExporter
) -> None:
    cloud = SimulatedCloud(clock, scenario="sb3", seed=1, endpoint_limit=0)
    await cloud.start()
    try:
        (site_id,) = cloud.site_ids
        terms = {site_id: {"price_fee": 0.1, "price_vat_percent": 50}}
        exporter = make_exporter(cloud, sites=terms)
        await poll(exporter)
        scrape = Scrape(exporter)
        spot = scrape.one("solix_site_spot_price", site_id=site_id)
        price = scrape.one("solix_site_electricity_price", price_type="dynamic")
        assert price == pytest.approx((spot + 0.1) * 1.5, abs=5e-5)
    finally:
        await cloud.stop()
