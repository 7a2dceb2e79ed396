"""What the user has chosen to see; keys change it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from solix_exporter.model.site import Site


class ViewName(Enum):
    """The views; the value is shown in the last line."""

    OVERVIEW = "overview"
    VALUES = "values"
    CLOUD = "cloud"
    LOG = "log"
    KEYS = "keys"


class Wish(Enum):
    """What a key asks of those who own the data."""

    QUIT = "quit"
    REFRESH = "refresh"
    NEXT_FOLDER = "next folder"
    PREVIOUS_FOLDER = "previous folder"


_IN_TURN = (ViewName.OVERVIEW, ViewName.VALUES, ViewName.CLOUD, ViewName.LOG)
_PAGE = 10


@dataclass(slots=True)
class State:
    """The chosen site and view, and how far it is scrolled."""

    view: ViewName = ViewName.OVERVIEW
    site_number: int = 0
    scroll: int = 0

    def press(self, key: str) -> Wish | None:
        """Change what a key changes; return what it asks of others."""
        change = _CHANGES.get(key)
        if change is not None:
            change(self)
        return _WISHES.get(key)

    def pick(self, sites: Sequence[Site]) -> Site | None:
        """Return the chosen site, whatever number of them there is."""
        return sites[self.site_number % len(sites)] if sites else None

    def limit_scroll(self, lines: int, free: int) -> None:
        """Keep the last line of a view at the end of the screen."""
        self.scroll = max(0, min(self.scroll, lines - free))

    def show(self, view: ViewName) -> None:
        """Show a view from its beginning."""
        self.view, self.scroll = view, 0

    def move(self, lines: int) -> None:
        """Scroll by so many lines."""
        self.scroll = max(0, self.scroll + lines)

    def other_site(self, step: int) -> None:
        """Go to another site."""
        self.site_number += step
        self.scroll = 0

    def next_view(self) -> None:
        """Go on to the view after this one."""
        place = _IN_TURN.index(self.view) + 1 if self.view in _IN_TURN else 0
        self.show(_IN_TURN[place % len(_IN_TURN)])


_CHANGES: Mapping[str, Callable[[State], None]] = {
    "1": lambda state: state.show(ViewName.OVERVIEW),
    "2": lambda state: state.show(ViewName.VALUES),
    "3": lambda state: state.show(ViewName.CLOUD),
    "4": lambda state: state.show(ViewName.LOG),
    "?": lambda state: state.show(ViewName.KEYS),
    "h": lambda state: state.show(ViewName.KEYS),
    "v": State.next_view,
    "s": lambda state: state.other_site(1),
    "tab": lambda state: state.other_site(1),
    "S": lambda state: state.other_site(-1),
    "down": lambda state: state.move(1),
    "j": lambda state: state.move(1),
    "up": lambda state: state.move(-1),
    "k": lambda state: state.move(-1),
    " ": lambda state: state.move(_PAGE),
    "pagedown": lambda state: state.move(_PAGE),
    "pageup": lambda state: state.move(-_PAGE),
}
_WISHES: Mapping[str, Wish] = {
    "q": Wish.QUIT,
    "escape": Wish.QUIT,
    "r": Wish.REFRESH,
    "n": Wish.NEXT_FOLDER,
    "p": Wish.PREVIOUS_FOLDER,
}
