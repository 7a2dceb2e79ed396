"""The broker of an account's devices, and the certificate that it lets in."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.broker import BrokerAccess

_PORT = 8883
"""Where the address has none; the cloud never names one."""


def parse_broker_access(record: Record) -> BrokerAccess:
    """Return the broker and the certificate; the broker's address is empty where there is none.

    Source: `app/devicemanage/get_user_mqtt_info`. Each PEM has real line breaks.
    """
    record.ignore("public_key", "origin", "pkcs12")
    host, port = _address(record.text("endpoint_addr").strip())
    return BrokerAccess(
        host=host,
        port=port,
        user_id=record.text("user_id"),
        app_name=record.text("app_name") or "anker_power",
        thing_name=record.text("thing_name"),
        certificate_id=record.text("certificate_id"),
        certificate_pem=record.raw_text("certificate_pem"),
        private_key_pem=record.raw_text("private_key"),
        root_ca_pem=record.raw_text("aws_root_ca1_pem"),
    )


def _address(text: str) -> tuple[str, int]:
    """Return host and port; an IPv6 address stands in brackets before a port."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or (":" in host and not host.endswith("]")):
        return text.strip("[]"), _PORT
    return host.strip("[]"), int(port)
