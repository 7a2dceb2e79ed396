"""The page's template, filled."""

from collections.abc import Callable

import jinja2
from markupsafe import Markup

from solix_exporter import __version__
from solix_exporter.web.page.view import view_page
from solix_exporter.web.sources import Status, WebPaths


class Html:
    """The template with its inline style and script."""

    def __init__(self, read: Callable[[str], str]) -> None:
        """Take what reads a file of the page."""
        environment = jinja2.Environment(
            autoescape=True,
            loader=jinja2.FunctionLoader(read),
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._template = environment.get_template("page.html")
        # They are part of the program and must be inserted exactly as they are hashed.
        self._style = Markup(read("page.css"))  # noqa: S704
        self._script = Markup(read("page.js"))  # noqa: S704

    def render(self, status: Status, paths: WebPaths) -> str:
        """Return the whole page."""
        return self._template.render(
            page=view_page(status),
            base=paths.external_prefix,
            telemetry=paths.external_prefix + paths.telemetry,
            version=__version__,
            style=self._style,
            script=self._script,
        )
