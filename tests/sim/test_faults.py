import asyncio
import json
from typing import Any

import aiohttp
import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.sim.raw_client import RawAnswer, RawClient

SCENE = "power_service/v1/site/get_scen_info"
SITE_LIST = "power_service/v1/site/get_site_list"
Home = tuple[SimulatedCloud, RawClient]


async def scene(home: Home, *, timeout_s: float = 20.0) -> RawAnswer:
    cloud, client = home
    return await client.send(SCENE, {"site_id": cloud.site_ids[0]}, timeout_s=timeout_s)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503, 504, 522])
async def test_any_http_status_can_be_given(home: Home, status: int) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.STATUS, status=status))
    answer = await scene(home)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert cloud.requests[-1].status == status


async def test_a_status_can_have_a_body(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, "status", status=502, body="bad gateway"))
    assert (await scene(home)).text == "bad gateway"


@pytest.mark.parametrize("code", [26084, 21105, 10000, 100053])
async def test_any_code_can_be_given(home: Home, code: int) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.CODE, code=code, msg="try again in 5 hours"))
    answer = await scene(home)
    assert (answer.status, answer.code) == (200, code)
    assert answer.envelope["msg"] == "try again in 5 hours"
    assert cloud.requests[-1].code == code


async def test_a_hanging_endpoint_never_answers(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.HANG, times=1))
    with pytest.raises(TimeoutError):
        await scene(home, timeout_s=0.2)
    assert (await scene(home)).code == 0


async def test_a_reset_cuts_the_connection(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.RESET))
    with pytest.raises(aiohttp.ClientConnectionError):
        await scene(home)


async def test_a_slow_answer_is_right_but_takes_its_time(home: Home) -> None:
    cloud, _ = home
    right = (await scene(home)).data
    cloud.faults.add(Fault(SCENE, FaultKind.SLOW, latency_s=0.6))
    begun = asyncio.get_running_loop().time()
    assert (await scene(home)).data == right
    assert asyncio.get_running_loop().time() - begun >= 0.6


async def test_a_client_that_does_not_wait_for_a_slow_answer_is_no_error(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.SLOW, latency_s=1.0))
    with pytest.raises(TimeoutError):
        await scene(home, timeout_s=0.2)
    await asyncio.sleep(1.0)
    assert caplog.records == []


async def test_latency_delays_a_right_answer_and_leaves_the_clock_alone(
    home: Home, clock: ManualClock
) -> None:
    cloud, _ = home
    before = clock.now()
    cloud.faults.add(Fault(SCENE, FaultKind.LATENCY, latency_s=0.3))
    begun = asyncio.get_running_loop().time()
    assert (await scene(home)).code == 0
    assert asyncio.get_running_loop().time() - begun >= 0.3
    assert clock.now() == before


async def test_a_truncated_answer_is_half_the_json(home: Home) -> None:
    cloud, _ = home
    whole = (await scene(home)).text
    cloud.faults.add(Fault(SCENE, FaultKind.TRUNCATED))
    half = await scene(home)
    assert len(half.text) == len(whole) // 2
    with pytest.raises(json.JSONDecodeError):
        json.loads(half.text)


async def test_html_can_come_with_status_200(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.NOT_JSON))
    answer = await scene(home)
    assert answer.status == 200
    assert answer.text.startswith("<html>")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(SCENE, "wrong_type", key="solarbank_info.total_charging_power", value=[1]), [1]),
        (Fault(SCENE, "wrong_type", key="total_charging_power", value="abc"), "abc"),
        (Fault(SCENE, "null", key="solarbank_info.total_charging_power"), None),
        (Fault(SCENE, "missing", key="solarbank_info.total_charging_power"), "gone"),
    ],
    ids=["another type", "found anywhere", "null", "missing"],
)
async def test_a_value_can_be_mutated(home: Home, fault: Fault, expected: Any) -> None:  # noqa: ANN401  JSON
    cloud, _ = home
    cloud.faults.add(fault)
    mutated = (await scene(home)).data
    assert mutated["solarbank_info"].get("total_charging_power", "gone") == expected


async def test_a_key_is_found_in_each_item_of_a_list(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.NULL, key="smartplug_list.current_power"))
    plugs = (await scene(home)).data["smart_plug_info"]["smartplug_list"]
    assert [plug["current_power"] for plug in plugs] == [None, None]


async def test_data_itself_can_be_null_or_missing(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.NULL, times=1))
    cloud.faults.add(Fault(SCENE, FaultKind.MISSING, times=1))
    assert (await scene(home)).envelope["data"] is None
    assert "data" not in (await scene(home)).envelope


async def test_zeros_keep_the_form_and_the_identities(home: Home) -> None:
    cloud, _ = home
    right = (await scene(home)).data
    cloud.faults.add(Fault(SCENE, FaultKind.ZEROS))
    zero = (await scene(home)).data
    banks = zero["solarbank_info"]
    assert banks["is_display_data"] is False
    assert banks["updated_time"] == "1970-01-01 00:00:00"
    assert banks["total_output_power"] == "0.00"
    assert banks["total_photovoltaic_power"] == "0"
    assert zero["home_load_power"] == "0"
    bank, right_bank = banks["solarbank_list"][0], right["solarbank_info"]["solarbank_list"][0]
    assert bank["battery_power"] == "0"
    assert bank["device_sn"] == right_bank["device_sn"]
    assert zero["statistics"] == right["statistics"]


async def test_a_frozen_endpoint_repeats_its_first_answer(home: Home, clock: ManualClock) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.FROZEN))
    first = (await scene(home)).text
    clock.advance(7200)
    assert (await scene(home)).text == first
    cloud.faults.clear()
    assert (await scene(home)).text != first


async def test_a_fault_is_gone_after_its_times(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.STATUS, status=500, times=2))
    assert [(await scene(home)).status for _ in range(3)] == [500, 500, 200]


async def test_a_fault_affects_only_its_path_site_and_account(home: Home) -> None:
    cloud, client = home
    cloud.faults.add(Fault(SITE_LIST, FaultKind.STATUS))
    cloud.faults.add(Fault("*", FaultKind.STATUS, site_id="another"))
    cloud.faults.add(Fault("*", FaultKind.STATUS, email="another@example.com"))
    assert (await scene(home)).status == 200
    cloud.faults.clear()
    cloud.faults.add(Fault("power_service/*", FaultKind.STATUS, email=cloud.accounts[0].email))
    assert (await scene(home)).status == 500
    assert (await client.send("charging_hes_svc/no_such_thing")).status == 404


async def test_a_login_can_fail_too(home: Home) -> None:
    cloud, client = home
    account = cloud.accounts[0]
    cloud.faults.add(Fault("passport/login", FaultKind.STATUS, status=503, email=account.email))
    assert (await client.log_in(account.email, account.password)).status == 503


async def test_time_can_jump_and_only_for_one_endpoint(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(SCENE, FaultKind.TIME_JUMP, lag_s=-86400.0))
    ahead = (await scene(home)).data["solarbank_info"]["updated_time"]
    assert ahead.startswith("2026-06-21 13:0")


def test_an_unknown_kind_is_refused(clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="explosion"):
        SimulatedCloud(clock).faults.add(Fault(kind="explosion"))


async def test_zeros_reach_statistics_too(home: Home) -> None:
    cloud, client = home
    path = "power_service/v1/site/energy_analysis"
    cloud.faults.add(Fault(path, FaultKind.ZEROS))
    answer = await client.ask(
        path,
        site_id=cloud.site_ids[0],
        device_sn="",
        type="week",
        device_type="home_usage",
        start_time="2026-06-18",
        end_time="2026-06-19",
    )
    assert [point["time"] for point in answer["power"]] == ["2026-06-18", "2026-06-19"]
    assert {point["value"] for point in answer["power"]} == {"0.00"}
    assert {item["total"] for item in answer["statistics"]} == {"0.00"}
