"""The exporter against the simulated broker: `/metrics` says what is true of the devices."""

import asyncio
import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.config import Settings
from solix_exporter.diagnosis.messages import examine_messages
from solix_exporter.mqtt.requests import Request
from solix_exporter.sim import Fault, FaultKind, MqttFault, SimulatedCloud
from solix_exporter.web.page.view import view_page
from tests.scraping import Scrape

SettingsFor = Callable[..., Settings]
SCENARIOS = ("pps", "charger", "ev-charger", "home", "sb1", "sb2-ac", "sb3", "cascade")

PORTS = {"usbc": "usb_c", "usba": "usb_a"}
NAMES = {
    "battery_soc": ("solix_battery_soc_ratio", {}, 0.01),
    "battery_soh": ("solix_battery_health_ratio", {}, 0.01),
    "temperature": ("solix_device_temperature_celsius", {}, 1),
    "main_battery_soc": ("solix_battery_pack_soc_ratio", {"pack": "main"}, 0.01),
    "photovoltaic_power": ("solix_device_pv_power_watts", {}, 1),
    "ac_input_power": ("solix_port_input_power_watts", {"port": "ac_input"}, 1),
    "dc_input_power": ("solix_port_input_power_watts", {"port": "dc_input"}, 1),
    "output_power_total": ("solix_device_output_power_watts", {}, 1),
    "dc_output_power_total": ("solix_device_dc_output_power_watts", {}, 1),
    "ac_output_power_switch": ("solix_device_switch_on", {"switch": "ac_output"}, 1),
    "charging_duration_seconds": ("solix_ev_charger_session_seconds", {}, 1),
    "charging_energy": ("solix_ev_charger_session_energy_watthours", {}, 1000),
}
"""Name of the wire -> metric, labels and factor."""

Meaning = tuple[str, dict[str, str], float]


def meaning(name: str) -> Meaning | None:
    """Return what a name of the wire is called on `/metrics`."""
    if found := re.fullmatch(r"(usb[ac])_(\d)_(voltage|current)", name):
        unit = {"voltage": "volts", "current": "amperes"}[found[3]]
        label = f"{PORTS[found[1]]}_{found[2]}"
        return f"solix_port_{found[3]}_{unit}", {"port": label}, 1
    if found := re.fullmatch(r"exp_(\d)_(soc|soh|temperature)", name):
        metric = {
            "soc": "solix_battery_pack_soc_ratio",
            "soh": "solix_battery_pack_health_ratio",
            "temperature": "solix_battery_pack_temperature_celsius",
        }[found[2]]
        return metric, {"pack": found[1]}, 1 if found[2] == "temperature" else 0.01
    if found := re.fullmatch(r"(voltage|current|power)_(l\d)", name):
        unit = {"voltage": "volts", "current": "amperes", "power": "watts"}[found[1]]
        return f"solix_ev_charger_phase_{found[1]}_{unit}", {"phase": found[2]}, 1
    return NAMES.get(name)


@asynccontextmanager
async def running(
    clock: ManualClock, settings_for: SettingsFor, scenario: str, **mqtt: str
) -> AsyncIterator[tuple[SimulatedCloud, Exporter]]:
    """Run polls once, and listen; time stands still until the test moves it."""
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
    await cloud.start()
    settings = settings_for(cloud, mqtt={"mode": "realtime"} | mqtt)
    exporter = Exporter(settings, clock)
    try:
        async with exporter.connected():
            # Twice, because some polls ask about what others were told.
            for job in (*exporter.jobs, *exporter.jobs):
                await job.run()
            exporter._readers.note()
            exporter.messages.listen(exporter.accounts)
            yield cloud, exporter
            await exporter.messages.stop()
    finally:
        await cloud.stop()


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.02)


def sent(cloud: SimulatedCloud) -> Counter[str]:
    return Counter(entry.kind for entry in cloud.mqtt.log)


def messages(exporter: Exporter) -> float:
    return sum(Scrape(exporter).all("solix_mqtt_messages_total", outcome="decoded"))


def subscriptions(exporter: Exporter, state: str) -> list[float]:
    return Scrape(exporter).all("solix_mqtt_subscriptions", state=state)


def asked_devices(cloud: SimulatedCloud, exporter: Exporter) -> set[str]:
    """Return the devices that send something and can be read."""
    shown = {device.sn: device.product.part_number for device in exporter.snapshot().devices}
    return {sn for sn in cloud.mqtt.serials if sn in shown}


async def heard_all(cloud: SimulatedCloud, exporter: Exporter) -> None:
    """Wait until every device has been heard; time goes on while devices wait for their turn."""
    wanted = asked_devices(cloud, exporter)

    def is_complete() -> bool:
        exporter._clock.advance(0.1)  # type: ignore[attr-defined] # a ManualClock
        status = exporter.messages.status("default")
        return status is not None and wanted <= status.heard.keys()

    await until(is_complete)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize(
    "at", [datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC), datetime(2026, 1, 17, 6, 40, tzinfo=UTC)]
)
async def test_metrics_are_what_is_true_of_the_devices(
    scenario: str, at: datetime, settings_for: SettingsFor
) -> None:
    clock = ManualClock(at)
    async with running(clock, settings_for, scenario) as (cloud, exporter):
        await heard_all(cloud, exporter)
        # One more of each, all measured at the same instant as what is compared.
        before = messages(exporter)
        clock.advance(5)
        cloud.mqtt.tick()
        await until(lambda: messages(exporter) >= before + 1)
        compared = 0
        for sn in asked_devices(cloud, exporter):
            compared += compare(cloud, Scrape(exporter), sn)

        assert compared >= 2


def compare(cloud: SimulatedCloud, scrape: Scrape, sn: str) -> int:
    """Hold what is shown of a device to what is true of it; return how many values there were."""
    compared, truths = 0, cloud.mqtt.readings(sn)
    for kind, truth in truths.items():
        for name, value in truth.items():
            found = meaning(name)
            if found is None or not isinstance(value, int | float):
                continue
            metric, labels, factor = found
            shown = scrape.all(metric, device_sn=sn, **labels)
            if shown:
                # Steps of the wire; a message may be up to a few seconds older.
                slack = max(0.06, abs(value) * 0.05)
                assert shown[0] / factor == pytest.approx(value, abs=slack), (sn, kind, name)
                compared += 1
    return compared


async def test_a_power_station_shows_all_that_an_owner_asks_for(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps") as (cloud, exporter):
        await heard_all(cloud, exporter)
        scrape = Scrape(exporter)

        numbers = {one.sn: one.product.part_number for one in exporter.snapshot().devices}
        sn = next(sn for sn, number in numbers.items() if number == "A1761")
        for metric in (
            "solix_battery_soc_ratio",
            "solix_battery_health_ratio",
            "solix_battery_capacity_watthours",
            "solix_device_temperature_celsius",
            "solix_device_message_timestamp_seconds",
        ):
            assert len(scrape.all(metric, device_sn=sn)) == 1, metric
        for metric in (
            "solix_port_output_power_watts",
            "solix_port_input_power_watts",
            "solix_port_status",
            "solix_battery_pack_soc_ratio",
            "solix_device_switch_on",
        ):
            assert scrape.all(metric, device_sn=sn), metric
        assert scrape.states("solix_device_source", "source", device_sn=sn) == ["mqtt"]
        assert scrape.states("solix_mqtt_connection_state", "state") == ["connected"]


async def test_listening_sends_devices_nothing_for_an_hour(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "all", mode="listen") as (cloud, exporter):
        await until(lambda: sent(cloud)["SUBSCRIBE"])
        for _ in range(60):
            clock.advance(60)
            cloud.mqtt.tick()
            await asyncio.sleep(0.01)
        await until(lambda: messages(exporter) > 0)

    assert set(sent(cloud)) <= {"CONNECT", "SUBSCRIBE", "PINGREQ", "DISCONNECT"}


async def test_only_the_five_frames_leave_and_only_to_configured_devices(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "all", mode="listen") as (cloud, exporter):
        numbers = {one.sn: one.product.part_number for one in exporter.snapshot().devices}
        wanted = {
            next(sn for sn, one in numbers.items() if one == number and sn in cloud.mqtt.serials)
            for number in ("A1761", "A17C1")
        }
    devices = {sn: {"mqtt": "refresh"} for sn in wanted}
    cloud = SimulatedCloud(clock, scenario="all", seed=1, endpoint_limit=0)
    await cloud.start()
    exporter = Exporter(settings_for(cloud, devices=devices), clock)
    async with exporter.connected():
        for job in exporter.jobs:
            await job.run()
        exporter._readers.note()
        exporter.messages.listen(exporter.accounts)
        await until(lambda: sent(cloud)["SUBSCRIBE"])
        for _ in range(200):
            clock.advance(1)
            exporter._readers.note()
            await asyncio.sleep(0.02)
        await exporter.messages.stop()
    await cloud.stop()

    published = [entry for entry in cloud.mqtt.log if entry.kind == "PUBLISH"]
    assert {entry.topics[0].split("/")[3] for entry in published} == wanted
    assert len(published) <= 2 * 4
    for entry in published:
        frame = b64decode(json.loads(json.loads(entry.payload)["payload"])["data"])
        assert frame[7:9].hex() in {request.value for request in Request}


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("mqtt_checksum", "checksum"),
        ("mqtt_encrypted", "encrypted"),
        ("mqtt_fragment", "fragment"),
        ("mqtt_rubbish", "envelope"),
    ],
)
async def test_what_is_no_good_is_counted_and_not_shown(
    fault: str, outcome: str, clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps", mode="listen") as (cloud, exporter):
        cloud.mqtt.faults.add(MqttFault(fault))
        await reload_as(exporter, "realtime")
        await until(lambda: sum(Scrape(exporter).all("solix_mqtt_messages_total", outcome=outcome)))

        assert Scrape(exporter).all("solix_device_temperature_celsius") == []


async def reload_as(exporter: Exporter, mode: str) -> None:
    """Change the mode while it runs."""
    settings = exporter._settings
    mqtt = settings.mqtt.model_copy(update={"mode": mode})
    exporter._settings = settings.model_copy(update={"mqtt": mqtt})
    exporter.messages.listen(exporter.accounts)


@pytest.mark.parametrize(
    ("fault", "reason"), [("mqtt_sentinel", "not_known"), ("mqtt_clock", "clock")]
)
async def test_an_odd_value_is_counted_and_the_others_are_shown(
    fault: str, reason: str, clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps", mode="listen") as (cloud, exporter):
        cloud.mqtt.faults.add(MqttFault(fault))
        await reload_as(exporter, "realtime")
        await until(lambda: Scrape(exporter).one("solix_mqtt_ignored_values_total", reason=reason))
        await until(lambda: Scrape(exporter).all("solix_device_temperature_celsius"))


async def test_twelve_below_zero_and_an_empty_pack(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps", mode="listen") as (cloud, exporter):
        cloud.mqtt.faults.add(MqttFault("mqtt_below_zero"))
        cloud.mqtt.faults.add(MqttFault("mqtt_empty_pack"))
        await reload_as(exporter, "realtime")
        await heard_all(cloud, exporter)
        await until(lambda: len(Scrape(exporter).all("solix_device_temperature_celsius")) == 3)

        assert set(Scrape(exporter).all("solix_device_temperature_celsius")) == {-12}
        assert 0 in Scrape(exporter).all("solix_battery_pack_soc_ratio", pack="1")


async def test_refused_devices_are_told_by_name_and_state(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps", mode="off") as (cloud, exporter):
        assert exporter.messages.status("default") is None
        cloud.mqtt.faults.add(MqttFault("mqtt_refuse"))
        await reload_as(exporter, "listen")
        await until(
            lambda: Scrape(exporter).all("solix_mqtt_subscriptions", state="refused") == [3]
        )

        scrape = Scrape(exporter)
        assert scrape.states("solix_mqtt_connection_state", "state") == ["refused"]
        status = exporter.messages.status("default")
        assert status is not None
        assert len(status.refused) == 3
        # It is tried again after ten minutes.
        cloud.mqtt.faults.clear()
        clock.advance(601)
        await until(
            lambda: Scrape(exporter).all("solix_mqtt_subscriptions", state="granted") == [3]
        )


async def test_a_mute_broker_is_told_within_two_minutes(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps", mode="listen") as (cloud, exporter):
        await until(lambda: sent(cloud)["SUBSCRIBE"])
        cloud.mqtt.faults.add(MqttFault("mqtt_mute"))
        await reload_as(exporter, "realtime")
        started = clock.monotonic()

        def is_mute() -> bool:
            clock.advance(0.2)
            states = Scrape(exporter).states("solix_mqtt_connection_state", "state")
            return states == ["mute"]

        await until(is_mute)
        assert clock.monotonic() - started <= 120
        cloud.mqtt.faults.clear()

        def is_well() -> bool:
            clock.advance(1)
            exporter._readers.note()
            states = Scrape(exporter).states("solix_mqtt_connection_state", "state")
            return states == ["connected"]

        await until(is_well)


async def test_an_expired_certificate_and_a_take_over(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps", mode="off") as (cloud, exporter):
        cloud.mqtt.faults.add(MqttFault("mqtt_expired"))
        await reload_as(exporter, "listen")
        await until(
            lambda: (
                Scrape(exporter).states("solix_mqtt_connection_state", "state")
                == ["certificate_expired"]
            )
        )
        assert not sent(cloud)["CONNECT"]


async def test_the_certificate_is_in_no_file_no_log_and_no_answer(
    clock: ManualClock,
    settings_for: SettingsFor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    async with running(clock, settings_for, "pps") as (cloud, exporter):
        await heard_all(cloud, exporter)
        (user,) = cloud._world.accounts.values()
        material = cloud.mqtt.credentials(user)
        places = [caplog.text, Scrape(exporter).text]
        places += [
            path.read_bytes().decode("latin-1")
            for path in exporter._settings.state_dir.rglob("*")
            if path.is_file()
        ]

    secrets = [str(material[key]) for key in ("private_key", "certificate_pem", "certificate_id")]
    secrets += [secret.splitlines()[1] for secret in secrets[:2]]
    for secret in secrets:
        assert len(secret) > 20
        assert not [place for place in places if secret in place]


async def test_the_page_and_check_say_what_a_device_gives_and_what_would_give_more(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps", mode="listen") as (_, exporter):
        await until(lambda: subscriptions(exporter, "granted") == [3])
        status = exporter._status()
        page = view_page(status)
        told = list(examine_messages(exporter.snapshot().devices, exporter._settings))

    (account,) = status.accounts
    assert "Listens to the messages of 3 devices." in account.state
    notes = [device.note for device in page.devices]
    assert all(note.startswith("messages: values only while an app shows it") for note in notes)
    assert all("{mqtt: refresh}" in note for note in notes)
    assert len(told) == len(notes) == 3
    assert all(finding.advice.startswith("In the file, under devices:") for finding in told)


async def test_an_exporter_that_stops_says_goodbye_and_leaves_no_key(
    living: SimulatedCloud, settings_for: SettingsFor
) -> None:
    settings = settings_for(living)
    settings.state_dir.mkdir(parents=True)
    # What a process that was killed at the wrong moment leaves.
    leftover = settings.state_dir / "mqtt-killed.pem"
    leftover.write_text("key")
    async with Exporter(settings, SystemClock()) as exporter:
        await until(lambda: sent(living)["SUBSCRIBE"])
        assert not leftover.exists()
        assert exporter.messages.status("default") is not None
    await until(lambda: sent(living)["DISCONNECT"])

    assert set(sent(living)) == {"CONNECT", "SUBSCRIBE", "DISCONNECT"}
    assert not list(settings.state_dir.glob("mqtt-*"))


async def test_series_go_by_their_validity_when_messages_stop(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "pps") as (cloud, exporter):
        await heard_all(cloud, exporter)
        assert Scrape(exporter).all("solix_device_temperature_celsius")
        cloud.mqtt.faults.add(MqttFault("mqtt_offline"))
        clock.advance(901)

        scrape = Scrape(exporter)
        assert scrape.all("solix_device_temperature_celsius") == []
        # When it was last heard, and what it is, is history.
        assert len(scrape.all("solix_device_message_timestamp_seconds")) == 3


async def test_http_goes_on_without_messages_and_messages_without_http(
    clock: ManualClock, settings_for: SettingsFor
) -> None:
    async with running(clock, settings_for, "home") as (cloud, exporter):
        cloud.mqtt.faults.add(MqttFault("mqtt_reject"))
        cloud.mqtt.cut_connections()
        clock.advance(60)
        for job in exporter.jobs:
            assert await job.run()
        cloud.mqtt.faults.clear()
        cloud.faults.add(Fault(path="*", kind=FaultKind.STATUS, status=502))
        clock.advance(200)
        assert not await exporter.accounts["default"].sites.run()
        before = messages(exporter)

        def goes_on() -> bool:
            clock.advance(1)
            exporter._readers.note()
            return messages(exporter) > before

        await until(goes_on)
