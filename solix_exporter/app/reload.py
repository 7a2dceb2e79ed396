"""What a configuration that was read again changes: a plan, and the sentence about it."""

from dataclasses import dataclass

from solix_exporter.config import Settings

_LIVE = ("accounts", "shard", "poll", "timezone", "sites", "log")
"""Sections that are taken up at once; the others belong to parts that are built at the start."""

_OF_ACCOUNTS = ("poll", "timezone", "sites")
"""Sections that the polls of every account are made of."""


@dataclass(frozen=True, slots=True)
class ReloadPlan:
    """What to do; names of accounts, in the order of the configuration."""

    settings: Settings
    """What is in force afterwards."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    foreign: frozenset[str] = frozenset()
    """Those of `changed` that stand for somebody else now: what is known of them must go."""
    waiting: tuple[str, ...] = ()
    """Keys that changed and take a restart."""

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
        told = "Reloaded: " + ("; ".join(parts) or "the accounts are the same") + "."
        if self.waiting:
            told += f" After a restart only: {', '.join(self.waiting)}."
        return told


def plan_reload(before: Settings, now: Settings) -> ReloadPlan:
    """Return what to do so that `now` is in force instead of `before`."""
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
        foreign=frozenset(name for name in changed if _who(old[name]) != _who(new[name])),
        waiting=tuple(name for name in stay if getattr(before, name) != getattr(now, name)),
    )


def _who(account: object) -> tuple[object, ...]:
    return tuple(getattr(account, name) for name in ("user", "country", "url"))
