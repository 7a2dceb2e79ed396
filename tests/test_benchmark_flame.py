"""The table of the profile: each stack counts for the innermost part that it is in."""

from tests.benchmarks.flame import shares

LOOP = "run_forever (asyncio/base_events.py:607)"
RAW = f"""\
{LOOP};EpollSelector.select (selectors.py:468) 900
{LOOP};fetch (solix_exporter/cloud/session.py:1);_request (aiohttp/client.py:5) 3
{LOOP};fetch (solix_exporter/cloud/session.py:1);decode (solix_exporter/cloud/decode.py:5) 4
{LOOP};_run_once (asyncio/base_events.py:5) 2
main (somewhere.py:1) 1
"""


def test_waiting_is_no_work_and_the_innermost_part_counts() -> None:
    assert shares(RAW) == {
        "parsing answers": 0.4,
        "HTTP": 0.3,
        "event loop": 0.2,
        "else": 0.1,
    }
