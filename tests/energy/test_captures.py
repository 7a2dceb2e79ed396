"""The ledger's rows of every captured system with energy, worked out by hand.

References 04, sections 1.4, 1.5 and 7. Expectations are in Wh.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.cache import ACCOUNT, Cache
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget, Limits
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.ledger import Ledger
from solix_exporter.model.energy import Flow
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.products import product_of
from solix_exporter.model.site import Access, DeviceListing, SiteListing, SiteType
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.job import EnergyOptions, EnergyPoll
from solix_exporter.poll.jobs import PollTools
from solix_exporter.poll.sites import SitesPoll
from solix_exporter.poll.zones import SiteZones
from tests.energy.captured import CapturedDays, Totals

BERLIN = ZoneInfo("Europe/Berlin")
EVERYTHING = frozenset({"pv_inputs", "devices", "grid"})

Rows = dict[tuple[str, str, str], float]
"""Day, serial number and flow: energy."""


@dataclass
class Case:
    """One captured folder, as polled in the evening of its second day."""

    folder: str
    days: tuple[str, str]
    extras: frozenset[str] = frozenset()
    totals: Totals = field(default_factory=dict)
    zone: ZoneInfo = BERLIN


async def ledger_rows(captures: Path, case: Case, site_id: str | None = None) -> Rows:
    """Poll the folder as if it were the cloud of that day, and return what the ledger holds."""
    second = date.fromisoformat(case.days[1])
    clock = ManualClock(datetime(second.year, second.month, second.day, 21, 31, tzinfo=case.zone))
    observer = SilentObserver()
    tools = PollTools(clock, Budget(clock, observer, Limits(0)), observer)
    cache, ledger = Cache(), Ledger(None)
    account = PolledAccount(
        "a",
        "DE",
        "here",
        CapturedDays(captures / case.folder, case.days, case.totals),
        cache.of("a"),
        SiteZones((case.zone,)),
    )
    await SitesPoll(account, tools, 60).run()
    options = EnergyOptions(300.0, case.extras)
    await EnergyPoll(account, tools, ledger, options, lambda _: True).run()
    ids = [listing.site_id for listing in account.parts.listings()]
    rows = ledger.totals([site_id] if site_id else ids, second - timedelta(days=9), second)
    ledger.close()
    return {(row.day.isoformat(), row.device_sn, row.flow.value): row.wh for row in rows}


def of_day(rows: Rows, day: str, sn: str = "") -> dict[str, float]:
    return {flow: wh for (found, device, flow), wh in rows.items() if (found, device) == (day, sn)}


# --- SB3 with a meter, both days complete: reference 04, section 7.1 ---

SMART = Case(
    "SB3_SM_Smart",
    ("2025-07-17", "2025-07-18"),
    EVERYTHING - {"grid"},
    {
        ("solarbank", "2025-07-17"): {
            "charge_total": "0.61", "discharge_total": "8.26", "ac_out_put_total": "0.00",
            "battery_to_home_total": "0.58", "grid_to_battery_total": "0.02",
            "solar_to_battery_total": "0.59", "battery_discharging_total": "0.60",
        },
        ("home_usage", "2025-07-17"): {
            "grid_to_home_total": "5.55", "battery_to_home_total": "0.58",
            "solar_to_home_total": "2.13", "home_usage_total": "8.26",
        },
        ("solar_production", "2025-07-17"): {
            "charge_total": "0.61", "solar_total": "2.76", "solar_to_grid_total": "0.04",
            "solar_to_battery_total": "0.59", "solar_to_home_total": "2.13",
        },
        ("solarbank", "2025-07-18"): {
            "charge_total": "0.17", "discharge_total": "6.94", "ac_out_put_total": "0.00",
            "battery_to_home_total": "0.03", "grid_to_battery_total": "0.01",
            "solar_to_battery_total": "0.16", "battery_discharging_total": "0.03",
        },
        ("home_usage", "2025-07-18"): {
            "grid_to_home_total": "5.18", "battery_to_home_total": "0.03",
            "solar_to_home_total": "1.73", "home_usage_total": "6.94",
        },
        ("solar_production", "2025-07-18"): {
            "charge_total": "0.17", "solar_total": "1.91", "solar_to_grid_total": "0.02",
            "solar_to_battery_total": "0.16", "solar_to_home_total": "1.73",
        },
    },
)  # fmt: skip


async def test_a_solarbank_3_with_a_meter(captures: Path) -> None:
    rows = await ledger_rows(captures, SMART)
    assert of_day(rows, "2025-07-17") == {
        "pv": 2760, "home": 8260, "grid_import": 5570, "grid_export": 40,
        "battery_charge": 610, "battery_discharge": 600, "ac_socket": 0,
        "grid_to_battery": 20, "grid_to_home": 5550, "pv_to_home": 2130, "pv_to_battery": 590,
        "pv_to_grid": 40, "battery_to_home": 580,
    }  # fmt: skip
    assert of_day(rows, "2025-07-18") == {
        "pv": 1910, "home": 6940, "grid_import": 5190, "grid_export": 20,
        "battery_charge": 170, "battery_discharge": 30, "ac_socket": 0,
        "grid_to_battery": 10, "grid_to_home": 5180, "pv_to_home": 1730, "pv_to_battery": 160,
        "pv_to_grid": 20, "battery_to_home": 30,
    }  # fmt: skip
    bank = "200Z24CCLUIX9A9H9"
    assert of_day(rows, "2025-07-17", bank) == {
        "pv_input_1": 1220, "pv_input_2": 1270, "pv_input_3": 0, "pv_input_4": 0,
    }  # fmt: skip
    assert of_day(rows, "2025-07-18", bank) == {
        "pv_input_1": 1010, "pv_input_2": 840, "pv_input_3": 0, "pv_input_4": 0,
    }  # fmt: skip


async def test_import_and_export_by_the_meter_agree_with_the_sums(captures: Path) -> None:
    rows = await ledger_rows(captures, Case(SMART.folder, SMART.days, frozenset({"grid"})))
    # The trends of `grid`: 5.57, 5.19 in and 0.04, 0.02 out.
    assert of_day(rows, "2025-07-17")["grid_import"] == 5570
    assert of_day(rows, "2025-07-18")["grid_import"] == 5190
    assert of_day(rows, "2025-07-17")["grid_export"] == 40
    assert of_day(rows, "2025-07-18")["grid_export"] == 20


# --- power panel: reference 04, section 7.2 ---


def part(kind: str, kwh: str, *, imported: bool = False) -> dict[str, Any]:
    return {"type": kind, "value": kwh, "unit": "KWh", "imported": imported, "percent": "1%"}


def energy(**named: str) -> dict[str, Any]:
    fields = {f"total{name.title()}Energy": value for name, value in named.items()}
    return fields | {f"{name}Unit": "KWh" for name in fields}


PANEL = Case(
    "Powerpanel_Tou",
    ("2026-06-08", "2026-06-09"),
    zone=ZoneInfo("America/Los_Angeles"),
    totals={
        ("hes", "2026-06-08"): energy(imported="5.86", exported="10.18"),
        ("home", "2026-06-08"): {
            "aggregates": [part("hes", "10.17"), part("solar", "0.00"), part("grid", "62.28")]
        },
        ("grid", "2026-06-08"): energy(exported="0.00")
        | {
            "aggregates": [
                part("hes", "5.86", imported=True),
                part("home", "62.28", imported=True),
            ]
        },
        ("solar", "2026-06-08"): {
            "aggregates": [part("hes", "0.00"), part("home", "0.00"), part("grid", "0.00")]
        },
        ("hes", "2026-06-09"): energy(imported="10.32", exported="10.44"),
        ("home", "2026-06-09"): {
            "aggregates": [part("hes", "10.44"), part("solar", "0.00"), part("grid", "78.16")]
        },
        ("grid", "2026-06-09"): energy(exported="0.00")
        | {
            "aggregates": [
                part("hes", "10.32", imported=True),
                part("home", "78.16", imported=True),
            ]
        },
        ("solar", "2026-06-09"): {
            "aggregates": [part("hes", "0.00"), part("home", "0.00"), part("grid", "0.00")]
        },
    },
)


async def test_a_power_panel_discharges_what_it_says_and_not_what_the_grid_gave(
    captures: Path,
) -> None:
    rows = await ledger_rows(captures, PANEL)
    assert of_day(rows, "2026-06-08") == {
        "battery_discharge": 10180, "battery_charge": 5860, "home": 72460, "grid_import": 68140,
        "grid_export": 0, "pv": 0, "grid_to_battery": 5860, "grid_to_home": 62280,
        "battery_to_home": 10170, "battery_to_grid": 0, "pv_to_home": 0, "pv_to_battery": 0,
        "pv_to_grid": 0,
    }  # fmt: skip
    assert of_day(rows, "2026-06-09") == {
        "battery_discharge": 10440, "battery_charge": 10320, "home": 88600, "grid_import": 88480,
        "grid_export": 0, "pv": 0, "grid_to_battery": 10320, "grid_to_home": 78160,
        "battery_to_home": 10440, "battery_to_grid": 0, "pv_to_home": 0, "pv_to_battery": 0,
        "pv_to_grid": 0,
    }  # fmt: skip


# --- the others: the files tell the days' trends, their totals are those of both days ---

TRENDS: tuple[tuple[str, tuple[str, str], str, dict[str, tuple[float, float]]], ...] = (
    (
        "SB2_SM_NoPvEnergy_Invalid", ("2024-07-01", "2024-07-02"),
        "c2f6cce3-5dff-cfaf-1833-ead4771bb8b6",
        {"pv": (5220, 3150), "home": (6610, 3570), "battery_discharge": (1340, 450),
         "grid_import": (2450, 1320), "grid_export": (250, 20)},
    ),
    (
        "SB2_SM_AiMode_Schedule_invalid", ("2024-07-13", "2024-07-14"),
        "cfdb1fbc-d51e-c39f-13b3-597acb1ab7c5",
        {"pv": (9180, 980), "home": (13340, 5240), "battery_discharge": (1820, 700),
         "grid_import": (8340, 3750), "grid_export": (2200, 10)},
    ),
    (
        "SB2_SM_ManMode_Schedule", ("2024-07-13", "2024-07-14"),
        "0eb4cdb4-eade-bbf2-bb0c-b387cee001f0",
        {"pv": (9180, 1160), "home": (13340, 5610), "battery_discharge": (1820, 720),
         "grid_import": (8340, 3920), "grid_export": (2200, 10)},
    ),
    (
        # No meter: `grid` is not asked, and nothing is said about the grid.
        "SB2_SP_SpMode_Schedule", ("2024-10-20", "2024-10-21"),
        "cafd5d6b-57a4-da8a-bbe3-41f6c6bddda2",
        {"pv": (180, 3270), "home": (700, 2510), "battery_discharge": (650, 850)},
    ),
    (
        "SB2_SB1_AI_Input_50", ("2025-01-22", "2025-01-23"),
        "c71f3d61-92de-d17f-dd6a-34c9ecbecedc",
        {"pv": (2440, 40), "home": (13480, 7640), "battery_discharge": (930, 20),
         "grid_import": (11260, 7590), "grid_export": (60, 0)},
    ),
    (
        "SB2_AC_UseTime", ("2025-01-28", "2025-01-29"),
        "a283eb18-511c-f6e6-da9d-fecf81ea79ad",
        {"pv": (0, 0), "home": (10, 40), "battery_discharge": (10, 0),
         "grid_import": (5580, 50), "grid_export": (0, 0)},
    ),
    # Its zeros are "0": no record at all.
    ("SB2_AC_UseTime", ("2025-01-28", "2025-01-29"), "bedec3ba-fe35-f3ac-fbcd-36cccc9a9378", {}),
    (
        "SB3_SB2AC_Shelly_Smart_Complete", ("2025-07-04", "2025-07-05"),
        "0dfee243-b28a-cff5-bcd6-0fbcb2ccb0ca",
        {"pv": (2920, 10), "home": (5020, 3490), "battery_discharge": (2720, 1770),
         "grid_import": (4800, 2060), "grid_export": (2920, 10)},
    ),
    (
        "SB3_SB2AC_Shelly_Smart_Complete", ("2025-07-04", "2025-07-05"),
        "6b1c4a6c-ec3f-65f2-a840-5be72c5eefe2",
        {"pv": (0, 0), "home": (9240, 11060), "battery_discharge": (1570, 200),
         "grid_import": (9890, 10900), "grid_export": (0, 0)},
    ),
)  # fmt: skip


@pytest.mark.parametrize(("folder", "days", "site_id", "flows"), TRENDS)
async def test_the_daily_values_of_the_other_captures(
    captures: Path,
    folder: str,
    days: tuple[str, str],
    site_id: str,
    flows: Mapping[str, tuple[float, float]],
) -> None:
    rows = await ledger_rows(captures, Case(folder, days, frozenset({"grid"})), site_id)
    for place, day in enumerate(days):
        assert of_day(rows, day) == {flow: pair[place] for flow, pair in flows.items()}


async def test_a_first_generation_bank_is_not_asked_for_what_it_cannot_tell(captures: Path) -> None:
    case = Case("SB1_DischargePrio", ("2024-12-16", "2024-12-17"), EVERYTHING)
    rows = await ledger_rows(captures, case)
    # "0" on the 16th is no record, "0.00" on the 17th a measured zero; its "discharge" would
    # contain bypassed PV, its home and grid are unknown.
    assert of_day(rows, "2024-12-16") == {}
    assert of_day(rows, "2024-12-17") == {"pv": 0}


async def test_smart_plugs_come_with_the_home(captures: Path) -> None:
    # Reference 04, section 7.4: 1.66, 3.15, 1.80 and 0.11 are 6.72; two of them are made up here.
    plugs = [
        {"device_sn": "MU1JPN69C3CB0VVV", "device_name": "x", "total_power": "1.66"},
        {"device_sn": "IU47YZ0USSGF2K2A", "device_name": "y", "total_power": "3.15"},
    ]
    case = Case(
        "SB2_SP_SpMode_Schedule",
        ("2024-10-20", "2024-10-21"),
        totals={
            ("home_usage", "2024-10-21"): {
                "smart_plug_info": {"smartplug_list": plugs, "total_power": "4.81"}
            }
        },
    )
    rows = await ledger_rows(captures, case)
    assert of_day(rows, "2024-10-21")["plug"] == 4810
    assert of_day(rows, "2024-10-21", "MU1JPN69C3CB0VVV") == {"plug": 1660}
    assert of_day(rows, "2024-10-21", "IU47YZ0USSGF2K2A") == {"plug": 3150}
    assert "plug" not in of_day(rows, "2024-10-20")


async def test_a_stand_alone_inverter(captures: Path) -> None:
    # Reference 04, section 7.3; its site is not in the cloud's list.
    case = Case("MI80_Standalone", ("2025-04-22", "2025-04-23"))
    sn, clock = "3IEDXXFMD2I3", ManualClock(datetime(2025, 4, 23, 21, tzinfo=BERLIN))
    observer = SilentObserver()
    tools = PollTools(clock, Budget(clock, observer, Limits(0)), observer)
    cache, ledger = Cache(), Ledger(None)
    source = CapturedDays(captures / case.folder, case.days, {})
    account = PolledAccount("a", "DE", "here", source, cache.of("a"), SiteZones((BERLIN,)))
    site_id = f"virtual-{sn}"
    devices = (DeviceListing(sn, product_of("A5143")),)
    listing = SiteListing(site_id, "", SiteType.VIRTUAL, Access.OWNER, devices)
    account.parts[SITE_LIST].replace(ACCOUNT, (listing,))
    await EnergyPoll(account, tools, ledger, EnergyOptions(300.0), lambda _: True).run()
    rows = ledger.totals((site_id,), date(2025, 4, 1), date(2025, 4, 30))
    assert [(row.day.isoformat(), row.flow, row.wh) for row in rows] == [
        ("2025-04-22", Flow.PV, 2580),
        ("2025-04-23", Flow.PV, 330),
    ]
    # Yesterday was before the ledger began: it is kept and does not count.
    assert ledger.counters(site_id) == {("", Flow.PV): 330}
    ledger.close()
