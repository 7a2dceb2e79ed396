"""Every endpoint that the client may ask: one typed row each, and only read endpoints.

`Session.fetch` takes nothing but these rows, which makes the client read-only by construction.
"""

from solix_exporter.cloud.endpoint import Endpoint
from solix_exporter.cloud.parse.currencies import parse_currencies
from solix_exporter.cloud.parse.scene import parse_scene
from solix_exporter.cloud.parse.site_list import parse_site_list
from solix_exporter.model.money import Currencies
from solix_exporter.model.site import Scene, SiteListing

SITE_LIST: Endpoint[tuple[SiteListing, ...]] = Endpoint(
    path="power_service/v1/site/get_site_list",
    parse=parse_site_list,
    capture="site_list",
)

SCENE_INFO: Endpoint[Scene] = Endpoint(
    path="power_service/v1/site/get_scen_info",
    parse=parse_scene,
    fields=("site_id",),
    capture="scene_{site_id}",
)

CURRENCY_LIST: Endpoint[Currencies] = Endpoint(
    path="power_service/v1/currency/get_list",
    parse=parse_currencies,
    capture="currency_list",
)

ENDPOINTS: tuple[Endpoint[object], ...] = (SITE_LIST, SCENE_INFO, CURRENCY_LIST)
