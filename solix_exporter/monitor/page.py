"""One screen: title line, the visible lines of a view, and the keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from solix_exporter.model.site import Site
from solix_exporter.monitor.facts import local_time
from solix_exporter.monitor.overview import UTC_ZONE, device_table, overview, zone_of
from solix_exporter.monitor.state import State, ViewName
from solix_exporter.monitor.views import (
    cloud_view,
    device_values,
    keys_view,
    log_view,
    until,
    values_view,
)
from solix_exporter.monitor.watched import PollLine, Watched

_FRAME_LINES = 3
"""Title, error or blank line, and keys."""
_LEAST_NAME = 12
"""Characters of the name that are kept before the times are cut."""


@dataclass(frozen=True, slots=True)
class Page:
    """The whole screen, in the size of the terminal."""

    watched: Watched
    state: State

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines of the screen."""
        height = options.height or options.max_height
        free = max(1, height - _FRAME_LINES)
        plain = options.update(height=None)
        body = console.render_lines(self._body(), plain, pad=False)
        self.state.limit_scroll(len(body), free)
        shown = body[self.state.scroll : self.state.scroll + free]
        shown += [[] for _ in range(free - len(shown))]
        frame = [self._head(), self._trouble(), None, self._foot(len(body) > free)]
        for part in frame:
            lines = shown if part is None else console.render_lines(part, plain, pad=False)[:1]
            for line in lines:
                yield from line
                yield Segment.line()

    def site(self) -> Site | None:
        """Return the selected site."""
        return self.state.pick(self.watched.snapshot().sites)

    def _body(self) -> RenderableType:
        snapshot, site = self.watched.snapshot(), self.site()
        if self.state.view is ViewName.KEYS:
            return keys_view()
        if self.state.view is ViewName.CLOUD:
            return cloud_view(self.watched)
        if self.state.view is ViewName.LOG:
            return log_view(self.watched.log())
        if site is None:
            return self._without_site()
        if self.state.view is ViewName.VALUES:
            return values_view(site, snapshot.devices)
        return overview(site, snapshot.devices)

    def _without_site(self) -> RenderableType:
        """Return the devices without a site, or why there is nothing to show."""
        devices = self.watched.snapshot().devices
        if devices and self.state.view is ViewName.VALUES:
            return device_values(devices, UTC_ZONE)
        if devices:
            return device_table(devices, UTC_ZONE)
        waits = not all(line.has_run for line in self.watched.polls()[:1])
        return Text("Asking the cloud..." if waits else "No site is shown to this account.")

    def _head(self) -> RenderableType:
        site, sites = self.site(), self.watched.snapshot().sites
        table = Table.grid(expand=True, padding=(0, 1, 0, 0), pad_edge=False)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1, min_width=_LEAST_NAME)
        table.add_column(no_wrap=True, overflow="ellipsis", justify="right")
        name = self.watched.title
        if site is not None:
            number = f" ({sites.index(site) + 1}/{len(sites)})" if len(sites) > 1 else ""
            name = f"{site.name or site.site_id}{number}  {site.site_type.value}  {name}"
        table.add_row(Text(name, style="bold"), Text(self._times(site)))
        return table

    def _times(self, site: Site | None) -> str:
        now = self.watched.now()
        zone = zone_of(site) if site else UTC_ZONE
        today, _, clock = local_time(now, zone).partition(" ")
        data_at = local_time(site.data_at, zone) if site and site.data_at else ""
        data = f"  data {data_at.removeprefix(today).strip()}" if data_at else ""
        first = next(iter(self.watched.polls()), None)
        following = f"  next {until(first)}" if first and first.next_in_s is not None else ""
        return f"{clock}{data}{following}"

    def _trouble(self) -> RenderableType:
        failing = [line for line in self.watched.polls() if line.error]
        return Text(_sentence(failing), style="bold red", no_wrap=True, overflow="ellipsis")

    def _foot(self, is_longer: bool) -> RenderableType:  # noqa: FBT001  one caller
        more = "  arrows scroll" if is_longer else ""
        keys = f"q quit  r refresh  s site  v view ({self.state.view.value})  ? keys{more}"
        return Text(keys, style="reverse", no_wrap=True, overflow="ellipsis")


def _sentence(failing: Sequence[PollLine]) -> str:
    if not failing:
        return ""
    line = failing[0]
    return f"{line.account}, {line.poll}: {line.error}"
