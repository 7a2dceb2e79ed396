"""Which format and encoding a scrape gets, by its headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.metrics.negotiation import accepts_gzip, content_type

PLAIN = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT_1 = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"
OPENMETRICS_1 = f"{OPENMETRICS}; escaping=underscores"
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", PLAIN),
        ("*/*", PLAIN),
        ("text/html,application/xhtml+xml,*/*;q=0.8", PLAIN),
        ("text/plain", PLAIN),
        ("text/plain;version=0.0.4", PLAIN),
        ("text/plain;version=latest", PLAIN),
        ("text/plain;version=1.0.0", TEXT_1),
        ("application/openmetrics-text", OPENMETRICS),
        ("APPLICATION/OpenMetrics-Text; Version=1.0.0", OPENMETRICS_1),
        ('application/openmetrics-text; version="1.0.0"', OPENMETRICS_1),
        ('application/openmetrics-text;version="1.0.0";a="x,y;q=0"', OPENMETRICS_1),
        ("application/openmetrics-text;version=2.0.0", PLAIN),
        ("application/openmetrics-text;version=0.0.1", PLAIN),
        ("application/openmetrics-text;version=1.0.0;q=0", PLAIN),
        ("application/openmetrics-text;q=0.0,text/plain;q=0.1", PLAIN),
        ("text/plain;q=0.3,application/openmetrics-text;q=0.5", OPENMETRICS),
        ("text/plain;q=0.9,application/openmetrics-text;q=0.5", PLAIN),
        ("text/plain;q=0, */*", OPENMETRICS),
        ("text/plain;q=0, application/openmetrics-text;q=0, */*", PLAIN),
        ("application/*", OPENMETRICS),
        ("application/openmetrics-text;version=1.0.0;escaping=rot13", OPENMETRICS_1),
        ("application/openmetrics-text;q=nonsense", PLAIN),
        (PROMETHEUS_3, f"{OPENMETRICS}; escaping=allow-utf-8"),
    ],
)  # fmt: skip
def test_the_format_follows_the_accept_header(accept: str, expected: str) -> None:
    assert content_type(accept) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip;q=1.000", True),
        ("gzip;q=0", False),
        ("gzip; q = 0.000", False),
        ("gzip;q=2", False),
        ("identity", False),
        ("br, *", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_those_who_accept_it(header: str, expected: bool) -> None:  # noqa: FBT001  a parameter
    assert accepts_gzip(header) is expected


_PIECES = st.sampled_from(
    ["application/openmetrics-text", "text/plain", "*/*", ";", ",", "=", "version", "q", '"', "\\",
     "1.0.0", "0", "0.5", " ", "escaping", "allow-utf-8"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=20).map("".join)))
def test_every_header_gets_a_format(header: str) -> None:
    assert content_type(header).startswith((PLAIN, OPENMETRICS, "text/plain; version=1.0.0;"))
    assert accepts_gzip(header) in {True, False}
