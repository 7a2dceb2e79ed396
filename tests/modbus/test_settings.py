"""The `modbus` section: what is understood, and every mistake at once with its place."""

from pathlib import Path

import pytest

from solix_exporter.app.local import LocalChanges
from solix_exporter.config import Settings, load_settings
from solix_exporter.errors import ConfigError

ACCOUNT = {"ANKERUSER": "me@example.org", "ANKERPASSWORD": "s3cret-Pa55", "ANKERCOUNTRY": "de"}


def load(text: str, folder: Path, environ: dict[str, str] | None = None) -> Settings:
    file = folder / "solix.yaml"
    file.write_text(text)
    file.chmod(0o600)
    return load_settings(file=file, environ=environ or {}, flags={})


def complaints(text: str, folder: Path, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text, folder, environ)
    return str(caught.value).replace(f"{folder}/", "").splitlines()[1:]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.168.1.40", ("192.168.1.40", 502)),
        ("192.168.1.40:5020", ("192.168.1.40", 5020)),
        ("meter.lan", ("meter.lan", 502)),
        ("Anker-Device_aabbcc.local:502", ("anker-device_aabbcc.local", 502)),
        ("::1", ("::1", 502)),
        ("[::1]:5020", ("::1", 5020)),
        ("[fe80::1%eth0]", ("fe80::1%eth0", 502)),
    ],
)
def test_addresses(host: str, address: tuple[str, int], tmp_path: Path) -> None:
    (row,) = load(f"modbus: [{{host: '{host}'}}]", tmp_path).modbus
    assert row.address == address
    assert row.target == host
    assert row.interval_s == 5


def test_all_keys(tmp_path: Path) -> None:
    text = "modbus:\n- {host: meter.lan, name: meter, interval: 10s, site: hut}\n"
    (row,) = load(text, tmp_path).modbus
    assert (row.target, row.interval_s, row.site) == ("meter", 10, "hut")


def test_the_environment_lists_addresses_and_replaces_the_file(tmp_path: Path) -> None:
    environ = {"SOLIX_MODBUS": "192.168.1.40, meter.lan"}
    settings = load("modbus: [{host: other.lan, name: other}]", tmp_path, environ)
    assert [row.target for row in settings.modbus] == ["192.168.1.40", "meter.lan"]


def test_every_mistake_is_told_with_its_place(tmp_path: Path) -> None:
    text = """\
modbus:
  - host: http://meter.lan
    interval: 1s
  - hots: meter.lan
  - host: meter.lan:99999
    name: Meter!
    site: My Hut
"""
    no_address = "is not the address of a device; write it like"
    no_name = "must be a short name of small letters, digits, - and _"
    expected = [
        ("2, modbus[0].host", f"'http://meter.lan' {no_address}"),
        ("3, modbus[0].interval", "must be between 2s and 1m, not 1s"),
        ("4, modbus[1].host", "is missing; give the address of the device"),
        ("4, modbus[1].hots", "is unknown; did you mean host?"),
        ("5, modbus[2].host", f"'meter.lan:99999' {no_address}"),
        ("6, modbus[2].name", no_name),
        ("7, modbus[2].site", no_name),
    ]
    told = complaints(text, tmp_path)
    assert len(told) == len(expected)
    for line, (place, sentence) in zip(told, expected, strict=True):
        assert line.startswith(f"  - solix.yaml line {place}: {sentence}")


def test_a_mistake_of_the_environment_is_not_looked_for_in_the_file(tmp_path: Path) -> None:
    (told,) = complaints("modbus: [{host: a.lan}]", tmp_path, {"SOLIX_MODBUS": "a b"})
    assert "environment variable SOLIX_MODBUS[0].host: 'a b' is not the address" in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("modbus: [a.lan, a.lan]", "two devices are called 'a.lan'; give each its own name"),
        ("modbus: [a.lan, 'a.lan:502']", "a.lan:502 is listed twice; remove one"),
        ("modbus: {host: a.lan}", "must be a list"),
    ],
)
def test_lists_that_cannot_be(text: str, sentence: str, tmp_path: Path) -> None:
    (told,) = complaints(text, tmp_path)
    assert told == f"  - solix.yaml line 1, modbus: {sentence}"


def test_nothing_to_read_is_told_with_both_ways_out(tmp_path: Path) -> None:
    (told,) = complaints("accounts: []", tmp_path)
    assert "ANKERUSER" in told
    assert "SOLIX_MODBUS" in told


def test_local_devices_are_read_by_the_first_shard(tmp_path: Path) -> None:
    for shard, targets in (("0/2", ["a.lan"]), ("1/2", [])):
        settings = load("modbus: [a.lan]", tmp_path, {**ACCOUNT, "SOLIX_SHARD": shard})
        assert [row.target for row in settings.modbus] == targets


def test_a_reload_tells_local_devices_by_their_targets(tmp_path: Path) -> None:
    before = load("modbus: [a.lan, b.lan, c.lan]", tmp_path)
    now = load("modbus: [a.lan, {host: b.lan, interval: 10s}, d.lan]", tmp_path)
    changes = LocalChanges.between(before, now)
    assert changes == LocalChanges(added=("d.lan",), changed=("b.lan",), removed=("c.lan",))
    assert str(changes) == " Local devices: added d.lan; changed b.lan; removed c.lan."


def test_a_device_may_only_fill_what_the_cloud_lacks(tmp_path: Path) -> None:
    settings = load("modbus: [a.lan]\ndevices: {SN1: {modbus: fill}}", tmp_path)
    assert settings.devices["SN1"].modbus == "fill"
