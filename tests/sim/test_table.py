from solix_exporter.sim.answers.table import ROUTES, WRITES
from tests.sim.conftest import StartCloud
from tests.sim.endpoints import ENDPOINTS


def test_the_walk_misses_no_endpoint_and_asks_no_other() -> None:
    assert {endpoint.path for endpoint in ENDPOINTS} == set(ROUTES)
    methods = {endpoint.path: endpoint.method for endpoint in ENDPOINTS}
    assert methods == {path: route.method for path, route in ROUTES.items()}
    assert not WRITES & set(ROUTES)


async def test_no_write_endpoint_does_anything_but_refuse(start_cloud: StartCloud) -> None:
    _, client = await start_cloud(scenario="all")
    for path in sorted(WRITES):
        assert (await client.send(path)).code == 10000, path
