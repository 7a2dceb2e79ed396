"""What a panel says and how its numbers are written: unit, limits, colours, texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grafana_foundation_sdk.models.dashboard import (
    DashboardFieldConfigSourceOverrides,
    DashboardLink,
    DynamicConfigValue,
    FieldColor,
    FieldColorModeId,
    FieldConfig,
    FieldConfigSource,
    MatcherConfig,
    ThresholdsConfig,
    ThresholdsMode,
)

from grafana.generator import palette
from grafana.generator.flux import FluxQuery
from grafana.generator.queries import Query

Properties = Mapping[str, object]
Transformation = tuple[str, Mapping[str, object]]

NO_DATA = "no data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What a panel shows and says, whatever its shape."""

    title: str
    about: str
    """How the number comes about."""
    queries: tuple[Query | FluxQuery, ...]
    unit: str
    size: tuple[int, int] = (12, 8)
    """Width in 24ths of the page, height in units of 30 pixels."""
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    steps: palette.Steps = ((None, palette.GOOD),)
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Text and colour of single values."""
    colours: Mapping[str, str] = field(default_factory=dict)
    """Colours by series name."""
    overrides: Mapping[str, Properties] = field(default_factory=dict)
    """Further properties by series name; a name between slashes is a regular expression."""
    empty: str = NO_DATA
    """What is shown instead of a number that is not there."""
    transformations: tuple[Transformation, ...] = ()
    step: str = ""
    """Least distance of two points."""
    since: str = ""
    """A time range of the panel's own, counted back from now."""
    links: tuple[tuple[str, str], ...] = ()
    """Title and address of links on the values."""


def field_config(tile: Tile, colour: FieldColorModeId, shape: object) -> FieldConfigSource:
    """Return how Grafana is to write the tile's numbers; `shape` is what the panel's kind adds."""
    return FieldConfigSource(
        defaults=FieldConfig(
            unit=tile.unit,
            decimals=tile.decimals,
            min_val=tile.low,
            max_val=tile.high,
            no_value=tile.empty,
            mappings=palette.mapping(tile.texts) if tile.texts else None,
            thresholds=_thresholds(tile.steps),
            color=FieldColor(mode=colour),
            custom=shape,
            links=[DashboardLink(title=title, url=url) for title, url in tile.links] or None,
        ),
        overrides=[
            *(_override(name, {"color": _fixed(shade)}) for name, shade in tile.colours.items()),
            *(_override(name, properties) for name, properties in tile.overrides.items()),
        ],
    )


def bar_cell(steps: palette.Steps, **properties: object) -> Properties:
    """Return the properties of a table column that shows its numbers as bars."""
    return {
        "custom.cellOptions": {"type": "gauge", "mode": "basic"},
        "thresholds": _thresholds(steps),
        **properties,
    }


def coloured_cell(steps: palette.Steps, **properties: object) -> Properties:
    """Return the properties of a table column whose text has the threshold's colour."""
    return {**bar_cell(steps, **properties), "custom.cellOptions": {"type": "color-text"}}


def _thresholds(steps: palette.Steps) -> ThresholdsConfig:
    return ThresholdsConfig(mode=ThresholdsMode.ABSOLUTE, steps=palette.thresholds(steps))


def _fixed(shade: str) -> object:
    return {"mode": "fixed", "fixedColor": shade}


def _override(name: str, properties: Properties) -> DashboardFieldConfigSourceOverrides:
    by = "byRegexp" if name.startswith("/") else "byName"
    return DashboardFieldConfigSourceOverrides(
        matcher=MatcherConfig(id_val=by, options=name),
        properties=[
            DynamicConfigValue(id_val=key, value=value) for key, value in properties.items()
        ],
    )
