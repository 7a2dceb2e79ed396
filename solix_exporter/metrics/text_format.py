"""The text formats of `/metrics`: headers, labels and numbers, byte for byte as the library's."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from prometheus_client.utils import floatToGoString

Labels = tuple[tuple[str, str], ...]
Kind = Literal["gauge", "counter", "histogram"]

END = "# EOF\n"
"""The last line of OpenMetrics."""

_TOTAL = "_total"
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})
_LABEL_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_LONGEST_PLAIN = 6
"""Digits before the point up to which the usual libraries write a number plainly."""
_MOST_KEPT = 1 << 11
"""Half a megabyte of texts."""


class _NumberTexts(dict[float, str]):
    """The texts of numbers, kept because powers, percentages and flags repeat all the time."""

    def __missing__(self, value: float) -> str:
        text = repr(float(value))
        if not 0 < text.find(".") <= _LONGEST_PLAIN:
            text = floatToGoString(value)
        # Zero is not kept: it would also be found for -0.0, and is quickly written.
        if value:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[value] = text
        return text


NUMBER_TEXTS: Mapping[float, str] = _NumberTexts()
"""The text of each number as the Prometheus library writes it; every number is a key."""


def labels_text(labels: Iterable[tuple[str, str]]) -> str:
    """Return labels sorted by name, as they are written between the braces."""
    return ",".join([f'{name}="{_escaped(value)}"' for name, value in sorted(labels)])


def in_braces(labels: Iterable[tuple[str, str]]) -> str:
    """Return labels as they follow a name, empty where there are none."""
    text = labels_text(labels)
    return f"{{{text}}}" if text else ""


@cache
def header(name: str, kind: str, help_text: str, *, openmetrics: bool) -> str:
    """Return the HELP and TYPE lines of a metric."""
    if openmetrics:
        # OpenMetrics leaves the suffix to a counter's samples.
        name = name.removesuffix(_TOTAL) if kind == "counter" else name
        help_text = help_text.translate(_LABEL_ESCAPES)
    else:
        help_text = help_text.translate(_HELP_ESCAPES)
    return f"# HELP {name} {help_text}\n# TYPE {name} {kind}\n"


def _escaped(value: str) -> str:
    # Few values need it, and looking is cheaper than translating.
    if "\\" in value or '"' in value or "\n" in value:
        return value.translate(_LABEL_ESCAPES)
    return value
