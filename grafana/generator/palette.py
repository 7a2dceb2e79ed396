"""Colours, thresholds and value mappings; the same thing has the same colour on every board."""

from collections.abc import Mapping

from grafana_foundation_sdk.models.dashboard import (
    Threshold,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

PV = "#F2CC0C"
HOME = "#5794F2"
CHARGE = "#56A64B"
DISCHARGE = "#96D98D"
BATTERY = "#73BF69"
GRID_IMPORT = "#E0556A"
GRID_EXPORT = "#B877D9"
GRID = GRID_IMPORT
PLUG = "#8AB8FF"
RESERVE = "#FF9830"

GOOD = "#73BF69"
NOTICE = "#F2CC0C"
BAD = "#F2495C"
CALM = "#8E8E8E"

SOURCES = {"pv": PV, "battery": BATTERY, "grid": GRID_IMPORT}
SINKS = {"home": HOME, "battery": BATTERY, "grid": GRID_EXPORT}

Steps = tuple[tuple[float | None, str], ...]

SOC_STEPS: Steps = ((None, BAD), (0.1, RESERVE), (0.2, NOTICE), (0.4, GOOD))
SHARE_STEPS: Steps = ((None, RESERVE), (0.3, NOTICE), (0.6, GOOD))
AGE_STEPS: Steps = ((None, GOOD), (600, NOTICE), (1800, BAD))
GOOD_IS_ONE: Steps = ((None, BAD), (1, GOOD))
GOOD_IS_ZERO: Steps = ((None, GOOD), (1, BAD))
NOTICE_ABOVE_ZERO: Steps = ((None, GOOD), (1, NOTICE))


def thresholds(steps: Steps) -> list[Threshold]:
    """Return Grafana's form of steps; the first one has no value."""
    return [Threshold(value=value, color=colour) for value, colour in steps]


def mapping(texts: Mapping[str, tuple[str, str]]) -> list[ValueMapping]:
    """Return a value mapping from value to text and colour."""
    options = {
        value: ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, (text, colour)) in enumerate(texts.items())
    }
    return [ValueMap(options=options)]


YES_NO = {"0": ("no", BAD), "1": ("yes", GOOD)}
UP_DOWN = {"0": ("down", BAD), "1": ("up", GOOD)}
