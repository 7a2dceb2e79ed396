"""Exports of answers that nobody expects: they end, and keep the types of what they are given."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget
from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint, Endpoint, Json
from solix_exporter.cloud.logins import LoginState
from solix_exporter.errors import (
    AuthenticationError,
    CloudError,
    ConfigError,
    RequestRejected,
    TransientError,
)
from solix_exporter.export.anonymise import Anonymiser, Files
from solix_exporter.export.collect import Collection, Collector, ExportContext
from solix_exporter.export.folder import check_target
from solix_exporter.model.events import SilentObserver
from solix_exporter.redact import Redactor

SITE = "c71f3d61-92de-4d17-8d6a-34c9ecbecedc"
SERIAL = "APCTEST0E123456A"


class Answers:
    """A source of hand-made answers by the name of their endpoint; the rest is refused."""

    def __init__(self, answers: Mapping[str, Any], otherwise: CloudError | None = None) -> None:
        self._answers = answers
        self._otherwise = otherwise
        self.asked: list[str] = []

    async def ask(self, endpoint: AnyEndpoint, body: Mapping[str, Json]) -> dict[str, object]:
        self.asked.append(endpoint.name)
        if endpoint.name in self._answers:
            found = self._answers[endpoint.name]
            if isinstance(found, CloudError):
                raise found
            return {"code": 0, "msg": "success!", "data": found, "trace_id": "0" * 32}
        raise self._otherwise or RequestRejected("no", endpoint=endpoint.path)

    async def fetch(self, endpoint: Endpoint[Any], **body: Json) -> Any:  # noqa: ANN401  any answer
        raise AssertionError("an export asks for whole answers")

    def login_state(self) -> LoginState:
        return LoginState()


async def collected(answers: Answers) -> Collection:
    clock = ManualClock(datetime(2026, 6, 20, 11, tzinfo=UTC))
    budget = Budget(clock, SilentObserver())
    return await Collector(ExportContext(answers, "", budget, clock, date(2026, 6, 20))).run()


def anonymous(collection: Collection) -> Files:
    return Anonymiser([collection], ["me@example.org"], Redactor(b"key")).files(collection)


async def export_of(**answers: Any) -> Files:  # noqa: ANN401  any answer
    return anonymous(await collected(Answers(answers)))


def types_of(value: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, dict):
        return [types_of(inner) for inner in value.values()]
    if isinstance(value, list):
        return [types_of(inner) for inner in value]
    return type(value).__name__


SITES = {"site_list": [{"site_id": SITE, "site_name": "Home", "power_site_type": 5}]}
BINDS = {"data": [{"device_sn": SERIAL, "product_code": "A17C1"}]}

HOSTILE: list[Any] = [
    None,
    [],
    {},
    "",
    "text",
    0,
    -1,
    1e308,
    2**70,
    True,
    [None, [None, [[]], {"device_sn": None}], 3],
    {"device_sn": {"inner": [SERIAL, None, 12345678, 1.5, False]}},
    {"site_list": None, "data": "no list"},
    {"site_list": [None, 1, "x", [], {"site_id": None}, {"site_id": ["a"]}, {"site_id": 7}]},
    {"data": [None, {"device_sn": 12345678}, {"device_sn": [SERIAL]}, [[{"device_sn": SERIAL}]]]},
    {"mac_sn_map": {"AABBCCDDEE01": SERIAL, "": None}, SERIAL: {SERIAL: [SERIAL]}},
    {"param_data": json.dumps({"sn": SERIAL, "deep": json.dumps({"sn": SERIAL, "n": [1, None]})})},
    {"param_data": '{"sn": "APCTEST0E12', "latitude": "48.137", "longitude": 11.5754},
    {"solarbank_info": {"solarbank_list": [{"device_sn": None}, None, 5]}, "grid_info": []},
    {
        "param_data": '{"sn": "\\ud83d", "name": "\\ud83d"}',
        "text": "\ud83d\x9b",
        "site_name": "\ud83d",
    },
    {"token_expires_at": None, "token": [1, {"a": True}], "": "", "ip": 0, "user_id": 0},
]


@pytest.mark.parametrize("name", ["bind_devices", "scene_info", "user_vehicles", "config"])
@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: json.dumps(data)[:30])
async def test_a_hostile_answer_is_exported_with_its_types(name: str, data: object) -> None:
    collection = await collected(Answers({"site_list": SITES, name: data}))
    files = anonymous(collection)
    assert files.left_out == {}
    (text,) = [text for file, text in files.texts.items() if file.startswith(prefix_of(name))]
    assert types_of(json.loads(text)["data"]) == types_of(data)
    assert SERIAL.lower() not in "".join(files.texts.values()).lower()
    assert all(file.encode() for file in files.texts.values())


def prefix_of(name: str) -> str:
    return {"scene_info": "scene_", "bind_devices": "bind_"}.get(name, name)


async def test_a_list_of_ten_megabytes_is_exported() -> None:
    rows: list[object] = [
        {"device_sn": f"APCTEST0E{number:06}A", "power": str(number), "is_on": True, "value": 1.5}
        for number in range(100_000)
    ]
    data = {"data": [{"device_sn": SERIAL, "product_code": "A17C1"}], "rows": rows}
    assert len(json.dumps(data)) > 8_000_000
    files = await export_of(site_list=SITES, config=data)
    text = files.texts["config.json"]
    copy = json.loads(text)["data"]
    assert types_of(copy) == types_of(data)
    assert [row["power"] for row in copy["rows"]] == [str(number) for number in range(100_000)]
    assert "APCTEST0E000" not in text


async def test_an_answer_that_is_too_deep_is_never_written_as_it_is() -> None:
    deep: object = SERIAL
    for _ in range(900):
        deep = [deep]
    files = await export_of(site_list=SITES, config={"device_sn": deep}, homepage={})
    # How deep is too deep differs between Pythons; what is written is anonymous in any case.
    told = {"config.json": "the answer is nested too deeply to be made anonymous"}
    assert files.left_out in ({}, told)
    assert SERIAL not in "".join(map(str, files.texts.values()))
    assert "homepage.json" in files.texts


async def test_a_part_of_an_identifier_keeps_its_file_out() -> None:
    files = await export_of(site_list=SITES, bind_devices=BINDS, config={"hint": SERIAL[4:14]})
    assert files.left_out == {"config.json": "a part of an identifier was left in it"}


async def test_without_a_list_of_sites_there_is_no_export() -> None:
    with pytest.raises(RequestRejected):
        await collected(Answers({}))


async def test_a_login_that_is_refused_ends_the_export() -> None:
    refused = AuthenticationError("wrong password")
    with pytest.raises(AuthenticationError):
        await collected(Answers({"site_list": SITES, "bind_devices": refused}))


async def test_a_network_that_goes_away_ends_the_asking_and_keeps_the_answers() -> None:
    gone = TransientError("no connection", outcome="connect")
    answers = Answers({"site_list": SITES}, otherwise=gone)
    collection = await collected(answers)
    assert len(answers.asked) == 1 + 3
    assert [answer.question.endpoint.name for answer in collection.answers] == ["site_list"]
    reasons = {row.reason for row in collection.unanswered if not row.was_asked}
    assert reasons == {"not asked: the cloud does not answer any more"}


async def test_a_service_that_is_not_there_is_asked_once() -> None:
    missing = TransientError("unavailable", code=503, outcome="http")
    panel = {"site_list": [{"site_id": SITE, "power_site_type": 4}]}
    answers = Answers({"site_list": panel, "charging_error_info": missing})
    collection = await collected(answers)
    assert [name for name in answers.asked if name.startswith("charging_")] == [
        "charging_devices",
        "charging_error_info",
    ] + [name for name in answers.asked if "disaster" in name]
    reasons = {row.reason for row in collection.unanswered if not row.was_asked}
    assert reasons == {"not asked: this server does not have the service"}


async def test_what_only_the_owner_may_ask_is_not_asked_as_a_member() -> None:
    shared = {"site_list": [{"site_id": SITE, "power_site_type": 5, "ms_type": 2}]}
    answers = Answers({"site_list": shared})
    collection = await collected(answers)
    assert "site_detail" not in answers.asked
    assert "scene_info" in answers.asked
    assert ("site_detail", "only the owner may ask") in {
        (row.question.endpoint.name, row.reason) for row in collection.unanswered
    }


def test_a_folder_that_is_no_export_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    for overwrite in (False, True):
        with pytest.raises(ConfigError, match="no export"):
            check_target(tmp_path, overwrite=overwrite)
