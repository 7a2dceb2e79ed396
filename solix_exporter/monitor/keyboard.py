"""From the bytes of a terminal to the names of keys."""

from collections.abc import Iterator

_SEQUENCES = {
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1bOA": "up",
    b"\x1bOB": "down",
    b"\x1b[5~": "pageup",
    b"\x1b[6~": "pagedown",
    b"\x1b[Z": "S",
    b"\t": "tab",
}
_ESCAPE = b"\x1b"
_LAST = range(0x40, 0x7F)
"""The last byte of a sequence of unknown meaning."""


class Keyboard:
    """Reads keys; a sequence may come in pieces."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, content: bytes) -> Iterator[str]:
        """Give the keys that are complete."""
        self._left += content
        while self._left:
            length = self._length()
            if length == 0:
                return
            taken, self._left = self._left[:length], self._left[length:]
            key = _SEQUENCES.get(taken) or ("" if length > 1 else taken.decode("ascii", "ignore"))
            if key:
                yield key

    def flush(self) -> Iterator[str]:
        """Give Escape where it was pressed alone: nothing came after it."""
        if self._left:
            self._left = b""
            yield "escape"

    @property
    def is_waiting(self) -> bool:
        """Return whether the beginning of a sequence waits for its end."""
        return bool(self._left)

    def _length(self) -> int:
        """Return the length of the first key, 0 where its end is not there yet."""
        if not self._left.startswith(_ESCAPE):
            return 1
        if len(self._left) == 1:
            return 0
        if self._left[1:2] not in (b"[", b"O"):
            return 2
        for place in range(2, len(self._left)):
            if self._left[place] in _LAST:
                return place + 1
        return 0
