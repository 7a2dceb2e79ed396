import logging
from pathlib import Path

import pytest

from solix_exporter.cache import ACCOUNT
from solix_exporter.cloud.endpoints.account import CURRENCY_LIST
from solix_exporter.errors import TransientError
from solix_exporter.poll.schedule import SlowPollName
from tests.poll.rig import Rig, write_answer

BIND = "get_relate_and_bind_devices"
STATION = {
    "device_sn": "STATION1",
    "product_code": "A1761",
    "device_name": "SOLIX C1000 ",
    "alias_name": "Van",
    "wifi_online": True,
    "rssi": "-61",
    "relate_type": ["ble", "wifi"],
    "device_sw_version": "v1.5.6",
    "ms_device_type": 1,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_answer(tmp_path, "site_list", {"site_list": []})
    write_answer(tmp_path, "currency_list", {"currency_list": []})
    write_answer(tmp_path, "bind_devices", {"data": [STATION]})
    return tmp_path


async def test_a_stand_alone_device_shows_with_what_the_list_tells(folder: Path) -> None:
    rig = Rig(folder)
    await rig.poll()
    metrics = rig.metrics()
    assert metrics['solix_device_online{device_sn="STATION1"}'] == 1
    info = next(series for series in metrics if series.startswith("solix_device_info"))
    assert 'device_sn="STATION1"' in info
    assert 'name="Van"' in info
    assert 'firmware="1.5.6"' in info
    assert 'device_type="pps"' in info
    assert "site_id" not in info


async def test_a_stand_alone_device_has_the_signal_of_its_list_entry(folder: Path) -> None:
    rig = Rig(folder)
    await rig.poll()
    radio = rig.device("STATION1").details.radio
    assert radio is not None
    assert radio.rssi_dbm == -61


async def test_a_device_that_left_the_list_leaves_the_metrics(folder: Path) -> None:
    rig = Rig(folder)
    await rig.poll()
    write_answer(folder, "bind_devices", {"data": []})
    rig.clock.advance(600)
    await rig.poll()
    assert rig.snapshot.devices == ()


async def test_an_answer_without_a_list_keeps_the_devices(folder: Path) -> None:
    rig = Rig(folder)
    await rig.poll()
    write_answer(folder, "bind_devices", None, code=-1)
    rig.clock.advance(600)
    with pytest.raises(Exception, match="no list of devices"):
        await rig.slow[SlowPollName.DEVICES].run()
    assert [device.sn for device in rig.snapshot.devices] == ["STATION1"]


async def test_nothing_is_asked_again_before_its_time(folder: Path) -> None:
    rig = Rig(folder)
    assert (await rig.poll())[BIND] == 1
    rig.clock.advance(60)
    assert (await rig.poll())[BIND] == 0
    rig.clock.advance(540)
    assert (await rig.poll())[BIND] == 1


@pytest.mark.parametrize(("after_s", "asked"), [(299, 0), (301, 1), (600, 1)])
async def test_a_turn_that_comes_less_than_half_an_interval_early_is_the_one(
    folder: Path, after_s: float, asked: int
) -> None:
    """Turns move: one a second early must not leave an answer of ten minutes for twenty."""
    rig = Rig(folder)
    assert (await rig.poll())[BIND] == 1
    rig.clock.advance(after_s)
    assert (await rig.poll())[BIND] == asked


async def test_what_failed_is_asked_at_the_next_turn(folder: Path) -> None:
    write_answer(folder, "bind_devices", None, code=21105)
    write_answer(folder, "auto_upgrade", {"main_switch": True, "device_list": None})
    rig = Rig(folder)
    device_details = rig.slow[SlowPollName.DEVICES]
    await device_details.run()
    assert not rig.snapshot.devices
    write_answer(folder, "bind_devices", {"data": [STATION]})
    await device_details.run()
    assert rig.asked()["get_auto_upgrade"] == 1
    assert [device.sn for device in rig.snapshot.devices] == ["STATION1"]


async def test_a_poll_of_which_everything_failed_has_failed(folder: Path) -> None:
    for name in ("bind_devices", "auto_upgrade", "user_vehicles"):
        write_answer(folder, name, None, code=21105)
    rig = Rig(folder)
    with pytest.raises(TransientError):
        await rig.slow[SlowPollName.DEVICES].run()


async def test_what_the_account_may_not_see_is_said_once_and_not_asked_for_a_day(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_answer(folder, "bind_devices", None, code=160003)
    rig = Rig(folder)
    with caplog.at_level(logging.INFO):
        assert (await rig.poll())[BIND] == 1
        for _ in range(3):
            rig.clock.advance(600)
            assert (await rig.poll())[BIND] == 0
    said = [record for record in caplog.records if "bind_devices" in record.getMessage()]
    assert len(said) == 1
    assert "not available to this account" in said[0].getMessage()
    rig.clock.advance(86400)
    assert (await rig.poll())[BIND] == 1


async def test_currencies_that_failed_are_asked_for_again_in_minutes(folder: Path) -> None:
    write_answer(folder, "currency_list", None, code=21105)
    rig = Rig(folder)
    await rig.sites.run()
    assert rig.parts[CURRENCY_LIST].latest(ACCOUNT) is None
    write_answer(folder, "currency_list", {"currency_list": []})
    for after_s, is_known in ((179, False), (2, True)):
        rig.clock.advance(after_s)
        await rig.sites.run()
        assert (rig.parts[CURRENCY_LIST].latest(ACCOUNT) is not None) == is_known


async def test_what_is_switched_off_is_not_asked(folder: Path) -> None:
    rig = Rig(folder, disabled=("bind_devices",))
    assert (await rig.poll())[BIND] == 0
    assert rig.snapshot.devices == ()


async def test_an_old_answer_ends_after_three_intervals_but_names_stay(folder: Path) -> None:
    rig = Rig(folder)
    await rig.poll()
    rig.clock.advance(1799)
    assert rig.device("STATION1").details.bound is not None
    rig.clock.advance(2)
    assert rig.device("STATION1").details.bound is None
    assert rig.device("STATION1").name == "Van"
    assert rig.device("STATION1").firmware == "1.5.6"
