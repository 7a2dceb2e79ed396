from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.model.broker import BrokerAccess
from solix_exporter.mqtt.credentials import (
    BadCredentials,
    expiry_of,
    remove_leftovers,
    tls_context,
)
from solix_exporter.mqtt.desk import Desk
from tests.mqtt.broker import Authority

START = datetime(2026, 6, 1, tzinfo=UTC)


def test_the_key_is_on_disk_only_while_tls_reads_it(tmp_path: Path) -> None:
    access = Authority().access(8883)

    tls_context(access, tmp_path / "state")

    assert list((tmp_path / "state").iterdir()) == []
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "spoil",
    [
        lambda access: replace(access, certificate_pem="rubbish"),
        lambda access: replace(access, private_key_pem="rubbish"),
        lambda access: replace(access, root_ca_pem="rubbish"),
    ],
)
def test_what_cannot_be_read_is_named_and_leaves_no_file(
    tmp_path: Path, spoil: Callable[[BrokerAccess], BrokerAccess]
) -> None:
    access = spoil(Authority().access(8883))

    with pytest.raises(BadCredentials):
        tls_context(access, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_key_of_another_certificate_does_not_fit(tmp_path: Path) -> None:
    authority = Authority()
    access = replace(authority.access(8883), private_key_pem=authority.access(8883).private_key_pem)

    with pytest.raises(BadCredentials, match="do not fit"):
        tls_context(access, tmp_path)


def test_what_a_killed_process_left_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mqtt-abc123.pem").write_text("key")
    (tmp_path / "ledger.sqlite3").write_text("days")

    remove_leftovers(tmp_path)
    remove_leftovers(tmp_path / "missing")

    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite3"]


def test_secrets_are_not_in_the_text_of_the_access() -> None:
    access = Authority().access(8883)

    text = repr(access)

    for secret in (access.user_id, access.certificate_id, "BEGIN"):
        assert secret not in text


def test_the_end_of_a_certificate() -> None:
    until = datetime(2033, 5, 1, 12, tzinfo=UTC)

    assert expiry_of(Authority().access(8883, until)) == until
    with pytest.raises(BadCredentials):
        expiry_of(replace(Authority().access(8883), certificate_pem=""))


class Office:
    """A cloud that hands out a certificate, and counts."""

    def __init__(self, until: datetime) -> None:
        self.access = Authority().access(8883, until)
        self.asked = 0
        self.clock = ManualClock(START)
        self.desk = Desk(self.fetch, self.clock)

    async def fetch(self) -> BrokerAccess:
        self.asked += 1
        return self.access

    async def after(self, **time: float) -> int:
        """Return how often the cloud has been asked some time later."""
        self.clock.advance(timedelta(**time).total_seconds())
        await self.desk.access()
        return self.asked


async def test_a_certificate_is_asked_for_once() -> None:
    office = Office(START + timedelta(days=3000))

    assert [await office.after(days=10) for _ in range(5)] == [1] * 5


async def test_a_certificate_that_ends_soon_is_asked_for_once_a_day() -> None:
    office = Office(START + timedelta(days=31))

    assert await office.after() == 1
    assert await office.after(hours=25) == 2
    assert await office.after(hours=1) == 2
    assert await office.after(hours=24) == 3


async def test_doubt_asks_again_but_not_within_a_day() -> None:
    office = Office(START + timedelta(days=3000))
    await office.after()

    office.desk.doubt()
    assert await office.after(hours=23) == 1
    assert await office.after(hours=2) == 2
    assert await office.after(days=5) == 2
