"""Logins: their tokens, expiry, and lockout after failures."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from solix_exporter.cloud.crypto import gtoken
from solix_exporter.sim.key_pair import BadPublicKeyError, KeyPair
from solix_exporter.sim.noise import derived
from solix_exporter.sim.wire_format import Json, hex_text
from solix_exporter.sim.world import User

_FAILURES_ALLOWED = 5
_LOCK = timedelta(hours=24)
_COM_COUNTRIES = "AR AU BR CA DZ EG HK IN JO KR LB LY MA MX NG NZ PS RU SG SY TN TW US ZA"
"""Countries of the server region `com`; all others belong to `eu`."""

BAD_KEY = 26070
KICKED_OUT = 26084
BAD_CREDENTIALS = 26108
LOCKED_OUT = 100053
BAD_PARAMETER = 10003


def region_of(country: str) -> str:
    """Return the server region that a client of this country talks to."""
    return "com" if country.upper() in _COM_COUNTRIES.split() else "eu"


class LoginRefusedError(Exception):
    """The login failed; carries the envelope's code."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A valid login."""

    account: User
    region: str
    """Region of the server that the client has chosen."""
    expires: datetime


class IssuedTokens:
    """All logins of one simulated cloud."""

    def __init__(self, accounts: Mapping[str, User], lifetime_s: float) -> None:
        self._accounts = accounts
        self._lifetime = timedelta(seconds=lifetime_s)
        self._valid: dict[str, IssuedToken] = {}
        self._kicked: set[str] = set()
        self._issued_to: dict[str, User] = {}
        self._failures: dict[str, deque[datetime]] = {}
        self._issued = 0

    def kick(self) -> None:
        """Make all tokens invalid, as a login on another device used to do."""
        self._kicked.update(self._valid)
        self._valid.clear()

    def was_kicked(self, token: str) -> bool:
        """Return whether a token was valid until `kick`."""
        return token in self._kicked

    def account_of(self, token: str) -> User | None:
        """Return the user of a token, valid or not."""
        return self._issued_to.get(token)

    def check(self, token: str, sent_gtoken: str, now: datetime) -> IssuedToken | None:
        """Return the login that belongs to the headers of a request, if it is valid."""
        found = self._valid.get(token)
        if found is None or found.expires <= now:
            return None
        return found if sent_gtoken == gtoken(found.account.user_id) else None

    def log_in(
        self, body: Mapping[str, Json], keys: KeyPair, now: datetime
    ) -> tuple[str, IssuedToken]:
        """Return a new token for a login request.

        Raises LoginRefusedError with the cloud's code.
        """
        email, encrypted, country = (body.get(name) for name in ("email", "password", "ab"))
        client = body.get("client_secret_info")
        peer = client.get("public_key") if isinstance(client, dict) else None
        if not (isinstance(email, str) and isinstance(encrypted, str) and isinstance(country, str)):
            raise LoginRefusedError(BAD_PARAMETER, "parameter error")
        try:
            password = keys.decrypted(encrypted, str(peer))
        except BadPublicKeyError as error:
            raise LoginRefusedError(BAD_KEY, "client public key error") from error
        account = self._accounts.get(email)
        self._check_lock(email, now)
        if account is None or password != account.login.password:
            self._failures.setdefault(email, deque()).append(now)
            raise LoginRefusedError(BAD_CREDENTIALS, "The email or password is incorrect.")
        self._failures.pop(email, None)
        return self._issue(account, country, now)

    def _check_lock(self, email: str, now: datetime) -> None:
        failures = self._failures.get(email, deque())
        while failures and failures[0] <= now - _LOCK:
            failures.popleft()
        if len(failures) >= _FAILURES_ALLOWED:
            raise LoginRefusedError(
                LOCKED_OUT, "You have tried too many times. Please try again in 24 hours."
            )

    def _issue(self, account: User, country: str, now: datetime) -> tuple[str, IssuedToken]:
        self._issued += 1
        text = hex_text(derived(self._issued, account.login.email), 48)
        token = IssuedToken(account, region_of(country), now + self._lifetime)
        self._valid[text] = token
        self._issued_to[text] = account
        return text, token


def login_data(account: User, text: str, token: IssuedToken, public_key: str) -> Json:
    """Return the `data` of a successful login."""
    name = account.login.email.partition("@")[0]
    return {
        "user_id": account.user_id,
        "email": account.login.email,
        "nick_name": f"{name[:3]}***",
        "auth_token": text,
        "token_expires_at": int(token.expires.timestamp()),
        "avatar": "",
        "mac_addr": "",
        "domain": "",
        "ab_code": account.login.country,
        "token_id": account.number,
        "geo_key": hex_text(account.number, 32),
        "privilege": 0,
        "phone_code": "",
        "phone": "",
        "phone_number": "",
        "phone_code_2fa": "",
        "phone_2fa": "",
        "server_secret_info": {"public_key": public_key},
        "params": [],
        "trust_list": [],
        "fa_info": {"step": 0, "info": ""},
        "country_code": "",
        "ap_cloud_user_id": "",
    }
