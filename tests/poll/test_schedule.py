"""What the rows of the schedule ask about, and how each is switched off."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from solix_exporter.cloud.endpoints import ENDPOINTS
from solix_exporter.poll.assembly import NAMES_TO_DISABLE
from solix_exporter.poll.schedule import (
    RENAMED,
    SCHEDULE,
    SCHEDULED_NAMES,
    ScheduleRow,
    SlowPollName,
    current_names,
)
from tests.poll.rig import OTHER_SYSTEMS, Rig, write_answer

ROWS = [row for rows in SCHEDULE.values() for row in rows]
SITE = "site-1"
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=1)


def test_every_row_has_an_endpoint_of_its_own() -> None:
    assert [name for name, count in Counter(SCHEDULED_NAMES).items() if count > 1] == []
    assert not {"site_list", "currency_list"} & set(SCHEDULED_NAMES)


@pytest.mark.parametrize("row", ROWS, ids=SCHEDULED_NAMES)
def test_a_row_asks_an_endpoint_of_the_table_at_a_sensible_interval(row: ScheduleRow) -> None:
    assert row.endpoint in ENDPOINTS
    assert row.endpoint.parse is not None
    assert SHORTEST.total_seconds() <= row.interval_s <= LONGEST.total_seconds()


def test_former_names_stand_for_rows_and_are_no_present_names() -> None:
    assert set(RENAMED.values()) <= set(SCHEDULED_NAMES)
    assert not RENAMED.keys() & set(NAMES_TO_DISABLE)
    assert current_names(["wifi", "inverters"]) == {"wifi_list", "inverters"}


def test_no_two_endpoints_ask_the_same() -> None:
    parsed = [row for row in ENDPOINTS if row.parse]
    assert len({(row.path, str(sorted(row.body.items()))) for row in parsed}) == len(parsed)
    captures = {tuple(row.capture_names(row.body)) for row in parsed}
    assert len(captures) == len(parsed)


# --- what the rows ask about ---------------------------------------------------------------


def home(folder: Path, models: dict[str, str], site_type: int = 5, access: int = 1) -> None:
    """Write an account with one site of these devices, part numbers by serial number."""
    devices = [
        {"device_sn": sn, "device_model": model, "device_name": sn, "status": 1}
        for sn, model in models.items()
    ]
    write_answer(
        folder,
        "site_list",
        {
            "site_list": [
                {
                    "site_id": SITE,
                    "site_name": "Home",
                    "power_site_type": site_type,
                    "ms_type": access,
                    "site_device_list": devices,
                }
            ]
        },
    )
    write_answer(folder, f"scene_{SITE}", {"site_id": SITE, "home_info": {}})


async def asked_of(folder: Path) -> set[str]:
    rig = Rig(folder)
    return set(await rig.poll())


OF_EVERY_ACCOUNT = {
    "get_relate_and_bind_devices", "get_auto_upgrade", "get_message_unread", "get_vehicle_list",
}  # fmt: skip
OF_EVERY_SITE = {
    "check_update", "get_upgrade_record", "get_wifi_info_list", "get_site_price", "co2_ranking",
}  # fmt: skip
OF_BANKS = {"get_power_limit", "get_power_cutoff"}
OF_PANELS = {
    "get_wifi_info", "get_system_running_info", "get_utility_rate_plan",
    "get_site_device_disaster_status",
}  # fmt: skip
OF_FIRST = {"get_compatible_solar_info", "get_device_home_load", "get_relate_device_fittings"}

KINDS = [
    ({"A": "A17C0"}, 2, OF_BANKS | OF_FIRST),
    ({"A": "A17C1", "M": "A17X7"}, 5, OF_BANKS | {"get_site_device_param"}),
    ({"A": "A17C2"}, 11, OF_BANKS | {"get_site_device_param"}),
    ({"A": "A17C1", "B": "A17C0"}, 5, OF_BANKS | OF_FIRST | {"get_site_device_param"}),
    (
        {"A": "A17C5"},
        12,
        OF_BANKS | {"get_site_device_param", "get_device_attrs", "get_status"},
    ),
    # A model that this program does not know may have all there is; its list tells no family.
    ({"A": "A17B1"}, 4, OF_PANELS),
]


@pytest.mark.parametrize(("models", "site_type", "more"), KINDS)
async def test_an_owner_is_asked_what_the_system_has(
    tmp_path: Path, models: dict[str, str], site_type: int, more: set[str]
) -> None:
    home(tmp_path, models, site_type)
    assert await asked_of(tmp_path) == OF_EVERY_ACCOUNT | OF_EVERY_SITE | more


@pytest.mark.parametrize(("models", "site_type", "more"), KINDS)
async def test_a_member_is_asked_what_members_may_see(
    tmp_path: Path, models: dict[str, str], site_type: int, more: set[str]
) -> None:
    home(tmp_path, models, site_type, access=2)
    for_members = {"co2_ranking"} | (more & {"get_status", "get_system_running_info"})
    assert await asked_of(tmp_path) == OF_EVERY_ACCOUNT | for_members


async def test_a_system_with_settings_of_its_own_keeps_them_from_its_banks(tmp_path: Path) -> None:
    home(tmp_path, {"A": "A17C5", "B": "A17C5"}, 12)
    write_answer(tmp_path, f"device_parm_18_{SITE}", {"param_data": '{"switch_0w":0}'})
    assert "get_power_cutoff" not in await asked_of(tmp_path)


async def test_a_model_that_nobody_names_is_looked_up_once(tmp_path: Path) -> None:
    home(tmp_path, {"A": "A9999"}, 2)
    write_answer(
        tmp_path,
        "list_products",
        [{"name": "P", "products": [{"product_code": "A9999", "name": "Solarbank 9"}]}],
    )
    rig = Rig(tmp_path)
    assert (await rig.poll())["product_categories"] == 1
    assert rig.device("A").product.name == "Solarbank 9"
    rig.clock.advance(3600)
    assert (await rig.poll())["product_categories"] == 0


async def test_the_list_of_bound_devices_may_name_the_model(tmp_path: Path) -> None:
    home(tmp_path, {"A": "A9999"}, 2)
    entry = {"device_sn": "A", "product_code": "A9999", "device_name": "Solarbank 9"}
    write_answer(tmp_path, "bind_devices", {"data": [entry]})
    rig = Rig(tmp_path)
    assert (await rig.poll())["product_categories"] == 0
    assert rig.device("A").product.name == "Solarbank 9"


async def test_a_new_device_is_asked_about_at_once(tmp_path: Path) -> None:
    home(tmp_path, {"A": "A17C1"})
    write_answer(tmp_path, "ota_batch", {"update_infos": []})
    rig = Rig(tmp_path)
    assert (await rig.poll())["check_update"] == 1
    rig.clock.advance(600)
    assert (await rig.poll())["check_update"] == 0
    home(tmp_path, {"A": "A17C1", "M": "A17X7"})
    rig.clock.advance(600)
    assert (await rig.poll())["check_update"] == 1


async def test_a_provider_is_asked_once_for_all_sites_and_anew_each_day(tmp_path: Path) -> None:
    sites = [{"site_id": sn, "power_site_type": 2, "ms_type": 1} for sn in ("s1", "s2")]
    write_answer(tmp_path, "site_list", {"site_list": sites})
    provider = {"country": "DE", "company": "Nordpool", "area": "GER"}
    for site in ("s1", "s2"):
        write_answer(tmp_path, f"scene_{site}", {"home_info": {}})
        price = {"price": 0.3, "price_type": "dynamic", "dynamic_price": provider}
        write_answer(tmp_path, f"price_{site}", price)
    write_answer(tmp_path, "dynamic_price_details_DE_Nordpool_GER", {"currency": "EUR"})
    rig = Rig(tmp_path)
    assert (await rig.poll())["price_detail"] == 1
    rig.clock.advance(600)
    assert (await rig.poll())["price_detail"] == 0
    rig.clock.advance(3000)
    assert (await rig.poll())["price_detail"] == 1
    # 12:00 + 11:50 h: asked at 23:50; ten minutes later the day is another one.
    rig.clock.advance(10.5 * 3600 + 1800 - 600)
    assert (await rig.poll())["price_detail"] == 1
    rig.clock.advance(600)
    assert (await rig.poll())["price_detail"] == 1


BALCONY_ROWS = [row for row in ROWS if row.name not in OTHER_SYSTEMS]
"""The other switches are tried in `test_families.py`, on systems of their own."""


@pytest.mark.parametrize("row", BALCONY_ROWS, ids=[row.name for row in BALCONY_ROWS])
async def test_each_row_can_be_switched_off_alone(tmp_path: Path, row: ScheduleRow) -> None:
    home(tmp_path, {"A": "A17C5", "B": "A17C0", "C": "A9999"}, 12)
    provider = {"country": "DE", "company": "Nordpool", "area": "GER"}
    price = {"price": 0.3, "price_type": "dynamic", "dynamic_price": provider}
    write_answer(tmp_path, f"price_{SITE}", price)
    write_answer(tmp_path, f"device_parm_6_{SITE}", {"param_data": '{"mode_type":7}'})
    everything = await Rig(tmp_path).poll()
    without = await Rig(tmp_path, disabled=(row.name,)).poll()
    gone = everything - without
    needs = {"site_price": {"price_detail"}, "usage_schedule": {"energy_analysis"}}
    endpoint = row.endpoint.path.rsplit("/", 1)[-1]
    assert gone[endpoint] >= 1
    assert set(gone) == {endpoint} | needs.get(row.name, set())


async def test_the_budget_stretches_a_poll_that_asks_too_much(tmp_path: Path) -> None:
    home(tmp_path, {f"BANK{n}": "A17C0" for n in range(300)}, 2)
    rig = Rig(tmp_path)
    await rig.sites.run()
    device_details = rig.slow[SlowPollName.DEVICES]
    assert device_details.interval_s() == 600
    await device_details.run()
    # 300 cut-offs each half hour are 10 1/3 in the window of 62 s, and 8 are allowed.
    assert device_details.interval_s() == pytest.approx(600 * (300 * 62 / 1800) / 8)
