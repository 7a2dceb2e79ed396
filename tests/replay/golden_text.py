"""The golden form of a scrape: nothing in it differs between two runs or says whose home it is."""

import re
from itertools import groupby

_STATE_OFF = re.compile(r'\{.*\b(status|mode|tariff)=".* 0\.0$')
_PRIVATE = re.compile(r',?\b(account|name|room|ssid|error_text)="[^"]*"')
_SERVER = re.compile(r'\bserver="[^"]*"')
_IDS = {
    kind: re.compile(rf'\b{label}="([^"]+)"')
    for kind, label in (("site", "site_id"), ("device", "device_sn"), ("vehicle", "vehicle_id"))
}


def golden_lines(text: str, wanted: re.Pattern[str], *, sort_ids: bool = False) -> list[str]:
    """Return the samples with a wanted name; of states only those that are on.

    Ids become their place: among all that occur, or, where another sample must not change them,
    among all in order.
    """
    lines = [line for line in text.splitlines() if wanted.match(line)]
    lines = [line for line in lines if not _STATE_OFF.search(line)]
    for kind, pattern in _IDS.items():
        ids = list(dict.fromkeys(found for line in lines for found in pattern.findall(line)))
        for place, found in enumerate(sorted(ids) if sort_ids else ids, start=1):
            lines = [line.replace(f'"{found}"', f'"{kind}-{place}"') for line in lines]
    lines = [_SERVER.sub('server="cloud"', line) for line in lines]
    return [_PRIVATE.sub("", line).replace("{,", "{") for line in lines]


def grouped(lines: list[str]) -> str:
    """Return samples in order, the name of each metric once."""
    text = ""
    for name, samples in groupby(sorted(lines), lambda line: re.split("[{ ]", line)[0]):
        text += name + "\n" + "".join(f" {line[len(name) :].strip()}\n" for line in samples)
    return text
