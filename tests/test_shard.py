"""Several exporters over one list of accounts."""

from pathlib import Path

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings, load_settings
from solix_exporter.config.shard import Shard
from solix_exporter.errors import ConfigError

ACCOUNTS = [f"account-{number}" for number in range(100)]
FILE = "accounts:\n" + "".join(
    f"  - {{name: {name}, user: {name}@example.org, password: x, country: DE}}\n"
    for name in ACCOUNTS
)


def polled_by(tmp_path: Path, **environ: str) -> list[str]:
    """Return the accounts that a process polls in an environment."""
    file = tmp_path / "solix.yaml"
    file.write_text(FILE)
    file.chmod(0o600)
    settings = load_settings(file=file, environ=environ, flags={})
    return [account.name for account in settings.accounts]


def owner(name: str, count: int) -> int:
    (index,) = (index for index in range(count) if Shard(index, count).holds(name))
    return index


@pytest.mark.parametrize("count", [2, 3, 7])
def test_each_account_is_polled_exactly_once(tmp_path: Path, count: int) -> None:
    shards = [polled_by(tmp_path, SOLIX_SHARD=f"{index}/{count}") for index in range(count)]
    assert sorted(name for shard in shards for name in shard) == sorted(ACCOUNTS)
    # An even share, give or take what chance does to 100 accounts.
    fair = len(ACCOUNTS) / count
    assert all(fair / 2 < len(shard) < fair * 2 for shard in shards)


def test_a_shard_more_moves_few_accounts_and_only_to_itself() -> None:
    moved = [name for name in ACCOUNTS if owner(name, 3) != owner(name, 2)]
    # A third of them is what the new shard must take; a hash modulo N would move two thirds.
    assert 20 <= len(moved) <= 46
    assert {owner(name, 3) for name in moved} == {2}


def test_an_account_stays_with_its_shard_for_ever() -> None:
    # Scores of SHA-256 over `account-0/0`, `account-0/1`, `account-0/2`, made with sha256sum.
    assert [owner(f"account-{number}", 3) for number in range(6)] == [0, 0, 1, 1, 2, 0]


def test_without_shards_all_accounts_are_polled(tmp_path: Path) -> None:
    assert polled_by(tmp_path) == ACCOUNTS


def test_a_pod_knows_its_number(tmp_path: Path) -> None:
    environ = {"SOLIX_SHARD": "pod/3", "HOSTNAME": "solix-exporter-2"}
    assert polled_by(tmp_path, **environ) == polled_by(tmp_path, SOLIX_SHARD="2/3")


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SOLIX_SHARD": "3/3"}, "environment variable SOLIX_SHARD: there is no shard 3 of 3"),
        ({"SOLIX_SHARD": "one"}, "environment variable SOLIX_SHARD: 'one' is not a shard"),
        ({"SOLIX_SHARD": "0/0"}, "environment variable SOLIX_SHARD: there is no shard 0 of 0"),
        ({"SOLIX_SHARD": "-1/2"}, "environment variable SOLIX_SHARD: '-1/2' is not a shard"),
        (
            {"SOLIX_SHARD": "pod/3", "HOSTNAME": "laptop"},
            "environment variable SOLIX_SHARD: HOSTNAME is 'laptop', which is not the name",
        ),
        (
            {"SOLIX_SHARD": "pod/2", "HOSTNAME": "solix-exporter-2"},
            "environment variable SOLIX_SHARD: there is no shard 2 of 2",
        ),
    ],
)
def test_a_bad_shard_is_told(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        polled_by(tmp_path, **environ)
    assert sentence in str(caught.value)
    assert "1 problem:" in str(caught.value)


def test_a_flag_wins_over_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "solix.yaml"
    file.write_text("shard: 0/4\n" + FILE)
    file.chmod(0o600)
    settings = load_settings(file=file, environ={"SOLIX_SHARD": "1/4"}, flags={"shard": "2/4"})
    assert settings.shard == Shard(2, 4)


def test_settings_can_be_written_out_and_read_again(tmp_path: Path) -> None:
    settings = Settings.model_validate({"state_dir": tmp_path, "shard": "1/2"})
    assert settings.model_dump()["shard"] == "1/2"
    assert Settings.model_validate(settings.model_dump()) == settings


def test_a_shard_without_accounts_is_ready_because_nothing_is_left_to_do(
    tmp_path: Path, clock: ManualClock
) -> None:
    settings = Settings.model_validate({"state_dir": tmp_path, "shard": "1/2"})
    exporter = Exporter(settings, clock)
    assert exporter.jobs == ()
    assert exporter._is_ready()
