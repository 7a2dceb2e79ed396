import pytest

from solix_exporter.sim.answers.table import WRITES, routes
from solix_exporter.sim.answers.templates import TEMPLATE_FILES, template
from solix_exporter.sim.hardware import Role
from tests.sim.conftest import StartCloud
from tests.sim.endpoints import ENDPOINTS

ROW_KEYS = {
    "about",
    "access",
    "data",
    "message",
    "method",
    "note",
    "only",
    "refusal",
    "roles",
}


def test_the_tests_ask_exactly_the_endpoints_of_the_table() -> None:
    assert {endpoint.path for endpoint in ENDPOINTS} == set(routes())
    methods = {endpoint.path: endpoint.method for endpoint in ENDPOINTS}
    assert methods == {path: route.method for path, route in routes().items()}
    assert not WRITES & set(routes())


async def test_no_write_endpoint_does_anything_but_refuse(start_cloud: StartCloud) -> None:
    _, client = await start_cloud(scenario="all")
    for path in sorted(WRITES):
        assert (await client.send(path)).code == 10000, path


@pytest.mark.parametrize("name", TEMPLATE_FILES)
def test_a_file_of_answers_has_no_key_or_role_that_nothing_reads(name: str) -> None:
    roles = {role.value for role in Role}
    for path, row in template(name).items():
        assert set(row) <= ROW_KEYS, path
        assert set(row.get("roles", ())) <= roles, path
        assert "roles" not in row or row.get("about") in {"site", "device"}, path
