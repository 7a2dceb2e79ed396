"""A replayed folder shows its last day as the exporter showed it on that day."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.captured_day import course_body, last_day
from solix_exporter.config import Settings
from solix_exporter.poll.energy.days import start_of
from tests.exported import EXPORTED_AT, Answers
from tests.poll.rig import write_answer
from tests.replay.replayed import replayed
from tests.scraping import Scrape, samples_of

NOW = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
PACIFIC = "PST8PDT,M3.2.0,M11.1.0"
DAY = "solix_site_day_"


def write_statistic(folder: Path, kind: str, day_kwh: str, **totals: object) -> None:
    """Write what an export asks of a kind: two days with their totals, and today's course."""
    points = [{"time": "2026-11-29", "value": "9.00"}, {"time": "2026-11-30", "value": day_kwh}]
    both = {key: "99.00" for key, value in totals.items() if isinstance(value, str)}
    write_answer(folder, f"energy_{kind}_S", {"power": points, "trend_unit": "kwh"} | both)
    course: dict[str, object] = {
        "power": [{"time": "00:00", "value": "120.00"}, {"time": "24:00", "value": "0"}],
        "trend_unit": "w",
        "local_time": "2026-11-30 12:00",
    }
    write_answer(folder, f"energy_{kind}_today_S", course | totals)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A home in California with a bank, a meter and a plug; hand-made after SB3_SM_Smart."""
    bank = {"device_sn": "B", "device_pn": "A17C5", "status": "1", "battery_power": "50"}
    scene = {
        "solarbank_info": {"solarbank_list": [bank], "is_display_data": True},
        "grid_info": {"grid_list": [{"device_sn": "M", "device_pn": "A17X7"}]},
        "smart_plug_info": {"smartplug_list": [{"device_sn": "P", "device_pn": "A17X8"}]},
    }
    site = {"site_id": "S", "site_name": "Home", "ms_type": 1, "power_site_type": 12}
    write_answer(tmp_path, "site_list", {"site_list": [site]})
    write_answer(tmp_path, "scene_S", scene)
    bound = {"device_sn": "B", "product_code": "A17C5", "ms_device_type": 1, "time_zone": PACIFIC}
    write_answer(tmp_path, "bind_devices", {"data": [bound]})
    write_statistic(
        tmp_path, "solarbank", "1.50", charge_total="2.00", grid_to_battery_total="0.25"
    )
    plugs = {"smartplug_list": [{"device_sn": "P", "total_power": "0.70"}]}
    write_statistic(
        tmp_path, "home_usage", "6.00", grid_to_home_total="3.00", solar_to_home_total="1.75",
        battery_to_home_total="1.25", smart_plug_info=plugs,
    )  # fmt: skip
    write_statistic(tmp_path, "grid", "-0.50", solar_to_grid_total="0.50")
    write_statistic(
        tmp_path, "solar_production", "4.00", solar_to_battery_total="1.75",
        solar_to_home_total="1.75", solar_to_grid_total="0.50",
    )  # fmt: skip
    return tmp_path


async def scrape(folder: Path, state_dir: Path) -> Scrape:
    settings = Settings.model_validate({"state_dir": str(state_dir)})
    exporter = Exporter(settings, ManualClock(NOW), [folder])
    for job in exporter.jobs:
        await job.run()
    return Scrape(exporter)


async def test_a_replayed_day_has_its_totals(folder: Path, tmp_path: Path) -> None:
    shown = await scrape(folder, tmp_path / "state")
    assert shown.one(f"{DAY}pv_energy_watthours") == 4000.0
    assert shown.one(f"{DAY}home_energy_watthours") == 6000.0
    assert shown.one(f"{DAY}battery_charge_energy_watthours") == 2000.0
    assert shown.one(f"{DAY}battery_discharge_energy_watthours") == 1500.0
    assert shown.one(f"{DAY}grid_to_battery_energy_watthours") == 250.0
    assert shown.one(f"{DAY}plug_energy_watthours") == 700.0
    flow = f"{DAY}energy_flow_watthours"
    assert shown.one(flow, source="battery", sink="home") == 1250.0
    assert shown.one(flow, source="pv", sink="battery") == 1750.0
    # Nothing of a course of power is taken for a day.
    assert 99_000.0 not in shown.samples.values()


async def test_a_replay_begins_in_the_zone_that_its_devices_tell(
    folder: Path, tmp_path: Path
) -> None:
    settings = Settings.model_validate({"state_dir": str(tmp_path / "state")})
    exporter = Exporter(settings, ManualClock(NOW), [folder])
    jobs = {job.poll: job for job in exporter.jobs}
    assert await jobs["sites"].run()
    await jobs["energy"].run()
    shown = Scrape(exporter)
    assert shown.one("solix_site_info", timezone="America/Los_Angeles") == 1
    start = shown.one(f"{DAY}start_timestamp_seconds")
    assert start == start_of(date(2026, 11, 30), LOS_ANGELES).timestamp() == 1796025600
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"code": 7, "data": {}}', None])
async def test_a_folder_without_a_readable_course_shows_what_the_days_tell(
    folder: Path, tmp_path: Path, content: bytes | None
) -> None:
    for file in folder.glob("energy_*_today_S.json"):
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
    shown = await scrape(folder, tmp_path / "state")
    assert shown.one(f"{DAY}pv_energy_watthours") == 4000.0
    assert shown.all(f"{DAY}battery_charge_energy_watthours") == []


async def test_a_course_of_another_day_lends_no_totals(folder: Path, tmp_path: Path) -> None:
    file = folder / "energy_solarbank_today_S.json"
    envelope = orjson.loads(file.read_bytes())
    envelope["data"]["local_time"] = "2026-12-01 00:10"
    file.write_bytes(orjson.dumps(envelope))
    shown = await scrape(folder, tmp_path / "state")
    assert shown.one(f"{DAY}battery_discharge_energy_watthours") == 1500.0
    assert shown.all(f"{DAY}grid_to_battery_energy_watthours") == []


async def test_an_answer_about_the_very_day_goes_before_both(folder: Path, tmp_path: Path) -> None:
    point = {"time": "2026-11-30", "value": "1.40"}
    write_answer(
        folder, "energy_solarbank_day_S", {"power": [point], "grid_to_battery_total": "0.20"}
    )
    shown = await scrape(folder, tmp_path / "state")
    assert shown.one(f"{DAY}battery_discharge_energy_watthours") == 1400.0
    assert shown.one(f"{DAY}grid_to_battery_energy_watthours") == 200.0


def test_only_a_day_of_a_whole_system_has_a_course() -> None:
    week = {"site_id": "S", "type": "week", "start_time": "2026-11-30", "end_time": "2026-11-30"}
    assert course_body({**week, "device_sn": ""}) == {**week, "device_sn": "", "type": "day"}
    assert course_body({**week, "device_sn": "B"}) is None
    assert course_body({**week, "start_time": "2026-11-29"}) is None
    assert course_body({**week, "type": "day"}) is None
    assert last_day(None, None) is None


async def test_a_captured_day_has_the_totals_of_its_course(captures: Path) -> None:
    # By hand from energy_*_today_* of the folders: 0.17, 0.01 and 5.18 kWh; 10.32 and 78.16 kWh.
    def captured(name: str) -> Answers:
        return Answers(captures / name, EXPORTED_AT, "Europe/Berlin")

    smart = samples_of(await replayed(captured("SB3_SM_Smart")))
    panel = samples_of(await replayed(captured("Powerpanel_Tou")))
    to_home = {("source", "grid"), ("sink", "home")}
    for samples, name, labels, value in (
        (smart, "battery_charge_energy", set(), 170.0),
        (smart, "grid_to_battery_energy", set(), 10.0),
        (smart, "energy_flow", to_home, 5180.0),
        (panel, "battery_charge_energy", set(), 10_320.0),
        (panel, "energy_flow", to_home, 78_160.0),
    ):
        found = [
            number
            for (metric, pairs), number in samples.items()
            if metric == f"{DAY}{name}_watthours" and labels <= pairs
        ]
        assert found == [value], name
