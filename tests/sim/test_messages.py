"""What simulated devices send is what is true of them."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import MqttFault, SimulatedCloud
from solix_exporter.sim.messages.frame import Request, read_request
from solix_exporter.sim.messages.layout import Readings
from tests.sim.conftest import StartCloud
from tests.sim.mqtt_client import (
    CHARGER_STATUS,
    CHARGER_TRIGGER,
    EXTENDED_STATUS,
    STATUS,
    TRIGGER_300_S,
    DeviceClient,
    Received,
    connected,
    fields,
    number,
)
from tests.sim.mqtt_devices import MEANINGS, decoded

MQTT_INFO = "app/devicemanage/get_user_mqtt_info"
BOUND = "power_service/v1/app/get_relate_and_bind_devices"
REQUESTS = (TRIGGER_300_S, CHARGER_TRIGGER, STATUS, CHARGER_STATUS, EXTENDED_STATUS)
SCENARIOS = (
    "pps",
    "charger",
    "ev-charger",
    "home",
    "sb1",
    "sb1-dual",
    "sb2-plugs",
    "sb2-ac",
    "cascade",
    "sb3",
    "multisystem",
)
HALF_A_STEP = 0.05
"""Of readings that are told in tenths; the others are whole, or finer."""
LOSS = 2e-7
"""What a number of 32 bits loses."""


class Listener:
    """A client that is subscribed to all devices of an account."""

    def __init__(
        self, cloud: SimulatedCloud, client: DeviceClient, models: Mapping[str, str]
    ) -> None:
        self.cloud = cloud
        self.client = client
        self.models = models
        """Part numbers by serial."""

    def sn(self, pn: str) -> str:
        return next(sn for sn, model in self.models.items() if model == pn)

    async def ask(self, sn: str, *frames: bytes) -> None:
        for frame in frames:
            await self.client.ask(self.models[sn], sn, frame)

    async def everything(self) -> dict[tuple[str, str], Received]:
        """Ask all devices for all that they can tell; by serial and type."""
        wanted = {(sn, kind) for sn in self.models for kind in self.cloud.mqtt.readings(sn)}
        for sn in self.models:
            await self.ask(sn, *REQUESTS)
        found: dict[tuple[str, str], Received] = {}
        while wanted - set(found):
            message = await self.client.receive()
            found[message.sn, message.kind] = message
        return {key: found[key] for key in wanted}


@asynccontextmanager
async def listening(
    start_cloud: StartCloud, folder: Path, scenario: str
) -> AsyncIterator[Listener]:
    cloud, http = await start_cloud(scenario=scenario)
    bound = (await http.ask(BOUND))["data"]
    sending = set(cloud.mqtt.serials)
    models = {
        item["device_sn"]: item["product_code"] for item in bound if item["device_sn"] in sending
    }
    async with connected(await http.ask(MQTT_INFO), folder) as client:
        for sn, pn in models.items():
            assert await client.subscribe(pn, sn) == 0
        yield Listener(cloud, client, models)


SENTINELS = (6553.5, 1092.3)
"""Hours that stand for no estimate: 0xFFFF and, in newer frames, 10923 tenths."""


def differences(truth: Readings, found: Mapping[str, float]) -> list[str]:
    """Return what a frame tells otherwise than it is."""
    return [
        f"{name}: {value}, true is {truth.get(name, 'unknown')}"
        for name, value in found.items()
        if not is_true(value, truth.get(name, "unknown"))
    ]


def is_true(value: float, truth: float | str | None) -> bool:
    """Return whether a decoded number is what is true, within half a step of the wire."""
    if truth is None:
        return any(abs(value - sentinel) < HALF_A_STEP for sentinel in SENTINELS)
    return not isinstance(truth, str) and abs(value - truth) <= HALF_A_STEP + LOSS * abs(truth)


# Three moments: noon of a summer day; a winter morning; across midnight of the homes.
MOMENTS = (
    datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC),
    datetime(2026, 1, 17, 6, 40, tzinfo=UTC),
    datetime(2026, 9, 30, 21, 59, 30, tzinfo=UTC),
)


@pytest.fixture(params=MOMENTS, ids=["noon", "winter", "midnight"])
def clock(request: pytest.FixtureRequest) -> ManualClock:
    return ManualClock(request.param)


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_frames_tell_the_truth(
    start_cloud: StartCloud, tmp_path: Path, clock: ManualClock, scenario: str
) -> None:
    async with listening(start_cloud, tmp_path, scenario) as listener:
        # The periodic messages are due, too, and a site's day has begun where it was about to.
        clock.advance(3600)
        messages = await listener.everything()
        for (sn, kind), message in messages.items():
            truth = listener.cloud.mqtt.readings(sn)[kind]
            assert message.pn == listener.models[sn]
            assert message.head["timestamp"] == int(clock.now().timestamp())
            if (message.pn, kind) in MEANINGS:
                found = decoded(message.pn, kind, message.frame)
                assert found
                assert differences(truth, found) == [], (message.pn, kind)


@pytest.fixture
def table(captures: Path) -> Any:  # noqa: ANN401  JSON
    """The table of fields that lies beside the captures."""
    return json.loads((captures.parent / "reference" / "mqtt-fields.json").read_text())


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_known_field_tells_the_truth(
    start_cloud: StartCloud,
    tmp_path: Path,
    clock: ManualClock,
    scenario: str,
    table: Any,  # noqa: ANN401  JSON
) -> None:
    async with listening(start_cloud, tmp_path, scenario) as listener:
        clock.advance(3600)
        for (sn, kind), message in (await listener.everything()).items():
            truth = listener.cloud.mqtt.readings(sn)[kind]
            meaning = table["models"][message.pn]["messages"][kind]["fields"]
            found = dict(_by_table(meaning, message.frame))
            known = {name: value for name, value in found.items() if name in truth}
            assert differences(truth, known) == [], (message.pn, kind)
            constants = {"device_timeout_minutes", "display_timeout_seconds"}
            assert known or constants & set(found) or kind == "0400"


def _by_table(meaning: Mapping[str, Any], frame: bytes) -> Iterable[tuple[str, float]]:
    for tag, (type_byte, value) in fields(frame).items():
        item = meaning.get(f"{tag:02x}")
        if item is None or type_byte in {0, None}:
            continue
        if item["mode"] == "scalar" and "special" not in item:
            signed = item.get("signed", type_byte != 1)
            yield item["name"], number(type_byte, value, signed=signed) * item.get("factor", 1)
        for part in item.get("parts", ()):
            size = part.get("length")
            if "at" in part and part.get("as") in {"u8", "i16", "i32"} and "bit_mask" not in part:
                signed = part.get("signed", part["as"] != "u8")
                raw = value[part["at"] : part["at"] + size]
                yield (
                    part["name"],
                    int.from_bytes(raw, "little", signed=signed) * part.get("factor", 1),
                )


async def test_http_and_mqtt_tell_the_same(
    start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
) -> None:
    async with listening(start_cloud, tmp_path, "home") as listener:
        (site_id, *_) = listener.cloud.site_ids
        sn = listener.sn("A17C1")
        await listener.ask(sn, STATUS)
        found = decoded(
            "A17C1", "0405", (await listener.client.receive_kinds(["0405"]))["0405"].frame
        )
        truth = listener.cloud.truth(site_id)
        assert found["photovoltaic_power"] == pytest.approx(truth.pv_w)
        assert found["ac_output_power"] == pytest.approx(truth.output_w)
        assert found["bat_charge_power"] == pytest.approx(truth.battery_charge_w)
        assert found["bat_discharge_power"] == pytest.approx(truth.battery_discharge_w)
        assert found["home_demand"] == pytest.approx(truth.home_w)
        assert found["battery_soc"] == round(100 * truth.soc_ratio)


class TestCadence:
    """One moment is enough here."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(MOMENTS[0])

    async def test_a_power_station_sends_nothing_unasked(
        self, start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
    ) -> None:
        async with listening(start_cloud, tmp_path, "pps") as listener:
            clock.advance(3600)
            listener.cloud.mqtt.tick()
            sn = listener.sn("A1761")
            await listener.ask(sn, STATUS)
            # What comes first is the answer, exactly one 0405.
            message = await listener.client.receive()
            assert (message.sn, message.kind) == (sn, "0405")
            assert message.topic == f"dt/anker_power/A1761/{sn}/param_info"

    async def test_a_trigger_lasts_as_long_as_it_says(
        self, start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
    ) -> None:
        async with listening(start_cloud, tmp_path, "pps") as listener:
            sn = listener.sn("A1761")
            await listener.ask(sn, TRIGGER_300_S)
            times = [(await listener.client.receive_kinds(["0405"]))["0405"].head["timestamp"]]
            for _ in range(2000):
                clock.advance(1)
                listener.cloud.mqtt.tick()
            await listener.ask(sn, STATUS)
            end = int(clock.now().timestamp())
            while times[-1] != end:
                message = (await listener.client.receive_kinds(["0405"]))["0405"]
                times.append(message.head["timestamp"])
            *triggered, asked = times
            assert (asked, triggered[0]) == (end, int(MOMENTS[0].timestamp()))
            assert 290 < triggered[-1] - triggered[0] < 300
            gaps = {later - earlier for earlier, later in pairwise(triggered)}
            assert gaps == {3, 4}

    async def test_the_newest_trigger_replaces_the_one_before(
        self, start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
    ) -> None:
        async with listening(start_cloud, tmp_path, "pps") as listener:
            sn = listener.sn("A1763")
            off = bytes.fromhex("ff091a0003000f0057a10122a2020100fe05036151f2686a")
            await listener.ask(sn, TRIGGER_300_S, _sealed(off))
            kinds = [(await listener.client.receive()).kind for _ in range(4)]
            assert kinds == ["0857", "0830", "0421", "0857"]
            clock.advance(60)
            listener.cloud.mqtt.tick()
            await listener.ask(sn, EXTENDED_STATUS)
            assert (await listener.client.receive()).kind == "0900"

    async def test_a_charger_sends_for_ten_seconds(
        self, start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
    ) -> None:
        async with listening(start_cloud, tmp_path, "charger") as listener:
            sn = listener.sn("A2345")
            await listener.ask(sn, TRIGGER_300_S, CHARGER_TRIGGER)
            assert (await listener.client.receive()).kind == "0303"
            for _ in range(30):
                clock.advance(1)
                listener.cloud.mqtt.tick()
            await listener.ask(sn, CHARGER_STATUS)
            kinds = [(await listener.client.receive()).kind for _ in range(10)]
            assert kinds == ["0303"] * 9 + ["0a00"]

    async def test_the_first_solarbank_tells_its_state_each_minute(
        self, start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
    ) -> None:
        async with listening(start_cloud, tmp_path, "sb1") as listener:
            times: list[int] = []
            for _ in range(60):
                clock.advance(10)
                listener.cloud.mqtt.tick()
            while len(times) < 10:
                message = (await listener.client.receive_kinds(["0408"]))["0408"]
                times.append(message.head["timestamp"])
            gaps = {later - earlier for earlier, later in pairwise(times)}
            assert gaps == {60}
            assert message.topic.endswith("/state_info")

    async def test_packs_come_with_a_trigger_only(
        self, start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
    ) -> None:
        async with listening(start_cloud, tmp_path, "home") as listener:
            sn = listener.sn("A17C1")
            await listener.ask(sn, STATUS, TRIGGER_300_S)
            kinds = [(await listener.client.receive()).kind for _ in range(4)]
            assert kinds == ["0405", "0857", "0405", "040a"]

    async def test_messages_are_counted_without_a_gap_until_a_restart(
        self, start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
    ) -> None:
        async with listening(start_cloud, tmp_path, "pps") as listener:
            sn = listener.sn("A1790")
            sequence = []
            for number_ in range(6):
                if number_ == 3:
                    listener.cloud.mqtt.faults.add(MqttFault("mqtt_restart", sn, times=1))
                await listener.ask(sn, STATUS)
                sequence.append((await listener.client.receive()).head["msg_seq"])
            first = sequence[0]
            assert first > 1000
            assert sequence == [first, first + 1, first + 2, 1, 2, 3]

    async def test_the_counters_never_fall(
        self, start_cloud: StartCloud, tmp_path: Path, clock: ManualClock
    ) -> None:
        cloud, _ = await start_cloud(scenario="all")
        last: dict[tuple[str, str, str], float] = {}
        for _ in range(30):
            clock.advance(timedelta(hours=1, minutes=17).total_seconds())
            for sn in cloud.mqtt.serials:
                for kind, readings in cloud.mqtt.readings(sn).items():
                    for name, value in readings.items():
                        is_counter = name.endswith(("_energy", "_yield", "_consumption"))
                        if is_counter and not name.startswith("charging"):
                            assert isinstance(value, float)
                            assert value >= last.get((sn, kind, name), 0)
                            last[sn, kind, name] = value
        assert len(last) > 50

    async def test_devices_behind_a_panel_do_not_talk_to_the_cloud(
        self, start_cloud: StartCloud
    ) -> None:
        cloud, _ = await start_cloud(scenario="power-panel")
        assert cloud.mqtt.serials == ()


def _sealed(frame: bytes) -> bytes:
    """Return a frame with its length and checksum put right."""
    content = frame[:2] + len(frame).to_bytes(2, "little") + frame[4:-1]
    checksum = 0
    for byte in content:
        checksum ^= byte
    return content + bytes([checksum])


@pytest.mark.parametrize(
    ("frame", "request_"),
    [
        (TRIGGER_300_S, Request(0x0057, is_on=True, seconds=300)),
        # The app of 2026 sends the seconds in two bytes, and a time without a type.
        (
            _sealed(bytes.fromhex("ff091d0003000f0057a10122a2020101a303022c01fe05036151f26800")),
            Request(0x0057, is_on=True, seconds=300),
        ),
        (
            _sealed(bytes.fromhex("ff09130003000f0040a10122fe046151f26800")),
            Request(0x0040, is_on=True, seconds=0),
        ),
        (STATUS[:-1] + b"\0", None),
        (STATUS[:-1], None),
        (b"", None),
    ],
)
def test_requests_are_read_in_all_their_forms(frame: bytes, request_: Request | None) -> None:
    assert read_request(frame) == request_
