"""The changes that a reloaded configuration makes, and the sentence that reports them."""

from dataclasses import dataclass

from solix_exporter.app.local import NO_CHANGES, LocalChanges
from solix_exporter.config import Settings

_LIVE = ("accounts", "shard", "mqtt", "modbus", "poll", "timezone", "sites", "devices", "log")
"""Sections that apply at once; the others belong to parts that are built at the start."""

_OF_ACCOUNTS = ("poll", "timezone", "sites")
"""Sections that the polls of every account depend on."""


@dataclass(frozen=True, slots=True)
class ReloadPlan:
    """What to do; names of accounts, in the order of the configuration."""

    settings: Settings
    """What is in force afterwards."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    foreign: frozenset[str] = frozenset()
    """Those of `changed` with another login: their cached answers must go."""
    waiting: tuple[str, ...] = ()
    """Changed keys that need a restart."""
    local: LocalChanges = NO_CHANGES
    """Of the devices of the local network."""

    def __str__(self) -> str:
        parts = [
            f"{word} {', '.join(names)}"
            for word, names in (
                ("added", self.added),
                ("changed", self.changed),
                ("removed", self.removed),
            )
            if names
        ]
        text = "Reloaded: " + ("; ".join(parts) or "the accounts are the same") + "."
        text += str(self.local)
        if self.waiting:
            text += f" After a restart only: {', '.join(self.waiting)}."
        return text


def plan_reload(before: Settings, now: Settings) -> ReloadPlan:
    """Return the plan from the settings `before` to the settings `now`."""
    old = {account.name: account for account in before.accounts}
    new = {account.name: account for account in now.accounts}
    all_change = any(getattr(before, name) != getattr(now, name) for name in _OF_ACCOUNTS)
    kept = [name for name in new if name in old]
    changed = tuple(name for name in kept if all_change or old[name] != new[name])
    stay = [name for name in type(now).model_fields if name not in _LIVE]
    return ReloadPlan(
        settings=now.model_copy(update={name: getattr(before, name) for name in stay}),
        added=tuple(name for name in new if name not in old),
        changed=changed,
        removed=tuple(name for name in old if name not in new),
        foreign=frozenset(name for name in changed if _login_of(old[name]) != _login_of(new[name])),
        waiting=tuple(name for name in stay if getattr(before, name) != getattr(now, name)),
        local=LocalChanges.between(before, now),
    )


def _login_of(account: object) -> tuple[object, ...]:
    return tuple(getattr(account, name) for name in ("user", "country", "url"))
