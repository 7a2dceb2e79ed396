"""Texts of others steer no terminal, wherever they are shown."""

import json
from pathlib import Path

import pytest

from solix_exporter.errors import RequestRejected
from solix_exporter.text import escaped, printable
from tests.cli.tool import run_tool

EVIL = "Home\x1b]0;owned\x07\x9b31m\u202e\n\ud83dCellar"
HARMLESS = "Home\ufffd]0;owned\ufffd31m\ufffdCellar"
NEVER = frozenset("\x1b\x07\x7f\x9b\u202e\ufffe")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Süd 🏠 \u200d€\xa0", "Süd 🏠 \u200d€\xa0"),
        ("two\nlines\t", "two lines "),
        ("\x1b[2J", "\ufffd[2J"),
        ("a\x00\x7f\x80b", "a\ufffdb"),
        ("\u2066left\u2029", "\ufffdleft "),
        (EVIL, HARMLESS),
    ],
)
def test_a_text_is_shown_without_its_commands(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_json_keeps_what_it_says() -> None:
    text = escaped(json.dumps({"a": EVIL}, ensure_ascii=False, indent=2))
    assert json.loads(text) == {"a": EVIL}
    assert not NEVER & set(text)
    assert text.encode()


def test_an_error_repeats_no_command() -> None:
    error = RequestRejected(EVIL, endpoint="x")
    assert str(error) == f"x: {HARMLESS}"
    assert error.message == HARMLESS


@pytest.mark.parametrize(
    "command", ["monitor --once", "monitor --once --json", "request site_list"]
)
async def test_a_name_of_the_cloud_does_not_steer_the_terminal(
    command: str, tmp_path: Path
) -> None:
    site = {"site_id": "s1", "site_name": EVIL[:-7], "power_site_type": 5}
    name, *flags = command.split()
    for file, data in (
        ("site_list", {"site_list": [site]}),
        ("scene_s1", {"home_info": {"home_name": EVIL[:-7]}}),
    ):
        (tmp_path / f"{file}.json").write_text(json.dumps({"code": 0, "msg": "ok", "data": data}))
    environ = {"SOLIX_STATE_DIR": str(tmp_path / "state"), "PYTHONIOENCODING": "utf-8"}
    done = await run_tool(name, *flags, f"--replay={tmp_path}", environ=environ)
    assert done.code == 0, done.errors
    assert "Home" in done.output
    assert not NEVER & set(done.output + done.errors)
