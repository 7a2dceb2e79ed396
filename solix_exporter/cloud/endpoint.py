"""What a row of the endpoint table holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from solix_exporter.cloud.record import Record

T_co = TypeVar("T_co", covariant=True)

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json]"
"""A value in the body of a request."""


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[T_co]):
    """One read endpoint of the cloud."""

    path: str
    """Path below the server's base URL; also the `endpoint` label."""
    parse: Callable[[Record], T_co]
    """Turns the answer's `data` into a value of the model."""
    fields: tuple[str, ...] = ()
    """Names of the body's fields that each request fills in."""
    constants: Mapping[str, Json] = field(default_factory=dict)
    """Further fields of the body that are the same in each request."""
    capture: str = ""
    """Name of the file that holds a captured answer, without `.json`; `{field}` is filled in."""
    method: str = "POST"
    may_be_empty: bool = False
    """Whether an answer without data is one: the cloud has nothing to say. Of all others it is
    trouble, and what was known must not vanish for it."""
