"""`solix-exporter request`: ask the cloud one question and show the whole answer."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from solix_exporter.app.connections import Connections
from solix_exporter.cli import loop, options, tools
from solix_exporter.cli.exit_codes import EXIT_STATUS
from solix_exporter.clock import SystemClock
from solix_exporter.cloud.endpoints import GENERAL, find
from solix_exporter.cloud.endpoints.endpoint import (
    AnyEndpoint,
    Asker,
    Endpoint,
    Json,
    is_placeholder,
)
from solix_exporter.cloud.writes import why_refused
from solix_exporter.config import Settings
from solix_exporter.errors import ConfigError
from solix_exporter.model.events import SilentObserver
from solix_exporter.redact import redact

_LONGEST_BODY = 1024 * 1024
"""Characters of a body that are read from standard input."""

_EPILOG = f"""\b
Examples:
  solix-exporter request --list
  solix-exporter request site_list
  solix-exporter request scene_info '{{"site_id": "c71f3d61-..."}}'
  solix-exporter request --anonymous bind_devices | jq '.data.data[].product_code'
  solix-exporter request --replay DIR scene_info '{{"site_id": "..."}}'

{EXIT_STATUS}"""


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001  click's signature
    return [row.name for row in GENERAL if row.name.startswith(incomplete)]


@click.command(name="request", epilog=_EPILOG)
@click.argument("endpoint", required=False, shell_complete=_complete)
@click.argument("body", metavar="[JSON]", required=False, default="{}")
@click.option("--list", "is_list", is_flag=True, help="Show all endpoints that can be asked.")
@click.option(
    "--anonymous",
    is_flag=True,
    help="Replace serial numbers, names, addresses and tokens in the answer.",
)
@click.option(
    "--unlisted", is_flag=True, help="Ask a path that is not in the list, if it only reads."
)
@click.option(
    "--method",
    type=click.Choice(["POST", "GET"]),
    default="POST",
    show_default=True,
    help="How a path that is not in the list is asked.",
)
@tools.replay_option(
    multiple=False, text="Answer from a folder of captured answers, not the cloud."
)
@tools.common_options
def command(**given: Any) -> None:  # noqa: ANN401  options of several types
    """Ask the cloud one question and print the whole answer as JSON.

    ENDPOINT is a name of --list or the path of an endpoint; JSON is the body of the request, or
    "-" to read it from standard input. An endpoint that writes is refused: nothing can be changed
    in your system with this command. The answer holds private data, tokens even, unless you say
    --anonymous.
    """
    common = tools.Common.of(given)
    if given["is_list"]:
        click.echo(_table())
        return
    endpoint = _endpoint(given["endpoint"], given["method"], is_unlisted=given["unlisted"])
    body = _body(endpoint, given["body"])
    replay: Path | None = given["replay"]
    settings = common.settings(is_replay=replay is not None)
    answer = loop.run(_ask(common, settings, replay, endpoint, body))
    options.print_json(redact(answer) if given["anonymous"] else answer)


async def _ask(
    common: tools.Common,
    settings: Settings,
    replay: Path | None,
    endpoint: AnyEndpoint,
    body: Mapping[str, Json],
) -> dict[str, object]:
    connections = Connections(settings, SystemClock(), SilentObserver())
    accounts = common.pick(connections.accounts([replay] if replay else []))
    if not accounts:
        raise ConfigError(
            "there is no account to ask with; see `solix-exporter modbus` for devices"
        )
    if len(accounts) > 1:
        names = ", ".join(account.name for account in accounts)
        raise ConfigError(f"there are several accounts; choose one with --account: {names}")
    try:
        return await accounts[0].source.ask(endpoint, body)
    finally:
        await connections.transport.close()


def _endpoint(name: str | None, method: str, *, is_unlisted: bool) -> AnyEndpoint:
    """Return the row of a name or path; raises UsageError for what may not be asked."""
    if not name:
        raise click.UsageError("Name an endpoint; --list shows them all.")
    row = find(name)
    if row is not None:
        return row
    path = name.strip("/")
    reason = why_refused(path)
    if reason is not None:
        raise click.UsageError(f"{path} is refused: {reason}. This program only reads.")
    if "/" not in path:
        raise click.UsageError(f"No endpoint is called {path}; --list shows them all.")
    if not is_unlisted:
        raise click.UsageError(
            f"{path} is not in the list. If you are sure that it only reads, add --unlisted."
        )
    return Endpoint(path, path, captures=(), asker=Asker.UNKNOWN, method=method)


def _body(endpoint: AnyEndpoint, text: str) -> dict[str, Json]:
    """Return the body of a request; raises UsageError where it lacks a field or is no object."""
    if text == "-":
        text = sys.stdin.read(_LONGEST_BODY)
    try:
        body = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise click.UsageError('The body must be a JSON object, such as {"site_id": "..."}.')
    missing = [field for field in endpoint.body if field not in body]
    # Only what is asked about has no default in the cloud.
    if any(is_placeholder(endpoint.body[field]) for field in missing):
        example = json.dumps(endpoint.body, ensure_ascii=False)
        raise click.UsageError(f"{endpoint.name} wants a body such as {example}.")
    return body


def _table() -> str:
    """Return all endpoints as text: name, who may ask, path, body, remarks."""
    width = max(len(row.name) for row in GENERAL)
    lines = [f"{'NAME':{width}}  {'WHO MAY ASK':13}  PATH, BODY"]
    for row in GENERAL:
        method = "" if row.method == "POST" else f" ({row.method})"
        lines.append(f"{row.name:{width}}  {row.asker.value:13}  {row.path}{method}")
        indent = " " * (width + 17)
        if row.body:
            lines.append(f"{indent}{json.dumps(row.body, ensure_ascii=False)}")
        if row.note:
            lines.append(f"{indent}{row.note}")
    return "\n".join(lines)
