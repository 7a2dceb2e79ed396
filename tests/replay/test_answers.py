"""Folders of answers through the whole exporter: every scenario's export, and real captures."""

import json
import logging
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from solix_exporter.cloud.endpoints import BY_NAME
from solix_exporter.cloud.replay import SUMMARY, Replay
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.events import SilentObserver
from solix_exporter.sim import cloud_scenario_names
from tests.exported import EXPORTED_AT, Answers, Exports
from tests.poll.rig import Rig, write_answer
from tests.replay.replayed import replay, replayed
from tests.scraping import samples_of


async def test_promtool_has_nothing_to_say(answers: Answers, promtool: str) -> None:
    text = await replayed(answers)
    checked = subprocess.run(  # noqa: ASYNC221, S603 - a short check with our own text
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    found = [line for line in checked.stderr.splitlines() if line != AGREED]
    assert (checked.stdout, found) == ("", [])


AGREED = (
    "solix_vehicle_consumption_watthours_per_100_kilometers"
    ' use base unit "meters" instead of "kilometers"'
)
"""The car's own unit: nobody knows a consumption per metre."""


async def test_nothing_is_malformed_unknown_or_implausible(
    answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    samples = samples_of(await replayed(answers, rounds=3))
    strange = {
        (name, labels): value
        for (name, labels), value in samples.items()
        if value and name in STRANGE
    }
    assert strange == {}
    assert [entry for entry in caplog.records if entry.levelno >= logging.ERROR] == []


STRANGE = {
    "solix_cloud_malformed_values_total",
    "solix_cloud_unread_fields",
    "solix_readings_rejected_total",
}


def powers_of(readings: DeviceReadings) -> Iterator[float | None]:
    """Give all powers of a device; each is told as a number that is not negative."""
    yield readings.pv_power_w
    yield from (pv.power_w for pv in readings.pv_inputs)
    if battery := readings.battery:
        yield from (battery.charge_power_w, battery.discharge_power_w)
    if output := readings.output:
        yield from (output.power_w, output.preset_w, output.ac_socket_power_w)
    if meter := readings.meter:
        yield from (meter.import_power_w, meter.export_power_w)
    if plug := readings.plug:
        yield plug.power_w


async def test_what_is_shown_is_possible(answers: Answers) -> None:
    snapshot = (await replay(answers)).snapshot()
    for site in snapshot.sites:
        now = site.now
        if now is None:
            continue
        flows = (
            (now.battery_charge_power_w, now.battery_discharge_power_w),
            (now.grid_import_power_w, now.grid_export_power_w),
        )
        for one, other in flows:
            # Nothing goes both ways at once.
            assert not (one and other), site.site_id
            assert min(one or 0, other or 0, now.pv_power_w or 0) >= 0, site.site_id
        if now.soc_ratio is not None and now.capacity_wh and now.stored_energy_wh is not None:
            share = now.stored_energy_wh / now.capacity_wh
            assert 0 <= now.soc_ratio <= 1
            assert now.soc_ratio == pytest.approx(share, abs=0.006), site.site_id
    for device in snapshot.devices:
        if device.now is not None:
            assert min((power or 0 for power in powers_of(device.now)), default=0) >= 0, device.sn


async def test_a_key_that_is_new_in_any_answer_is_told(exports: Exports, tmp_path: Path) -> None:
    answers = exports.of("all").answers
    folder = shutil.copytree(answers.folder, tmp_path / "all")
    for file in folder.glob("*.json"):
        envelope = json.loads(file.read_text())
        if file.name != SUMMARY and isinstance(envelope.get("data"), dict):
            envelope["data"]["news"] = 1
            file.write_text(json.dumps(envelope))
    samples = samples_of(await replayed(replace(answers, folder=folder)))
    unread = {
        dict(labels)["endpoint"]: value
        for (name, labels), value in samples.items()
        if name == "solix_cloud_unread_fields"
    }
    assert len(unread) > 30
    assert set(unread.values()) == {1}


async def test_what_a_folder_does_not_hold_is_no_warning(
    exports: Exports, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answers = exports.of("home").answers
    folder = shutil.copytree(answers.folder, tmp_path / "home")
    for file in folder.glob("wifi_list_*.json"):
        file.unlink()
    caplog.set_level(logging.INFO)
    await replayed(replace(answers, folder=folder))
    (told,) = [entry for entry in caplog.records if "home holds no wifi_list" in entry.getMessage()]
    assert told.levelno == logging.INFO
    assert "asked again" not in told.getMessage()
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


async def test_a_member_is_asked_nothing_that_only_owners_may_see(exports: Exports) -> None:
    rig = Rig(exports.of("member").folder, EXPORTED_AT)
    assert set(await rig.poll()) == {
        "get_relate_and_bind_devices", "get_auto_upgrade", "get_message_unread", "co2_ranking",
        "get_vehicle_list",
    }  # fmt: skip


async def test_a_preset_follows_the_clock_without_a_request(
    exports: Exports, tmp_path: Path
) -> None:
    # 150 W until half past one, 300 W from then on; the export was made at 13:02:30.
    folder = shutil.copytree(exports.of("sb1").folder, tmp_path / "sb1")
    for file in folder.glob("device_load_*.json"):
        data = json.loads(file.read_bytes())["data"]
        schedule = json.loads(data["home_load_data"])
        (whole_day,) = schedule["ranges"]
        loads = [load | {"power": 300} for load in whole_day["appliance_loads"]]
        later = {"id": 1, "start_time": "13:30", "appliance_loads": loads, "device_power_loads": []}
        schedule["ranges"] = [whole_day | {"end_time": "13:30"}, whole_day | later]
        write_answer(folder, file.stem, data | {"home_load_data": json.dumps(schedule)})
    rig = Rig(folder, EXPORTED_AT)
    await rig.poll()
    asked = rig.asked()["get_device_home_load"]
    assert (rig.site.output_preset_w, asked) == (150, 1)
    for seconds, preset_w in ((27 * 60, 150), (60, 300)):
        rig.clock.advance(seconds)
        await rig.sites.run()
        assert rig.site.output_preset_w == preset_w
    assert rig.asked()["get_device_home_load"] == asked


@pytest.mark.parametrize("scenario", cloud_scenario_names())
async def test_every_answered_request_is_answered_by_its_export(
    exports: Exports, scenario: str
) -> None:
    exported = exports.of(scenario)
    source, files = Replay(exported.raw, SilentObserver()), set()
    for name, body in exported.questions:
        stem = BY_NAME[name].capture_of(body)
        assert stem is not None, (name, body)
        answer = await source.ask(BY_NAME[name], body)
        assert answer == json.loads((exported.raw / f"{stem}.json").read_bytes())
        files.add(f"{stem}.json")
    # Nothing else is in the folder: no answer lies under a name that nobody asks for.
    own = {path.name for path in exported.raw.glob("*.json")} - {SUMMARY}
    assert own == files
