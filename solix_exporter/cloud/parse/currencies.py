"""The list of currencies that the cloud knows."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.money import Currencies


def parse_currencies(record: Record) -> Currencies:
    """Return which ISO codes each currency symbol may stand for.

    Source: `power_service/v1/currency/get_list`, `currency_list[]` of `{symbol, name}`; the name
    holds one code or several ("AUD, CAD, USD").
    """
    pairs = []
    for entry in record.records("currency_list"):
        codes = tuple(code.strip() for code in entry.text("name").split(",") if code.strip())
        pairs.append((entry.text("symbol"), codes))
    default = record.record("default_currency")
    default.ignore("name")
    return Currencies(tuple(pairs), default.text("symbol"))
