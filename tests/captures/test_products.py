"""The product table, against the cloud's own catalogue of products."""

import json
from pathlib import Path

from solix_exporter.cloud.parse.account_extras import parse_product_names
from solix_exporter.cloud.record import Record
from solix_exporter.model.products import PRODUCTS, DeviceType


def catalogued(captures: Path) -> dict[str, str]:
    """Return the names in all captured catalogues by part number."""
    names: dict[str, str] = {}
    for file in sorted(captures.glob("*/list_products.json")):
        answer = json.loads(file.read_bytes())
        names |= parse_product_names(Record({"list": answer["data"]}))
    return names


def test_every_product_of_the_catalogue_has_a_row(captures: Path) -> None:
    names = catalogued(captures)
    assert names["AE111"] == "XE"
    assert names.keys() <= PRODUCTS.keys()


def test_the_xe_is_a_solarbank_of_the_fourth_generation() -> None:
    xe, also = PRODUCTS["AE111"], PRODUCTS["AE113"]
    assert (xe.name, also.name) == ("XE", "Solarbank Max")
    for product in (xe, also):
        assert (product.device_type, product.generation) == (DeviceType.SOLARBANK, 4)
        assert product.capacity_wh is None
