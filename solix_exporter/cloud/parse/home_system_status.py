"""What power panels and X1 systems say of themselves, and their totals since they were set up."""

from collections.abc import Collection

from solix_exporter.cloud.parse.site_devices import ev_charger_status
from solix_exporter.cloud.record import Record
from solix_exporter.model.backup import BackupStatus
from solix_exporter.model.device import EvChargerStatus
from solix_exporter.model.home_system import HomeSystemPart, HomeSystemStatus, HomeSystemStructure
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.products import DeviceType, product_of
from solix_exporter.model.radio import WifiLink, WifiList
from solix_exporter.units import GRAMS, WATTHOURS

_PERCENT = 0.01
_MODULE = "pack"
"""`type` of a battery module."""
_BACKUP_STATES = {1: True, 2: False}


def parse_panel_status(record: Record) -> HomeSystemStatus:
    """Return connections and totals of a power panel's system.

    Source: `charging_energy_service/get_system_running_info`. The scene of such a site sends three
    totals, too, but zeros.
    """
    record.ignore("save_carbon_c")
    connections = record.record("connect_infos")
    return HomeSystemStatus(
        lifetime=Lifetime(
            energy_wh=record.quantity(
                "total_system_power_generation", "system_power_generation_unit", WATTHOURS
            ),
            co2_savings_g=record.quantity("save_carbon_footprint", "save_carbon_unit", GRAMS),
            savings=record.number("total_system_savings"),
            currency_symbol=record.text("system_savings_price_unit"),
        ),
        is_connected=record.flag("connected"),
        connected=tuple(
            (sn, is_connected)
            for sn in connections.names()
            if (is_connected := connections.flag(sn)) is not None
        ),
    )


def parse_hes_status(record: Record) -> HomeSystemStatus:
    """Return the primary controller, EV chargers and totals of an X1.

    Source: `charging_hes_svc/get_system_running_info`. Nothing is reported where the answer names
    no controller: for a site without an X1 the cloud sends zeros and an empty `mainSn`.
    """
    record.ignore(
        "pcsSns", "mainDeviceModel", "saveCarbonC", "numberOfParallelDevice", "rePostTime",
        "supportDiesel", "net", "isAddHeatPump", "realNet", "systemCode", "emsDisable", "enwgs",
        "countryCode", "mode", "hasSwitch",
    )  # fmt: skip
    status = HomeSystemStatus(
        lifetime=Lifetime(
            energy_wh=record.quantity(
                "totalSystemPowerGeneration", "systemPowerGenerationUnit", WATTHOURS
            ),
            co2_savings_g=record.quantity("saveCarbonFootprint", "saveCarbonUnit", GRAMS),
            savings=record.number("totalSystemSavings"),
            currency_symbol=record.text("systemSavingsPriceUnit"),
        ),
        is_connected=record.flag("connected"),
        main_sn=record.text("mainSn"),
        ev_chargers=tuple(
            _ev_charger(entry) for entry in record.unique("evChargerInfos", "evChargerSn")
        ),
        has_ev_charger=record.flag("hasEvCharger") is True,
        module_count=record.integer("batCount"),
    )
    return status if status.main_sn else HomeSystemStatus()


def _ev_charger(entry: Record) -> tuple[str, EvChargerStatus | None]:
    entry.ignore("evChargerHesAlarm", "evChargerName")
    return entry.text("evChargerSn"), ev_charger_status(entry.integer("evChargerStatus"))


def parse_hes_structure(record: Record) -> HomeSystemStructure:
    """Return the devices of an X1: backup controller, controllers, battery modules.

    Source: `charging_hes_svc/get_hes_dev_info`. Empty for a site without an X1, for which the
    cloud answers code -1 and no data.
    """
    record.ignore("ecuDevices")
    entries = record.unique("results", "sn")
    mains = {entry.text("sn") for entry in entries}
    found: dict[str, HomeSystemPart] = {}
    backup = _part(record.record("ats"), "")
    if backup.sn and backup.sn not in mains:
        found[backup.sn] = backup
    for entry in entries:
        for part in _controller(entry, mains):
            # A module that two controllers list is one module.
            found.setdefault(part.sn, part)
    return HomeSystemStructure(tuple(found.values()))


def _controller(entry: Record, mains: Collection[str]) -> list[HomeSystemPart]:
    """Return a controller and its parts; it lists itself among them, once per role."""
    main_sn = entry.text("sn")
    below = (_part(part, main_sn) for part in entry.unique("subDevInfo", "sn"))
    return [_part(entry, main_sn), *(part for part in below if part.sn not in mains)]


def _part(entry: Record, main_sn: str) -> HomeSystemPart:
    entry.ignore("img")
    product = product_of(entry.text("pn"), DeviceType.HES)
    name, alias = entry.text("name"), entry.text("aliasName")
    is_module = entry.text("type") == _MODULE
    return HomeSystemPart(entry.text("sn"), product, alias or name, main_sn, is_module=is_module)


def parse_home_system_wifi(record: Record) -> WifiList:
    """Return the links by serial number, and without one that of the device that was asked about.

    Sources: `charging_energy_service/get_wifi_info` and `charging_hes_svc/get_wifi_info`, whose
    `rssi` is percent and not dBm (capture Powerpanel_Tou: 100).
    """
    return WifiList(
        by_sn={entry.text("sn"): _link(entry) for entry in record.unique("wifiInfos", "sn")},
        unnamed=(_link(record),) if record.has("rssi") else (),
    )


def _link(entry: Record) -> WifiLink:
    entry.ignore("pn", "type", "encryption")
    return WifiLink(signal_ratio=entry.number("rssi", scale=_PERCENT), ssid=entry.text("ssid"))


def parse_backup_status(record: Record) -> BackupStatus:
    """Return whether a backup is going on; a plan counts from its start on.

    Source: `charging_disaster_prepared/get_site_device_disaster_status`; 1 is on, 2 is off.
    """
    record.ignore("current_disaster_detail")
    return BackupStatus(
        is_auto=_BACKUP_STATES.get(record.integer("auto_disaster_status") or 0),
        is_manual=_BACKUP_STATES.get(record.integer("manual_disaster_status") or 0),
    )
