"""`solix-exporter export`: an account's answers as anonymous files that can be shared."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from solix_exporter.app.assembly import cloud_zone
from solix_exporter.app.connections import AccountSource, Connections
from solix_exporter.app.local_files import local_files
from solix_exporter.cli import loop, tools
from solix_exporter.cli.exit_codes import EXIT_STATUS
from solix_exporter.cli.export_messages import record
from solix_exporter.cli.export_progress import ProgressBar
from solix_exporter.clock import Clock, SystemClock
from solix_exporter.config import Settings
from solix_exporter.export.anonymise import Anonymiser
from solix_exporter.export.collect import Collection, Collector, ExportContext
from solix_exporter.export.folder import check_target, write_archive, write_folder
from solix_exporter.export.scope import Service
from solix_exporter.export.summary import Provenance, local_summary, texts_of
from solix_exporter.model.events import SilentObserver
from solix_exporter.mqtt.recorded import recorded_messages
from solix_exporter.redact import Redactor
from solix_exporter.text import parse_duration

_EPILOG = f"""\b
Examples:
  solix-exporter export
  solix-exporter export my-system --zip
  solix-exporter export --services power --services hes
  solix-exporter export --mqtt 60s
  solix-exporter export --replay RAW-FOLDER anonymous-folder
  solix-exporter serve --replay my-system

\b
Files:
  DIR/*.json               one file an answer, named for its endpoint and id
  DIR/mqtt_msg_*.ndjson    with --mqtt: a file per device and type, one message a line
  DIR/export_summary.json  versions, devices, what was not answered and why
  DIR/export.log           every request and how it ended
  DIR/modbus_*.json        what each configured local device said, range by range

{EXIT_STATUS}

What single endpoints refuse is listed at the end and does not count as a failure.
"""


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the user asked for."""

    folder: Path
    services: frozenset[Service]
    is_anonymous: bool
    is_zipped: bool
    messages_s: float
    """How long devices are listened to; 0 is not at all."""


_LONGEST_S = 3600.0


def _duration(_context: click.Context, _option: click.Parameter, text: str | None) -> float:
    if text is None:
        return 0.0
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if not 0 < seconds <= _LONGEST_S:
        raise click.BadParameter("at most 1h")
    return seconds


@dataclass(frozen=True, slots=True)
class _Found:
    """What accounts and devices answered."""

    accounts: Sequence[AccountSource]
    collections: Sequence[Collection]
    local: Mapping[str, str]
    """Files of local devices, by name."""


@click.command(name="export", epilog=_EPILOG)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--zip", "is_zipped", is_flag=True, help="Make an archive beside the folder, too.")
@click.option(
    "--randomize/--no-randomize",
    "is_anonymous",
    default=True,
    show_default=True,
    help="Replace private data, or keep answers as they came; then do not share them.",
)
@click.option(
    "--services",
    type=click.Choice([*(service.value for service in Service), "all"]),
    multiple=True,
    help="What to ask, whatever your systems are. Repeatable. Without it: what they need.",
)
@click.option(
    "--mqtt",
    "messages_s",
    metavar="DURATION",
    callback=_duration,
    help="Listen to the devices for so long, too, as 60s or 5m. They are asked as mqtt.mode says.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier export in DIR.")
@tools.replay_option(multiple=True, text="Export folders of captured answers, not the cloud's.")
@tools.common_options
def command(**given: Any) -> None:  # noqa: ANN401  options of several types
    """Save everything that your systems answer as files that can be shared.

    DIR is a new folder, by default solix-export- and today's date. Serial numbers, ids, addresses,
    e-mail addresses, names of people, sites, devices and networks, coordinates and tokens are
    replaced by others of the same length, the same ones in all files; the codes of products stay.
    Nothing is written before everything is asked, which takes some minutes: requests keep to the
    cloud's limits. `serve --replay DIR` shows the export as if it were live.
    """
    common = tools.Common.of(given)
    replay: tuple[Path, ...] = given["replay"]
    settings = common.settings(is_replay=bool(replay))
    clock = SystemClock()
    # Whole, because the folder that the user is in has no name of its own.
    folder = (given["folder"] or Path(f"solix-export-{clock.now():%Y-%m-%d}")).resolve()
    check_target(folder, overwrite=given["overwrite"], is_zipped=given["is_zipped"])
    wishes = _Wishes(
        folder,
        _chosen(given["services"]),
        given["is_anonymous"],
        given["is_zipped"],
        given["messages_s"],
    )
    try:
        loop.run(_export(common, settings, clock, replay, wishes))
    except KeyboardInterrupt:
        click.echo("Stopped; nothing was written.", err=True)
        raise


def _chosen(services: Sequence[str]) -> frozenset[Service]:
    if "all" in services:
        return frozenset(Service)
    return frozenset(Service(service) for service in services)


async def _export(
    common: tools.Common, settings: Settings, clock: Clock, replay: Sequence[Path], wishes: _Wishes
) -> None:
    connections = Connections(settings, clock, SilentObserver())
    accounts = common.pick(connections.accounts(replay))
    collections = []
    if replay and wishes.messages_s:
        raise click.UsageError("--mqtt listens to live devices; leave it out with --replay")
    redactor = Redactor() if wishes.is_anonymous else None
    local = await _local(settings, clock, redactor) if not replay else {}
    try:
        for account in accounts:
            context = _context(account, connections, settings, clock, wishes)
            collection = await _collect(context, account)
            if wishes.messages_s:
                await record(account, collection, settings, clock, wishes.messages_s)
            collections.append(collection)
    finally:
        await connections.transport.close()
    for collection, folder in zip(collections, replay, strict=False):
        collection.messages += recorded_messages(folder)
    emails = [account.user for account in settings.accounts]
    anonymiser = Anonymiser(collections, emails, redactor)
    _write(wishes, _Found(accounts, collections, local), anonymiser, clock.now())


async def _local(settings: Settings, clock: Clock, redactor: Redactor | None) -> dict[str, str]:
    """Return the texts of the files of local devices; say which devices do not answer."""
    contents, missing = await local_files(settings, clock, redactor)
    for target, reason in missing.items():
        click.echo(f"Missing: local device {target}, {reason}", err=True)
    return {name: f"{json.dumps(content)}\n" for name, content in contents.items()}


def _context(
    account: AccountSource,
    connections: Connections,
    settings: Settings,
    clock: Clock,
    wishes: _Wishes,
) -> ExportContext:
    zone = cloud_zone(settings, account.country)
    today = clock.now().astimezone(zone).date()
    return ExportContext(
        account.source, account.server, connections.budget, clock, today, wishes.services
    )


async def _collect(context: ExportContext, account: AccountSource) -> Collection:
    with ExitStack() as stack:
        bar = stack.enter_context(ProgressBar(account.name))
        return await Collector(context, bar.show).run()


def _write(wishes: _Wishes, found: _Found, anonymiser: Anonymiser, now: datetime) -> None:
    """Write the files of all accounts, one folder each where there are several."""
    accounts, collections = found.accounts, found.collections
    services = tuple(sorted(service.value for service in wishes.services))
    texts: dict[str, str] = {}
    for number, (collection, account) in enumerate(zip(collections, accounts, strict=True), 1):
        files = anonymiser.files(collection)
        provenance = Provenance(now, account.country, services, wishes.is_anonymous)
        prefix = f"account-{number}/" if len(accounts) > 1 else ""
        own = texts_of(collection, files, anonymiser, provenance)
        texts |= {f"{prefix}{name}": text for name, text in own.items()}
        _tell(collection, files.left_out, anonymiser)
    # Beside the first account's, so that a replay of that folder shows the devices.
    prefix = "account-1/" if len(accounts) > 1 else ""
    texts |= {f"{prefix}{name}": text for name, text in found.local.items()}
    if not accounts:
        texts |= local_summary(now, is_anonymous=wishes.is_anonymous)
    write_folder(wishes.folder, texts, is_private=not wishes.is_anonymous)
    click.echo(f"Wrote {len(texts)} files to {wishes.folder}.")
    if wishes.is_zipped:
        archive = write_archive(wishes.folder, f"{now:%Y-%m-%d_%H%M}")
        click.echo(f"Packed them into {archive}.")
    if not wishes.is_anonymous:
        click.echo("They hold private data: keep them to yourself.", err=True)


def _tell(collection: Collection, left_out: Mapping[str, str], anonymiser: Anonymiser) -> None:
    """List what is missing: what was refused by endpoint, the rest by reason."""
    refused: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {reason: [name] for name, reason in left_out.items()}
    for row in collection.unanswered:
        name, reason = row.question.endpoint.name, anonymiser.sentence(row.reason)
        if row.was_asked:
            refused.setdefault(name, []).append(reason)
        else:
            others.setdefault(reason, []).append(name)
    for name, reasons in refused.items():
        count = f" ({len(reasons)} times)" if len(reasons) > 1 else ""
        click.echo(f"Missing: {name}{count}, {reasons[0]}", err=True)
    for reason, names in others.items():
        click.echo(f"Missing: {', '.join(dict.fromkeys(names))}, {reason}", err=True)
