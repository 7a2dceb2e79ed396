"""Works out from the cached answers which settings apply now at each site; sends no request."""

from dataclasses import dataclass, replace

from solix_exporter.cache import AccountParts, Life, market_key
from solix_exporter.clock import Clock, Moment, moment_of
from solix_exporter.cloud.endpoints.account import DYNAMIC_PRICE_DETAILS
from solix_exporter.cloud.endpoints.chargers import PV_PRICE
from solix_exporter.cloud.endpoints.devices import DEVICE_LOAD, SOLAR_INFO
from solix_exporter.cloud.endpoints.home_systems import CHARGING_UTILITY_RATE_PLAN
from solix_exporter.cloud.endpoints.sites import FORECAST, SITE_PRICE, USAGE_SCHEDULE
from solix_exporter.cloud.parse.device_settings import CHARGE_PRIORITY_MODELS
from solix_exporter.model.in_force import BankFacts, Settings, in_force
from solix_exporter.model.prices import TERMS, OwnTerms, PriceTerms, SitePrice
from solix_exporter.model.products import DeviceType
from solix_exporter.model.site import DeviceListing, SiteListing
from solix_exporter.poll.account import PolledAccount


def note_in_force(account: PolledAccount, clock: Clock, valid_for_s: float) -> None:
    """Update what applies now in the parts of the account, for every site."""
    now, moment = clock.now(), moment_of(clock)
    for listing in account.parts.listings():
        site_id = listing.site_id
        gatherer = _Gatherer(account, listing, moment)
        held = in_force(gatherer.settings(), now.astimezone(account.zones.zone(site_id)))
        account.parts.in_force.replace(site_id, held, Life(moment, valid_for_s))


@dataclass(frozen=True, slots=True)
class _Gatherer:
    """Collects the settings of one site as far as their answers are valid."""

    account: PolledAccount
    listing: SiteListing
    now: Moment

    @property
    def _parts(self) -> AccountParts:
        return self.account.parts

    def settings(self) -> Settings:
        """Return what is known."""
        parts, site_id, now = self._parts, self.listing.site_id, self.now
        price = self._price()
        key = market_key(price.provider) if price and price.provider else ""
        asked_at = parts[DYNAMIC_PRICE_DETAILS].asked_at(key)
        zone = self.account.zones.zone(site_id)
        return Settings(
            banks=tuple(
                self._bank(device)
                for device in parts.devices_of(self.listing)
                if device.product.device_type is DeviceType.SOLARBANK
            ),
            bank_schedule=parts[DEVICE_LOAD].fresh(site_id, now),
            usage=parts[USAGE_SCHEDULE].fresh(site_id, now),
            price=price,
            market=parts[DYNAMIC_PRICE_DETAILS].fresh(key, now),
            market_day=asked_at.astimezone(zone).date() if asked_at else None,
            terms=self._terms(price),
            forecast=parts[FORECAST].fresh(site_id, now),
        )

    def _price(self) -> SitePrice | None:
        """Return the price of the first source that has one: the rate plan, then the site's own."""
        parts, site_id = self._parts, self.listing.site_id
        price = parts[SITE_PRICE].fresh(site_id, self.now)
        plan = parts[CHARGING_UTILITY_RATE_PLAN].fresh(site_id, self.now)
        if plan and (plan.seasons or plan.price is not None):
            # The plan names no currency.
            return replace(plan, currency_symbol=price.currency_symbol if price else "")
        return price or parts[PV_PRICE].fresh(site_id, self.now)

    def _terms(self, price: SitePrice | None) -> PriceTerms:
        """Return the configured terms, completed with the usual ones of the provider's country."""
        provider = price.provider if price else None
        usual = TERMS.get(provider.country.upper(), PriceTerms()) if provider else PriceTerms()
        return self.account.terms.get(self.listing.site_id, OwnTerms()).over(usual)

    def _bank(self, device: DeviceListing) -> BankFacts:
        battery = device.readings.battery if device.readings else None
        return BankFacts(
            sn=device.sn,
            product=device.product,
            soc_ratio=battery.soc_ratio if battery else None,
            has_charge_priority=self._parts[SOLAR_INFO].latest(device.sn) in CHARGE_PRIORITY_MODELS,
        )
