"""The sites poll against the simulated cloud: what stays, what goes, what comes back."""

import logging
from collections.abc import Callable

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.endpoints.account import CURRENCY_LIST
from solix_exporter.cloud.endpoints.sites import SCENE_INFO, SITE_LIST
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.scraping import Scrape

MakeExporter = Callable[..., Exporter]
SCENE, LIST = SCENE_INFO.path, SITE_LIST.path
MEASURED = "solix_site_home_load_power_watts"


@pytest.fixture
def exporter(sim: SimulatedCloud, make_exporter: MakeExporter) -> Exporter:
    return make_exporter(sim)


async def poll(exporter: Exporter) -> bool:
    (job,) = (job for job in exporter.jobs if job.poll == "sites")
    return await job.run()


async def test_a_poll_shows_the_true_state_of_the_home(
    exporter: Exporter, sim: SimulatedCloud
) -> None:
    (site_id,) = sim.site_ids
    assert await poll(exporter)
    # The cloud's data are up to a minute behind; their own time stamp says which instant is meant.
    scrape = Scrape(exporter)
    truth = sim.truth(site_id)
    assert scrape.one("solix_site_battery_capacity_watthours") == truth.capacity_wh
    assert scrape.one("solix_site_battery_soc_ratio") == pytest.approx(truth.soc_ratio, abs=0.011)
    age_s = sim.requests[-1].at.timestamp() - scrape.one("solix_site_data_timestamp_seconds")
    assert 0 <= age_s <= 90


async def test_the_numbers_of_a_site_agree_with_each_other(exporter: Exporter) -> None:
    await poll(exporter)
    scrape = Scrape(exporter)
    one = scrape.one
    assert one(MEASURED) == (
        one("solix_site_output_power_watts")
        + one("solix_site_grid_import_power_watts")
        - one("solix_site_grid_export_power_watts")
    )
    assert one("solix_site_plug_power_watts") == sum(scrape.all("solix_plug_power_watts"))
    assert one("solix_site_pv_power_watts") == sum(scrape.all("solix_pv_input_power_watts"))
    assert one("solix_site_grid_import_power_watts") == one("solix_meter_import_power_watts")


async def test_a_steady_state_costs_one_request_for_the_list_and_one_a_site(
    exporter: Exporter, sim: SimulatedCloud
) -> None:
    await poll(exporter)
    assert [request.path for request in sim.requests] == [
        "passport/login", LIST, SCENE, CURRENCY_LIST.path,
    ]  # fmt: skip
    sim.requests.clear()
    await poll(exporter)
    assert [request.path for request in sim.requests] == [LIST, SCENE]


async def test_a_site_whose_data_are_invalid_keeps_its_identity_and_totals(
    exporter: Exporter, sim: SimulatedCloud
) -> None:
    await poll(exporter)
    total_wh = Scrape(exporter).one("solix_site_lifetime_energy_watthours_total")
    sim.faults.add(Fault(SCENE, FaultKind.ZEROS))
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.one("solix_site_data_valid") == 0
    assert scrape.all(MEASURED) == []
    assert scrape.all("solix_battery_soc_ratio") == []
    # The totals are sent all the same, and right.
    assert scrape.one("solix_site_lifetime_energy_watthours_total") == total_wh > 0
    assert len(scrape.all("solix_device_info")) == 4
    assert len(scrape.all("solix_device_online")) == 4
    sim.faults.clear()
    await poll(exporter)
    assert Scrape(exporter).one("solix_site_data_valid") == 1
    assert len(Scrape(exporter).all(MEASURED)) == 1


async def test_a_vanished_device_leaves_the_metrics(
    exporter: Exporter, sim: SimulatedCloud
) -> None:
    await poll(exporter)
    assert len(Scrape(exporter).all("solix_plug_power_watts")) == 2
    sim.faults.add(Fault(SCENE, FaultKind.NULL, key="smart_plug_info"))
    sim.faults.add(Fault(LIST, FaultKind.NULL, key="site_list.site_device_list"))
    await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.all("solix_plug_power_watts") == []
    assert scrape.all("solix_device_info", device_type="smartplug") == []
    assert scrape.all("solix_site_plug_power_watts") == []
    sim.faults.clear()
    await poll(exporter)
    assert len(Scrape(exporter).all("solix_plug_power_watts")) == 2


async def test_a_vanished_site_leaves_the_metrics(exporter: Exporter, sim: SimulatedCloud) -> None:
    await poll(exporter)
    sim.faults.add(Fault(LIST, FaultKind.WRONG_TYPE, key="site_list", value=[]))
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.all("solix_site_info") == []
    assert scrape.all("solix_device_info") == []
    assert scrape.one("solix_up") == 1


@pytest.mark.parametrize(
    "fault",
    [Fault(kind=FaultKind.STATUS, status=502), Fault(kind=FaultKind.RESET)],
    ids=["502", "cut"],
)
async def test_a_cloud_that_is_down_for_ten_minutes(
    exporter: Exporter, sim: SimulatedCloud, clock: ManualClock, fault: Fault
) -> None:
    await poll(exporter)
    start_s = clock.monotonic()
    stamp = Scrape(exporter).one("solix_site_data_timestamp_seconds")
    sim.faults.add(fault)
    while clock.monotonic() - start_s < 540:
        clock.advance(30)
        assert not await poll(exporter)
        scrape = Scrape(exporter)
        assert scrape.one("solix_up") == 0
        assert len(scrape.all(MEASURED)) == 1
    clock.advance(70)
    scrape = Scrape(exporter)
    assert scrape.all(MEASURED) == []
    assert scrape.all("solix_device_online") == []
    assert scrape.all("solix_site_lifetime_energy_watthours_total") == []
    # History stays: who is known, and when it was last heard of.
    assert len(scrape.all("solix_site_info")) == 1
    assert len(scrape.all("solix_device_info")) == 4
    assert scrape.one("solix_site_data_timestamp_seconds") == stamp
    assert scrape.one("solix_poll_last_success_timestamp_seconds") < clock.now().timestamp() - 600
    sim.faults.clear()
    clock.advance(60)
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.one("solix_up") == 1
    assert len(scrape.all(MEASURED)) == 1


async def test_a_failing_site_list_leaves_the_scenes_alive(
    exporter: Exporter, sim: SimulatedCloud, clock: ManualClock
) -> None:
    await poll(exporter)
    sim.faults.add(Fault(LIST, FaultKind.STATUS, status=500))
    for _ in range(30):
        clock.advance(60)
        assert not await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.one("solix_up") == 0
    assert len(scrape.all(MEASURED)) == 1
    age_s = clock.now().timestamp() - scrape.one("solix_site_data_timestamp_seconds")
    assert age_s < 120


@pytest.mark.parametrize("status", [500, 403])
async def test_one_sites_failure_leaves_the_others_untouched(
    clock: ManualClock, make_exporter: MakeExporter, status: int
) -> None:
    cloud = SimulatedCloud(clock, scenario="all", seed=1, endpoint_limit=0)
    await cloud.start()
    try:
        exporter = make_exporter(cloud)
        await poll(exporter)
        before = Scrape(exporter)
        first, *others = [
            dict(labels)["site_id"] for name, labels in before.samples if name == MEASURED
        ]
        assert others
        cloud.faults.add(Fault(SCENE, FaultKind.STATUS, status=status, site_id=first))
        for _ in range(12):
            clock.advance(60)
            assert await poll(exporter)
        scrape = Scrape(exporter)
        assert scrape.all(MEASURED, site_id=first) == []
        assert len(scrape.all(MEASURED)) == len(others)
        assert scrape.one("solix_up") == 1
    finally:
        await cloud.stop()


async def test_a_kicked_token_costs_nothing_but_a_login(
    exporter: Exporter, sim: SimulatedCloud, clock: ManualClock
) -> None:
    await poll(exporter)
    clock.advance(60)
    sim.kick_tokens()
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.one("solix_logins_total", outcome="success") == 2
    assert scrape.one("solix_cloud_requests_total", endpoint=SITE_LIST.label, outcome="auth") == 1


async def test_a_wrong_password_is_told_by_the_metrics_and_not_repeated(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim, account={"password": "wrong"})
    for _ in range(10):
        assert not await poll(exporter)
        clock.advance(60)
    scrape = Scrape(exporter)
    assert scrape.one("solix_up") == 0
    assert scrape.one("solix_logins_total", outcome="rejected") == 1
    until = scrape.one("solix_login_blocked_until_timestamp_seconds")
    assert 0 < until - clock.now().timestamp() < 900
    assert sum(request.path == "passport/login" for request in sim.requests) == 1
    # A restart with the same password must not try again.
    assert not await poll(make_exporter(sim, account={"password": "wrong"}))
    assert sum(request.path == "passport/login" for request in sim.requests) == 1


async def test_a_429_is_counted_and_the_next_poll_waits_for_the_window(
    exporter: Exporter, sim: SimulatedCloud
) -> None:
    await poll(exporter)
    sim.faults.add(Fault(SCENE, FaultKind.STATUS, status=429, times=1))
    assert not await poll(exporter)
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert (
        scrape.one("solix_cloud_requests_total", endpoint=SCENE_INFO.label, outcome="rate_limited")
        == 1
    )
    assert scrape.one("solix_cloud_throttle_wait_seconds_total", endpoint=SCENE_INFO.label) == 62
    assert scrape.one("solix_cloud_budget_limit_requests", endpoint=SCENE_INFO.label) == 4


async def test_a_polls_plan_that_does_not_fit_stretches_its_interval(
    clock: ManualClock, make_exporter: MakeExporter
) -> None:
    cloud = SimulatedCloud(clock, scenario="all", seed=1, endpoint_limit=10)
    await cloud.start()
    try:
        exporter = make_exporter(cloud, cloud={"headroom": 8})
        job = next(job for job in exporter.jobs if job.poll == "sites")
        for _ in range(4):
            assert await job.run()
            clock.advance(job.interval_s())
        scrape = Scrape(exporter)
        scenes = len(scrape.all("solix_site_data_valid"))
        assert scenes > 2
        stretched_s = scrape.one("solix_poll_interval_seconds", poll="sites")
        assert stretched_s == pytest.approx(scenes * 62 / 2)
        assert {request.status for request in cloud.requests} == {200}
    finally:
        await cloud.stop()


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("solarbank_info.total_photovoltaic_power", "solix_site_pv_power_watts"),
        ("solarbank_info.solarbank_list.battery_power", "solix_battery_soc_ratio"),
        ("grid_info.grid_to_home_power", "solix_site_grid_import_power_watts"),
        ("home_load_power", MEASURED),
        ("retain_load", "solix_site_output_preset_watts"),
    ],
)
async def test_a_value_of_a_wrong_type_is_counted_and_left_out(
    exporter: Exporter, sim: SimulatedCloud, key: str, field: str
) -> None:
    sim.faults.add(Fault(SCENE, FaultKind.WRONG_TYPE, key=key, value={"no": "number"}))
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.all(field) == []
    assert sum(scrape.all("solix_cloud_malformed_values_total", endpoint=SCENE_INFO.label)) >= 1
    assert len(scrape.all("solix_device_info")) == 4


async def test_a_trouble_is_said_once_and_its_end_once(
    exporter: Exporter, sim: SimulatedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await poll(exporter)
    caplog.clear()
    sim.faults.add(Fault(SCENE, FaultKind.STATUS, status=500))
    for _ in range(5):
        await poll(exporter)
    warned = [entry.message for entry in caplog.records if entry.levelno == logging.WARNING]
    assert len([message for message in warned if message.startswith("site ")]) == 1
    assert len([message for message in warned if message.startswith("account ")]) == 1
    sim.faults.clear()
    await poll(exporter)
    assert sum("back to normal" in entry.message for entry in caplog.records) == 2


async def test_a_trouble_is_said_once_whatever_its_trace_id(
    exporter: Exporter, sim: SimulatedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    await poll(exporter)
    caplog.clear()
    for number in range(5):
        sim.faults.clear()
        body = f'{{"code": 500, "msg": "internal error", "trace_id": "{number:032x}"}}'
        sim.faults.add(Fault(SCENE, FaultKind.STATUS, status=500, body=body))
        await poll(exporter)
    warned = [entry.message for entry in caplog.records if entry.levelno == logging.WARNING]
    assert len([message for message in warned if message.startswith("site ")]) == 1
    assert all("internal error" in message for message in warned)


async def test_an_account_without_sites_is_told_why_that_may_be(
    exporter: Exporter, sim: SimulatedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    sim.faults.add(Fault(LIST, FaultKind.WRONG_TYPE, key="site_list", value=[]))
    await poll(exporter)
    await poll(exporter)
    assert sum("The country is wrong" in entry.message for entry in caplog.records) == 1


async def test_no_secret_shows_in_the_logs_or_the_metrics(
    exporter: Exporter, sim: SimulatedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await poll(exporter)
    sim.faults.add(Fault(SCENE, FaultKind.STATUS, status=401))
    await poll(exporter)
    account = sim.accounts[0]
    shown = caplog.text + Scrape(exporter).text
    assert account.email not in shown
    assert account.password not in shown


async def test_what_an_unknown_mistake_in_one_poll_leaves_is_a_counted_failure(
    exporter: Exporter, sim: SimulatedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    await poll(exporter)
    (job,) = (job for job in exporter.jobs if job.poll == "sites")

    async def defect() -> None:
        raise ZeroDivisionError

    job.action = defect
    assert not await job.run()
    assert "ZeroDivisionError" in caplog.text
    assert Scrape(exporter).one("solix_polls_total", poll="sites", outcome="error") == 1


async def test_frozen_answers_show_their_age(
    exporter: Exporter, sim: SimulatedCloud, clock: ManualClock
) -> None:
    sim.faults.add(Fault(SCENE, FaultKind.FROZEN))
    await poll(exporter)
    stamp = Scrape(exporter).one("solix_site_data_timestamp_seconds")
    for _ in range(10):
        clock.advance(60)
        assert await poll(exporter)
    assert Scrape(exporter).one("solix_site_data_timestamp_seconds") == stamp
    sim.faults.clear()
    await poll(exporter)
    assert Scrape(exporter).one("solix_site_data_timestamp_seconds") > stamp + 540


async def test_answers_of_an_hour_ago_show_their_age(
    exporter: Exporter, sim: SimulatedCloud, clock: ManualClock
) -> None:
    sim.faults.add(Fault(SCENE, FaultKind.TIME_JUMP, lag_s=3600))
    assert await poll(exporter)
    age_s = clock.now().timestamp() - Scrape(exporter).one("solix_site_data_timestamp_seconds")
    assert 3600 <= age_s <= 3700


async def test_data_that_became_invalid_show_the_age_of_the_last_valid_ones(
    exporter: Exporter, sim: SimulatedCloud, clock: ManualClock
) -> None:
    await poll(exporter)
    stamp = Scrape(exporter).one("solix_site_data_timestamp_seconds")
    # With the zeros the stamp is that of 1970, as in the captures of such answers.
    sim.faults.add(Fault(SCENE, FaultKind.ZEROS))
    for _ in range(2):
        clock.advance(3600)
        assert await poll(exporter)
    assert Scrape(exporter).one("solix_site_data_valid") == 0
    assert Scrape(exporter).one("solix_site_data_timestamp_seconds") == stamp
    sim.faults.clear()
    sim.faults.add(Fault(SCENE, FaultKind.WRONG_TYPE, key="updated_time", value="1970-01-01 00:00"))
    await poll(exporter)
    # Valid data of an unknown age: the old time is not theirs.
    assert Scrape(exporter).all("solix_site_data_timestamp_seconds") == []


async def test_answers_of_the_future_tell_no_time(exporter: Exporter, sim: SimulatedCloud) -> None:
    sim.faults.add(Fault(SCENE, FaultKind.TIME_JUMP, lag_s=-3600))
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.all("solix_site_data_timestamp_seconds") == []
    assert len(scrape.all(MEASURED)) == 1


async def test_a_slow_answer_within_the_time_limit_is_an_answer(
    exporter: Exporter, sim: SimulatedCloud
) -> None:
    sim.faults.add(Fault(SCENE, FaultKind.LATENCY, latency_s=0.1))
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.one("solix_cloud_requests_total", endpoint=SCENE_INFO.label, outcome="ok") == 1


async def test_a_missing_key_is_not_reported_and_not_malformed(
    exporter: Exporter, sim: SimulatedCloud
) -> None:
    sim.faults.add(Fault(SCENE, FaultKind.MISSING, key="home_load_power"))
    assert await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.all(MEASURED) == []
    assert scrape.all("solix_cloud_malformed_values_total") == []
