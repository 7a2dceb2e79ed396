"""The snapshot's JSON: written item by item, and the same as if it were written in one go."""

import orjson
import pytest

from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.products import product_of
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.web.json_view import plain, snapshot_json
from solix_exporter.web.sources import Status
from tests.metrics.test_exposition import NOW, home


@pytest.mark.parametrize("names", [(), ("one",), ('quote"\n', "two")])
def test_the_text_is_that_of_the_whole(names: tuple[str, ...]) -> None:
    snapshot = Snapshot(tuple(home(5, name) for name in names))
    whole = {
        "time": NOW,
        "accounts": plain(snapshot.accounts),
        "sites": plain(snapshot.sites),
        "devices": plain(snapshot.devices),
        "vehicles": plain(snapshot.vehicles),
    }
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
    assert snapshot_json(Status(NOW, snapshot)) == orjson.dumps(whole, option=option)


def test_the_account_of_a_devices_owner_is_left_out() -> None:
    bound = BoundDevice("SN1", product_of("A17C1"), owner_user_id="0f1e2d3c4b5a")
    assert "0f1e2d3c4b5a" not in str(plain(bound))
