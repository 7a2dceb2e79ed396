"""A client that shares no code with the project logs in and asks every endpoint."""

from collections import Counter

import pytest

from tests.sim.conftest import StartCloud
from tests.sim.endpoints import ENDPOINTS, Known, requests
from tests.sim.raw_client import RawClient

EVERYWHERE = {
    "power_service/v1/site/site_data_exported": "no system supports the export",
    "power_service/v1/ai_ems/profit": "valid parameters are unknown",
    "power_service/v1/app/get_extender_system_detail": "no system has a generator",
    "power_service/v1/app/get_extender_system_cumulative_data": "no system has a generator",
    "mini_power/v1/app/power/get_day_power_data": "the format of the request is unknown",
    "charging_energy_service/get_rom_versions": "the format of the request is unknown",
}
"""Endpoints that never give data, and why."""


async def what_is_known(client: RawClient) -> Known:
    sites = (await client.ask("power_service/v1/site/get_site_list"))["site_list"]
    in_sites = [
        (site["site_id"], device["device_sn"])
        for site in sites
        for device in site["site_device_list"]
    ]
    listed = {sn for _, sn in in_sites}
    bound = (await client.ask("power_service/v1/app/get_relate_and_bind_devices"))["data"]
    vehicles = await client.ask("power_service/v1/app/vehicle/get_vehicle_list")
    return Known(
        sites=tuple(site["site_id"] for site in sites),
        devices=(
            *in_sites,
            *(("", item["device_sn"]) for item in bound if item["device_sn"] not in listed),
        ),
        vehicles=tuple(vehicle["vehicle_id"] for vehicle in vehicles["vehicle_list"]),
    )


async def walk(client: RawClient) -> dict[str, Counter[int]]:
    """Ask everything and count the codes of each endpoint; nothing may fail in HTTP."""
    known = await what_is_known(client)
    codes: dict[str, Counter[int]] = {}
    for endpoint in ENDPOINTS:
        for body in requests(endpoint, known):
            answer = await client.send(endpoint.path, body, method=endpoint.method)
            assert answer.status == 200, (endpoint.path, body, answer.text)
            assert answer.headers["Content-Type"].startswith("application/json")
            envelope = answer.envelope
            assert set(envelope) - {"data"} == {"code", "msg", "trace_id"}
            assert ("data" in envelope) == (envelope["code"] == 0)
            codes.setdefault(endpoint.path, Counter())[envelope["code"]] += 1
    return codes


async def test_an_owner_gets_data_from_every_endpoint(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(scenario="all")
    codes = await walk(client)
    assert {path for path, counter in codes.items() if not counter[0]} == set(EVERYWHERE)
    assert set().union(*codes.values()) <= {0, -1, 10000, 10003, 10004}
    assert not [record for record in cloud.requests if record.status != 200]


async def test_a_member_is_refused_what_only_owners_see(start_cloud: StartCloud) -> None:
    _, client = await start_cloud(scenario="all", user=1)
    codes = await walk(client)
    sites = 11
    assert codes["power_service/v1/site/get_scen_info"] == Counter({0: sites})
    for path in ("get_site_detail", "get_site_price", "get_wifi_info_list", "get_power_limit"):
        assert codes[f"power_service/v1/site/{path}"] == Counter({10000: sites}), path
    for path in ("homepage", "rules"):
        assert codes[f"power_service/v1/site/get_site_{path}"][0] >= 1
    bound = await client.ask("power_service/v1/app/get_relate_and_bind_devices")
    homepage = await client.ask("power_service/v1/site/get_site_homepage")
    upgrade = await client.ask("power_service/v1/app/get_auto_upgrade")
    sites_seen = (await client.ask("power_service/v1/site/get_site_list"))["site_list"]
    assert {device["ms_device_type"] for device in bound["data"]} == {2}
    assert homepage["site_list"] == []
    assert upgrade == {"main_switch": False, "device_list": None}
    assert {site["ms_type"] for site in sites_seen} == {2}
    attributes = await client.ask(
        "power_service/v1/app/device/get_device_attrs",
        device_sn=bound["data"][0]["device_sn"],
        attributes=["rssi"],
    )
    assert attributes["attributes"] == {}


async def test_owner_and_member_see_the_same_scene(start_cloud: StartCloud) -> None:
    cloud, owner = await start_cloud(scenario="member")
    member = RawClient(owner.http, cloud.url, cloud.public_key)
    account = cloud.accounts[1]
    await member.log_in(account.email, account.password)
    path, body = "power_service/v1/site/get_scen_info", {"site_id": cloud.site_ids[0]}
    assert (await owner.send(path, body)).data == (await member.send(path, body)).data


@pytest.mark.parametrize(
    ("scenario", "country"), [("home", "DE"), ("power-panel", "US")], ids=["eu", "com"]
)
async def test_the_panels_service_answers_on_its_server_only(
    start_cloud: StartCloud, scenario: str, country: str
) -> None:
    cloud, client = await start_cloud(scenario=scenario)
    assert cloud.accounts[0].country == country
    answer = await client.send("charging_energy_service/get_error_infos")
    assert answer.status == (503 if country == "DE" else 200)


async def test_the_first_answer_comes_at_once(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(scenario="all")
    for site_id in cloud.site_ids[:3]:
        answer = await client.send(
            "power_service/v1/site/get_scen_info", {"site_id": site_id}, timeout_s=0.5
        )
        assert answer.code == 0


@pytest.mark.parametrize(
    "odd",
    [None, [], {}, [{}], -1, 10**30, True, 0.5, "", "9999-12-31", "x" * 50, [["a"], 1, None]],
    ids=repr,
)
async def test_no_request_crashes_the_cloud(start_cloud: StartCloud, odd: object) -> None:
    cloud, client = await start_cloud(scenario="all")
    known = await what_is_known(client)
    site, device = known.sites[0], known.devices[0]
    few = Known(sites=(site,), devices=(device,), vehicles=known.vehicles[:1])
    for endpoint in ENDPOINTS:
        for body in requests(endpoint, few):
            for key in body:
                answer = await client.send(endpoint.path, body | {key: odd}, method=endpoint.method)
                assert answer.status in {200, 400}, (endpoint.path, key, answer.text)
    assert {record.status for record in cloud.requests} <= {200, 400}
