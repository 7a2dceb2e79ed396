"""What to do when the cloud says no, one sentence a code."""

from collections.abc import Mapping

from solix_exporter.cloud.breaker import CAPTCHA, LOCKED
from solix_exporter.errors import (
    AuthenticationError,
    CloudError,
    LoginBlocked,
    RateLimited,
    TransientError,
    UnexpectedPayload,
)

_CREDENTIALS = (
    "Log in with them in the Anker app to be sure, then correct ANKERUSER and ANKERPASSWORD or the"
    " account in the file. A corrected password is tried at once."
)
_VERIFICATION = (
    "The exporter cannot enter a code: switch two-step verification off for this account, or make"
    " an account without it and share your system with that one in the app."
)
_KEY = "Leave cloud.public_key out for the Anker cloud; for another server, copy that server's key."
_CROWDED = (
    "Too much is asked behind this address: wait a minute, and stop other programs that ask the"
    " cloud, or raise cloud.headroom."
)
_ADVICE: Mapping[int, str] = {
    CAPTCHA: "Log in once in the Anker app or on Anker's web page and solve the captcha there.",
    LOCKED: "Wait; every further try makes it longer. Stop other programs that use the account.",
    26070: _KEY,
    26108: _CREDENTIALS,
    26156: _CREDENTIALS,
    **dict.fromkeys(range(26050, 26056), _VERIFICATION),
}
NO_SITES = (
    "The three usual reasons:\n"
    "1. The country is wrong: it decides which of Anker's two clouds is asked, both accept the"
    " login, and the wrong one knows no system; --other-region looks there.\n"
    "2. The system was shared with this account, but the invitation has not been accepted yet in"
    " the app.\n"
    "3. The system belongs to another account, say of somebody else in the household: use that"
    " one, or have it share the system."
)


def advice_for(error: CloudError, *, has_own_key: bool) -> str:
    """Return what to do about a failed login; empty where nothing is known.

    `has_own_key` tells that cloud.public_key is configured: with the key of another server, the
    password arrives unreadable and is refused as wrong.
    """
    if isinstance(error, LoginBlocked):
        return (
            "An earlier login was refused, and the exporter waits so that the account is not"
            " locked. After you have corrected the password it is tried at once."
        )
    advice = _ADVICE.get(error.code or 0, "")
    if has_own_key and advice == _CREDENTIALS:
        return f"{advice} A wrong cloud.public_key looks the same. {_KEY}"
    return advice or _by_class(error)


def _by_class(error: CloudError) -> str:
    kinds: tuple[tuple[type[CloudError], str], ...] = (
        (RateLimited, _CROWDED),
        (TransientError, "The cloud has a trouble of its own; try again in some minutes."),
        (UnexpectedPayload, "The cloud has changed its answers: look for a newer exporter."),
        (AuthenticationError, "Check the account in the Anker app."),
    )
    return next((advice for kind, advice in kinds if isinstance(error, kind)), "")
