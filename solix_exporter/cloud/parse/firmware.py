"""The software in the devices: what is installed, what is newer, what installs itself."""

from solix_exporter.cloud.parse.bound_devices import version_of
from solix_exporter.cloud.record import Record
from solix_exporter.model.firmware import Firmware


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
    children = [_needs_update(child) for child in entry.records("children")]
    return Firmware(
        version=version_of(entry.text("current_version")),
        newest_version=version_of(package.text("version")),
        is_update_available=bool(entry.flag("need_update")) or any(children),
    )


def _needs_update(child: Record) -> bool:
    child.ignore(
        "device_type", "rom_version_name", "force_upgrade", "full_package", "change_log",
        "sub_current_version", "upgrade_level",
    )  # fmt: skip
    return bool(child.flag("needUpdate"))


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
