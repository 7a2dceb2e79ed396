"""The words and the picture of the page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from solix_exporter.advice import advice_for
from solix_exporter.errors import (
    AuthenticationError,
    LoginBlocked,
    RateLimited,
    RequestRejected,
    TransientError,
    UnexpectedPayload,
)
from solix_exporter.model.account import Account
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.details import DeviceDetails
from solix_exporter.model.device import (
    Device,
    DeviceReadings,
    EvCharger,
    EvChargerStatus,
    Inverter,
    Plug,
)
from solix_exporter.model.firmware import Firmware
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.products import product_of
from solix_exporter.model.radio import WifiLink
from solix_exporter.model.site import Access, Site, SiteReadings, SiteType
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.web import Status
from solix_exporter.web.page import words
from solix_exporter.web.page.device import view_device
from solix_exporter.web.page.flow import End, draw_flow
from solix_exporter.web.page.view import PageView, view_page

NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("power_w", "text"),
    [
        (None, "\u2013"),
        (0.0, "0 W"),
        (999.4, "999 W"),
        (999.6, "1.00 kW"),
        (1834.0, "1.83 kW"),
        (9996.0, "10.0 kW"),
        (11234.0, "11.2 kW"),
        (1234567.0, "1 235 kW"),
    ],
)
def test_powers_are_shown_with_three_digits(power_w: float | None, text: str) -> None:
    assert plain(words.watts(power_w)) == text


@pytest.mark.parametrize(
    ("energy_wh", "text"), [(None, "\u2013"), (0.0, "0.00 kWh"), (4006400.0, "4 006 kWh")]
)
def test_energies_are_shown_as_on_a_bill(energy_wh: float | None, text: str) -> None:
    assert plain(words.watthours(energy_wh)) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=-3), "0 s ago"),
        (timedelta(seconds=119), "119 s ago"),
        (timedelta(minutes=2), "2 min ago"),
        (timedelta(minutes=119), "119 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(hours=49), "2 days ago"),
    ],
)
def test_ages_are_told_in_their_largest_unit(age: timedelta, text: str) -> None:
    assert plain(words.ago(NOON - age, NOON)) == text


def test_what_never_was_has_no_age() -> None:
    assert words.ago(None, NOON) == "never"


@pytest.mark.parametrize(
    ("sn", "shown"), [("AZV1234567890", "…7890"), ("ABCDEFGH", "…"), ("", "…")]
)
def test_a_serial_number_is_never_shown_whole(sn: str, shown: str) -> None:
    assert words.short_sn(sn) == shown


def test_an_instant_is_told_on_the_sites_clock() -> None:
    assert words.clock_time(NOON, "Europe/Berlin") == "2026-06-20 14:00:00 CEST"


@pytest.mark.parametrize(
    ("error", "state", "todo"),
    [
        (AuthenticationError("x", code=26108), "refuses the e-mail address", "Correct ANKERUSER"),
        (LoginBlocked("x", until=NOON, refusal=26108), "refuses the e-mail", "Correct ANKERUSER"),
        (AuthenticationError("x", code=100032), "asks for a captcha", "Log in once with the app"),
        (AuthenticationError("x", code=100053), "has locked the account", "stop other programs"),
        (AuthenticationError("x", code=26084), "Another program logs in", "an account of its own"),
        (AuthenticationError("x", code=26052), "verification code", "two-factor login off"),
        (AuthenticationError("x", code=26070), "login key", "cloud.public_key"),
        (AuthenticationError("x", code=401), "the token was rejected (code 401)", "country"),
        (RateLimited("x", code=429), "too much is asked", "raise cloud.headroom"),
        (TransientError("x"), "cannot be reached", "asked again"),
        (RequestRejected("x", code=10003), "a parameter is not accepted", "country is right"),
        (UnexpectedPayload("x"), "does not understand", "newer version"),
        (KeyError("x"), "The last poll failed", "log"),
        (None, "The last poll failed", "log"),
    ],
)
def test_every_trouble_has_its_advice(error: Exception | None, state: str, todo: str) -> None:
    advice = advice_for(error)
    assert state in advice.state
    assert todo in advice.todo


def test_advice_never_repeats_what_the_cloud_said() -> None:
    error = AuthenticationError("me@example.org is locked", code=26108)
    advice = advice_for(error, NOON)
    assert "me@example.org" not in advice.state + advice.todo
    assert advice.state.endswith("No login is tried before 2026-06-20 12:00 UTC.")


def ends(now: SiteReadings) -> dict[str, End]:
    return {end.key: end for end in draw_flow(now).ends}


def test_power_goes_where_it_was_measured_to_go() -> None:
    found = ends(
        SiteReadings(
            pv_power_w=900.0,
            home_load_power_w=400.0,
            grid_import_power_w=0.0,
            grid_export_power_w=20.0,
            battery_charge_power_w=480.0,
            battery_discharge_power_w=0.0,
            soc_ratio=0.5,
        )
    )
    assert {key: (end.gives, end.pace) for key, end in found.items()} == {
        "solar": (True, "brisk"),
        "grid": (False, "calm"),
        "home": (False, "brisk"),
        "battery": (False, "brisk"),
    }
    assert found["home"].ring == 100
    assert found["battery"].ring == 50


def test_at_night_the_battery_and_the_grid_give() -> None:
    found = ends(
        SiteReadings(
            home_load_power_w=1600.0,
            grid_import_power_w=400.0,
            battery_charge_power_w=0.0,
            battery_discharge_power_w=1200.0,
        )
    )
    assert (found["battery"].gives, found["battery"].pace) == (True, "fast")
    assert (found["grid"].gives, plain(found["grid"].value)) == (True, "400 W")
    # 1600 W less the 400 W of the grid.
    assert found["home"].ring == 75
    assert (found["solar"].is_known, found["solar"].value) == (False, "\u2013")


def test_what_stands_still_does_not_move() -> None:
    found = ends(SiteReadings(pv_power_w=0.0, home_load_power_w=0.0, grid_import_power_w=0.4))
    assert {end.pace for end in found.values()} == {""}


def test_without_readings_the_picture_keeps_its_shape() -> None:
    picture = draw_flow(None)
    assert [end.value for end in picture.ends] == ["\u2013"] * 4
    assert picture.description == "Solar \u2013; Grid \u2013; Home \u2013; Battery \u2013."


def page_of(*sites: Site, devices: tuple[Device, ...] = ()) -> PageView:
    account = Account("home", "DE", "https://cloud.example", is_up=True)
    return view_page(Status(NOON, Snapshot((AccountSlice(account, sites, devices),))))


def site_of(site_type: SiteType = SiteType.SOLARBANK, **parts: Any) -> Site:  # noqa: ANN401  parts of several types
    return Site("s1", "home", "House", site_type, Access.OWNER, "UTC", **parts)


@pytest.mark.parametrize("scene", [None, SiteReadings()])
def test_a_station_and_an_inverter_show_what_other_sources_measured(
    scene: SiteReadings | None,
) -> None:
    # A power panel's scene holds no powers, an X1 and a stand-alone inverter have no scene.
    measured = SiteReadings(pv_power_w=302.0, stored_energy_wh=652.8, capacity_wh=3840.0)
    page = page_of(
        site_of(SiteType.VIRTUAL, scene=scene, measured=measured, totals=Lifetime(76610.0))
    )
    (site,) = page.sites
    assert (page.headline, site.mark, site.notice) == ("All is well", "good", "")
    assert plain(site.flow.ends[0].value) == "302 W"
    facts = {label: plain(text) for label, text in site.facts}
    assert facts == {"Stored": "0.65 kWh of 3.84 kWh", "Since the start": "76.6 kWh"}


def test_a_device_shows_what_other_sources_measured() -> None:
    measured = DeviceReadings(is_online=True, inverter=Inverter(power_w=302.0))
    view = view_device(
        Device("AZV1234567890", product_of("A5143"), "home", measured=measured), NOON
    )
    assert (view.mark, view.state) == ("good", "online")
    assert [plain(fact) for fact in view.facts] == ["gives 302 W"]


def test_a_charger_needs_no_system_to_be_well() -> None:
    charger = Device("AZV1234567890", product_of("A2345"), "home")
    assert page_of(devices=(charger,)).headline == "All is well"
    assert page_of().headline == "There is no system yet"


def test_the_page_leaves_it_to_the_cache_what_is_old() -> None:
    # A first-generation bank on standby sends once an hour: that much is no trouble.
    data_at = NOON - timedelta(minutes=149)
    page = page_of(site_of(scene=SiteReadings(pv_power_w=80.0), data_at=data_at))
    assert (page.mark, page.sites[0].mark) == ("good", "good")
    assert (page.sites[0].notice, page.sites[0].last_known) == ("", "")


@pytest.mark.parametrize(
    ("age", "last_known"),
    [(timedelta(minutes=31), "11:29"), (timedelta(hours=26), "2026-06-19 10:00")],
)
def test_data_that_the_cloud_repeats_for_too_long_are_not_well(
    age: timedelta, last_known: str
) -> None:
    page = page_of(site_of(is_stale=True, data_at=NOON - age))
    assert (page.mark, page.sites[0].mark) == ("bad", "bad")
    assert page.sites[0].notice.startswith("No fresh data since 2026-06-")
    assert page.sites[0].last_known == last_known
    assert {end.value for end in page.sites[0].flow.ends} == {words.DASH}


@pytest.mark.parametrize(
    ("readings", "mark", "state"),
    [
        (None, "unknown", "no fresh readings"),
        (DeviceReadings(is_online=True), "good", "online"),
        (DeviceReadings(is_online=False), "bad", "offline"),
        (DeviceReadings(is_online=True, error_code=7), "bad", "error 7"),
        (DeviceReadings(is_online=True, error_code=0), "good", "online"),
        (DeviceReadings(is_online=True, is_data_valid=False), "unknown", "nothing measured"),
        (DeviceReadings(), "unknown", "state not told"),
    ],
)
def test_a_device_tells_its_state(readings: DeviceReadings | None, mark: str, state: str) -> None:
    view = view_device(Device("AZV1234567890", product_of("A17C1"), "home", scene=readings), NOON)
    assert view.mark == mark
    assert state in view.state


def test_a_stand_alone_device_is_online_by_its_list_entry() -> None:
    product = product_of("A1722")
    bound = BoundDevice("AZV1234567890", product, is_online=True)
    view = view_device(Device("AZV1234567890", product, "home", details=DeviceDetails(bound)), NOON)
    assert (view.mark, view.state) == ("good", "online")


def test_a_device_tells_its_link_and_its_software() -> None:
    details = DeviceDetails(
        radio=WifiLink(signal_ratio=0.8), firmware=Firmware("1.2", "1.3", is_update_available=True)
    )
    device = Device("AZV1234567890", product_of("A17C1"), "home", firmware="1.2", details=details)
    facts = [plain(fact) for fact in view_device(device, NOON).facts]
    assert facts == ["Wi-Fi 80 %", "firmware 1.2", "update ready"]


def test_a_site_tells_zeros_that_were_measured() -> None:
    now = SiteReadings(plug_power_w=0.0, third_party_pv_power_w=0.0)
    (site,) = page_of(site_of(scene=now, totals=Lifetime(energy_wh=0.0))).sites
    assert [(label, plain(value)) for label, value in site.facts] == [
        ("Smart plugs", "0 W"),
        ("Other solar", "0 W"),
        ("Since the start", "0.00 kWh"),
    ]


def test_a_device_tells_what_it_has() -> None:
    charger = EvCharger(power_w=7200.0, status=EvChargerStatus.CHARGING)
    readings = DeviceReadings(is_online=True, plug=Plug(45.0), ev_charger=charger)
    view = view_device(Device("AZV1234567890", product_of("A17X8"), "home", scene=readings), NOON)
    assert [plain(fact) for fact in view.facts] == [
        "draws 45 W",
        "charging",
        "charges with 7.20 kW",
    ]
