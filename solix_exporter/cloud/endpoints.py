"""Every endpoint that the client may ask: one typed row each, and only read endpoints.

`Session.fetch` takes nothing but these rows, which makes the client read-only by construction.
"""

from solix_exporter.cloud.endpoint import Endpoint
from solix_exporter.cloud.parse.currencies import parse_currencies
from solix_exporter.cloud.parse.energy import STATISTICS, energy_parser
from solix_exporter.cloud.parse.scene import parse_scene
from solix_exporter.cloud.parse.site_list import parse_site_list
from solix_exporter.cloud.parse.system_energy import (
    SOURCES,
    parse_inverter_energy,
    source_parser,
)
from solix_exporter.model.energy import EnergyAnswer
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

SITE_ENERGY: dict[str, Endpoint[EnergyAnswer]] = {
    device_type: Endpoint(
        path="power_service/v1/site/energy_analysis",
        parse=energy_parser(device_type),
        fields=("site_id", "device_sn", "start_time", "end_time"),
        constants={"device_type": device_type, "type": "week"},
        capture=f"energy_{device_type}_{{site_id}}",
    )
    for device_type in STATISTICS
}
"""Daily energy of balcony systems, by `device_type`; the last day asked for is included."""

PANEL_ENERGY: dict[str, Endpoint[EnergyAnswer]] = {
    source: Endpoint(
        path="charging_energy_service/energy_statistics",
        parse=source_parser(source),
        fields=("siteId", "start", "end"),
        constants={
            "sourceType": source,
            "dateType": "week",
            "global": False,
            "productCode": "",
        },
        capture=f"charging_energy_{source}_{{siteId}}",
    )
    for source in ("hes", "home", "grid", "solar")
}
"""Daily energy of power panels, by `sourceType`."""

HES_ENERGY: dict[str, Endpoint[EnergyAnswer]] = {
    source: Endpoint(
        path="charging_hes_svc/get_energy_statistics",
        parse=source_parser(source),
        fields=("siteId", "start", "end"),
        constants={"sourceType": source, "dateType": "week"},
        capture=f"hes_energy_{source}_{{siteId}}",
    )
    for source in SOURCES
}
"""Daily energy of home energy systems, by `sourceType`."""

INVERTER_ENERGY: Endpoint[EnergyAnswer] = Endpoint(
    path="charging_pv_svc/statisticsPv",
    parse=parse_inverter_energy,
    fields=("sn", "start", "end"),
    constants={"type": "week", "version": "1"},
    capture="device_pv_statistics_{sn}",
)

ENDPOINTS: tuple[Endpoint[object], ...] = (
    SITE_LIST,
    SCENE_INFO,
    CURRENCY_LIST,
    *SITE_ENERGY.values(),
    *PANEL_ENERGY.values(),
    *HES_ENERGY.values(),
    INVERTER_ENERGY,
)
