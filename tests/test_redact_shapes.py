"""Secrets under names that nobody knows: all go, and what a replay needs stays."""

import base64
import ipaddress
import json
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from textwrap import wrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.redact import Redactor, kind_of
from solix_exporter.redact.packed import unpack
from solix_exporter.redact.shapes import private_spans

REDACTOR = Redactor(b"key of the tests")
USER_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567"
# Made of the same random bytes in each run: whether a piece is noticed hangs on its letters.
DER = Random("the private key").randbytes(1192)
BUNDLE = Random("the bundle").randbytes(2531)
PEM = "\n".join(
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        *wrap(base64.b64encode(DER).decode(), 64),
        "-----END RSA PRIVATE KEY-----",
        "",
    ]
)
SSH = f"ssh-rsa {base64.b64encode(Random('the public key').randbytes(279)).decode()}"

MQTT_INFO = {
    "user_id": USER_ID,
    "app_name": "anker_power",
    "thing_name": f"{USER_ID}-anker_power",
    "certificate_id": "27346598273465982734659827346598273465",
    "certificate_pem": PEM.replace("RSA PRIVATE KEY", "CERTIFICATE"),
    "private_key": PEM,
    "public_key": "",
    "endpoint_addr": "aiot-mqtt-eu.anker.com",
    "aws_root_ca1_pem": PEM.replace("RSA PRIVATE KEY", "CERTIFICATE").strip(),
    "origin": "",
    "pkcs12": base64.b64encode(BUNDLE).decode(),
}


def copy_of(value: object) -> str:
    return json.dumps(REDACTOR.redact(value), ensure_ascii=False)


def pieces(secret: str, length: int = 12) -> set[str]:
    return {secret[start : start + length] for start in range(len(secret) - length + 1)}


def test_the_keys_of_the_mqtt_account_are_replaced_and_the_rest_fits_together() -> None:
    copy = REDACTOR.redact(MQTT_INFO)
    assert isinstance(copy, dict)
    for name in ("pkcs12", "private_key", "certificate_pem", "aws_root_ca1_pem", "certificate_id"):
        original = str(MQTT_INFO[name])
        assert len(copy[name]) == len(original)
        assert [piece for piece in pieces(original) if piece in json.dumps(copy)] == []
    assert USER_ID not in json.dumps(copy)
    assert copy["thing_name"] == f"{copy['user_id']}-anker_power"
    assert copy["app_name"] == "anker_power"
    assert copy["endpoint_addr"] == "aiot-mqtt-eu.anker.com"
    assert copy["certificate_id"].isdigit()
    assert (copy["public_key"], copy["origin"]) == ("", "")


def test_ids_that_are_made_of_others_are_made_of_their_pseudonyms() -> None:
    site, serial = "c71f3d61-92de-4d17-8d6a-34c9ecbecedc", "9JVB42LJK8J0P5RY"
    copy = REDACTOR.redact(
        {"site_id": site, "sn": serial, "device_id": f"{site}_{serial}", "said": f"{serial}-{site}"}
    )
    assert isinstance(copy, dict)
    assert copy["device_id"] == f"{copy['site_id']}_{copy['sn']}"
    assert copy["said"] == f"{copy['sn']}-{copy['site_id']}"


def test_what_stands_beside_an_id_in_another_is_private_too() -> None:
    copy = REDACTOR.redact({"user_id": USER_ID, "client_id": f"{USER_ID}-livingroom77"})
    assert isinstance(copy, dict)
    assert copy["client_id"].startswith(f"{copy['user_id']}-")
    assert "livingroom" not in copy["client_id"]


@pytest.mark.parametrize(
    "key",
    [
        *("pkcs12", "PKCS12", "pkcs_12", "p12", "p12_data", "pfx", "pem", "cert", "cert_pem"),
        *("clientCert", "device_certs", "privateKey", "private_key", "PRIVATE_KEY", "privkey_pem"),
        *("aws_root_ca1_pem", "awsRootCa", "keystore", "key_store", "jks", "crt", "der"),
        *("publicKey", "client_key", "rsaKey", "api_key", "apiKey", "aesKey", "iban"),
        *("ipv6", "ip_v6", "ips", "geohash", "latlng"),
    ],
)
def test_keys_of_keys_are_private_in_every_spelling(key: str) -> None:
    assert kind_of(key) is not None


BUNDLES = [
    PEM,
    PEM.replace("\n", "\\n"),
    PEM.replace("\n", "\r\n"),
    PEM[:700],
    f"before {PEM} after",
    base64.b64encode(DER).decode(),
    base64.urlsafe_b64encode(DER).decode().rstrip("="),
    base64.encodebytes(DER).decode(),
    DER.hex(),
    base64.b64encode(BUNDLE).decode(),
    SSH,
]

HOLDERS: list[Callable[[str], object]] = [
    lambda text: {"novelty": text},
    lambda text: {"list": [1, [text]]},
    lambda text: {"param_data": json.dumps({"deep": {"novelty": text}})},
    lambda text: {"param_data": json.dumps({"twice": json.dumps([text])})},
    lambda text: {"novelty": f"prefix {json.dumps({'x': text})}"},
    lambda text: {"novelty": json.dumps(json.dumps({"x": text}))},
]


@pytest.mark.parametrize("text", BUNDLES, ids=range(len(BUNDLES)))
@pytest.mark.parametrize("hold", HOLDERS, ids=range(len(HOLDERS)))
def test_a_key_goes_wherever_it_stands(text: str, hold: Callable[[str], object]) -> None:
    copy = copy_of(hold(text))
    # Without the armour, and without what JSON escapes.
    body = "".join(line for line in text.split() if "-----" not in line)
    assert [piece for piece in pieces(body[-400:].strip("\\n")) if piece in copy] == []


@pytest.mark.parametrize("size", range(1190, 1206))
def test_the_short_last_line_of_a_key_goes_too(size: int) -> None:
    text = base64.encodebytes(Random(size).randbytes(size)).decode()
    copies = [copy_of(hold(text)) for hold in HOLDERS]
    last = text.split()[-1]
    assert [copy for copy in copies if any(piece in copy for piece in pieces(last, 6))] == []


SECRETS = [
    "2001:db8:85a3::8a2e:370:7334",
    "2001:0DB8:85A3:0000:0000:8A2E:0370:7334",
    "fe80::1ff:fe23:4567:890a%eth0",
    "::ffff:192.168.178.23",
    "192.168.178.23",
    "10.0.0.138",
    "8.8.4.4",
    "AA:BB:CC:DD:EE:01",
    "aa-bb-cc-dd-ee-01",
    "aabb.ccdd.ee01",
    "aabbccddee01",
    "00:11:22:FF:FE:33:44:55",
    "jane.doe+solar@mail.example.org",
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "gb82 west 1234 5698 7654 32",
    "FR14 2004 1010 0505 0001 3M02 606",
    "4111 1111 1111 1111",
    "4111111111111111",
    "356938035643809",
    "+49 170 1234567",
    "+1 (555) 123-4567",
    "0170/1234567",
    "01701234567",
    "555-123-4567",
    "48.137154, 11.575490",
    "48.137154;11.575490",
    "48°08'14.0\"N",
    "geo:48.137,11.575",
    "Musterstraße 12, 80331 München",
    "Am Alten Weg 7b",
    "12 Acacia Avenue, Springfield",
    "25 rue de la Paix, Paris",
    "Via Roma 15",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP",
    "0123456789abcdef0123456789abcdef01234567",
    "AKIAIOSFODNN7EXAMPLE",
    "sk_live_51H8xYzAbCdEfGhIjKlMn",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYzz+1",
    "ABCDE-12345-FGHIJ-67890",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "at {}.", "({})", "x={};", "{}, and more"])
def test_addresses_tokens_and_accounts_go_under_any_name(secret: str, around: str) -> None:
    copy = copy_of({"novelty": around.format(secret)})
    length = min(8, len(secret))
    assert [piece for piece in pieces(secret, length) if json.dumps(piece)[1:-1] in copy] == []


@pytest.mark.parametrize("secret", [s for s in SECRETS if " " not in s and "," not in s])
def test_they_go_as_keys_too(secret: str) -> None:
    assert secret not in json.loads(copy_of({"map": {secret: 1}}))["map"]


NEEDED: list[object] = [
    "0.0.6.2",
    "v1.4.4.2",
    "firmware 1.4.4.2",
    "V1.0.3",
    "A17C1",
    "solarbank_2_e1600_pro",
    "Solarbank 2 E1600 AC",
    "use_time",
    "12.35",
    "-0.004",
    "1234567",
    "1760711012",
    "1760711012000",
    1760711012000,
    1760711012000000,
    20260620110230,
    "20260620110230",
    "2026-06-20 11:02:30",
    "2026-06-20T11:02:30.123+02:00",
    "01-01-0001",
    "20.06.2026",
    "06/20/2026",
    "12:30:45",
    "00:00-24:00",
    "PST8PDT,M3.2.0/2:00:00,M11.1.0/2:00:00",
    "Europe/Berlin",
    "America/Argentina/Buenos_Aires",
    "GMT+0200",
    "0.123,0.456,0.789",
    "https://public-images.example.com/ankerpower/0123456789abcdef0123456789abcdef/a17c1.png",
    "power_service/v1/site/get_scen_info",
    "dt/anker_power/A1761/#",
    "anker_power",
    "aiot-mqtt-eu.anker.com",
    "The device is offline, try again in 24 hours",
    "EUR",
    "DE",
    0,
    -1,
    12.5,
    2**33,
    True,
    None,
]


@pytest.mark.parametrize("value", NEEDED)
def test_what_a_replay_needs_stays(value: object) -> None:
    key = "version" if value == "0.0.6.2" else "novelty"
    assert REDACTOR.redact({key: value}) == {key: value}
    packed = {"param_data": json.dumps({key: [value]})}
    assert REDACTOR.redact(packed) == packed


def test_versions_stay_in_a_map_by_model() -> None:
    answer = {"versions": {"A1782": "1.2.1.6", "A7320": "0.0.6.2"}}
    assert REDACTOR.redact(answer) == answer


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("token=a1b2c3&site=1", "a1b2c3"),
        ("password: hunter2", "hunter2"),
        ("x-auth-token: abc def", "abc"),
        ('{"data":{"auth_token":"short', "short"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("{'gtoken': 'x1y2z3'}", "x1y2z3"),
        (r"{\"user_name\":\"Jane\"}", "Jane"),
        ("https://x.example/cb#access_token=abcdef", "abcdef"),
    ],
)
def test_a_text_that_names_a_secret_itself_loses_it(text: str, secret: str) -> None:
    assert secret not in copy_of({"novelty": text})


WORD_CHARACTERS = string.ascii_letters + string.digits
SURROUNDINGS = st.sampled_from(["{}", "{} is it", "see {}", "a={}", '"{}"', "[{}]", "<b>{}</b>"])
PLANTED = st.one_of(
    st.ip_addresses(v=6).filter(lambda address: int(address) > 1).map(str),
    st.ip_addresses(v=6).map(lambda address: ipaddress.IPv6Address(address).exploded.upper()),
    st.ip_addresses(v=4).map(str),
    st.uuids().map(str),
    st.binary(min_size=16, max_size=64)
    .map(bytes.hex)
    .filter(lambda text: any(character.isalpha() for character in text[1:-1])),
    st.binary(min_size=6, max_size=6).map(lambda mac: mac.hex(":")),
    st.from_regex(r"[A-Z]{2}[0-9]{2} [0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4} [0-9]{2}", fullmatch=True),
    st.from_regex(r"\+[1-9][0-9]{1,2} [1-9][0-9]{2,3} [0-9]{5,7}", fullmatch=True),
    st.emails(domains=st.sampled_from(["example.org", "mail.example.co.uk"])),
)


@given(PLANTED, SURROUNDINGS, st.sampled_from(["novelty", "x1", "comment", "data"]))
def test_no_planted_secret_survives(secret: str, around: str, key: str) -> None:
    copy = json.dumps(REDACTOR.redact({key: around.format(secret), "n": 1}), ensure_ascii=False)
    assert secret.lower() not in copy.lower()


def public_texts(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Give each text that no key makes private, with the key above it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if kind_of(name) is None:
                yield from public_texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from public_texts(inner, key)
    elif isinstance(value, str):
        packed = unpack(value)
        yield from public_texts(packed, key) if packed is not None else [(key, value)]


def test_in_real_answers_only_ids_and_hashes_look_private(captures: Path) -> None:
    found = set()
    for file in sorted(captures.glob("*/*.json")):
        if not file.name.startswith("api_"):
            for key, text in public_texts(json.loads(file.read_text(encoding="utf-8"))):
                if private_spans(text):
                    found.add(key)
    assert found <= {"md5", "file_md5", "brand_id"}
