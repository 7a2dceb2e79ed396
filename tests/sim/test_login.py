import hashlib

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud
from tests.sim.conftest import StartCloud
from tests.sim.raw_client import RawClient

SITE_LIST = "power_service/v1/site/get_site_list"


async def test_a_right_password_gives_a_token_that_works(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(log_in=False)
    account = cloud.accounts[0]
    answer = await client.log_in(account.email, account.password)
    assert answer.data["email"] == account.email
    assert len(answer.data["user_id"]) == 40
    assert answer.data["token_expires_at"] == 1781953350 + 7 * 86400
    assert len((await client.ask(SITE_LIST))["site_list"]) == 1


async def test_every_cloud_has_a_key_pair_of_its_own(start_cloud: StartCloud) -> None:
    first, _ = await start_cloud(log_in=False)
    second, _ = await start_cloud(log_in=False)
    assert first.public_key != second.public_key
    assert len(first.public_key) == 130


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.com", "wrong"), ("nobody@example.com", "sunny-day-2")],
    ids=["wrong password", "unknown user"],
)
async def test_wrong_credentials_are_refused(
    start_cloud: StartCloud, email: str, password: str
) -> None:
    _, client = await start_cloud(log_in=False)
    assert (await client.log_in(email, password)).code == 26108


async def test_a_password_for_another_servers_key_is_refused(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(log_in=False)
    other, _ = await start_cloud(log_in=False)
    client.server_key = other.public_key
    account = cloud.accounts[0]
    assert (await client.log_in(account.email, account.password)).code == 26108


async def test_five_failures_lock_the_account_for_a_day(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    cloud, client = await start_cloud(log_in=False)
    account = cloud.accounts[0]
    for _ in range(5):
        await client.log_in(account.email, "wrong")
    locked = await client.log_in(account.email, account.password)
    assert locked.code == 100053
    assert "24 hours" in locked.envelope["msg"]
    clock.advance(86401)
    assert (await client.log_in(account.email, account.password)).code == 0


async def test_a_public_key_off_the_curve_is_refused(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(log_in=False)
    body = {
        "ab": "DE",
        "email": cloud.accounts[0].email,
        "password": "AAAA",
        "client_secret_info": {"public_key": "04" + "11" * 64},
    }
    assert (await client.send("passport/login", body)).code == 26070


async def test_a_request_without_login_gets_401(start_cloud: StartCloud) -> None:
    _, client = await start_cloud(log_in=False)
    assert (await client.send(SITE_LIST)).status == 401


async def test_a_gtoken_of_another_account_gets_401(home: tuple[SimulatedCloud, RawClient]) -> None:
    _, client = home
    client.gtoken = hashlib.sha256(b"somebody").hexdigest()[:32]
    assert (await client.send(SITE_LIST)).status == 401


async def test_a_token_expires(start_cloud: StartCloud, clock: ManualClock) -> None:
    _, client = await start_cloud(token_lifetime_s=3600.0)
    clock.advance(3599)
    assert (await client.send(SITE_LIST)).status == 200
    clock.advance(2)
    assert (await client.send(SITE_LIST)).status == 401


async def test_kicked_tokens_get_26084_until_the_next_login(
    home: tuple[SimulatedCloud, RawClient],
) -> None:
    cloud, client = home
    cloud.kick_tokens()
    answer = await client.send(SITE_LIST)
    assert (answer.status, answer.code) == (200, 26084)
    assert cloud.requests[-1].account == cloud.accounts[0].email
    account = cloud.accounts[0]
    await client.log_in(account.email, account.password)
    assert (await client.send(SITE_LIST)).code == 0


async def test_two_logins_of_one_account_are_valid_side_by_side(
    home: tuple[SimulatedCloud, RawClient],
) -> None:
    cloud, client = home
    first = client.token
    account = cloud.accounts[0]
    await client.log_in(account.email, account.password)
    assert client.token != first
    client.token = first
    assert (await client.send(SITE_LIST)).code == 0


async def test_the_wrong_country_finds_empty_lists(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(log_in=False)
    client.country = "US"
    account = cloud.accounts[0]
    assert (await client.log_in(account.email, account.password)).code == 0
    assert (await client.ask(SITE_LIST))["site_list"] == []
    bound = "power_service/v1/app/get_relate_and_bind_devices"
    assert (await client.ask(bound))["data"] == []


async def test_more_requests_than_the_limit_get_429_for_a_minute(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    cloud, client = await start_cloud(endpoint_limit=3)
    for _ in range(3):
        assert (await client.send(SITE_LIST)).status == 200
    refused = await client.send(SITE_LIST)
    assert refused.status == 429
    assert refused.envelope == {"error_msg": "Request too soon. Your actions have been recorded."}
    other = await client.send("power_service/v1/currency/get_list")
    assert other.status == 200, "each endpoint has a limit of its own"
    clock.advance(60)
    assert (await client.send(SITE_LIST)).status == 200
    assert [record.status for record in cloud.requests if record.path == SITE_LIST] == [
        200,
        200,
        200,
        429,
        200,
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "power_service/v1/site/get_nothing", 404),
        ("GET", SITE_LIST, 405),
        ("POST", "charging_energy_service/get_error_infos", 503),
    ],
    ids=["unknown endpoint", "wrong method", "service not deployed in the region"],
)
async def test_what_is_not_there_is_an_http_error(
    home: tuple[SimulatedCloud, RawClient], method: str, path: str, status: int
) -> None:
    _, client = home
    assert (await client.send(path, method=method)).status == status


async def test_a_body_that_is_not_an_object_is_a_bad_request(
    home: tuple[SimulatedCloud, RawClient],
) -> None:
    cloud, client = home
    async with client.http.post(f"{cloud.url}/{SITE_LIST}", data=b"[1, 2") as response:
        assert response.status == 400


@pytest.mark.parametrize(
    "path",
    [
        "power_service/v1/site/set_site_device_param",
        "power_service/v1/app/vehicle/delete_vehicle",
        "charging_hes_svc/report_device_data",
        "charging_pv_svc/set_aps_power",
    ],
)
async def test_writes_are_refused_and_recorded(
    home: tuple[SimulatedCloud, RawClient], path: str
) -> None:
    cloud, client = home
    assert (await client.send(path)).code == 10000
    record = cloud.requests[-1]
    assert (record.path, record.account, record.code) == (path, cloud.accounts[0].email, 10000)
