"""The summary and the log of an export: for readers, and for a replay."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from solix_exporter import __version__
from solix_exporter.cloud.replay import SUMMARY
from solix_exporter.export.anonymise import Anonymiser, Files
from solix_exporter.export.collect import Collection, Unanswered
from solix_exporter.export.discovery import FoundDevice, FoundSite

LOG = "export.log"


@dataclass(frozen=True, slots=True)
class Provenance:
    """When and how the export was made."""

    at: datetime
    country: str
    """Decides the time zone and the currency in a replay."""
    services: tuple[str, ...]
    """Empty: those that the systems need."""
    is_anonymous: bool


def texts_of(
    collection: Collection, files: Files, anonymiser: Anonymiser, provenance: Provenance
) -> dict[str, str]:
    """Return all files of one account: the answers, the log and the summary."""
    summary = _summary(collection, files, provenance)
    log = [f"{__version__} {provenance.at:%Y-%m-%d} services {_services(provenance)}"]
    log += [f"{line.at:%H:%M:%S} {anonymiser.sentence(line.text)}" for line in collection.log]
    return {
        **files.texts,
        **files.messages,
        LOG: "\n".join(log) + "\n",
        SUMMARY: anonymiser.text(summary),
    }


def local_summary(at: datetime, *, is_anonymous: bool) -> dict[str, str]:
    """Return the file of the summary of an export that holds local devices and no account."""
    summary = {
        "exporter_version": __version__,
        "python_version": platform.python_version(),
        "date": f"{at:%Y-%m-%d}",
        "country": "",
        "anonymous": is_anonymous,
        "answers": 0,
    }
    return {SUMMARY: json.dumps(summary, indent=2) + "\n"}


def _services(provenance: Provenance) -> str:
    return ",".join(provenance.services) or "as the systems need"


def _summary(collection: Collection, files: Files, provenance: Provenance) -> Mapping[str, object]:
    """Return the summary with real ids, which `anonymiser` replaces like those of an answer."""
    unanswered, found = collection.unanswered, collection.found
    return {
        "exporter_version": __version__,
        "python_version": platform.python_version(),
        "date": f"{provenance.at:%Y-%m-%d}",
        "country": provenance.country,
        "services": list(provenance.services),
        "anonymous": provenance.is_anonymous,
        "answers": len(files.texts),
        "message_files": len(files.messages),
        "systems": [_system(site) for site in found.sites.values()],
        "devices": [_device(device) for device in found.devices.values()],
        "failed": [_unanswered(row) for row in unanswered if row.was_asked],
        "not_asked": [_unanswered(row) for row in unanswered if not row.was_asked],
        "left_out": dict(files.left_out),
    }


def _system(site: FoundSite) -> dict[str, object]:
    return {"site_id": site.site_id, "type": site.site_type.value, "owned": site.is_owned}


def _device(device: FoundDevice) -> dict[str, object]:
    return {
        "device_sn": device.sn,
        "site_id": device.site_id,
        "model": device.product.part_number,
        "model_name": device.product.name,
        "owned": device.is_owned,
    }


def _unanswered(row: Unanswered) -> dict[str, object]:
    endpoint = row.question.endpoint
    return {
        "endpoint": endpoint.path,
        "name": endpoint.name,
        "body": row.question.body,
        "reason": row.reason,
    }
