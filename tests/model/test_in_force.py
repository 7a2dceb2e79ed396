"""What settings mean at a moment, worked out by hand; no captured system has these cases."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.model.in_force import BankFacts, Settings, in_force
from solix_exporter.model.prices import (
    TERMS,
    MarketPrices,
    OwnTerms,
    PriceProvider,
    PriceTerms,
    PriceType,
    SitePrice,
)
from solix_exporter.model.products import PRODUCTS
from solix_exporter.model.schedule import (
    BackupWindow,
    BankSchedule,
    BankSlot,
    DayPlan,
    PowerSlot,
    UsageSchedule,
)
from solix_exporter.model.tariff import Season, Tariff, TariffDay, TariffSlot
from solix_exporter.model.usage import UsageMode

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 6, 17, 12, 0, tzinfo=BERLIN)
WEEK = frozenset(range(7))
ALL_DAY = (0, 1440)


def first(sn: str = "A", soc: float | None = 0.5, *, holds_back: bool = False) -> BankFacts:
    return BankFacts(sn, PRODUCTS["A17C0"], soc, holds_back)


def newer(sn: str, part_number: str = "A17C5") -> BankFacts:
    return BankFacts(sn, PRODUCTS[part_number])


def slot(power_w: float | None = 300, *, allowed: bool | None = True, floor: float = 0) -> BankSlot:
    return BankSlot(*ALL_DAY, power_w, allowed, floor)


def first_presets(slots: tuple[BankSlot, ...], *banks: BankFacts) -> list[float | None]:
    """Return the preset of the site, then of its banks."""
    held = in_force(Settings(banks=banks, bank_schedule=BankSchedule(slots)), WEDNESDAY)
    return [held.output_preset_w, *(held.banks[bank.sn].preset_w for bank in banks)]


def test_a_bank_below_its_charge_priority_gives_nothing() -> None:
    at_floor, below = first(soc=0.8, holds_back=True), first(soc=0.79, holds_back=True)
    assert first_presets((slot(floor=0.8),), at_floor) == [300, 300]
    assert first_presets((slot(floor=0.8),), below) == [0, 0]


def test_an_inverter_that_cannot_hold_back_knows_no_charge_priority() -> None:
    assert first_presets((slot(floor=0.8),), first(soc=0.1)) == [300, 300]


def test_without_a_state_of_charge_nobody_knows_whether_it_gives() -> None:
    assert first_presets((slot(floor=0.8),), first(soc=None, holds_back=True)) == [None, None]


def test_of_two_banks_the_one_that_is_charged_gives_its_share() -> None:
    shares = replace(slot(floor=0.8), bank_powers_w=(("A", 200.0), ("B", 100.0)))
    banks = first("A", 0.9, holds_back=True), first("B", 0.1, holds_back=True)
    assert first_presets((shares,), *banks) == [300, 200, 0]


def test_a_share_of_0_watts_is_not_half_of_all() -> None:
    shares = replace(slot(), bank_powers_w=(("A", 300.0), ("B", 0.0)))
    assert first_presets((shares,), first("A"), first("B")) == [300, 300, 0]


def test_banks_without_shares_give_equal_parts() -> None:
    assert first_presets((slot(),), first("A"), first("B")) == [300, 150, 150]


def test_a_single_bank_gives_all_although_half_is_noted() -> None:
    noted = replace(slot(), bank_powers_w=(("A", 150.0),))
    assert first_presets((noted,), first("A")) == [300, 300]


def test_where_no_slot_holds_200_watts_are_given() -> None:
    morning = replace(slot(), end_min=600)
    assert first_presets((morning,), first("A"), first("B")) == [200, 100, 100]


@pytest.mark.parametrize(("soc", "expected"), [(0.79, 0), (0.8, 200)])
def test_where_no_slot_holds_80_percent_are_charged_first(soc: float, expected: float) -> None:
    # 03, 3.5: the defaults of a gap are 200 W and a charge priority of 80 %.
    bank = first(soc=soc, holds_back=True)
    assert first_presets((replace(slot(), end_min=600),), bank) == [expected, expected]


def test_a_schedule_that_a_newer_bank_enforces_tells_nothing() -> None:
    settings = Settings(banks=(first(),), bank_schedule=BankSchedule((slot(0, allowed=None),)))
    held = in_force(settings, WEDNESDAY)
    assert held.output_preset_w is None
    assert held.banks == {}


def test_an_empty_schedule_of_the_first_generation_tells_nothing() -> None:
    settings = Settings(banks=(first(),), bank_schedule=BankSchedule())
    assert in_force(settings, WEDNESDAY).output_preset_w is None


def usage(mode: UsageMode, **more: object) -> UsageSchedule:
    plan = (DayPlan(WEEK, (PowerSlot(*ALL_DAY, 120),)),)
    plugs = (DayPlan(WEEK, (PowerSlot(*ALL_DAY, 30),)),)
    base = UsageSchedule(mode, plan, plugs, default_power_w=250)
    return replace(base, **more)  # type: ignore[arg-type]  # any field


NEWER_PRESETS: list[tuple[UsageSchedule, float | None]] = [
    (usage(UsageMode.MANUAL), 120),
    (usage(UsageMode.SMARTPLUGS), 30),
    (usage(UsageMode.SMARTMETER), None),
    (usage(UsageMode.SMART), None),
    (usage(UsageMode.USE_TIME), None),
    (usage(UsageMode.MANUAL, manual=()), 250),
    (usage(UsageMode.MANUAL, manual=(), default_power_w=0), 0),
    (usage(UsageMode.MANUAL, manual=(), default_power_w=None), 200),
    (usage(UsageMode.SMARTPLUGS, plugs=()), 0),
    # Wednesday is 3.
    (usage(UsageMode.MANUAL, manual=(DayPlan(frozenset({4}), (PowerSlot(*ALL_DAY, 99),)),)), 250),
    (usage(UsageMode.MANUAL, manual=(DayPlan(frozenset({3}), (PowerSlot(*ALL_DAY, 99),)),)), 99),
    # It ends with the minute 12:00.
    (usage(UsageMode.MANUAL, manual=(DayPlan(WEEK, (PowerSlot(0, 720, 99),)),)), 250),
    (usage(UsageMode.MANUAL, manual=(DayPlan(WEEK, (PowerSlot(720, 721, 99),)),)), 99),
    # The battery takes 800 W from the grid in this slot: the home gets nothing.
    (usage(UsageMode.MANUAL, manual=(DayPlan(WEEK, (PowerSlot(*ALL_DAY, 800, True),)),)), 0),  # noqa: FBT003 - the field before says it
]


@pytest.mark.parametrize(("schedule", "expected"), NEWER_PRESETS)
def test_the_preset_of_newer_banks(schedule: UsageSchedule, expected: float | None) -> None:
    held = in_force(Settings(banks=(newer("A"),), usage=schedule), WEDNESDAY)
    assert held.output_preset_w == expected
    assert held.banks["A"].preset_w == expected


def test_banks_of_one_model_share_the_preset() -> None:
    banks = (newer("A"), newer("B"), newer("C"))
    held = in_force(Settings(banks=banks, usage=usage(UsageMode.MANUAL)), WEDNESDAY)
    assert held.output_preset_w == 120
    assert [held.banks[sn].preset_w for sn in "ABC"] == [40, 40, 40]


def test_in_a_cascade_each_generation_has_its_own_preset() -> None:
    settings = Settings(
        banks=(newer("new", "A17C1"), first("old")),
        bank_schedule=BankSchedule((slot(75),)),
        usage=usage(UsageMode.MANUAL),
    )
    held = in_force(settings, WEDNESDAY)
    assert held.output_preset_w == 120
    assert (held.banks["new"].preset_w, held.banks["old"].preset_w) == (120, 75)


BACKUPS = [
    ("2026-06-17T09:59:59+00:00", UsageMode.SMARTMETER),
    ("2026-06-17T10:00:00+00:00", UsageMode.BACKUP),
    ("2026-06-17T11:59:59+00:00", UsageMode.BACKUP),
    ("2026-06-17T12:00:00+00:00", UsageMode.SMARTMETER),
]


@pytest.mark.parametrize(("at", "mode"), BACKUPS)
def test_a_backup_window_is_an_instant_and_no_local_time(at: str, mode: UsageMode) -> None:
    window = BackupWindow(
        datetime(2026, 6, 17, 10, tzinfo=UTC), datetime(2026, 6, 17, 12, tzinfo=UTC), is_on=True
    )
    schedule = usage(UsageMode.SMARTMETER, backup=window)
    local = datetime.fromisoformat(at).astimezone(BERLIN)
    assert in_force(Settings(usage=schedule), local).usage_mode is mode
    off = usage(UsageMode.SMARTMETER, backup=replace(window, is_on=False))
    assert in_force(Settings(usage=off), local).usage_mode is UsageMode.SMARTMETER


def season(first_month: int, last_month: int) -> Season:
    day = TariffDay((TariffSlot(6, 22, Tariff.PEAK),), ((Tariff.PEAK, 0.4),))
    return Season(first_month, last_month, day, day, "€")


@pytest.mark.parametrize(
    ("months", "month", "tariff"),
    [
        ((4, 9), 4, Tariff.PEAK),
        ((4, 9), 9, Tariff.PEAK),
        ((4, 9), 10, Tariff.UNKNOWN),
        ((10, 3), 1, Tariff.PEAK),
        ((10, 3), 12, Tariff.PEAK),
        ((10, 3), 6, Tariff.UNKNOWN),
    ],
)
def test_a_season_may_go_over_new_year(months: tuple[int, int], month: int, tariff: Tariff) -> None:
    schedule = usage(UsageMode.USE_TIME, seasons=(season(*months),))
    local = datetime(2026, month, 17, 12, tzinfo=BERLIN)
    assert in_force(Settings(usage=schedule), local).tariff is tariff


def test_an_hour_without_a_tariff_is_unknown_and_a_site_without_tariffs_has_none() -> None:
    schedule = usage(UsageMode.USE_TIME, seasons=(season(1, 12),))
    night = WEDNESDAY.replace(hour=5)
    assert in_force(Settings(usage=schedule), night).tariff is Tariff.UNKNOWN
    assert in_force(Settings(usage=usage(UsageMode.SMART)), night).tariff is None


def test_a_use_time_price_without_a_tariff_is_not_told() -> None:
    price = SitePrice(0.3, None, "€", PriceType.USE_TIME)
    assert in_force(Settings(price=price), WEDNESDAY).price is None
    with_seasons = replace(price, seasons=(season(1, 12),))
    held = in_force(Settings(price=with_seasons), WEDNESDAY).price
    assert held is not None
    assert (held.amount, held.price_type) == (0.4, PriceType.USE_TIME)


NORDPOOL = PriceProvider("SE", "Nordpool", "SE3")
TIBBER = PriceProvider("SE", "Other", "SE3")
QUARTERS = MarketPrices("SEK", ((705, 800.0), (720, -50.0), (735, 400.0)))

DYNAMIC: list[tuple[PriceProvider, PriceTerms, int, float, float | None]] = [
    # -0.05 and a fee of 0.0643 are 0.0143; with 25 %: 0.017875
    (NORDPOOL, TERMS["SE"], 720, 0.0179, -0.05),
    # 0.8 and the fee are 0.8643; with 25 %: 1.080375
    (NORDPOOL, TERMS["SE"], 719, 1.0804, 0.8),
    # 0.4 and an own fee of 0.2, with 10 %
    (NORDPOOL, OwnTerms(0.2, 0.1).over(TERMS["SE"]), 735, 0.66, 0.4),
    # ... with the 25 % of the country
    (NORDPOOL, OwnTerms(0.2).over(TERMS["SE"]), 735, 0.75, 0.4),
    # Prices of the others are what is paid.
    (TIBBER, TERMS["SE"], 735, 400.0, None),
]


@pytest.mark.parametrize(("provider", "terms", "minute", "amount", "spot"), DYNAMIC)
def test_a_dynamic_price(
    provider: PriceProvider, terms: PriceTerms, minute: int, amount: float, spot: float | None
) -> None:
    settings = Settings(
        price=SitePrice(0.3, price_type=PriceType.DYNAMIC, provider=provider),
        market=QUARTERS,
        market_day=date(2026, 6, 17),
        terms=terms,
    )
    held = in_force(settings, WEDNESDAY.replace(hour=minute // 60, minute=minute % 60))
    assert held.price is not None
    assert held.price.amount == pytest.approx(amount, abs=5e-5)
    assert held.price.currency == "SEK"
    assert (held.spot.amount if held.spot else None) == spot


@pytest.mark.parametrize("asked_on", [date(2026, 6, 16), date(2026, 6, 18)])
def test_prices_of_another_day_are_not_those_of_today(asked_on: date) -> None:
    settings = Settings(
        price=SitePrice(0.3, price_type=PriceType.DYNAMIC, provider=NORDPOOL),
        market=QUARTERS,
        market_day=asked_on,
    )
    assert in_force(settings, WEDNESDAY).price is None


def test_before_the_first_slot_of_a_list_there_is_no_price() -> None:
    settings = Settings(
        price=SitePrice(0.3, price_type=PriceType.DYNAMIC, provider=NORDPOOL),
        market=QUARTERS,
        market_day=date(2026, 6, 17),
    )
    assert in_force(settings, WEDNESDAY.replace(hour=11, minute=44)).price is None
