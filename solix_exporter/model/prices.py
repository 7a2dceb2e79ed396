"""What a kWh costs: the owner's price settings and the prices of the power exchange."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from solix_exporter.model.tariff import Season

_SPOT_MARKET = "Nordpool"
_KWH_PER_MWH = 1000
_PRICE_DECIMALS, _SPOT_DECIMALS = 4, 8


class PriceType(Enum):
    """How the owner pays; the value is the `price_type` label."""

    FIXED = "fixed"
    USE_TIME = "use_time"
    DYNAMIC = "dynamic"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PriceProvider:
    """A source of prices that change by the hour."""

    country: str
    company: str
    area: str


@dataclass(frozen=True, slots=True)
class SitePrice:
    """The price settings of a site."""

    price: float | None = None
    """For a kWh, in the currency of the symbol."""
    feed_in_price: float | None = None
    currency_symbol: str = ""
    price_type: PriceType = PriceType.FIXED
    seasons: tuple[Season, ...] = ()
    provider: PriceProvider | None = None


@dataclass(frozen=True, slots=True)
class MarketPrices:
    """A provider's prices of the day on which they were asked for, and of the next."""

    currency: str = ""
    """ISO code."""
    today: tuple[tuple[int, float], ...] = ()
    """Start of each slot in minutes since midnight, and its price."""
    tomorrow: tuple[tuple[int, float], ...] = ()

    def of_day(self, asked_on: date, day: date) -> tuple[tuple[int, float], ...]:
        """Return the prices of a day, none where they are not known."""
        days = {asked_on: self.today, asked_on + timedelta(days=1): self.tomorrow}
        return days.get(day, ())

    def at(self, asked_on: date, local: datetime) -> float | None:
        """Return the price at a time on the site's clock, None where it is not known."""
        minute = local.hour * 60 + local.minute
        prices = self.of_day(asked_on, local.date())
        begun = [price for start, price in prices if start <= minute]
        return begun[-1] if begun else None


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """Fees and VAT on top of a spot price, which the cloud does not report."""

    fee: float = 0.0
    """Net, for a kWh."""
    vat_ratio: float = 0.0


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """Terms that an owner configured; None where the usual ones hold."""

    fee: float | None = None
    vat_ratio: float | None = None

    def over(self, usual: PriceTerms) -> PriceTerms:
        """Return these terms, filled up with the usual ones."""
        return PriceTerms(
            usual.fee if self.fee is None else self.fee,
            usual.vat_ratio if self.vat_ratio is None else self.vat_ratio,
        )


TERMS: Mapping[str, PriceTerms] = {
    "UK": PriceTerms(0.1131, 0.05),
    "GB": PriceTerms(0.1131, 0.05),
    "SE": PriceTerms(0.0643, 0.25),
    "AT": PriceTerms(0.11332, 0.20),
    "BE": PriceTerms(0.01316, 0.21),
    "FR": PriceTerms(0.1329, 0.20),
    "DE": PriceTerms(0.17895, 0.19),
    "PL": PriceTerms(0.0786, 0.23),
}
"""Usual terms by the provider's country; elsewhere nothing is added."""


@dataclass(frozen=True, slots=True)
class PriceNow:
    """What a kWh costs at a moment."""

    amount: float
    currency: str
    """A symbol or an ISO code, as the source has it."""
    price_type: PriceType


def end_price(provider: PriceProvider, price: float, terms: PriceTerms) -> float:
    """Return what the owner pays for a kWh.

    Nordpool's prices are net and for a MWh; those of the others are taken as what is paid.
    """
    if provider.company != _SPOT_MARKET:
        return price
    net = price / _KWH_PER_MWH + terms.fee
    return round(net * (1 + terms.vat_ratio), _PRICE_DECIMALS)


def spot_price(provider: PriceProvider, price: float) -> float | None:
    """Return the exchange's net price of a kWh, None where the provider's is no such price."""
    if provider.company != _SPOT_MARKET:
        return None
    return round(price / _KWH_PER_MWH, _SPOT_DECIMALS)
