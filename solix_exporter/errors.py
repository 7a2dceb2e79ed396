"""The exceptions, cut by what the caller does about them.

SolixError
 +-- ConfigError            tell the user and stop (exit 2)
 +-- CloudError             the cloud did not give what was asked; carries endpoint and code
 |    +-- TransientError        try again at the next poll
 |    |    +-- NotSent              ... the cloud has not heard of this one
 |    |    +-- RateLimited          ... after the budget's pause for this endpoint
 |    |    +-- Intercepted          ... something on the way answered in the cloud's place
 |    +-- AuthenticationError   the login breaker decides when to try again
 |    |    +-- LoginBlocked         the breaker is open: no login was even tried
 |    |    +-- LoginNotKept         none was tried, because the disk does not take a note of it
 |    +-- RequestRejected       skip this endpoint for this device, say it once
 |    |    +-- NotPermitted         ... because this account may not see it
 |    |    +-- NotCaptured          ... because the replayed folder holds no answer
 |    +-- UnexpectedPayload     our parser is out of date: report endpoint and key
 |         +-- EmptyAnswer           ... or the cloud said "success" and nothing else: ask again
 +-- ModbusError            a local device did not give what was asked: try again at the next poll
 |    +-- ReadRefused            it said no to these registers; others may be read
 +-- LedgerError            stop: history is at stake
 +-- SinkError              keep the rows, try later
      +-- SinkAway             the server or the way to it failed: try again, after its pause
      +-- SinkMisconfigured    it answers and refuses everything: the user has to mend something
      +-- BatchTooLarge        send fewer at once
      +-- PointsRefused        one of the points cannot be stored: find it and set it aside

Which cloud code becomes which class stands in `CODES`; reference: the cloud's own envelope codes.
"""

from dataclasses import dataclass
from datetime import datetime

from solix_exporter.text import printable, without_secrets


class SolixError(Exception):
    """The root of everything that this package raises on purpose."""


class ConfigError(SolixError):
    """The configuration cannot be used; the message lists every problem with its place."""


class CloudError(SolixError):
    """The cloud did not give what was asked.

    `endpoint` is the path that was asked, `code` the cloud's own code or the HTTP status,
    `outcome` the value of the label of `solix_cloud_requests_total`.
    """

    def __init__(
        self,
        message: str,
        *,
        endpoint: str = "",
        code: int | None = None,
        outcome: str = "rejected",
    ) -> None:
        # The cloud's own words may stand in it.
        self.message = without_secrets(printable(message))
        super().__init__(self.message)
        self.endpoint = endpoint
        self.code = code
        self.outcome = outcome

    def __str__(self) -> str:
        place = f"{self.endpoint}: " if self.endpoint else ""
        code = f" (code {self.code})" if self.code is not None else ""
        return f"{place}{self.message}{code}"


class TransientError(CloudError):
    """Network, server or load: the next poll may well succeed."""


class NotSent(TransientError):
    """There was no connection: the cloud has not heard of the request."""


class RateLimited(TransientError):
    """HTTP 429: too many requests for this endpoint from this address."""


class Intercepted(TransientError):
    """The answer is not the cloud's: a captive portal, a proxy or a wrong server gave it."""


class AuthenticationError(CloudError):
    """The cloud refuses the account: wrong password, lock-out, captcha, or a dead token."""


class LoginBlocked(AuthenticationError):
    """No login was sent because of earlier ones; `until` says when the next may go.

    `refusal` is the cloud's code where it refused the last one.
    """

    def __init__(self, message: str, *, until: datetime, refusal: int | None = None) -> None:
        super().__init__(message, outcome="auth")
        self.refusal = refusal
        self.until = until


class LoginNotKept(AuthenticationError):
    """No login was sent because it could not be noted in the state directory."""


class RequestRejected(CloudError):
    """The cloud understood and said no: wrong system type, missing permission, unknown item."""


class NotCaptured(RequestRejected):
    """A replayed folder holds no answer to this: nobody asked when it was made."""


class NotPermitted(RequestRejected):
    """This account may not see this."""


class UnexpectedPayload(CloudError):
    """The answer is not what the parser knows."""


class EmptyAnswer(UnexpectedPayload):
    """The cloud said that all is well and sent nothing."""

    def __init__(self, message: str, *, endpoint: str = "") -> None:
        super().__init__(message, endpoint=endpoint, outcome="malformed")


class ModbusError(SolixError):
    """A local device did not give what was asked.

    `outcome` is the value of the label of `solix_modbus_polls_total`.
    """

    def __init__(self, message: str, *, outcome: str) -> None:
        # A stranger's own words may stand in it.
        self.message = printable(message)
        super().__init__(self.message)
        self.outcome = outcome


class ReadRefused(ModbusError):
    """The device answered with an exception; `code` is the protocol's."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message, outcome="exception")
        self.code = code


class LedgerError(SolixError):
    """The ledger cannot be read or written; going on would lose history."""


class SinkError(SolixError):
    """A sink did not take the rows; they stay in the ledger.

    `message` is what is the case, `advice` what to do about it, where that is known.
    """

    def __init__(self, message: str, *, advice: str = "") -> None:
        # The server's own words may stand in it.
        self.message = without_secrets(message)
        super().__init__(self.message)
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message}; {self.advice}" if self.advice else self.message


class SinkAway(SinkError):
    """The server is not there or is busy.

    `pause_s` is how long it asks to be left alone; `is_gone` is True where nobody answers.
    """

    def __init__(
        self, message: str, *, advice: str = "", pause_s: float = 0.0, is_gone: bool = False
    ) -> None:
        super().__init__(message, advice=advice)
        self.pause_s = pause_s
        self.is_gone = is_gone


class SinkMisconfigured(SinkError):
    """The server refuses everything until somebody mends the configuration or the server."""


class BatchTooLarge(SinkError):
    """The server takes no body of this size."""


class PointsRefused(SinkError):
    """The server refuses points of the batch.

    `dropped` is how many, where it tells and has kept the others; `is_certain` is False where
    its answer may as well mean the request as the points.
    """

    def __init__(self, message: str, *, dropped: int | None, is_certain: bool) -> None:
        super().__init__(message)
        self.dropped = dropped
        self.is_certain = is_certain


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """What a code of the cloud means, and which class and outcome label it becomes."""

    error: type[CloudError]
    outcome: str
    meaning: str


CODES: dict[int, CodeMeaning] = {
    401: CodeMeaning(AuthenticationError, "auth", "the token was rejected"),
    403: CodeMeaning(AuthenticationError, "auth", "access is forbidden"),
    429: CodeMeaning(RateLimited, "rate_limited", "too many requests for this endpoint"),
    502: CodeMeaning(TransientError, "http", "bad gateway"),
    504: CodeMeaning(TransientError, "http", "gateway timeout"),
    997: CodeMeaning(TransientError, "connect", "the cloud reports a connection problem"),
    998: CodeMeaning(TransientError, "connect", "the cloud reports a network problem"),
    999: CodeMeaning(TransientError, "http", "the cloud reports a server problem"),
    10000: CodeMeaning(RequestRejected, "rejected", "missing permission or wrong system type"),
    10003: CodeMeaning(RequestRejected, "rejected", "a parameter is not accepted"),
    10004: CodeMeaning(RequestRejected, "rejected", "the requested item does not exist"),
    10007: CodeMeaning(RequestRejected, "rejected", "the request failed"),
    21105: CodeMeaning(TransientError, "busy", "the cloud is busy"),
    26050: CodeMeaning(AuthenticationError, "auth", "the verification code is wrong"),
    26051: CodeMeaning(AuthenticationError, "auth", "the verification code has expired"),
    26052: CodeMeaning(AuthenticationError, "auth", "a verification code is required"),
    26053: CodeMeaning(AuthenticationError, "auth", "too many verification attempts"),
    26054: CodeMeaning(AuthenticationError, "auth", "the verification code does not match"),
    26055: CodeMeaning(AuthenticationError, "auth", "the verification password is wrong"),
    26070: CodeMeaning(AuthenticationError, "auth", "the public key was not accepted"),
    26084: CodeMeaning(AuthenticationError, "auth", "another login displaced this token"),
    26108: CodeMeaning(AuthenticationError, "auth", "wrong e-mail address or password"),
    26156: CodeMeaning(AuthenticationError, "auth", "wrong e-mail address or password"),
    26161: CodeMeaning(RequestRejected, "rejected", "the request failed"),
    31001: CodeMeaning(RequestRejected, "rejected", "the item exists already"),
    31003: CodeMeaning(RequestRejected, "rejected", "the limit of items is reached"),
    100032: CodeMeaning(AuthenticationError, "auth", "the cloud asks for a captcha"),
    100053: CodeMeaning(AuthenticationError, "auth", "too many logins, the account is locked"),
    160003: CodeMeaning(NotPermitted, "rejected", "not available to this account"),
}

FIRST_ERROR_CODE = 10000
"""Envelope codes below this that are not in `CODES` (-1, 0, 200 ...) are answers, not errors."""


def cloud_error(code: int, text: str, endpoint: str) -> CloudError | None:
    """Return the error that an envelope code stands for, None where it is an answer.

    `text` is the cloud's own message, kept because it often names the offending field.
    """
    known = CODES.get(code)
    if known is None:
        if code < FIRST_ERROR_CODE:
            return None
        return RequestRejected(text or "unknown refusal", endpoint=endpoint, code=code)
    message = f"{known.meaning}: {text}" if text else known.meaning
    return known.error(message, endpoint=endpoint, code=code, outcome=known.outcome)
