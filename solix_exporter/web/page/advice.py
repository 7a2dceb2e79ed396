"""What an owner should do about a trouble with the cloud: a table from error to sentences.

The cloud's own words stay out: they may repeat an e-mail address.
"""

from dataclasses import dataclass
from datetime import datetime

from solix_exporter.errors import (
    CODES,
    AuthenticationError,
    CloudError,
    LoginBlocked,
    RateLimited,
    RequestRejected,
    TransientError,
    UnexpectedPayload,
)


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence on what is the case, and what to do."""

    state: str
    todo: str = ""


_WRONG_PASSWORD = Advice(
    "The cloud refuses the e-mail address or the password.",
    "Correct ANKERUSER and ANKERPASSWORD, or the account's lines in the configuration file, and"
    " reload or restart: corrected ones are tried at once.",
)
_VERIFICATION = Advice(
    "The cloud asks for a verification code, which the exporter cannot give.",
    "Switch two-factor login off for this account, or share your system with a second account and"
    " use that one here.",
)
_BY_CODE = {
    26108: _WRONG_PASSWORD,
    26156: _WRONG_PASSWORD,
    26050: _VERIFICATION,
    26051: _VERIFICATION,
    26052: _VERIFICATION,
    26053: _VERIFICATION,
    26054: _VERIFICATION,
    26055: _VERIFICATION,
    26070: Advice(
        "The cloud does not accept the login key.",
        "Remove cloud.public_key from the configuration, or copy it again.",
    ),
    26084: Advice(
        "Another program logs in to the same account again and again.",
        "Give the exporter an account of its own, with which you share your system in the app.",
    ),
    100032: Advice(
        "The cloud asks for a captcha, which the exporter cannot solve.",
        "Log in once with the app from this network, then wait for the next try.",
    ),
    100053: Advice(
        "The cloud has locked the account for a while because of too many logins.",
        "Wait; stop other programs that log in to this account.",
    ),
}
_BY_CLASS: tuple[tuple[type[CloudError], Advice], ...] = (
    (
        AuthenticationError,
        Advice(
            "The cloud refuses the login.",
            "Check that the app accepts e-mail address, password and country of this account.",
        ),
    ),
    (
        RateLimited,
        Advice(
            "The cloud says that too much is asked from this address.",
            "Nothing to do here; where other programs ask the cloud too, raise cloud.headroom.",
        ),
    ),
    (
        TransientError,
        Advice(
            "The cloud cannot be reached, or is too busy to answer.",
            "Nothing to do, it is asked again; if it lasts, check this machine's network.",
        ),
    ),
    (
        UnexpectedPayload,
        Advice(
            "The cloud answers in a way that this version does not understand.",
            "Look for a newer version of the exporter.",
        ),
    ),
    (
        RequestRejected,
        Advice(
            "The cloud rejects a request.",
            "Check that the country is right: it decides which of Anker's clouds is asked.",
        ),
    ),
)


def advice_for(error: Exception | None, blocked_until: datetime | None = None) -> Advice:
    """Return what to say about an account whose last poll ended in `error`."""
    advice = _advice(error)
    if blocked_until is None:
        return advice
    pause = f"No login is tried before {blocked_until:%Y-%m-%d %H:%M} UTC."
    return Advice(f"{advice.state} {pause}", advice.todo)


def _advice(error: Exception | None) -> Advice:
    if not isinstance(error, CloudError):
        return Advice("The last poll failed.", "Look into the log; this should not happen.")
    code = error.refusal if isinstance(error, LoginBlocked) else error.code
    known = _BY_CODE.get(code or 0)
    if known is not None:
        return known
    base = next((advice for kind, advice in _BY_CLASS if isinstance(error, kind)), Advice(""))
    meaning = CODES.get(code or 0)
    detail = f" It says: {meaning.meaning} (code {code})." if meaning else ""
    return Advice(f"{base.state}{detail}".strip(), base.todo)
