from collections.abc import Mapping

import pytest

from solix_exporter.cloud.parse.broker_access import parse_broker_access
from solix_exporter.cloud.record import Record

PEM = "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n"
ANSWER: Mapping[str, object] = {
    "user_id": "0123456789abcdef",
    "app_name": "anker_power",
    "thing_name": "0123456789abcdef-anker_power",
    "certificate_id": "12345678901234567890",
    "certificate_pem": PEM,
    "private_key": PEM,
    "public_key": "",
    "endpoint_addr": "aiot-mqtt-eu.anker.com",
    "aws_root_ca1_pem": PEM,
    "origin": "",
    "pkcs12": "AAAA",
}


def test_the_broker_and_the_certificate_as_it_came() -> None:
    record = Record(dict(ANSWER))
    found = parse_broker_access(record)

    assert (found.host, found.port) == ("aiot-mqtt-eu.anker.com", 8883)
    assert (found.app_name, found.thing_name) == ("anker_power", "0123456789abcdef-anker_power")
    assert found.certificate_pem == found.private_key_pem == found.root_ca_pem == PEM
    assert record.unread() == ()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ("", 8883)),
        ("broker.example.com:1234", ("broker.example.com", 1234)),
        ("127.0.0.1:1234", ("127.0.0.1", 1234)),
        ("[::1]:1234", ("::1", 1234)),
        ("::1", ("::1", 8883)),
        ("broker:", ("broker:", 8883)),
    ],
)
def test_the_address_of_the_broker(address: str, expected: tuple[str, int]) -> None:
    found = parse_broker_access(Record(dict(ANSWER) | {"endpoint_addr": address}))

    assert (found.host, found.port) == expected


def test_an_account_without_a_broker() -> None:
    assert parse_broker_access(Record({})).host == ""
