import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.redact import Kind, Redactor, kind_of, redact
from tests.exported import Answers

REDACTOR = Redactor(b"key of the tests")


@pytest.mark.parametrize(
    "key",
    [
        *("user_id", "auth_token", "email", "geo_key", "token", "password", "ap_cloud_user_id"),
        *("gtoken", "x-auth-token", "device_sn", "main_sn", "mainSn", "evChargerSn", "pcsSns"),
        *("sn", "site_id", "siteId", "station_id", "stationId", "member_id", "vehicle_id"),
        *("trace_id", "bt_ble_id", "bt_ble_mac", "wifi_mac", "mac_addr", "wifi_name", "ssid"),
        *("wifiSSID", "blue_password", "err_msg", "nick_name", "alias_name", "site_name", "phone"),
        *("latitude", "lng", "address", "installLocation", "google_code", "owner_user_id"),
        *("mac_sn_map", "phone_number", "ip_addr", "private_key", "Authorization"),
        *("pv1_name", "pv4Name", "pv_high_name", "micro_inverter_name", "stationName", "siteIds"),
        *("user_ids", "username", "family_name", "postal_code", "hostname", "imei", "wifi_psk"),
    ],
)
def test_private_keys_are_found_in_every_spelling(key: str) -> None:
    assert kind_of(key) is not None


@pytest.mark.parametrize(
    "key",
    [
        *("token_expires_at", "battery_power", "device_pn", "product_code", "time_zone", "country"),
        *("charging_status", "rom_version_name", "ble_img_url", "data", "sequence_number", "type"),
        *("machine", "snow", "description", "latest_time", "is_display_data", "event_key"),
    ],
)
def test_what_is_not_private_stays(key: str) -> None:
    assert kind_of(key) is None
    assert redact({key: "as it is"}) == {key: "as it is"}


def test_values_keep_their_length_and_shape() -> None:
    answer = redact(
        {
            "device_sn": "9JVB42LJK8J0P5RY",
            "wifi_mac": "AA:BB:0C:DD:1E:FF",
            "site_id": "c71f3d61-92de-d17f-dd6a-34c9ecbecedc",
            "email": "me@example.org",
            "user_id": 12345,
            "latitude": 48.1371,
            "auth_token": "0123456789abcdef",
        }
    )
    assert isinstance(answer, dict)
    shapes = {
        "device_sn": r"\d[A-Z]{3}\d\d[A-Z]{3}\d[A-Z]\d[A-Z]\d[A-Z]{2}",
        "wifi_mac": r"[A-F]{2}:[A-F]{2}:\d[A-F]:[A-F]{2}:\d[A-F]:[A-F]{2}",
        "site_id": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "email": r"[a-z]{2}@[a-z]{7}\.[a-z]{3}",
        "user_id": r"[1-9]\d{4}",
        "latitude": r"\d\d\.\d{1,4}",
        "auth_token": r"[A-Za-z]{16}",
    }
    assert {key for key in shapes if not re.fullmatch(shapes[key], str(answer[key]))} == set()
    assert "9JVB42LJK8J0P5RY" not in answer.values()
    assert isinstance(answer["latitude"], float)


def test_a_value_gets_the_same_pseudonym_wherever_it_stands() -> None:
    first = redact({"site_id": "site-0001", "list": [{"siteId": "site-0001"}]})
    second = redact({"station_id": "site-0001"})
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["site_id"] == first["list"][0]["siteId"] == second["station_id"]


def test_both_spellings_of_a_mac_address_match() -> None:
    answer = REDACTOR.redact({"wifi_mac": "AA:BB:CC:DD:EE:01", "ble_mac": "aabbccddee01"})
    assert isinstance(answer, dict)
    assert answer["wifi_mac"].replace(":", "").lower() == answer["ble_mac"]


def test_another_key_gives_other_pseudonyms() -> None:
    text = "9JVB42LJK8J0P5RY"
    assert REDACTOR.pseudonym(text, Kind.SHAPED) == REDACTOR.pseudonym(text, Kind.SHAPED)
    assert REDACTOR.pseudonym(text, Kind.SHAPED) != Redactor(b"other").pseudonym(text, Kind.SHAPED)


def test_an_identifier_is_found_in_free_text_and_in_keys() -> None:
    serial = "9JVB42LJK8J0P5RY"
    answer = redact({"sn": serial, "hint": f"device {serial} is offline", "by": {serial: 1}})
    assert serial not in json.dumps(answer)
    assert "is offline" in json.dumps(answer)


def test_json_in_a_text_is_redacted_too() -> None:
    packed = json.dumps({"device_sn": "9JVB42LJK8J0P5RY", "power": 800})
    answer = redact({"param_data": packed})
    assert isinstance(answer, dict)
    unpacked = json.loads(answer["param_data"])
    assert unpacked["power"] == 800
    assert unpacked["device_sn"] != "9JVB42LJK8J0P5RY"


def test_lists_and_objects_under_a_private_key_are_private() -> None:
    serials = ["9JVB42LJK8J0P5RY", "8JVB42LJK8J0P5RY"]
    answer = redact({"pcsSns": serials, "mac_sn_map": {"AABBCCDDEE01": serials[0]}})
    assert serials[0] not in json.dumps(answer)
    assert serials[1] not in json.dumps(answer)


@pytest.mark.parametrize("value", [None, "", 0, False, True, 3, [], {}])
def test_nothing_stays_nothing(value: object) -> None:
    assert redact({"device_sn": value}) == {"device_sn": value}


def test_the_original_is_left_alone() -> None:
    original = {"email": "me@example.org", "list": [{"token": "abcdefgh"}]}
    redact(original)
    assert original == {"email": "me@example.org", "list": [{"token": "abcdefgh"}]}


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON: st.SearchStrategy[object] = st.deferred(
    lambda: (
        SCALARS
        | st.lists(JSON, max_size=4)
        | st.dictionaries(st.sampled_from(["sn", "token", "a"]), JSON)
    )
)


@given(JSON)
def test_any_answer_can_be_redacted(value: object) -> None:
    once = REDACTOR.redact(value)
    assert repr(once) == repr(REDACTOR.redact(value))


def private_texts(value: object, *, is_private: bool = False) -> set[str]:
    if isinstance(value, dict):
        inner = [
            private_texts(v, is_private=is_private or k.endswith(("_sn", "_mac", "site_id")))
            for k, v in value.items()
        ]
        return set().union(*inner)
    if isinstance(value, list):
        return set().union(*(private_texts(v, is_private=is_private) for v in value))
    return {value} if isinstance(value, str) and is_private and value else set()


def test_no_serial_survives_in_an_answer(answers: Answers) -> None:
    files = sorted(answers.folder.glob("*.json"))
    survivors = []
    for file in files:
        answer = json.loads(file.read_text(encoding="utf-8"))
        text = json.dumps(redact(answer))
        survivors += [(file.name, private) for private in private_texts(answer) if private in text]
    assert files
    assert survivors == []


def test_a_serial_number_keeps_the_code_of_its_product_and_nothing_else() -> None:
    for serial, kept in (("9JVB42LJK8J0P5RY", range(3, 6)), ("APCGQ80E1234567AB", range(3, 7))):
        stand_in = REDACTOR.pseudonym(serial, Kind.SHAPED)
        same = {
            place
            for place, pair in enumerate(zip(serial, stand_in, strict=True))
            if len(set(pair)) == 1
        }
        assert same == set(kept)


@pytest.mark.parametrize(
    "text",
    [
        "the device Balcony Bank is offline",
        "BALCONY BANK",
        base64.b64encode(b"Balcony Bank").decode(),
        base64.b64encode(b"name=Balcony Bank;").decode(),
        base64.b64encode(b"a Balcony Bank").decode(),
    ],
)
def test_a_name_that_people_chose_is_found_in_other_texts(text: str) -> None:
    answer = redact({"alias_name": "Balcony Bank", "hint": text})
    assert isinstance(answer, dict)
    assert len(answer["hint"]) == len(text)
    assert text[6:14] not in answer["hint"]
    assert "Balcony" not in base64.b64decode(answer["hint"] + "==", validate=False).decode(
        "latin-1"
    )


def test_words_of_the_format_stay_although_somebody_calls_a_thing_so() -> None:
    answer = redact({"alias_name": "solarbank", "type": "solarbank", "solarbank_list": [1]})
    assert isinstance(answer, dict)
    assert answer["type"] == "solarbank"
    assert answer["solarbank_list"] == [1]
    assert answer["alias_name"] != "solarbank"


@pytest.mark.parametrize(
    "text",
    [
        "c71f3d61-92de-d17f-dd6a-34c9ecbecedc",
        "me@example.org",
        "AA:BB:CC:DD:EE:01",
        "9JVB42LJK8J0P5RY",
    ],
)
def test_what_looks_like_an_identity_is_private_under_any_key(text: str) -> None:
    answer = redact({"something_new": text, "list": [text], "said": f"about {text}."})
    assert text not in json.dumps(answer)


def test_the_signature_of_a_link_is_private_and_the_link_is_not() -> None:
    answer = redact({"img_url": "https://images.example.org/a17c1.png?Signature=abc&Key=def"})
    assert isinstance(answer, dict)
    assert answer["img_url"].startswith("https://images.example.org/a17c1.png?")
    assert "Signature" not in answer["img_url"]


def test_the_same_value_has_one_pseudonym_under_keys_of_any_kind() -> None:
    answer = redact({"alias_name": "9JVB42LJK8J0P5RY", "device_sn": "9JVB42LJK8J0P5RY"})
    assert isinstance(answer, dict)
    assert answer["alias_name"] == answer["device_sn"]


@pytest.mark.parametrize(
    ("text", "survivor"),
    [
        # What `site_name`, `email` and `device_sn` say, in other ways to write.
        ("https://x.example/M%C3%BCller%20Haus/y", "ller%20haus"),
        ("https://x.example/m?n#M%c3%bcller%20Haus", "ller%20haus"),
        ("n=M%C3%BCller+Haus&x=1", "ller+haus"),
        (r'say "M\u00fcller Haus"', "ller haus"),
        ("mailto:jane.doe%40example.org", "jane.doe"),
        ("0041504354455354304531323334353641ff", "415043544553543045313233343536"),
        ("4D C3BC 4DC3BC6C6C65722048617573", "6c6c657220486175"),
    ],
)
def test_what_is_private_is_found_however_it_is_written(text: str, survivor: str) -> None:
    known = {"site_name": "Müller Haus", "email": "jane.doe@example.org"}
    copy = REDACTOR.redact({**known, "device_sn": "APCTEST0E123456A", "text": text})
    assert survivor in text.lower()
    assert survivor not in json.dumps(copy, ensure_ascii=False).lower()


def test_a_name_is_found_in_keys_and_words_of_the_format_stay() -> None:
    answer = {"site_name": "Müller Haus", "alias": "totalPower", "map": {"Müller Haus": 1}}
    copy = REDACTOR.redact({**answer, "totalPower": 5})
    assert isinstance(copy, dict)
    assert list(copy["map"]) == [copy["site_name"]]
    assert copy["totalPower"] == 5


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("9JVB42LJK8J0P5RY,9JVB42LJK8J0P5RZ", ["9JVB42LJK8J0P5RY", "9JVB42LJK8J0P5RZ"]),
        ("device sn=9JVB42LJK8J0P5RY is offline", ["9JVB42LJK8J0P5RY"]),
        ("Mail to jane@example.org.", ["jane@example.org"]),
        ("C71F3D61-92DE-4D17-8D6A-34C9ECBECEDC;on", ["C71F3D61-92DE-4D17-8D6A-34C9ECBECEDC"]),
        ("at AA-BB-0C-DD-1E-FF", ["AA-BB-0C-DD-1E-FF"]),
        ("wss://charger:hunter2@box.example/ocpp", ["charger", "hunter2"]),
    ],
)
def test_what_looks_like_an_identity_is_found_between_other_words(
    text: str, private: list[str]
) -> None:
    copy = REDACTOR.redact({"description": text})
    assert isinstance(copy, dict)
    assert [word for word in private if word in copy["description"]] == []
    assert len(copy["description"]) == len(text)
