"""What devices said by themselves, in the files of folders.

`modbus_<serial number>.json` for local ones, `mqtt_msg_<serial number>_<type>.ndjson` for messages.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from solix_exporter.clock import Clock
from solix_exporter.config import Settings
from solix_exporter.errors import ModbusError
from solix_exporter.files import read_json
from solix_exporter.model.report import DeviceReport
from solix_exporter.redact import Kind, Redactor

_LOGGER = logging.getLogger(__name__)

_FILES = "modbus_*.json"
_MESSAGES = "mqtt_msg_*.ndjson"


def replayed_reports(folder: Path, at: datetime) -> Iterator[DeviceReport]:
    """Give the reports of the devices in a folder; files that are no such thing are logged."""
    files = sorted(folder.glob(_FILES))
    if not files:
        return
    # The protocol is needed for such folders alone.
    from solix_exporter.modbus.captured import captured_reports  # noqa: PLC0415
    from solix_exporter.modbus.dump import from_json  # noqa: PLC0415

    for file in files:
        try:
            found = from_json(read_json(file) or {})
        except ValueError as error:
            _LOGGER.warning("%s is left out: %s", file.name, error)
            continue
        yield from captured_reports(found, at)


def recorded_reports(folder: Path) -> list[DeviceReport]:
    """Return the reports of the last messages in a folder."""
    if not any(folder.glob(_MESSAGES)):
        return []
    # It loads the table of all fields.
    from solix_exporter.mqtt.recorded import recorded_reports as reports_in  # noqa: PLC0415

    return reports_in(folder)


async def local_files(
    settings: Settings, clock: Clock, redactor: Redactor | None
) -> tuple[Mapping[str, object], Mapping[str, str]]:
    """Read each configured device once.

    Return the contents of files by name, and by target why there is none. Serial numbers have
    their pseudonyms where there is a redactor.
    """
    contents: dict[str, object] = {}
    missing: dict[str, str] = {}
    if not settings.modbus:
        return contents, missing
    from solix_exporter.modbus.client import RegisterClient  # noqa: PLC0415 - as above
    from solix_exporter.modbus.dump import anonymised, to_json  # noqa: PLC0415 - as above
    from solix_exporter.modbus.survey import survey  # noqa: PLC0415 - as above

    for row in settings.modbus:
        client = RegisterClient(*row.address, clock)
        try:
            found = await survey(client)
        except ModbusError as error:
            missing[row.target] = error.message
            continue
        finally:
            client.close()
        if redactor is not None:
            found = anonymised(found, lambda sn: redactor.pseudonym(sn, Kind.SHAPED))
        if found.identity is None:
            missing[row.target] = str(found.error)
            continue
        contents[f"modbus_{found.identity.sn}.json"] = to_json(found)
    return contents, missing
