"""What is the case after an error of the cloud, and what the owner can do: THE table of it.

The page, `check`, the log and the runbooks of the alerts take their sentences from here. What the
cloud itself said stays out: it may repeat an e-mail address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from solix_exporter.errors import (
    CODES,
    AuthenticationError,
    CloudError,
    Intercepted,
    LoginBlocked,
    LoginNotKept,
    ModbusError,
    RateLimited,
    RequestRejected,
    TransientError,
    UnexpectedPayload,
)


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence on what is the case, and what to do; the latter empty where nothing is."""

    state: str
    todo: str = ""


_KEY = "Leave cloud.public_key out for the Anker cloud; for another server, copy that server's key."
_WRONG_PASSWORD = Advice(
    "The cloud refuses the e-mail address or the password.",
    "Log in with them in the Anker app to be sure. Correct ANKERUSER and ANKERPASSWORD, or the"
    " account in the file, and reload or restart: a corrected password is tried at once.",
)
_VERIFICATION = Advice(
    "The cloud asks for a verification code, which the exporter cannot give.",
    "Switch two-factor login off for this account, or make an account without it and share your"
    " system with that one in the app.",
)
_TOKEN = Advice(
    "The cloud does not accept the exporter's login any more.",
    "Nothing to do, the exporter logs in again. If it lasts, check that the app accepts e-mail"
    " address, password and country of this account.",
)
_TROUBLE = Advice(
    "The cloud cannot be reached, or is too busy to answer.",
    "Nothing to do, it is asked again; if it lasts, check this machine's network.",
)
_CROWDED = Advice(
    "The cloud says that too much is asked from this address.",
    "Nothing to do, the exporter slows down. If it happens often, stop other programs that ask the"
    " cloud, or raise cloud.headroom.",
)
_REJECTED = Advice(
    "The cloud rejects a request.",
    "Check that the country is right: it decides which of Anker's clouds is asked.",
)
_NOT_YOURS = Advice(
    "The cloud does not show this to the account.",
    "Nothing to do for a shared system: some values are shown to its owner only. Otherwise check"
    " that the country is right.",
)
_OUTDATED = Advice(
    "The cloud answers in a way that this version does not understand.",
    "Look for a newer version of the exporter.",
)
NO_SITES = Advice(
    "The login works, but the cloud shows no system to this account.",
    "The three usual reasons:\n"
    "1. The country is wrong: it decides which of Anker's two clouds is asked, both accept the"
    " login, and the wrong one knows no system; --other-region looks there.\n"
    "2. The system was shared with this account, but the invitation has not been accepted yet in"
    " the app.\n"
    "3. The system belongs to another account, say of somebody else in the household: use that"
    " one, or have it share the system.",
)

BY_CODE: Mapping[int, Advice] = {
    401: _TOKEN,
    403: _TOKEN,
    429: _CROWDED,
    **dict.fromkeys((502, 504, 997, 998, 999, 21105), _TROUBLE),
    **dict.fromkeys((10000, 10004, 160003), _NOT_YOURS),
    **dict.fromkeys((10003, 10007, 26161, 31001, 31003), _REJECTED),
    **dict.fromkeys(range(26050, 26056), _VERIFICATION),
    26070: Advice("The cloud does not accept the login key.", _KEY),
    26084: Advice(
        "Another program logs in to the same account and ends the exporter's login.",
        "Give the exporter an account of its own, with which you share your system in the app.",
    ),
    26108: _WRONG_PASSWORD,
    26156: _WRONG_PASSWORD,
    100032: Advice(
        "The cloud asks for a captcha, which the exporter cannot solve.",
        "Log in once with the app from this network, and solve the captcha there if it asks. Then"
        " wait for the next try; a new password does not bring it forward.",
    ),
    100053: Advice(
        "The cloud has locked the account for a while because of too many logins.",
        "Wait, for every further login makes it longer, and stop other programs that log in to this"
        " account. A new password does not help.",
    ),
}
"""By the cloud's codes and HTTP statuses; one for each of `errors.CODES`."""

_GENERAL = (_TOKEN, _TROUBLE, _NOT_YOURS, _REJECTED)
"""What stands for codes of several meanings, which are told beside it."""

_BY_CLASS: tuple[tuple[type[CloudError], Advice], ...] = (
    # From the special to the general: the first match counts.
    (
        LoginNotKept,
        Advice(
            "The exporter does not log in, because it cannot note in the state directory that it"
            " did; restarts could then lock the account.",
            "Make room on the disk, or make the state directory writable.",
        ),
    ),
    (
        LoginBlocked,
        Advice(
            "The last login brought nothing, and the exporter waits so that the account is not"
            " locked.",
            "Nothing to do, it tries again by itself; the log says why the last login failed.",
        ),
    ),
    (
        AuthenticationError,
        Advice(
            "The cloud refuses the login.",
            "Check that the app accepts e-mail address, password and country of this account.",
        ),
    ),
    (
        Intercepted,
        Advice(
            "Something between this machine and the cloud answers in its place.",
            "Check the network for a captive portal or a filtering proxy, and cloud.url.",
        ),
    ),
    (RateLimited, _CROWDED),
    (TransientError, _TROUBLE),
    (UnexpectedPayload, _OUTDATED),
    (RequestRejected, _REJECTED),
)


_SWITCH_ON = "in the app: the device, gear, Three-Party Control Settings, Modbus TCP"

_LOCAL: Mapping[str, Advice] = {
    "dns": Advice(
        "The name of the local device is not known here.",
        "Correct host under modbus, or give the address that the app shows beside Modbus TCP.",
    ),
    "refused": Advice(
        "The local device refuses the connection.",
        f"Switch Modbus TCP on, {_SWITCH_ON}. If it is on: some firmware stops it for minutes"
        " while the device has no internet.",
    ),
    "unreachable": Advice(
        "There is no way to the local device from here.",
        "Check that it is in this network, and its address in the app; from a container, that the"
        " container reaches the home's network.",
    ),
    "timeout": Advice(
        "The local device does not answer.",
        "Check its address in the app, and its Wi-Fi. If the port is open and nothing comes:"
        " another program holds it, or the device has no internet; it comes back by itself.",
    ),
    "reset": Advice(
        "The local device ends the connection.",
        "Nothing to do if it goes on by itself. Otherwise stop other programs that read it.",
    ),
    "malformed": Advice(
        "The local device gives answers that do not belong to the questions.",
        "Stop other programs that read it, or put a Modbus proxy between; nothing of such an"
        " answer is shown.",
    ),
    "exception": Advice(
        "The local device cannot answer now.",
        "Nothing to do, it is asked again.",
    ),
    "empty": Advice(
        "The local device answers with zeros alone.",
        "Nothing to do if it starts or updates itself just now; otherwise restart it.",
    ),
    "foreign_device": Advice(
        "Another device answers at this address.",
        "Give the address of an Anker device with a local interface, and a fixed address to it in"
        " the router.",
    ),
}
"""By the outcome of a poll."""

_HELD = Advice(
    "Another program holds the only connection that this device has.",
    "Stop it, or put a Modbus proxy between; it is tried again each minute.",
)


def local_advice(error: Exception | None, *, is_held: bool = False) -> Advice:
    """Return what to say about a local device whose last poll ended in `error`.

    `is_held` tells that it serves one connection only and has refused several.
    """
    if is_held:
        return _HELD
    if not isinstance(error, ModbusError):
        return _advice(error)
    return _LOCAL[error.outcome]


def advice_for(
    error: Exception | None,
    blocked_until: datetime | None = None,
    *,
    has_own_key: bool = False,
) -> Advice:
    """Return what to say about an account whose last poll ended in `error`.

    `has_own_key` tells that cloud.public_key is configured: with the key of another server, the
    password arrives unreadable and is refused as wrong.
    """
    advice = _advice(error)
    state, todo = advice.state, advice.todo
    if has_own_key and advice is _WRONG_PASSWORD:
        todo = f"{todo} A wrong cloud.public_key looks the same. {_KEY}"
    if blocked_until is not None:
        state = f"{state} No login is tried before {blocked_until:%Y-%m-%d %H:%M} UTC."
    return Advice(state, todo)


def with_advice(error: CloudError) -> str:
    """Return what to log about an error: its text, and what to do where the login needs a hand."""
    text = str(error)
    if not isinstance(error, AuthenticationError | Intercepted):
        return text
    return f"{text}. {_advice(error).todo}".replace("..", ".")


def _advice(error: Exception | None) -> Advice:
    if not isinstance(error, CloudError):
        return Advice("The last poll failed.", "Look into the log; this should not happen.")
    code = error.refusal if isinstance(error, LoginBlocked) else error.code
    known = BY_CODE.get(code or 0)
    if known is None:
        return next((advice for kind, advice in _BY_CLASS if isinstance(error, kind)), Advice(""))
    meaning = CODES.get(code or 0)
    if meaning is None or known not in _GENERAL:
        return known
    return Advice(f"{known.state} It says: {meaning.meaning} (code {code}).", known.todo)
