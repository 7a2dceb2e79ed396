"""Local devices in the running exporter: settings in, `/metrics` out."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import SystemClock
from solix_exporter.config import Settings, load_settings
from solix_exporter.monitor.overview import device_facts
from solix_exporter.web.page.view import view_page
from tests.modbus import scripted
from tests.scraping import Scrape, scrape_text

SN = "ANKDMWH0123456789"


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never became so")


class Written:
    """A configuration on disk, without an account."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "solix.yaml"
        self.folder = folder

    def write(self, *devices: dict[str, object], **sections: object) -> None:
        content = {
            "modbus": list(devices),
            "state_dir": str(self.folder / "state"),
            "web": {"listen_address": ["127.0.0.1:0"]},
            **sections,
        }
        self.file.write_text(json.dumps(content))

    def load(self) -> Settings:
        return load_settings(file=self.file, environ={}, flags={})


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)


def at(device: scripted.ScriptedDevice, name: str, **more: object) -> dict[str, object]:
    return {"host": f"127.0.0.1:{device.port}", "name": name} | {"interval": "2s"} | more


async def test_a_local_device_needs_no_account(written: Written) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        written.write(at(device, "cellar"))
        async with Exporter(written.load(), SystemClock()) as exporter:
            await until(lambda: 'solix_modbus_up{target="cellar"} 1.0' in scrape_text(exporter))
            scrape = Scrape(exporter)
    own = {"site_id": "local", "device_sn": SN}
    assert scrape.one("solix_battery_soc_ratio", **own) == 0.87
    assert scrape.one("solix_device_temperature_celsius", **own) == -3.5
    assert scrape.one("solix_site_grid_export_power_watts", site_id="local") == 675
    assert scrape.one("solix_device_source", source="modbus", **own) == 1
    info = {"device_sn": SN, "part_number": "A17E2", "firmware": "1.0.7.2"}
    assert scrape.one("solix_modbus_info", target="cellar", **info) == 1
    assert scrape.one("solix_modbus_polls_total", target="cellar", outcome="success") == 1
    assert scrape.one("solix_modbus_connects_total", target="cellar", outcome="success") == 1
    assert scrape.one("solix_modbus_poll_interval_seconds", target="cellar") == 2
    assert scrape.one("solix_modbus_poll_duration_seconds_count", target="cellar") == 1
    assert scrape.one("solix_readings_rejected_total", reason="empty_answer") == 0


async def test_what_goes_wrong_is_counted_and_told_once(
    written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    device = scripted.max_ac()
    async with scripted.running(device):
        pass
    written.write(at(device, "cellar"))
    async with Exporter(written.load(), SystemClock()) as exporter:
        refused = 'solix_modbus_polls_total{outcome="refused",target="cellar"} 1.0'
        await until(lambda: refused in scrape_text(exporter))
        text = scrape_text(exporter)
        await exporter.local.polls["cellar"].run()
    assert 'solix_modbus_up{target="cellar"} 0.0' in text
    assert "solix_battery" not in text
    warnings = [row.message for row in caplog.records if row.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "local device cellar: 127.0.0.1:" in warnings[0]
    assert "refuses the connection. Switch Modbus TCP on" in warnings[0]
    assert "Three-Party Control Settings" in warnings[0]


async def test_the_page_shows_source_age_and_what_to_do(written: Written) -> None:
    device = scripted.max_ac()
    async with scripted.running(device):
        written.write(at(device, "cellar"))
        async with Exporter(written.load(), SystemClock()) as exporter:
            await until(lambda: 'solix_modbus_up{target="cellar"} 1.0' in scrape_text(exporter))
            view = view_page(exporter._status())
            (reported,) = exporter.snapshot().devices
            await device.stop()
            device.exceptions[32768] = 6
            await until(lambda: 'solix_modbus_up{target="cellar"} 0.0' in scrape_text(exporter))
            broken = view_page(exporter._status())
    (line,) = view.local
    assert (line.name, line.mark) == ("cellar", "good")
    assert line.state.startswith("Solarbank Max AC, read ")
    (site,) = view.sites
    (shown,) = site.devices
    assert (shown.mark, shown.state) == ("good", "online")
    assert shown.facts[0].startswith("local, ")
    facts = {fact.label: fact.text for fact in device_facts(reported, ZoneInfo("UTC"))}
    assert facts["by modbus"].endswith(" (in use)")
    assert view.headline == "All is well"
    assert broken.headline == "Your local device needs you"
    assert broken.local[0].state == "The local device cannot answer now."


async def test_a_reload_takes_devices_up_and_away(written: Written) -> None:
    async with (
        scripted.running(scripted.max_ac()) as bank,
        scripted.running(scripted.plug()) as plug,
    ):
        written.write(at(bank, "cellar"))
        async with Exporter(written.load(), SystemClock(), load=written.load) as exporter:
            await until(lambda: SN in scrape_text(exporter))
            untouched = exporter.local.polls["cellar"]
            written.write(at(bank, "cellar"), at(plug, "desk", site="hut"))
            said = await exporter.reload()
            assert said == ("Reloaded: the accounts are the same. Local devices: added desk.")
            await until(lambda: "solix_plug_power_watts" in scrape_text(exporter))
            assert exporter.local.polls["cellar"] is untouched
            scrape = Scrape(exporter)
            plug_sn = "APCQNA0123456789"
            assert scrape.one("solix_plug_on", site_id="local-hut", device_sn=plug_sn) == 1
            written.write(at(plug, "desk", site="hut"))
            said = await exporter.reload()
            assert said.endswith("Local devices: removed cellar.")
            text = scrape_text(exporter)
    assert SN not in text
    assert "cellar" not in text
    assert plug_sn in text


async def test_a_changed_device_keeps_its_readings_until_it_answers_again(
    written: Written,
) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        written.write(at(device, "cellar"))
        async with Exporter(written.load(), SystemClock(), load=written.load) as exporter:
            await until(lambda: 'solix_modbus_up{target="cellar"} 1.0' in scrape_text(exporter))
            device.exceptions[32768] = 6
            written.write(at(device, "cellar", interval="10s"))
            said = await exporter.reload()
            text = scrape_text(exporter)
    assert said.endswith("Local devices: changed cellar.")
    assert "\nsolix_battery_soc_ratio{" in text
    assert 'solix_modbus_poll_interval_seconds{target="cellar"} 10.0' in text


async def test_two_addresses_of_one_device_are_one_set_of_series(written: Written) -> None:
    async with scripted.running(scripted.plug()) as device:
        other = at(device, "other")
        other["host"] = f"localhost:{device.port}"
        written.write(at(device, "one"), other)
        async with Exporter(written.load(), SystemClock()) as exporter:
            for name in ("one", "other"):
                up = f'solix_modbus_up{{target="{name}"}} 1.0'
                await until(lambda up=up: up in scrape_text(exporter))  # type: ignore[misc]
            text = scrape_text(exporter)
    assert text.count("\nsolix_plug_on{") == 1


LOADED = """
import asyncio, sys
from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import SystemClock
from solix_exporter.config import load_settings
account = {"ANKERUSER": "a@b.c", "ANKERPASSWORD": "made-up", "ANKERCOUNTRY": "DE"}
async def main():
    Exporter(load_settings(file=None, environ=account, flags={"state_dir": "%s"}), SystemClock())
asyncio.run(main())
print([name for name in sys.modules if name.startswith(("pymodbus", "solix_exporter.modbus"))])
"""


def test_nothing_of_modbus_is_loaded_where_none_is_configured(tmp_path: Path) -> None:
    code = LOADED % tmp_path
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "[]\n"
