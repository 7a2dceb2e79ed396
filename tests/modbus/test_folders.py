"""Exports of local devices, and their replay: the same numbers under other serial numbers."""

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner, Result

from solix_exporter.app.exporter import Exporter
from solix_exporter.cli import commands
from solix_exporter.clock import SystemClock
from solix_exporter.config import load_settings
from tests.modbus import scripted
from tests.scraping import Scrape

SN = "ANKDN7M0123456789"


async def exported(host: str, folder: Path, *flags: str) -> Result:
    environ = {"SOLIX_MODBUS": host, "SOLIX_STATE_DIR": str(folder / "state")}
    arguments = ["export", str(folder / "out"), *flags]
    return await asyncio.to_thread(CliRunner(env=environ).invoke, commands, arguments)


async def test_an_export_without_an_account_is_replayed(tmp_path: Path) -> None:
    async with scripted.running(scripted.solarbank_4()) as device:
        answer = await exported(f"127.0.0.1:{device.port}", tmp_path)
    assert answer.exit_code == 0, answer.output
    out = tmp_path / "out"
    texts = {file.name: file.read_text() for file in out.iterdir()}
    assert not any(SN in name or SN in text for name, text in texts.items())
    (name,) = (name for name in texts if name.startswith("modbus_"))
    sn = json.loads(texts[name])["device_sn"]
    assert name == f"modbus_{sn}.json"
    assert sn[3:7] == "DN7M"

    settings = load_settings(
        file=None, environ={}, flags={"state_dir": str(tmp_path)}, needs_account=False
    )
    exporter = Exporter(settings, SystemClock(), [out])
    async with exporter.connected():
        scrape = Scrape(exporter)
    own = {"site_id": "local", "device_sn": sn}
    assert scrape.one("solix_battery_soc_ratio", **own) == 0.87
    assert scrape.one("solix_device_temperature_celsius", **own) == -3.5
    assert scrape.one("solix_pv_input_voltage_volts", input="3", **own) == 392
    assert scrape.states("solix_device_control_mode", "mode", **own) == ["third_party"]


async def test_an_export_says_which_device_did_not_answer(tmp_path: Path) -> None:
    device = scripted.solarbank_4()
    async with scripted.running(device):
        pass
    answer = await exported(f"127.0.0.1:{device.port}", tmp_path)
    assert answer.exit_code == 0
    assert f"Missing: local device 127.0.0.1:{device.port}" in answer.output


async def test_a_private_export_keeps_the_serial_number(tmp_path: Path) -> None:
    async with scripted.running(scripted.solarbank_4()) as device:
        await exported(f"127.0.0.1:{device.port}", tmp_path, "--no-randomize")
    assert (tmp_path / "out" / f"modbus_{SN}.json").exists()


async def test_a_file_that_no_device_said_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "modbus_x.json").write_text("[]")
    (tmp_path / "modbus_y.json").write_text('{"part_number": "SUN2000"}')
    settings = load_settings(
        file=None, environ={}, flags={"state_dir": str(tmp_path)}, needs_account=False
    )
    exporter = Exporter(settings, SystemClock(), [tmp_path])
    async with exporter.connected():
        assert exporter.snapshot().devices == ()
