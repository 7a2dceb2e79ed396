"""What panels and X1 systems say of themselves; X1 answers are made by hand after reference 05."""

from pathlib import Path

from solix_exporter.cloud.parse.home_system_status import (
    parse_backup_status,
    parse_hes_status,
    parse_hes_structure,
    parse_home_system_wifi,
    parse_panel_status,
)
from solix_exporter.cloud.record import Record
from solix_exporter.model.backup import BackupStatus
from solix_exporter.model.device import EvChargerStatus
from solix_exporter.model.home_system import HomeSystemStatus
from solix_exporter.model.radio import WifiLink
from tests.records import captured

SITE = "492cbe8c-e2a9-b6c4-c7ee-45b3ef4260e0"
PANEL = "UUBABYAH2ONIAPD4"


def test_the_totals_of_a_panel_come_in_base_units(captures: Path) -> None:
    record = captured(captures / "Powerpanel_Tou", f"charging_system_running_info_{SITE}")
    status = parse_panel_status(record)
    # 0.13 KWh, 0.13 kg, 592.4 $.
    assert status.lifetime.energy_wh == 130.0
    assert status.lifetime.co2_savings_g == 130.0
    assert (status.lifetime.savings, status.lifetime.currency_symbol) == (592.4, "$")
    assert (status.is_connected, status.connected) == (True, ((PANEL, True),))
    assert (record.unread(), record.malformed) == ((), ())


def test_a_site_without_an_x1_has_no_status_of_one(captures: Path) -> None:
    record = captured(captures / "Powerpanel_Tou", f"hes_system_running_info_{SITE}")
    assert parse_hes_status(record) == HomeSystemStatus()
    assert (record.unread(), record.malformed) == ((), ())


def test_the_status_of_an_x1() -> None:
    # Hand-made after reference 05, 3.3.
    status = parse_hes_status(
        Record(
            {
                "mainSn": "X1MAIN",
                "connected": True,
                "totalSystemPowerGeneration": 1.25,
                "systemPowerGenerationUnit": "MWh",
                "saveCarbonFootprint": 1.2,
                "saveCarbonUnit": "t",
                "totalSystemSavings": 313.1,
                "systemSavingsPriceUnit": "€",
                "hasEvCharger": True,
                "evChargerInfos": [{"evChargerSn": "EV1", "evChargerStatus": 2}],
            }
        )
    )
    assert (status.main_sn, status.is_connected, status.has_ev_charger) == ("X1MAIN", True, True)
    assert (status.lifetime.energy_wh, status.lifetime.co2_savings_g) == (1_250_000.0, 1_200_000.0)
    assert status.ev_chargers == (("EV1", EvChargerStatus.CHARGING),)


# Hand-made after reference 05, 3.2: two controllers in parallel, three and one battery modules;
# each controller lists itself among its parts.
X1: dict[str, object] = {
    "ats": {"sn": "ATS", "pn": "A5341", "type": "ats", "name": "Backup Controller"},
    "results": [
        {
            "sn": "X1MAIN",
            "pn": "A5103",
            "type": "pcs",
            "name": "X1",
            "aliasName": "Cellar",
            "subDevInfo": [
                {"sn": "X1MAIN", "pn": "A5103", "type": "ems"},
                {"sn": "PACK1", "pn": "A5220", "type": "pack", "name": "Battery 1"},
                {"sn": "PACK2", "pn": "A5220", "type": "pack"},
                {"sn": "PACK3", "pn": "A5220", "type": "pack"},
            ],
        },
        {
            "sn": "X1SECOND",
            "pn": "A5103",
            "type": "pcs",
            "subDevInfo": [{"sn": "PACK4", "pn": "A5220", "type": "pack"}],
        },
    ],
    "ecuDevices": None,
}


def test_the_structure_of_an_x1() -> None:
    record = Record(X1)
    structure = parse_hes_structure(record)
    assert [(part.sn, part.main_sn) for part in structure.parts] == [
        ("ATS", ""),
        ("X1MAIN", "X1MAIN"),
        ("PACK1", "X1MAIN"),
        ("PACK2", "X1MAIN"),
        ("PACK3", "X1MAIN"),
        ("X1SECOND", "X1SECOND"),
        ("PACK4", "X1SECOND"),
    ]
    assert [part.name for part in structure.parts[:3]] == [
        "Backup Controller",
        "Cellar",
        "Battery 1",
    ]
    assert (record.unread(), record.malformed) == ((), ())


def test_each_controller_has_modules_of_its_own() -> None:
    structure = parse_hes_structure(Record(X1))
    assert [part.sn for part in structure.controllers()] == ["X1MAIN", "X1SECOND"]
    assert [part.sn for part in structure.modules("X1MAIN")] == ["PACK1", "PACK2", "PACK3"]
    assert [part.sn for part in structure.modules("X1SECOND")] == ["PACK4"]
    assert structure.modules("ATS") == ()


def test_a_site_without_an_x1_has_no_parts(captures: Path) -> None:
    # The cloud answers code -1, without data.
    record = captured(captures / "Powerpanel_Tou", f"hes_dev_info_{SITE}")
    assert parse_hes_structure(record).parts == ()


def test_a_manual_backup_that_goes_on(captures: Path) -> None:
    site = "f6a1b2c3-d4e5-6789-abcd-ef0123456789"
    folder = captures / "PowerPanel_ManualBackup"
    record = captured(folder, f"charging_site_device_disaster_status_{site}")
    # 2 is off, 1 is on.
    assert parse_backup_status(record) == BackupStatus(is_auto=False, is_manual=True)
    assert (record.unread(), record.malformed) == ((), ())
    assert parse_backup_status(Record({})) == BackupStatus()


def test_the_signal_of_a_panel_is_a_percentage(captures: Path) -> None:
    record = captured(captures / "Powerpanel_Tou", f"charging_wifi_info_{PANEL}")
    assert parse_home_system_wifi(record).of(PANEL, 1) == WifiLink(
        signal_ratio=1.0, ssid="wifi-network-1"
    )
    assert record.unread() == ()


def test_the_signals_of_an_x1_name_their_devices() -> None:
    # Hand-made after reference 05, 3.6.
    entry = {"sn": "X1MAIN", "pn": "A5103", "type": "pcs", "ssid": "w", "rssi": 60}
    record = Record({"ssid": "w", "rssi": 60, "wifiInfos": [entry | {"encryption": "wpa2"}]})
    assert parse_home_system_wifi(record).of("X1MAIN", None) == WifiLink(signal_ratio=0.6, ssid="w")
    assert record.unread() == ()
