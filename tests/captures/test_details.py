"""What the slow polls make of every capture, against values worked out by hand.

By reference 03, sections 2 and 3, from the captured answers; times are on the site's clock.
"""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.poll.rig import Rig

BERLIN = ZoneInfo("Europe/Berlin")

SB1_NIGHT = "2024-04-24 01:33"
SMART_DAY = "2025-07-18 13:23"


def rig_at(folder: Path, local: str) -> Rig:
    return Rig(folder, datetime.fromisoformat(local).replace(tzinfo=BERLIN))


async def metrics_at(folder: Path, local: str) -> dict[str, float]:
    rig = rig_at(folder, local)
    await rig.poll()
    assert rig.listener.malformed == []
    return rig.metrics()


def value(metrics: dict[str, float], name: str, *labels: str) -> float | None:
    """Return the value of the one sample of that name whose labels hold all texts."""
    found = [
        number
        for series, number in metrics.items()
        if series.partition("{")[0] == name and all(label in series for label in labels)
    ]
    assert len(found) <= 1, (name, labels)
    return found[0] if found else None


PRESETS = [
    # One bank with an MI80: 300 W at night, its switch off by day; charged above the 10 % floor.
    ("SB1_NoEnergy", "2024-04-24 01:33", 300, {"G55H": 300}, {"G55H": 1}),
    ("SB1_NoEnergy", "2024-04-24 07:19", 300, {"G55H": 300}, {"G55H": 1}),
    ("SB1_NoEnergy", "2024-04-24 07:20", 0, {"G55H": 0}, {"G55H": 0}),
    ("SB1_NoEnergy", "2024-04-24 19:40", 300, {"G55H": 300}, {"G55H": 1}),
    ("SB1_NoEnergy", "2024-04-24 23:59", 300, {"G55H": 300}, {"G55H": 1}),
    # Two banks share 270 W.
    ("SB1_Dual_NoEnergy", "2024-05-22 20:12", 270, {"W8Z0": 135, "XGR9": 135}, {"W8Z0": 1}),
    ("SB1_0Wswitch_PPSc1000_NoEnergy", "2024-02-27 15:29", 0, {"Y2T1": 0}, {"Y2T1": 0}),
    ("SB1_0Wswitch_PPSc1000_NoEnergy", "2024-02-27 20:00", 100, {"Y2T1": 100}, {"Y2T1": 1}),
    ("SB1_DischargePrio", "2024-12-17 12:17", 0, {"9J7O": 0}, {"9J7O": 0}),
    # The charge priority of 80 % is above the 75 % of the bank, but an MI60 cannot hold back.
    ("SB1_DischargePrio", "2024-12-17 16:00", 300, {"9J7O": 300}, {"9J7O": 1}),
    # Automatic modes have no preset of their own: the scene's is left over.
    ("SB2_SB1_AI_Input_50", "2025-01-23 09:21", 50, {"6SFN": 50, "V58H": 75, "3K3Y": 75}, {}),
    ("SB3_SM_Smart", SMART_DAY, 200, {"200Z": 200}, {"200Z": 1}),
    # Manual: weekend all day, working days by the hour.
    ("SB2_SM_ManMode_Schedule", "2024-06-29 12:00", 110, {"MUOD": 110}, {}),
    ("SB2_SM_ManMode_Schedule", "2024-06-30 23:59", 110, {"MUOD": 110}, {}),
    ("SB2_SM_ManMode_Schedule", "2024-07-01 00:00", 100, {"MUOD": 100}, {}),
    ("SB2_SM_ManMode_Schedule", "2024-07-01 08:00", 120, {"MUOD": 120}, {}),
    ("SB2_SM_ManMode_Schedule", "2024-07-05 22:00", 90, {"MUOD": 90}, {}),
    # Plug mode: 20 W beside the plugs, not the 50 W of the dormant manual plan.
    ("SB2_SP_SpMode_Schedule", "2024-11-01 12:00", 20, {"81QC": 20}, {}),
]


@pytest.mark.parametrize(("folder", "local", "site_w", "banks_w", "allowed"), PRESETS)
async def test_the_preset_in_force(
    captures: Path,
    folder: str,
    local: str,
    site_w: float,
    banks_w: dict[str, float],
    allowed: dict[str, float],
) -> None:
    metrics = await metrics_at(captures / folder, local)
    assert value(metrics, "solix_site_output_preset_watts") == site_w
    for sn, preset_w in banks_w.items():
        assert value(metrics, "solix_device_output_preset_watts", f'"{sn}') == preset_w
    for sn, is_allowed in allowed.items():
        assert value(metrics, "solix_device_export_allowed", f'"{sn}') == is_allowed


async def test_the_preset_follows_the_clock_without_a_request(captures: Path) -> None:
    rig = rig_at(captures / "SB1_NoEnergy", "2024-04-24 07:19")
    await rig.poll()
    asked = rig.asked()["get_device_home_load"]
    assert rig.site.output_preset_w == 300
    rig.clock.advance(60)
    await rig.sites.run()
    assert rig.site.output_preset_w == 0
    assert rig.asked()["get_device_home_load"] == asked == 1


TARIFFS = [
    # Monday in winter, season 1.
    ("2025-01-20 05:59", "off_peak", 0.25, "EUR"),
    ("2025-01-20 06:00", "peak", 0.5, "EUR"),
    ("2025-01-20 16:59", "mid_peak", 0.35, "EUR"),
    ("2025-01-20 23:00", "valley", 0.2, "EUR"),
    # A Sunday of the same season.
    ("2025-01-19 20:59", "peak", 0.5, "EUR"),
    # Saturday in summer.
    ("2025-06-21 19:59", "mid_peak", 0.31, "EUR"),
    # From October on the plan is in dollars, and the weekend is like the week.
    ("2025-10-04 16:00", "peak", 0.38, "USD"),
    ("2025-12-31 23:59", "off_peak", 0.23, "USD"),
]


@pytest.mark.parametrize(("local", "tariff", "price", "currency"), TARIFFS)
async def test_the_tariff_and_its_price(
    captures: Path, local: str, tariff: str, price: float, currency: str
) -> None:
    metrics = await metrics_at(captures / "SB2_AC_UseTime", local)
    site = 'site_id="a283'
    assert value(metrics, "solix_site_tariff", site, f'tariff="{tariff}"') == 1
    assert value(metrics, "solix_site_electricity_price", site, "use_time", currency) == price
    assert value(metrics, "solix_site_electricity_price", 'site_id="bede', "fixed") == 0.29
    assert value(metrics, "solix_site_tariff", 'site_id="bede', "peak") is None


FIXED_PRICES = [
    ("SB1_0Wswitch_PPSc1000_NoEnergy", 0.38),
    ("SB1_DischargePrio", 0.33),
    ("SB1_Dual_NoEnergy", 0.34),
    ("SB2_SB1_AI_Input_50", 0.32),
    ("SB2_SM_AiMode_Schedule_invalid", 0.16),
    ("SB2_SP_SpMode_Schedule", 0.32),
]


@pytest.mark.parametrize(("folder", "price"), FIXED_PRICES)
async def test_a_fixed_price(captures: Path, folder: str, price: float) -> None:
    metrics = await metrics_at(captures / folder, "2025-01-20 12:00")
    labels = ('currency="EUR"', 'price_type="fixed"')
    assert value(metrics, "solix_site_electricity_price", *labels) == price


DYNAMIC_PRICES = [
    # 73.02 EUR for a MWh: (0.07302 + 0.17895) * 1.19 = 0.29984, Friday before 18:00.
    ("2025-07-18 13:23", 0.07302, 0.2998, "off_peak"),
    # 106.80: (0.1068 + 0.17895) * 1.19 = 0.34004
    ("2025-07-18 00:59", 0.1068, 0.34, "off_peak"),
    # 72.68: (0.07268 + 0.17895) * 1.19 = 0.29944
    ("2025-07-18 15:00", 0.07268, 0.2994, "off_peak"),
]


@pytest.mark.parametrize(("local", "spot", "price", "tariff"), DYNAMIC_PRICES)
async def test_a_dynamic_price(
    captures: Path, local: str, spot: float, price: float, tariff: str
) -> None:
    metrics = await metrics_at(captures / "SB3_SM_Smart", local)
    assert value(metrics, "solix_site_spot_price", 'currency="EUR"') == spot
    assert value(metrics, "solix_site_electricity_price", "dynamic", "EUR") == price
    assert value(metrics, "solix_site_tariff", f'tariff="{tariff}"') == 1


async def test_tomorrow_has_the_prices_that_were_published_today(captures: Path) -> None:
    rig = rig_at(captures / "SB3_SM_Smart", "2025-07-18 23:40")
    await rig.poll()
    # 00:30 of the next day, and nothing but the live values was asked since.
    rig.clock.advance(50 * 60)
    await rig.sites.run()
    # 107.60: (0.1076 + 0.17895) * 1.19 = 0.34099
    assert value(rig.metrics(), "solix_site_spot_price") == 0.1076
    assert value(rig.metrics(), "solix_site_electricity_price", "dynamic") == 0.341


OUTLOOKS = [
    # The cloud's own means are 100.93 and 70.14 EUR for a MWh. Today is cheapest from 14:00
    # (71.20) and dearest from 20:00 (146.55); tomorrow from 13:00 (-0.01) and 19:00 (114.47).
    ("2025-07-18 13:23", "today", (0.10093, 0.0712, 0.14655), "2025-07-18 14:00"),
    ("2025-07-18 13:23", "tomorrow", (0.07014, -0.00001, 0.11447), "2025-07-19 13:00"),
]


@pytest.mark.parametrize(("local", "period", "spots", "cheapest"), OUTLOOKS)
async def test_the_outlook_on_prices(
    captures: Path, local: str, period: str, spots: tuple[float, ...], cheapest: str
) -> None:
    metrics = await metrics_at(captures / "SB3_SM_Smart", local)
    name = "solix_site_electricity_spot_price"
    for statistic, spot in zip(("mean", "lowest", "highest"), spots, strict=True):
        labels = ('currency="EUR"', f'period="{period}"', f'statistic="{statistic}"')
        assert value(metrics, name, *labels) == pytest.approx(spot, abs=5e-6)
    # 71.20 EUR for a MWh from 14:00 on.
    assert value(metrics, name, 'period="next_hour"', 'statistic="mean"') == 0.0712
    starts = value(
        metrics, "solix_site_electricity_cheapest_hour_timestamp_seconds", f'day="{period}"'
    )
    assert starts == datetime.fromisoformat(cheapest).replace(tzinfo=BERLIN).timestamp()


async def test_after_midnight_the_outlook_is_on_the_new_day(captures: Path) -> None:
    rig = rig_at(captures / "SB3_SM_Smart", "2025-07-18 23:10")
    await rig.poll()
    name = "solix_site_electricity_spot_price"
    # The next hour is tomorrow's first: 107.60.
    assert value(rig.metrics(), name, "next_hour") == 0.1076
    rig.clock.advance(60 * 60)
    await rig.sites.run()
    metrics = rig.metrics()
    assert value(metrics, name, "today", "highest") == 0.11447
    assert value(metrics, name, "tomorrow", "highest") is None
    assert value(metrics, name, "next_hour") == 0.10535


FORECASTS = [
    # 37 of 60 minutes of 402 Wh, then 434, 401, 350, 263, 214, 72, 37: 247.9 + 1771 = 2018.9;
    # with the 1910 Wh that the day gave before: 3928.9.
    ("2025-07-18 13:23", 402, 434, 2018.9, 3928.9),
    # Half of the 434 Wh until 15:00, and 1337 after.
    ("2025-07-18 14:30", 434, 401, 1554.0, 3928.9),
    # The next hour is tomorrow's, of which only the sum is told.
    ("2025-07-18 23:30", 0, None, 0.0, 3928.9),
]


@pytest.mark.parametrize(("local", "hour_wh", "next_hour_wh", "remaining_wh", "day_wh"), FORECASTS)
async def test_the_forecast(
    captures: Path,
    local: str,
    hour_wh: float,
    next_hour_wh: float | None,
    remaining_wh: float,
    day_wh: float,
) -> None:
    metrics = await metrics_at(captures / "SB3_SM_Smart", local)
    assert value(metrics, "solix_site_pv_forecast_remaining_watthours") == remaining_wh
    assert value(metrics, "solix_site_pv_forecast_today_watthours") == day_wh
    periods = {
        "hour": hour_wh,
        "next_hour": next_hour_wh,
        "today": day_wh,
        "remaining": remaining_wh,
        # Of the 3970 Wh of 24 hours, 402 + 1771 = 2173 are today's.
        "tomorrow": 1797,
    }
    for period, energy_wh in periods.items():
        label = f'period="{period}"'
        assert value(metrics, "solix_site_pv_forecast_watthours", label) == energy_wh


async def test_a_forecast_of_another_day_is_none(captures: Path) -> None:
    metrics = await metrics_at(captures / "SB3_SM_Smart", "2025-07-19 09:00")
    assert value(metrics, "solix_site_pv_forecast_remaining_watthours") is None
    assert value(metrics, "solix_site_pv_forecast_today_watthours") is None
    assert [name for name in metrics if name.startswith("solix_site_pv_forecast")] == []


FACTS = [
    # An update of the bank and of all its parts waits; it does not install it by itself.
    ("SB3_SM_Smart", "solix_device_firmware_update_available", ['"200Z'], 1),
    ("SB3_SM_Smart", "solix_device_firmware_update_available", ['"UC5I'], 0),
    ("SB3_SM_Smart", "solix_device_auto_upgrade_enabled", ['"200Z'], 0),
    ("SB3_SM_Smart", "solix_device_wifi_rssi_dbm", ['"200Z'], -70),
    ("SB3_SM_Smart", "solix_device_wifi_signal_ratio", ['"200Z'], 0.6),
    # "0" is what a Shelly meter sends that does not measure it.
    ("SB3_SM_Smart", "solix_device_wifi_rssi_dbm", ['"UC5I'], None),
    ("SB3_SM_Smart", "solix_device_wifi_signal_ratio", ['"UC5I'], None),
    ("SB3_SM_Smart", "solix_device_ethernet_connected", ['"UC5I'], 0),
    # The bank's own limit is 0: that of the single system holds.
    ("SB3_SM_Smart", "solix_device_output_limit_watts", ['"200Z'], 1200),
    ("SB3_SM_Smart", "solix_site_output_limit_watts", [], 1200),
    ("SB3_SM_Smart", "solix_device_ac_input_limit_watts", ['"200Z'], None),
    ("SB3_SM_Smart", "solix_battery_reserve_ratio", ['"200Z'], 0.1),
    ("SB3_SM_Smart", "solix_site_ai_status", ['status="running"'], 1),
    ("SB3_SM_Smart", "solix_site_ai_learning_remaining_seconds", [], 0),
    ("SB3_SM_Smart", "solix_site_co2_equivalent_trees", [], 9.4),
    ("SB3_SM_Smart", "solix_device_info", ['"200Z', 'firmware="1.0.0.18"'], 1),
    # "V1.0.0", with a capital.
    ("SB3_SM_Smart", "solix_device_info", ['"M55A', 'firmware="1.0.0"', '"inverter"'], 1),
    # Bluetooth only: the list's wifi_online is no news.
    ("SB3_SM_Smart", "solix_device_online", ['"M55A'], None),
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_site_ai_status", ['"6b1c', '"failure"'], 1),
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_site_ai_status", ['"0dfe', '"failure"'], None),
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_battery_reserve_ratio", ['"DRVA'], 0.1),
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_battery_reserve_ratio", ['"2HUE'], 0.05),
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_device_export_allowed", ['"2HUE'], 1),
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_device_wifi_signal_ratio", ['"2HUE'], 0.54),
    # Only -67 dBm is told: 2 * (100 - 67) = 66 on the cloud's scale.
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_device_wifi_signal_ratio", ['"NRL2'], 0.66),
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_site_co2_equivalent_trees", ['"0dfe'], 0.2),
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_site_co2_equivalent_trees", ['"6b1c'], None),
    # The price is dynamic, and the capture holds no answer about the market.
    ("SB3_SB2AC_Shelly_Smart_Complete", "solix_site_electricity_price", ['"6b1c'], None),
    ("SB2_SP_SpMode_Schedule", "solix_device_wifi_signal_ratio", ['"81QC'], 0.72),
    ("SB2_SP_SpMode_Schedule", "solix_device_wifi_rssi_dbm", ['"81QC'], None),
    ("SB2_SP_SpMode_Schedule", "solix_device_wifi_rssi_dbm", ['"IU47'], -69),
    ("SB2_SP_SpMode_Schedule", "solix_device_wifi_signal_ratio", ['"IU47'], 0.62),
    ("SB2_SP_SpMode_Schedule", "solix_device_auto_upgrade_enabled", ['"IU47'], 0),
    # The bank is not in the list: the cloud does not tell.
    ("SB2_SP_SpMode_Schedule", "solix_device_auto_upgrade_enabled", ['"81QC'], None),
    ("SB2_SM_AiMode_Schedule_invalid", "solix_site_usage_mode", ['"smartmeter"'], 1),
    ("SB2_SM_AiMode_Schedule_invalid", "solix_battery_reserve_ratio", ['"YF81'], 0.05),
    # A list that names no serial number: both banks say that theirs is the first entry.
    ("SB1_Dual_NoEnergy", "solix_device_wifi_signal_ratio", ['"W8Z0'], 0.56),
    ("SB1_Dual_NoEnergy", "solix_device_wifi_signal_ratio", ['"XGR9'], 0.56),
    # The main switch is off, whatever the devices say.
    ("SB1_Dual_NoEnergy", "solix_device_auto_upgrade_enabled", ['"XGR9'], 0),
    ("SB1_Dual_NoEnergy", "solix_device_inverter_info", ['"XGR9', 'inverter_model="A5143"'], 1),
    ("SB1_NoEnergy", "solix_battery_reserve_ratio", ['"G55H'], 0.05),
    ("SB1_0Wswitch_PPSc1000_NoEnergy", "solix_device_zero_output_switch_fitted", ['"Y2T1'], 1),
    ("SB1_NoEnergy", "solix_device_zero_output_switch_fitted", ['"G55H'], 0),
    ("SB1_0Wswitch_PPSc1000_NoEnergy", "solix_device_online", ['"1OVQ'], 1),
    ("SB1_0Wswitch_PPSc1000_NoEnergy", "solix_device_info", ['"1OVQ', 'model="A1761"'], 1),
    ("SB2_SB1_AI_Input_50", "solix_device_zero_output_switch_fitted", ['"V58H'], 1),
    ("SB2_SB1_AI_Input_50", "solix_device_inverter_info", ['"V58H', '"A17CX"'], 1),
    ("SB2_AC_UseTime", "solix_device_wifi_signal_ratio", ['"UG20'], 0.96),
    ("SB2_AC_UseTime", "solix_device_online", ['"94NY'], 0),
    ("Mqtt_SB1_C1000", "solix_site_co2_equivalent_trees", [], 65.1),
    ("Mqtt_SB1_C1000", "solix_device_wifi_rssi_dbm", ['"4EJY'], -54),
    # 2 * (100 - 54) = 92
    ("Mqtt_SB1_C1000", "solix_device_wifi_signal_ratio", ['"4EJY'], 0.92),
    ("Mqtt_SB1_C1000", "solix_device_info", ['"CUTU', 'firmware="2.1.5"'], 1),
    ("Powerpanel_Tou", "solix_site_co2_equivalent_trees", [], None),
    ("Powerpanel_Tou", "solix_device_auto_upgrade_enabled", ['"QVZB'], 1),
]


@pytest.mark.parametrize("folder", sorted({folder for folder, *_ in FACTS}))
async def test_the_facts_of_a_capture(captures: Path, folder: str) -> None:
    metrics = await metrics_at(captures / folder, SMART_DAY)
    expected = [(name, labels, number) for of, name, labels, number in FACTS if of == folder]
    found = [(name, labels, value(metrics, name, *labels)) for name, labels, _ in expected]
    assert found == expected


async def test_unread_messages(captures: Path) -> None:
    metrics = await metrics_at(captures / "SB1_Dual_NoEnergy", SB1_NIGHT)
    # The sites poll makes the account; an older cloud tells no kinds.
    assert value(metrics, "solix_account_unread_messages", 'kind="any"') == 1
    assert value(metrics, "solix_account_unread_messages", 'kind="system"') is None
    newer = await metrics_at(captures / "SB3_SM_Smart", SMART_DAY)
    assert value(newer, "solix_account_unread_messages", 'kind="system"') == 0
