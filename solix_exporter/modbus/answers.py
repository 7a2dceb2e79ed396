"""Whether received bytes are exactly the answer to a request, before anything decodes them.

The library takes answers with another function code, with too few or too many registers and with
a byte count that lies. A device that answers late, or a proxy that mixes its clients up, must not
give a number.
"""

from dataclasses import dataclass
from enum import Enum, auto

_HEADER = 7
"""Transaction, protocol and length, two bytes each, and the unit."""
_EXCEPTION = 0x80
_EXCEPTION_SIZE = _HEADER + 2


class Verdict(Enum):
    """What received bytes are."""

    INCOMPLETE = auto()
    """The beginning of an answer."""
    EXACT = auto()
    WRONG = auto()


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it went out."""

    transaction: int
    unit: int
    function: int
    count: int
    """Registers that are asked for."""

    @classmethod
    def of(cls, frame: bytes) -> "Request":
        """Read the request out of the frame that leaves."""
        return cls(
            transaction=int.from_bytes(frame[0:2], "big"),
            unit=frame[6],
            function=frame[7],
            count=int.from_bytes(frame[10:12], "big"),
        )

    def verdict(self, received: bytes) -> Verdict:
        """Return what all bytes received since the request are."""
        registers = 2 * self.count
        values = self._start(registers + 3) + bytes((self.function, registers))
        refusal = self._start(3) + bytes((self.function | _EXCEPTION,))
        for start, size in ((values, _HEADER + 2 + registers), (refusal, _EXCEPTION_SIZE)):
            if not received.startswith(start[: len(received)]):
                continue
            if len(received) == size:
                return Verdict.EXACT
            return Verdict.INCOMPLETE if len(received) < size else Verdict.WRONG
        return Verdict.WRONG

    def _start(self, length: int) -> bytes:
        """Return the header of an answer; the length counts from the unit on."""
        numbers = (self.transaction, 0, length)
        return b"".join(number.to_bytes(2, "big") for number in numbers) + bytes((self.unit,))
