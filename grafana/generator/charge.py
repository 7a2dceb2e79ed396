"""The curve that several boards show: how full the batteries are, and down to where they may go."""

from grafana_foundation_sdk.models import units

from grafana.generator.fields import Tile
from grafana.generator.panels import Block, Curve, curve_block
from grafana.generator.queries import Query, by_device, site

SOC = "solix_battery_soc_ratio"
_RESERVE = "solix_battery_reserve_ratio"


def charge_block(title: str, about: str, *, size: tuple[int, int], calcs: tuple[str, ...]) -> Block:
    """Return each solarbank's state of charge, and dashed its reserve."""
    tile = Tile(
        title=title,
        about=about,
        queries=(
            Query(expr=by_device(site(SOC)), legend="{{name}}"),
            Query(expr=by_device(site(_RESERVE)), legend="{{name}} reserve"),
        ),
        unit=units.PercentUnit,
        size=size,
        decimals=0,
        low=0,
        high=1,
        overrides={
            "/ reserve$/": {
                "custom.lineStyle": {"fill": "dash", "dash": [8, 8]},
                "custom.fillOpacity": 0,
                "custom.lineWidth": 1,
            },
        },
    )
    return curve_block(tile, Curve(calcs=calcs))
