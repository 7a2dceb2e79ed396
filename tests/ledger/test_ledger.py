"""The ledger: revisions, monotone sums, closed days, damage, and processes that die."""

import logging
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import sleep

import pytest

from solix_exporter.errors import LedgerError
from solix_exporter.ledger import DayRecord, Ledger, is_running
from solix_exporter.ledger.presence import Presence
from solix_exporter.ledger.schema import APPLICATION_ID, MIGRATIONS, migrate
from solix_exporter.model.energy import Flow

DAY = date(2026, 6, 20)
READ_AT = datetime(2026, 6, 20, 12, tzinfo=UTC)
PV, HOME = ("", Flow.PV), ("", Flow.HOME)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    ledger = Ledger(path)
    yield ledger
    ledger.close()


def pv(wh: float, day: date = DAY, **more: bool) -> DayRecord:
    return DayRecord("site", day, {PV: wh}, READ_AT, **more)


def revisions(ledger: Ledger) -> dict[tuple[str, str], int]:
    rows = ledger.totals(("site",), date.min, date.max)
    return {(row.day.isoformat(), row.flow.value): row.revision for row in rows}


def test_a_revision_grows_only_where_the_number_changed(ledger: Ledger) -> None:
    ledger.record(DayRecord("site", DAY, {PV: 100.0, HOME: 50.0}, READ_AT))
    assert revisions(ledger) == {("2026-06-20", "pv"): 1, ("2026-06-20", "home"): 2}
    assert ledger.record(DayRecord("site", DAY, {PV: 100.0, HOME: 60.0}, READ_AT)).changed == 1
    assert revisions(ledger) == {("2026-06-20", "pv"): 1, ("2026-06-20", "home"): 3}
    assert ledger.record(DayRecord("site", DAY, {PV: 100.0, HOME: 60.0}, READ_AT)).changed == 0
    assert revisions(ledger) == {("2026-06-20", "pv"): 1, ("2026-06-20", "home"): 3}


def test_a_day_that_is_closed_is_news_once(ledger: Ledger) -> None:
    ledger.record(DayRecord("site", DAY, {PV: 100.0, HOME: 50.0}, READ_AT))
    ledger.outbox.place("site", "home", midnight)
    mark = max(revisions(ledger).values())
    assert ledger.outbox.changed_days(0, 10, closed_only=True) == ()
    assert ledger.outbox.count_points_since(0, closed_only=True) == 0
    assert ledger.outbox.count_points_since(0) == 1
    closing = DayRecord("site", DAY, {PV: 100.0, HOME: 50.0}, READ_AT, closed=True)
    assert ledger.record(closing).changed == 0
    (day,) = ledger.outbox.changed_days(mark, 10, closed_only=True)
    assert day.revision == mark + 2
    assert ledger.outbox.count_points_since(mark, closed_only=True) == 1
    ledger.record(closing)
    assert max(revisions(ledger).values()) == mark + 2


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def lacking(ledger: Ledger, sink: str, limit: int = 1000) -> list[tuple[str, int]]:
    changed = ledger.outbox.changed_days(ledger.outbox.delivered(sink), limit)
    return [(day.identity.day.isoformat(), day.revision) for day in changed]


def test_a_sink_is_told_what_it_lacks_once(ledger: Ledger) -> None:
    ledger.outbox.place("site", "home", midnight)
    ledger.record(DayRecord("site", DAY, {PV: 100.0, HOME: 50.0}, READ_AT))
    ledger.record(pv(200.0, date(2026, 6, 21)))
    ledger.outbox.place("site", "home", midnight)
    # Three numbers got the revisions 1 to 3, and 4 to 6 when their days were placed.
    assert lacking(ledger, "influx", limit=1) == [("2026-06-20", 4)]
    assert lacking(ledger, "influx") == [("2026-06-20", 5), ("2026-06-21", 6)]
    assert ledger.outbox.count_points_since(0) == 2
    ledger.outbox.mark_delivered("influx", 5)
    assert lacking(ledger, "influx") == [("2026-06-21", 6)]
    assert ledger.outbox.count_points_since(5) == 1
    ledger.outbox.mark_delivered("influx", 6)
    assert lacking(ledger, "influx") == []
    ledger.record(pv(110.0))
    assert lacking(ledger, "influx") == [("2026-06-20", 7)]
    assert lacking(ledger, "csv") == [("2026-06-21", 6), ("2026-06-20", 7)]


def test_a_day_is_shown_to_sinks_once_it_is_placed_and_then_stays_the_same(
    ledger: Ledger,
) -> None:
    ledger.record(pv(100.0))
    assert lacking(ledger, "influx") == []
    ledger.outbox.mark_delivered("influx", 1)
    ledger.outbox.place("site", "home", midnight)
    assert lacking(ledger, "influx") == [("2026-06-20", 2)]
    # Another account and another zone, later: the day keeps its place.
    ledger.record(pv(120.0, closed=True))
    ledger.outbox.place("site", "parents", lambda day: midnight(day) - timedelta(hours=2))
    (day,) = ledger.outbox.changed_days(2, 10)
    assert (day.identity.account, day.identity.start) == ("home", midnight(DAY))
    # 3 is the number's, 4 the closing's; to be placed again is nothing.
    assert ledger.outbox.changed_days(4, 10) == ()


def test_a_ledger_of_the_first_schema_is_brought_forward_with_all_its_days(path: Path) -> None:
    path.parent.mkdir(parents=True)
    old = sqlite3.connect(path, isolation_level=None)
    migrate(old, MIGRATIONS[:1])
    old.execute("INSERT INTO site_day VALUES ('site', '2026-06-20', 1.0, 1, 1)")
    old.execute("INSERT INTO day_total VALUES ('site', '', '2026-06-20', 'pv', 100.0, 100.0, 1)")
    old.close()
    ledger = Ledger(path)
    assert ledger.counters("site") == {PV: 100.0}
    assert ledger.states("site", DAY, DAY)[DAY].closed
    ledger.outbox.place("site", "home", midnight)
    assert lacking(ledger, "influx") == [("2026-06-20", 2)]
    ledger.close()


def test_a_counter_is_the_sum_of_the_days_and_never_falls(ledger: Ledger) -> None:
    sums = []
    for wh in (100.0, 90.0, 105.0, 0.0, 105.0):
        fallen = ledger.record(pv(wh)).fallen
        assert fallen == ((PV,) if wh in {90.0, 0.0} else ())
        sums.append(ledger.counters("site")[PV])
    assert sums == [100.0, 100.0, 105.0, 105.0, 105.0]
    ledger.record(pv(7.0, date(2026, 6, 21)))
    assert ledger.counters("site") == {PV: 112.0}


def test_days_that_were_fetched_afterwards_never_count(ledger: Ledger) -> None:
    ledger.record(pv(100.0))
    ledger.record(pv(5000.0, date(2025, 6, 20), is_live=False, closed=True))
    ledger.record(pv(300.0, is_live=False))
    assert ledger.counters("site") == {PV: 100.0}
    assert [row.wh for row in ledger.day("site", DAY)] == [300.0]


def test_a_closed_day_stays_unless_told_otherwise(ledger: Ledger) -> None:
    ledger.record(pv(100.0, closed=True))
    assert ledger.record(pv(1.0)).changed == 0
    assert [row.wh for row in ledger.day("site", DAY)] == [100.0]
    assert ledger.record(pv(99.0, is_live=False, overwrite=True)).changed == 1
    assert [(row.wh, row.closed) for row in ledger.day("site", DAY)] == [(99.0, True)]
    assert ledger.counters("site") == {PV: 100.0}


def test_a_reading_that_is_not_complete_keeps_its_day_due(ledger: Ledger) -> None:
    ledger.record(DayRecord("site", DAY, {PV: 1.0}))
    state = ledger.states("site", DAY, DAY)[DAY]
    assert (state.read_at, state.closed, state.is_live) == (None, False, True)
    ledger.record(pv(1.0))
    assert ledger.states("site", DAY, DAY)[DAY].read_at == READ_AT


def test_devices_and_sites_are_apart(ledger: Ledger) -> None:
    ledger.record(DayRecord("a", DAY, {("PLUG", Flow.PLUG): 3.0, ("", Flow.PLUG): 4.0}, READ_AT))
    ledger.record(DayRecord("b", DAY, {("", Flow.PLUG): 5.0}, READ_AT))
    assert ledger.counters("a") == {("PLUG", Flow.PLUG): 3.0, ("", Flow.PLUG): 4.0}
    assert [
        (row.site_id, row.device_sn, row.wh) for row in ledger.totals(("a", "b"), DAY, DAY)
    ] == [
        ("a", "", 4.0),
        ("a", "PLUG", 3.0),
        ("b", "", 5.0),
    ]


def test_nobody_else_can_read_the_newest_rows_either(path: Path) -> None:
    # The folder may be open to all: systemd makes it so.
    path.parent.mkdir(mode=0o755)
    before = os.umask(0o022)
    try:
        ledger = Ledger(path)
        ledger.record(pv(100))
    finally:
        os.umask(before)
    files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    ledger.close()
    assert files == {f"{path.name}{end}": 0o600 for end in ("", "-wal", "-shm")}


def test_everything_is_there_after_a_restart(ledger: Ledger, path: Path) -> None:
    ledger.begin("site", DAY)
    ledger.record(pv(100.0))
    ledger.outbox.mark_delivered("influx", 1)
    ledger.close()
    again = Ledger(path)
    assert again.began("site") == DAY
    assert again.begin("site", date(2026, 7, 1)) == DAY
    assert again.counters("site") == {PV: 100.0}
    assert again.outbox.delivered("influx") == 1
    again.close()
    assert path.stat().st_mode & 0o077 == 0


# --- files that are no ledger ---


def sqlite_file(path: Path, *statements: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def spoil_header(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"this is no database at all" * 100)


def spoil_pages(path: Path) -> None:
    ledger = Ledger(path)
    for number in range(400):
        ledger.record(pv(float(number), date.fromordinal(DAY.toordinal() + number)))
    ledger.close()
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)


def newer_schema(path: Path) -> None:
    version = len(MIGRATIONS) + 1
    sqlite_file(
        path,
        "CREATE TABLE future (x)",
        f"PRAGMA application_id = {APPLICATION_ID}",
        f"PRAGMA user_version = {version}",
    )


def foreign(path: Path) -> None:
    sqlite_file(path, "CREATE TABLE photos (x)")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (spoil_header, "is damaged"),
        (spoil_pages, "is damaged"),
        (newer_schema, "was written by a newer version"),
        (foreign, "is not a ledger of this program"),
    ],
)
def test_what_cannot_be_read_is_set_aside_and_told(path: Path, make: object, said: str) -> None:
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    ledger = Ledger(path)
    with pytest.raises(LedgerError, match=said) as caught:
        ledger.open()
    (kept,) = path.parent.glob("ledger.sqlite3.set-aside-*[0-9]")
    assert kept.read_bytes() == before
    assert kept.name in str(caught.value)
    assert not path.exists()
    # The next start begins a new one, and the old one stays.
    ledger.record(pv(1.0))
    ledger.close()
    assert kept.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_moved(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot be opened"):
        Ledger(tmp_path / "file" / "ledger.sqlite3").open()


def test_a_migration_is_done_step_by_step_and_keeps_what_is_there(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "old", isolation_level=None)
    migrate(connection, [["CREATE TABLE a (x)", "INSERT INTO a VALUES (1)"]])
    migrate(connection, [["no SQL at all"], ["ALTER TABLE a ADD COLUMN y DEFAULT 2"]])
    assert connection.execute("SELECT x, y FROM a").fetchall() == [(1, 2)]
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    with pytest.raises(sqlite3.Error):
        migrate(connection, [[], [], ["CREATE TABLE b (x)", "no SQL"]])
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("a",)]
    connection.close()


# --- processes ---

WRITER = """
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from solix_exporter.ledger import DayRecord, Ledger
from solix_exporter.model.energy import Flow

ledger = Ledger(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    number += 1
    day = date.fromordinal(738000 + number // 10)
    flows = {("", flow): float(number) for flow in (Flow.PV, Flow.HOME, Flow.GRID_IMPORT)}
    ledger.record(DayRecord("site", day, flows, datetime.now(UTC)))
    print(number, flush=True)
"""


def test_kill_9_loses_at_most_the_record_in_flight(path: Path) -> None:
    choose = random.Random(1)
    number = 0
    for _ in range(25):
        with subprocess.Popen(  # noqa: S603 - our own code
            [sys.executable, "-c", WRITER, str(path), str(number)],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout
            first = int(writer.stdout.readline())
            sleep(choose.uniform(0, 0.02))
            writer.send_signal(signal.SIGKILL)
            told = [int(line) for line in writer.stdout.read().splitlines() if line]
        acknowledged = told[-1] if told else first
        ledger = Ledger(path)
        rows = ledger.totals(("site",), date.min, date.max)
        ledger.close()
        number = int(max(row.wh for row in rows))
        # A line may be lost in the pipe, a record may be on the disk before its line is out.
        assert acknowledged <= number <= acknowledged + 1
        assert {row.wh for row in rows if row.day == max(row.day for row in rows)} == {
            float(number)
        }
        assert len(rows) == 3 * len({row.day for row in rows})
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_two_processes_write_side_by_side(ledger: Ledger, path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", WRITER, str(path), "0"], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        writer.stdout.readline()
        for number in range(50):
            ledger.record(DayRecord("mine", DAY, {PV: float(number)}, READ_AT))
        writer.kill()
    assert ledger.counters("mine") == {PV: 49.0}
    rows = ledger.totals(("mine", "site"), date.min, date.max)
    numbers = [row.revision for row in rows]
    assert len(set(numbers)) == len(numbers)


def test_a_running_exporter_can_be_seen(path: Path) -> None:
    presence = Presence(path)
    assert not is_running(path)
    assert presence.hold()
    assert is_running(path)
    presence.release()
    assert not is_running(path)


def test_a_mark_that_cannot_be_written_is_told_with_what_to_do(path: Path) -> None:
    path.with_name("ledger.sqlite3.running").mkdir(parents=True)
    with pytest.raises(LedgerError, match=r"running cannot be written: .*as the user that"):
        is_running(path)


# --- what others do to its files -----------------------------------------------------------


def test_a_ledger_that_is_deleted_while_it_is_in_use_is_written_anew(
    ledger: Ledger, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.record(pv(100.0, is_live=True))
    for file in path.parent.iterdir():
        file.unlink()
    ledger.record(pv(300.0, is_live=True))
    ledger.close()
    assert Ledger(path).counters("site") == {PV: 300.0}
    assert path.stat().st_mode & 0o777 == 0o600
    told = [row.getMessage() for row in caplog.records if row.levelno == logging.WARNING]
    assert told == [f"{path} was deleted while it was in use; it was written anew"]


def test_a_deleted_log_takes_no_row_with_it(ledger: Ledger, path: Path) -> None:
    ledger.record(pv(100.0, is_live=True))
    path.with_name(f"{path.name}-wal").unlink()
    ledger.record(pv(300.0, is_live=True))
    # As after a kill -9: what another process finds is all that is left.
    assert Ledger(path).counters("site") == {PV: 300.0}


def test_a_deleted_folder_comes_back_with_the_ledger(ledger: Ledger, path: Path) -> None:
    ledger.record(pv(100.0, is_live=True))
    shutil.rmtree(path.parent)
    assert ledger.counters("site") == {PV: 100.0}
    assert path.is_file()


def test_a_backup_that_is_put_in_place_is_used_from_then_on(
    ledger: Ledger, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    backup = Ledger(tmp_path / "backup.sqlite3")
    backup.record(pv(5000.0, is_live=True))
    backup.close()
    ledger.record(pv(100.0, is_live=True))
    (tmp_path / "backup.sqlite3").rename(path)
    assert ledger.counters("site") == {PV: 5000.0}
    assert "was replaced; the new file is used from now on" in caplog.text


def test_files_that_others_could_read_become_private(path: Path) -> None:
    ledger = Ledger(path)
    ledger.record(pv(100.0))
    mark = Presence(path)
    mark.hold()
    mark.release()
    for file in path.parent.iterdir():
        file.chmod(0o644)
    ledger.close()
    path.chmod(0o644)
    again, presence = Ledger(path), Presence(path)
    again.open()
    assert presence.hold()
    presence.release()
    assert {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {
        file.name: 0 for file in path.parent.iterdir()
    }
    again.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "none", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:  # noqa: S603  our own command
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)  # noqa: S603, S607  our own command


def test_a_full_disk_is_called_by_its_name(small_disk: Path) -> None:
    ledger = Ledger(small_disk / "ledger.sqlite3")
    ledger.record(pv(100.0))
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(1 << 20))
    days = [DAY + timedelta(days=number) for number in range(500)]
    with pytest.raises(LedgerError, match="no space is left on its disk"):
        [ledger.record(pv(100.0, day)) for day in days]
    filler.unlink()
    ledger.record(pv(200.0))
    assert [row.wh for row in ledger.day("site", DAY)] == [200.0]
    ledger.close()
