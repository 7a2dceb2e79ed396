"""Holds the documents to what the program does; run as a script, it writes what is generated."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from solix_exporter.advice import BY_CODE, Advice
from solix_exporter.cli import COMMANDS, commands
from solix_exporter.config import load_settings
from solix_exporter.config.settings import SECTIONS, Settings, keys_of
from solix_exporter.errors import CODES, AuthenticationError
from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.influx_metrics import INFLUX_METRICS
from solix_exporter.metrics.modbus_metrics import MODBUS_METRICS
from solix_exporter.metrics.mqtt_metrics import MQTT_METRICS
from solix_exporter.metrics.own import OWN_METRICS
from solix_exporter.metrics.subjects import CACHED, REPORTED

ROOT = Path(__file__).parents[1]
PROGRAM = "solix-exporter"
README = ROOT / "README.md"
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
ALL_DOCUMENTS = (
    *DOCUMENTS,
    "deploy/README.md",
    "deploy/prometheus/README.md",
    "grafana/README.md",
    "tests/benchmarks/README.md",
)
METRICS = re.compile(r"(?<=<!-- metrics:begin -->\n).*(?=<!-- metrics:end -->)", re.DOTALL)
RUNBOOK = ROOT / "deploy/prometheus/README.md"
ADVICE = re.compile(r"(?<=<!-- advice:begin -->\n).*(?=<!-- advice:end -->)", re.DOTALL)
HELP = re.compile(r"(?<=<!-- help:begin -->\n).*(?=<!-- help:end -->)", re.DOTALL)


def help_of(command: str) -> str:
    arguments = [command, "--help"] if command else ["--help"]
    answer = CliRunner().invoke(commands, arguments, prog_name=PROGRAM, terminal_width=80)
    assert answer.exit_code == 0, answer.output
    return answer.output


def help_of_all() -> str:
    """Return the Markdown of all help texts, as it stands between the markers."""
    texts = [help_of(command) for command in ("", *COMMANDS)]
    return "\n".join(f"```console\n{text}```\n" for text in texts)


def metric_rows() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Give name, type, labels and meaning of every metric, the exporter's own first."""
    for own in (*OWN_METRICS, *INFLUX_METRICS, *MQTT_METRICS, *MODBUS_METRICS):
        yield own.name, own.kind, own.labels, own.help
    for row in CATALOGUE:
        meaning = row.help.removesuffix(f" {CACHED}").removesuffix(f" {REPORTED}")
        yield row.name, row.kind, row.labels, meaning


def metrics_table() -> str:
    """Return the Markdown table of all metrics, as it stands between the markers."""
    lines = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    for name, kind, labels, meaning in metric_rows():
        lines.append(f"| `{name}` | {kind} | {', '.join(labels)} | {meaning} |")
    return "\n".join(lines) + "\n"


def generated(text: str) -> str:
    """Return the README with everything that is generated made anew."""
    return METRICS.sub(lambda _: metrics_table(), HELP.sub(lambda _: help_of_all(), text))


def advice_table() -> str:
    """Return the Markdown table of what a login may be refused with and what to do about it."""
    codes: dict[Advice, list[str]] = {}
    for code, advice in BY_CODE.items():
        if issubclass(CODES[code].error, AuthenticationError):
            codes.setdefault(advice, []).append(str(code))
    rows = [f"| {', '.join(found)} | {row.state} | {row.todo} |\n" for row, found in codes.items()]
    return "".join(["| code | what is the case | what to do |\n", "|---|---|---|\n", *rows])


def with_advice(text: str) -> str:
    """Return the runbook with the table of advice made anew."""
    return ADVICE.sub(lambda _: advice_table(), text)


def in_file(key: str) -> list[str]:
    """Return how the README writes what stands under `key` of the file."""
    if key in {"accounts", "modbus", "sites", "devices"} or key not in SECTIONS:
        return [key]
    return [f"{key}.{inner}" for inner in keys_of(SECTIONS[key])]


SETTINGS = [setting for key in keys_of(Settings) for setting in in_file(key)]


def test_the_readme_shows_the_help_of_every_command() -> None:
    shown = HELP.search(README.read_text(encoding="utf-8"))
    assert shown is not None
    assert shown.group() == help_of_all(), "run: python -m tests.test_docs"


def test_the_runbook_shows_what_the_program_advises() -> None:
    text = RUNBOOK.read_text("utf-8")
    assert ADVICE.search(text)
    assert text == with_advice(text), "run python -m tests.test_docs"


def test_the_readme_shows_every_metric() -> None:
    shown = METRICS.search(README.read_text(encoding="utf-8"))
    assert shown is not None
    assert shown.group() == metrics_table(), "run: python -m tests.test_docs"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_help(command: str) -> None:
    loaded = commands.get_command(commands.make_context("x", ["serve"]), command)
    assert loaded is not None
    assert loaded.help
    named = [option for option in loaded.params if isinstance(option, click.Option)]
    assert [option.name for option in named if not option.help] == []


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_readme_tells_every_setting(setting: str) -> None:
    text = README.read_text(encoding="utf-8")
    variable = f"SOLIX_{setting.upper().replace('.', '__')}"
    second = "" if setting in {"accounts", "sites", "devices"} else f"`{variable}` "
    assert f"| `{setting}` | {second}|" in text


def test_the_readme_tells_no_setting_that_does_not_exist() -> None:
    told = re.findall(r"^\| `([a-z_.]+)` \| [`|]", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(told) == set(SETTINGS)


def test_the_defaults_in_the_readme_are_the_real_ones(tmp_path: Path) -> None:
    table = re.findall(
        r"^\| `([a-z_.]+)` \| `SOLIX_\w+` \| `([^`]+)`", README.read_text("utf-8"), re.MULTILINE
    )
    environ = {f"SOLIX_{key.upper().replace('.', '__')}": default for key, default in table}
    told = load_settings(file=None, environ=environ, flags={}, needs_account=False)
    assert len(table) >= 8
    assert told == load_settings(file=None, environ={}, flags={}, needs_account=False)


def test_the_example_of_a_file_is_a_good_one(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (example,) = (block for block in blocks if block.startswith("accounts:"))
    (tmp_path / "home.password").write_text("secret\n")
    file = tmp_path / "solix.yaml"
    file.write_text(example)
    settings = load_settings(file=file, environ={}, flags={})
    assert [account.name for account in settings.accounts] == ["home", "parents"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_name_files_that_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:solix_exporter|tests|deploy|grafana)/[^` ]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []


def headings_of(document: Path) -> set[str]:
    """Return the anchors of a document's headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9_ -]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("document", ALL_DOCUMENTS)
def test_links_lead_to_files_and_headings_that_exist(document: str) -> None:
    source = ROOT / document
    links = re.findall(r"\]\(([^)]+)\)", source.read_text(encoding="utf-8"))
    lost = []
    for link in links:
        file, _, heading = link.partition("#")
        target = source.parent / file if file else source
        if "://" in link or (not heading and target.exists()):
            continue
        if not target.exists() or heading not in headings_of(target):
            lost.append(link)
    assert lost == []


def test_the_readme_names_commands_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in README.read_text(encoding="utf-8")
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    README.write_text(generated(README.read_text("utf-8")), "utf-8")
    RUNBOOK.write_text(with_advice(RUNBOOK.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"wrote {README.name}\n")
