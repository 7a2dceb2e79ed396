"""The metrics of accounts: login, token, unread messages."""

from collections.abc import Iterator

from solix_exporter.metrics.subjects import AnyMetric, Subject
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.account import Account, UnreadMessages
from solix_exporter.model.snapshot import AccountSlice


def _accounts(part: AccountSlice) -> Iterator[tuple[Labels, Account]]:
    if part.account:
        yield (("account", part.account.name),), part.account


def _each_kind(messages: UnreadMessages) -> Iterator[tuple[str, bool | None]]:
    yield "any", messages.any_kind
    yield "system", messages.system
    yield "device", messages.device


ACCOUNT: Subject[Account] = Subject(("account",), _accounts)
MESSAGES = ACCOUNT.child(lambda account: account.messages)

ACCOUNT_METRICS: tuple[AnyMetric, ...] = (
    ACCOUNT.flag(
        "solix_up", "Whether the last sites poll of the account succeeded.", "", lambda a: a.is_up
    ),
    ACCOUNT.info(
        "solix_account_info",
        "The account's country and the server that is asked, always 1.",
        ("country", "server"),
        lambda a: (a.country, a.server),
    ),
    ACCOUNT.timestamp(
        "solix_account_token_expiry_timestamp_seconds",
        "When the login token ends; it is renewed before.",
        "",
        lambda a: a.token_expires_at,
    ),
    ACCOUNT.gauge(
        "solix_login_blocked_until_timestamp_seconds",
        "Until when no login is tried because the last one failed; 0 while logins are allowed.",
        "",
        lambda a: a.login_blocked_until.timestamp() if a.login_blocked_until else 0.0,
    ),
    MESSAGES.each(
        "solix_account_unread_messages",
        "Whether unread messages wait in the app: 1 or 0 for each kind.",
        "get_message_unread has_unread_msg, system_msg, device_msg",
        ("kind", _each_kind),
    ),
)
