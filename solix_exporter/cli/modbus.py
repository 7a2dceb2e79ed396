"""`solix-exporter modbus`: look at one device of the local network, once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from solix_exporter.advice import local_advice
from solix_exporter.cli import loop, options
from solix_exporter.clock import SystemClock
from solix_exporter.config.local_host import split_local_host
from solix_exporter.errors import ModbusError
from solix_exporter.model.products import product_of
from solix_exporter.redact import Kind, Redactor

if TYPE_CHECKING:
    from solix_exporter.modbus.survey import Survey

_EPILOG = """\b
Examples:
  solix-exporter modbus 192.168.1.40
  solix-exporter modbus meter.lan:5020 --raw
  solix-exporter modbus 192.168.1.40 --json --anonymous > device.json

Only reads are sent. Ends with 0 where the device was read, 2 for an address that is none, 4 where
it cannot be reached, 5 where another device answers or refuses.
"""
_UNREACHABLE, _ANOTHER = 4, 5
_IN_A_LINE = 10
_AWAY = frozenset({"dns", "refused", "unreachable", "timeout", "reset"})


@click.command(name="modbus", epilog=_EPILOG)
@click.argument("host")
@click.option(
    "--raw",
    "is_raw",
    is_flag=True,
    help="Show the words of each range, of a device that is not in the table too.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, to keep or to send.")
@click.option("--anonymous", is_flag=True, help="Replace the serial number.")
def command(*, host: str, is_raw: bool, as_json: bool, anonymous: bool) -> int:
    """Read a device of the local network once, and show what its registers say.

    HOST is a name or address, with :port where it is not 502. A device that is not in the table
    says its name; with --raw or --json, one of Anker's also gives the ranges that others have.
    """
    # --help need not load the protocol.
    from solix_exporter.diagnosis.local import table  # noqa: PLC0415
    from solix_exporter.modbus.client import RegisterClient  # noqa: PLC0415
    from solix_exporter.modbus.dump import anonymised, to_json  # noqa: PLC0415
    from solix_exporter.modbus.survey import Survey, survey  # noqa: PLC0415

    try:
        name, port = split_local_host(host)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="HOST") from None

    async def look() -> Survey:
        client = RegisterClient(name, port, SystemClock())
        try:
            return await survey(client, reads_unknown=is_raw or as_json)
        finally:
            client.close()

    try:
        found = loop.run(look())
    except ModbusError as error:
        return _failed(error)
    if anonymous:
        redactor = Redactor()
        found = anonymised(found, lambda sn: redactor.pseudonym(sn, Kind.SHAPED))
    if as_json:
        options.print_json(to_json(found))
    else:
        lines = _raw(found) if is_raw else table(list(found.rows()))
        click.echo("\n".join((_title(found), *lines)))
    return _failed(found.error) if found.error else 0


def _title(found: "Survey") -> str:
    identity = found.identity
    if identity is None:
        return found.part_number or "A device that tells no part number"
    product = product_of(identity.part_number)
    kind = "" if identity.registers.is_tried else "; after the document, not tried on a device"
    firmware = f", firmware {identity.firmware}" if identity.firmware else ""
    return f"{product.name} ({identity.part_number}), {identity.sn}{firmware}{kind}"


def _raw(found: "Survey") -> Iterator[str]:
    """Give the words of each range in hexadecimal, ten in a line."""
    for one in found.ranges:
        place = f"{one.function:02} {one.address}+{one.count}"
        if one.exception is not None:
            yield f"{place}: exception {one.exception}"
            continue
        yield f"{place}:"
        for start in range(0, len(one.words), _IN_A_LINE):
            words = one.words[start : start + _IN_A_LINE]
            yield f"  {one.address + start}  {' '.join(f'{word:04x}' for word in words)}"


def _failed(error: ModbusError) -> int:
    options.say(f"{local_advice(error).state} {error.message}. {local_advice(error).todo}")
    return _UNREACHABLE if error.outcome in _AWAY else _ANOTHER
