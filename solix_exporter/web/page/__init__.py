"""The page for people: rendered here, refreshed by a small script, readable without it."""

from importlib import resources
from typing import TYPE_CHECKING

from solix_exporter.web.sources import Status, WebPaths

if TYPE_CHECKING:
    from solix_exporter.web.page.html import Html

_FILES = resources.files(__name__) / "files"


class Page:
    """The page with its style and script."""

    def __init__(self, paths: WebPaths) -> None:
        self.style = _read("page.css")
        self.script = _read("page.js")
        self._paths = paths
        self._html: Html | None = None

    def render(self, status: Status) -> bytes:
        """Return the whole page as HTML."""
        if self._html is None:
            # It costs 3 MB, which an exporter that is only scraped does not need.
            from solix_exporter.web.page.html import Html  # noqa: PLC0415 - as above

            self._html = Html(_read)
        return self._html.render(status, self._paths).encode()


def _read(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")
