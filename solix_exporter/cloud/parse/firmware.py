"""The software in the devices: what is installed, what is newer, what installs itself."""

import re
from collections.abc import Iterable

from solix_exporter.cloud.parse.bound_devices import version_of
from solix_exporter.cloud.record import Record
from solix_exporter.model.firmware import Firmware, FirmwarePart

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
