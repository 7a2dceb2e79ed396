"""The software in the devices: what is installed, what is newer, what installs itself."""

import re
from collections.abc import Iterable
from datetime import datetime

from solix_exporter.cloud.parse.bound_devices import version_of
from solix_exporter.cloud.record import Record
from solix_exporter.model.firmware import Firmware, FirmwareHistory, FirmwarePart

_KINDS = (
    ("controller", re.compile("_mcu")),
    ("radio", re.compile("_esp32")),
    ("pack", re.compile(r"_\d+Ah$")),
)
"""What the names of parts mean: `A17C5_mcu`, `A17C5_esp32`, `A17C5_100Ah`."""


def parse_updates(record: Record) -> dict[str, Firmware]:
    """Return the firmware of the devices by serial number.

    Source: `app/ota/batch/check_update`, `update_infos[]`. A part of a device ("children") can
    have an update of its own.
    """
    record.ignore("popup_info")
    entries = record.unique("update_infos", "device_sn")
    return {entry.text("device_sn"): _firmware(entry) for entry in entries}


def _firmware(entry: Record) -> Firmware:
    entry.ignore(
        "upgrade_type", "upgrade_level", "change_log", "need_rollback", "device_type",
        "device_relation",
    )  # fmt: skip
    package = entry.record("lastPackage")
    package.ignore("product_code", "product_component", "is_forced", "md5", "url", "size")
    children = entry.records("children")
    waiting = [bool(child.flag("needUpdate")) for child in children]
    return Firmware(
        version=version_of(entry.text("current_version")),
        newest_version=version_of(package.text("version")),
        is_update_available=bool(entry.flag("need_update")) or any(waiting),
        parts=_parts(children),
    )


def _parts(children: Iterable[Record]) -> tuple[FirmwarePart, ...]:
    """Return the parts by name; a second one of a kind keeps the cloud's name."""
    found: dict[str, FirmwarePart] = {}
    for child in children:
        child.ignore("force_upgrade", "full_package", "change_log", "upgrade_level")
        told = child.text("device_type")
        kind = next((kind for kind, word in _KINDS if word.search(told)), told)
        name = told if kind in found else kind
        if name and name not in found:
            found[name] = _part(name, child)
    return tuple(found.values())


def _part(name: str, child: Record) -> FirmwarePart:
    """Return a part.

    `rom_version_name` is the newest version, so it is the installed one where no update waits:
    in SB3_SM_Smart the controller has 1.0.0.18 and 1.0.0.24 waits, which is what it says.
    """
    installed = version_of(child.text("sub_current_version"))
    newest, waits = version_of(child.text("rom_version_name")), child.flag("needUpdate")
    return FirmwarePart(name, installed or ("" if waits else newest), newest if waits else "")


def parse_upgrade_record(record: Record) -> FirmwareHistory:
    """Return when a device's software last changed.

    Source: `power_service/v1/app/get_upgrade_record`, `upgrade_record_list[]`; on the site's clock:
    the bank of SB3_SM_Smart was updated at 13:33:58 and added to its site at 11:35:39 UTC.
    """
    record.ignore("device_sn", "site_id")
    times = [_upgraded_at(entry) for entry in record.records("upgrade_record_list")]
    return FirmwareHistory(max((at for at in times if at), default=None))


def _upgraded_at(entry: Record) -> datetime | None:
    entry.ignore(
        "upgrade_version", "pre_version", "upgrade_type", "upgrade_desc", "device_sn",
        "device_name", "upgrade_record_type", "child_upgrade_records",
    )  # fmt: skip
    return entry.local_time("upgrade_time")


def parse_auto_upgrade(record: Record) -> dict[str, bool]:
    """Return which devices install new firmware by themselves.

    Source: `power_service/v1/app/get_auto_upgrade`; the main switch stands above all. Devices
    that cannot are not listed; a member gets no list.
    """
    main = record.flag("main_switch")
    found = {}
    for entry in record.unique("device_list", "device_sn"):
        entry.ignore("device_name", "alias_name", "icon", "sub_device_list")
        sn, is_on = entry.text("device_sn"), entry.flag("auto_upgrade")
        if is_on is not None:
            found[sn] = is_on and main is not False
    return found
