"""Nothing private is in an export: what the simulated homes hold is looked for in every file."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from solix_exporter.sim import cloud_scenario_names
from tests.exported import Exports

PART = 6
"""A part of so many characters tells whose it is..."""
HEX_PART = 10
"""... and of so many hexadecimal digits: shorter ones are alike by chance."""

VOCABULARY = (
    *("solarbank", "home power panel", "microinverter", "mi80 microinverter(ble)", "battery"),
    *("smart meter", "prime charger", "charger", "wall box", "balcony solar power system"),
    *(
        ".example.com/",
        "battery charging",
        "living_room",
        "solarbank 2 e1600",
        "network",
        "c1000 gen 2",
    ),
)
"""Words of the products and of the format that people call their things by, too."""


def spellings(value: str) -> Iterator[str]:
    """Give the ways to write a value: as it is, without separators, in base64 at any place."""
    yield value.lower()
    yield re.sub(r"[^0-9A-Za-z]", "", value).lower()
    for place in range(3):
        encoded = base64.b64encode(bytes(place) + value.encode()).decode().rstrip("=")
        # The characters at both ends depend on the neighbours, too.
        yield encoded[(place * 8 + 5) // 6 : -1].lower()


def parts(value: str) -> Iterator[str]:
    for text in spellings(value):
        length = HEX_PART if re.fullmatch(r"[0-9a-f:-]+", text) else PART
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def survivors(folder: Path, private: frozenset[str]) -> set[tuple[str, str]]:
    """Return the parts of private values that are in the files or in their names."""
    public = {part for word in VOCABULARY for part in parts(word)}
    wanted = {part for value in private for part in parts(value)} - public
    found = set()
    for file in sorted(folder.rglob("*")):
        text = f"{file.name} {file.read_text(encoding='utf-8')}".lower()
        for length in (PART, HEX_PART):
            windows = {text[start : start + length] for start in range(len(text) - length + 1)}
            found |= {(file.name, part) for part in windows & wanted}
    return found


@pytest.mark.parametrize("scenario", cloud_scenario_names())
def test_no_private_value_is_in_an_export(exports: Exports, scenario: str) -> None:
    exported = exports.of(scenario)
    assert len(exported.private) > 20
    assert survivors(exported.folder, exported.private) == set()


def test_the_search_finds_what_was_not_made_anonymous(exports: Exports) -> None:
    exported = exports.of("home")
    assert {name for name, _ in survivors(exported.raw, exported.private)} > {"site_list.json"}
