"""Evaluates an owner's settings at a given time: presets, tariff, price, forecast.

Reference 03, sections 3.4 to 3.9.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from solix_exporter.model.forecast import ForecastNow, PvForecast
from solix_exporter.model.price_outlook import PriceOutlook, price_outlook
from solix_exporter.model.prices import (
    MarketPrices,
    PriceNow,
    PriceTerms,
    PriceType,
    SitePrice,
    end_price,
    spot_price,
)
from solix_exporter.model.products import Product
from solix_exporter.model.schedule import (
    BankSchedule,
    BankSlot,
    UsageSchedule,
    plan_at,
    slot_at,
)
from solix_exporter.model.tariff import Tariff, TariffNow, tariff_at
from solix_exporter.model.usage import UsageMode

_FIRST_GENERATION = 1
_FALLBACK_PRESET_W = 200.0
"""What the devices give where neither a slot nor a default is set."""

_FALLBACK_CHARGE_PRIORITY = 0.8

_NO_SLOT = BankSlot(
    0,
    24 * 60,
    _FALLBACK_PRESET_W,
    is_export_allowed=True,
    charge_priority_ratio=_FALLBACK_CHARGE_PRIORITY,
)
"""What holds for the first generation where its schedule has a gap."""


@dataclass(frozen=True, slots=True)
class BankFacts:
    """What the rules need to know of a solarbank."""

    sn: str
    product: Product
    soc_ratio: float | None = None
    has_charge_priority: bool = False
    """Whether the micro inverter behind it can hold the output back."""

    @property
    def is_first_generation(self) -> bool:
        """Return whether it has the schedule of the first generation."""
        return self.product.generation == _FIRST_GENERATION


@dataclass(frozen=True, slots=True)
class Settings:
    """An owner's settings of a site, as far as they are known."""

    banks: tuple[BankFacts, ...] = ()
    bank_schedule: BankSchedule | None = None
    usage: UsageSchedule | None = None
    price: SitePrice | None = None
    market: MarketPrices | None = None
    market_day: date | None = None
    """The day on which the market's prices were asked for."""
    terms: PriceTerms = field(default_factory=PriceTerms)
    forecast: PvForecast | None = None


@dataclass(frozen=True, slots=True)
class BankInForce:
    """What holds for one solarbank."""

    preset_w: float | None = None
    is_export_allowed: bool | None = None
    charge_priority_ratio: float | None = None
    """Below this state of charge the battery is filled first; first generation only."""
    is_discharge_priority_on: bool | None = None
    """Whether discharging goes first; first generation only."""


@dataclass(frozen=True, slots=True)
class InForce:
    """Values in force for a site; None where no setting decides."""

    usage_mode: UsageMode | None = None
    output_preset_w: float | None = None
    tariff: Tariff | None = None
    price: PriceNow | None = None
    spot: PriceNow | None = None
    """The exchange's net price of a kWh."""
    outlook: PriceOutlook | None = None
    """What a provider's prices of today and tomorrow amount to; None without a provider."""
    forecast: ForecastNow | None = None
    """What is forecast of PV; None where nothing is."""
    banks: Mapping[str, BankInForce] = field(default_factory=dict)
    """By serial number."""


def in_force(settings: Settings, local: datetime) -> InForce:
    """Return what the settings mean at an aware time on the site's clock."""
    usage, forecast = settings.usage, settings.forecast
    tariff = tariff_at(usage.seasons, local) if usage else None
    if tariff is None and settings.price:
        tariff = tariff_at(settings.price.seasons, local)
    system_w, banks = _presets(settings, local)
    market_price = _market_price(settings, local)
    return InForce(
        usage_mode=_usage_mode(usage, local) if usage else None,
        output_preset_w=system_w,
        tariff=tariff.tariff if tariff else None,
        price=_price_now(settings, tariff, market_price),
        spot=_spot_now(settings, market_price),
        outlook=_outlook(settings, local),
        forecast=forecast.at(local.replace(tzinfo=None)) if forecast else None,
        banks=banks,
    )


def _usage_mode(usage: UsageSchedule, local: datetime) -> UsageMode | None:
    if usage.backup and usage.backup.holds_at(local):
        return UsageMode.BACKUP
    return usage.mode


# --- presets -------------------------------------------------------------------------------


def _presets(settings: Settings, local: datetime) -> tuple[float | None, dict[str, BankInForce]]:
    """Return the preset of the system and what holds for its banks.

    Where both generations are in a system, the first one feeds the other: the newer bank's preset
    is the system's.
    """
    first = [bank for bank in settings.banks if bank.is_first_generation]
    newer = [bank for bank in settings.banks if not bank.is_first_generation]
    system_w, banks = _first_presets(settings.bank_schedule, first, local)
    if newer:
        system_w = _newer_preset(settings.usage, local)
        banks |= {bank.sn: BankInForce(_share(system_w, bank, newer)) for bank in newer}
    return system_w, banks


def _share(system_w: float | None, bank: BankFacts, banks: list[BankFacts]) -> float | None:
    if system_w is None:
        return None
    same = sum(other.product.part_number == bank.product.part_number for other in banks)
    return float(round(system_w / same))


def _newer_preset(usage: UsageSchedule | None, local: datetime) -> float | None:
    """Return what manual mode gives, or plug mode beside the plugs; the others have no preset."""
    if usage is None or usage.mode not in (UsageMode.MANUAL, UsageMode.SMARTPLUGS):
        return None
    is_manual = usage.mode is UsageMode.MANUAL
    plan = plan_at(usage.manual if is_manual else usage.plugs, local)
    slot = slot_at(plan.slots, local) if plan else None
    if slot is None:
        default_w = _FALLBACK_PRESET_W if usage.default_power_w is None else usage.default_power_w
        return default_w if is_manual else 0.0
    # A slot in which the battery is filled from the grid gives the home nothing.
    return 0.0 if slot.is_grid_charge else slot.power_w


def _first_presets(
    schedule: BankSchedule | None, banks: list[BankFacts], local: datetime
) -> tuple[float | None, dict[str, BankInForce]]:
    """Return the preset of first-generation banks together, and what holds for each."""
    if schedule is None or not schedule.slots or not banks:
        return None, {}
    slot = slot_at(schedule.slots, local) or _NO_SLOT
    if slot.is_export_allowed is None:
        # A newer solarbank decides by itself and does not report it.
        return None, {}
    found = {
        bank.sn: BankInForce(
            _bank_preset(slot, bank, len(banks)),
            slot.is_export_allowed,
            slot.charge_priority_ratio,
            slot.is_discharge_priority_on,
        )
        for bank in banks
    }
    given = {_gives(slot, bank) for bank in banks}
    return (None if None in given else slot.power_w if True in given else 0.0), found


def _bank_preset(slot: BankSlot, bank: BankFacts, count: int) -> float | None:
    """Return what one of several first-generation banks gives."""
    is_giving = _gives(slot, bank)
    if is_giving is None or slot.power_w is None:
        return None
    if not is_giving:
        return 0.0
    # A single bank gives all, although the cloud notes half of it as its share.
    share_w = dict(slot.bank_powers_w).get(bank.sn) if count > 1 else slot.power_w
    return float(round(slot.power_w / count)) if share_w is None else share_w


def _gives(slot: BankSlot, bank: BankFacts) -> bool | None:
    """Return whether the bank gives power; None where its state of charge is needed and unknown."""
    if not slot.is_export_allowed:
        return False
    if not bank.has_charge_priority or not slot.charge_priority_ratio:
        return True
    return None if bank.soc_ratio is None else bank.soc_ratio >= slot.charge_priority_ratio


# --- prices --------------------------------------------------------------------------------


def _market_price(settings: Settings, local: datetime) -> float | None:
    if settings.market is None or settings.market_day is None:
        return None
    return settings.market.at(settings.market_day, local)


def _spot_now(settings: Settings, market_price: float | None) -> PriceNow | None:
    provider = settings.price.provider if settings.price else None
    if provider is None or market_price is None or settings.market is None:
        return None
    spot = spot_price(provider, market_price)
    if spot is None:
        return None
    return PriceNow(spot, settings.market.currency, PriceType.DYNAMIC)


def _outlook(settings: Settings, local: datetime) -> PriceOutlook | None:
    provider = settings.price.provider if settings.price else None
    if provider is None or settings.market is None or settings.market_day is None:
        return None
    return price_outlook(provider, settings.market, settings.market_day, local)


def _price_now(
    settings: Settings, tariff: TariffNow | None, market_price: float | None
) -> PriceNow | None:
    """Return what a kWh costs; None where the kind of price is known and its number is not."""
    price = settings.price
    if price is None:
        return None
    if price.price_type is PriceType.DYNAMIC:
        return _dynamic_price(settings, market_price)
    if price.price_type is PriceType.USE_TIME:
        return _tariff_price(price, tariff)
    if price.price is None:
        return None
    return PriceNow(price.price, price.currency_symbol, price.price_type)


def _dynamic_price(settings: Settings, market_price: float | None) -> PriceNow | None:
    provider = settings.price.provider if settings.price else None
    if provider is None or settings.market is None or market_price is None:
        return None
    amount = end_price(provider, market_price, settings.terms)
    return PriceNow(amount, settings.market.currency, PriceType.DYNAMIC)


def _tariff_price(price: SitePrice, tariff: TariffNow | None) -> PriceNow | None:
    if tariff is None or tariff.price is None:
        return None
    symbol = tariff.currency_symbol or price.currency_symbol
    return PriceNow(tariff.price, symbol, PriceType.USE_TIME)
