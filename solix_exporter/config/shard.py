"""Which accounts a process polls where several share one configuration.

By rendezvous hashing: each account goes to the shard that scores highest for it, so that a shard
more takes its accounts from all others and no account moves between those.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

_SPELLING = re.compile(r"(\d{1,4})/(\d{1,4})")
_POD = re.compile(r"pod/(\d{1,4})")
_ORDINAL = re.compile(r"-(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` processes; `index` counts from 0."""

    index: int = 0
    count: int = 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def holds(self, account: str) -> bool:
        """Return whether the account of this name is this shard's."""
        return self.index == shard_of(account, self.count)


def shard_of(account: str, count: int) -> int:
    """Return the index of the one of `count` shards that holds the account of this name."""
    return max(range(count), key=lambda shard: _score(account, shard))


def _score(account: str, shard: int) -> bytes:
    return hashlib.sha256(f"{account}/{shard}".encode()).digest()


def parse_shard(value: object) -> Shard:
    """Return the shard that `0/3` stands for.

    Raises ValueError with a sentence for the user.
    """
    if isinstance(value, Shard):
        return value
    found = _SPELLING.fullmatch(str(value).strip())
    if found is None:
        raise ValueError(f"{value!r} is not a shard; write it like 0/3, or pod/3 in Kubernetes")
    index, count = int(found[1]), int(found[2])
    if index >= count:
        raise ValueError(f"there is no shard {index} of {count}; they count from 0")
    return Shard(index, count)


def resolve_pod(value: object, environ: Mapping[str, str]) -> object:
    """Return `2/3` for `pod/3` in the third pod of a StatefulSet; anything else as it is.

    Raises ValueError where the name of the host does not end in a pod's number.
    """
    found = _POD.fullmatch(str(value).strip())
    if found is None:
        return value
    host = environ.get("HOSTNAME", "")
    ordinal = _ORDINAL.search(host)
    if ordinal is None:
        raise ValueError(
            f"HOSTNAME is {host!r}, which is not the name of a StatefulSet's pod;"
            f" write 0/{found[1]} and so on"
        )
    return f"{int(ordinal[1])}/{found[1]}"
