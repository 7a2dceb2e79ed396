"""The page for people: rendered here, refreshed by a small script, readable without it."""

from importlib import resources

import jinja2
from markupsafe import Markup

from solix_exporter import __version__
from solix_exporter.web.page.view import view_page
from solix_exporter.web.sources import Status, WebPaths

_FILES = resources.files(__name__) / "files"


class Page:
    """The page's template with its style and script."""

    def __init__(self, paths: WebPaths) -> None:
        self.style = _read("page.css")
        self.script = _read("page.js")
        environment = jinja2.Environment(
            autoescape=True,
            loader=jinja2.FunctionLoader(_read),
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._template = environment.get_template("page.html")
        self._paths = paths

    def render(self, status: Status) -> bytes:
        """Return the whole page as HTML."""
        text = self._template.render(
            page=view_page(status),
            base=self._paths.external_prefix,
            telemetry=self._paths.external_prefix + self._paths.telemetry,
            version=__version__,
            # Style and script are the program's own and stand in the page as they are hashed.
            style=Markup(self.style),  # noqa: S704
            script=Markup(self.script),  # noqa: S704
        )
        return text.encode()


def _read(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")
