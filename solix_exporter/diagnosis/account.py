"""One account: polls it once, as the exporter does, and says what came of login and sites."""

from datetime import datetime

from solix_exporter.advice import NO_SITES, advice_for
from solix_exporter.cloud.endpoints import LOGIN_PATH
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.diagnosis.examined_account import ExaminedAccount
from solix_exporter.diagnosis.report import DATA, LOGIN, SITES, Finding, Mark, skipped
from solix_exporter.diagnosis.systems import examine_systems
from solix_exporter.errors import AuthenticationError, CloudError
from solix_exporter.model.site import Access, SiteListing

_HIDDEN = (
    "A member sees live values and energy; settings, limits, schedules, prices, firmware and Wi-Fi"
    " are shown to the owner alone."
)

_ALONE = "A solarbank shows its values only as a part of a system; build one with it in the app."


async def examine_account(examined: ExaminedAccount) -> tuple[Finding, ...]:
    """Return what comes of one poll of everything; the login is sent once, if at all."""
    source = examined.account.source
    before = source.login_state().token_expires_at
    refusal = await _refusal(examined)
    if refusal is not None and _is_of_login(refusal):
        return (_refused(examined, refusal), *skipped((SITES, DATA), "there is no login"))
    after = source.login_state().token_expires_at
    errors = {"sites": refusal} if refusal else await _poll(examined)
    return (
        _logged_in(after, is_new=after != before),
        *_sites(examined, errors.get("sites")),
        *(_failed_poll(poll, error) for poll, error in errors.items() if poll != "sites"),
    )


async def _refusal(examined: ExaminedAccount) -> CloudError | None:
    """Return what kept the list of sites away; a request of its own, so that nothing goes on."""
    try:
        await examined.account.source.fetch(SITE_LIST)
    except CloudError as error:
        return error
    return None


async def _poll(examined: ExaminedAccount) -> dict[str, CloudError]:
    """Run each poll of the account once, or its plan alone where it has one; return the errors.

    A poll with a plan spreads its requests over minutes, and what it learns is kept for ever:
    both are not the doctor's business.
    """
    errors: dict[str, CloudError] = {}
    for job in examined.exporter.accounts[examined.account.name].polls.values():
        if not job.is_needed():
            continue
        try:
            if job.plan is None:
                await job.action()
            else:
                job.plan()
        except CloudError as error:
            errors[job.poll] = error
    return errors


def _is_of_login(error: CloudError) -> bool:
    return isinstance(error, AuthenticationError) or error.endpoint in {"", LOGIN_PATH}


def _refused(examined: ExaminedAccount, error: CloudError) -> Finding:
    has_own_key = examined.settings.cloud.public_key is not None
    advice = advice_for(error, has_own_key=has_own_key)
    return Finding(LOGIN, Mark.FAILED, _told(error), advice.todo)


def _told(error: CloudError) -> str:
    code = f" (code {error.code})" if error.code is not None else ""
    return f"{error.message}{code}"


def _logged_in(until: datetime | None, *, is_new: bool) -> Finding:
    how = "logged in" if is_new else "the login of before is still good"
    end = f", until {until:%Y-%m-%d %H:%M} UTC" if until else ""
    return Finding(LOGIN, Mark.OK, f"{how}{end}")


def _sites(examined: ExaminedAccount, error: CloudError | None) -> tuple[Finding, ...]:
    listings = examined.account.parts.listings()
    if error is not None and not listings:
        text, advice = f"the list of sites failed: {_told(error)}", advice_for(error)
        return (Finding(SITES, Mark.FAILED, text, advice.todo),)
    if not listings and examined.devices():
        alone = Finding(SITES, Mark.NOTE, "no sites, but devices that stand alone", _ALONE)
        return (alone, *examine_systems(examined))
    if not listings:
        return (
            Finding(SITES, Mark.FAILED, "the login works, but there are no sites", NO_SITES.todo),
        )
    trouble = () if error is None else (_failed_poll("sites", error),)
    return (_listed(listings), *examine_systems(examined), *trouble)


def _listed(listings: tuple[SiteListing, ...]) -> Finding:
    names = ", ".join(
        f"{listing.name or listing.site_id} ({listing.access.value})" for listing in listings
    )
    count = f"{len(listings)} site{'s' if len(listings) > 1 else ''}"
    is_member = any(listing.access is Access.MEMBER for listing in listings)
    mark = Mark.NOTE if is_member else Mark.OK
    return Finding(SITES, mark, f"{count}: {names}", _HIDDEN if is_member else "")


def _failed_poll(poll: str, error: CloudError) -> Finding:
    return Finding(DATA, Mark.FAILED, f"the {poll} poll failed: {error}", advice_for(error).todo)
