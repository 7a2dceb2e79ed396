"""The output of `--once`: all sites with all values, and errors."""

from rich.console import Group, RenderableType
from rich.text import Text

from solix_exporter.monitor.overview import UTC_ZONE, device_table, overview, zone_of
from solix_exporter.monitor.views import device_values, values_view
from solix_exporter.monitor.watched import Watched


def report(watched: Watched) -> RenderableType:
    """Return all sites one below the other."""
    snapshot = watched.snapshot()
    rows: list[RenderableType] = []
    for site in snapshot.sites:
        own = [device for device in snapshot.devices if device.site_id == site.site_id]
        head = f"{site.name or site.site_id}  {site.site_type.value}  {zone_of(site).key}"
        rows += [Text(head, style="bold reverse"), overview(site, own), Text("")]
        rows += [values_view(site, own), Text("")]
    alone = [device for device in snapshot.devices if device.site_id is None]
    if alone:
        rows += [device_table(alone, UTC_ZONE), device_values(alone, UTC_ZONE)]
    rows += [
        Text(f"{line.account}, {line.poll}: {line.error}", style="red")
        for line in watched.polls()
        if line.error
    ]
    return Group(*rows)
