"""Whether the cloud of the other region knows systems of an account; costs a login there.

It is not asked in an examination that has logged in to the account already.
"""

from solix_exporter.app.accounts import Mode
from solix_exporter.app.exporter import Exporter
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.cloud.regions import SERVERS, server_of
from solix_exporter.config import AccountSettings
from solix_exporter.diagnosis.examined_account import ExaminedAccount
from solix_exporter.diagnosis.report import OTHER_REGION, Finding, Mark
from solix_exporter.errors import CloudError

_COUNTRIES = {"eu": "DE", "com": "US"}
"""A country of each region, to ask as somebody who lives there."""

_LATER = (
    "not tried: this check has just logged in to the account, and one login has to do; that one is"
    " remembered, so that a second check can look there"
)

_MEND = (
    "Set the account's country to the one that was chosen when it was made in the app; for a"
    " country that belongs there against expectation, set its `url` to {server}."
)


async def examine_other_region(examined: ExaminedAccount) -> Finding:
    """Return which systems the other cloud shows."""
    if examined.account.source.login_state().sent:
        return Finding(OTHER_REGION, Mark.SKIPPED, _LATER)
    country = _other_country(examined.account.country)
    exporter = Exporter(
        examined.settings.model_copy(update={"accounts": (_abroad(examined, country),)}),
        examined.clock,
        mode=Mode.EXAMINING,
    )
    (account,) = exporter.accounts.values()
    try:
        async with exporter.connected():
            listings = await account.polled.source.fetch(SITE_LIST)
    except CloudError as error:
        return Finding(OTHER_REGION, Mark.NOTE, f"it cannot be asked: {error.message}")
    if not listings:
        return Finding(OTHER_REGION, Mark.OK, f"the cloud of {country} shows no sites")
    names = ", ".join(listing.name or listing.site_id for listing in listings)
    text = f"the cloud of {country} shows {names}"
    if examined.account.parts.listings():
        advice = f"A further entry of this account, with country {country}, would poll them too."
    else:
        advice = _MEND.format(server=server_of(country))
    return Finding(OTHER_REGION, Mark.NOTE, text, advice)


def _other_country(country: str) -> str:
    own = server_of(country)
    (region,) = (region for region, server in SERVERS.items() if server != own)
    return _COUNTRIES[region]


def _abroad(examined: ExaminedAccount, country: str) -> AccountSettings:
    """Return the account as if it was made in another country, with state files of its own."""
    (account,) = (
        account for account in examined.settings.accounts if account.name == examined.account.name
    )
    return account.model_copy(update={"name": f"{account.name}-abroad", "country": country})
