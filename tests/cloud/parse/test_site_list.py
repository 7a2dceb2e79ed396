"""The list of sites: each one once."""

import pytest

from solix_exporter.cloud.parse.site_list import parse_site_list
from solix_exporter.cloud.record import Record
from solix_exporter.model.site import Access

OWN = {"site_id": "a", "site_name": "Own", "power_site_type": 12, "ms_type": 1}
SHARED = {"site_id": "a", "site_name": "Shared", "power_site_type": 12, "ms_type": 2}
OTHER = {"site_id": "b", "site_name": "Other", "power_site_type": 5, "ms_type": 2}


@pytest.mark.parametrize("entries", [[OWN, SHARED, OTHER], [SHARED, OTHER, OWN], [OWN, OTHER, OWN]])
def test_a_site_that_is_listed_twice_is_one_site_the_own_entry_of_it(
    entries: list[dict[str, object]],
) -> None:
    sites = parse_site_list(Record({"site_list": entries}))
    assert [(site.site_id, site.name, site.access) for site in sites] == [
        ("a", "Own", Access.OWNER),
        ("b", "Other", Access.MEMBER),
    ]
