"""From the settings to what delivers to InfluxDB.

Its library takes half a second to load, which most installations need not wait for: it is imported
where InfluxDB is configured, and nowhere else.
"""

from typing import TYPE_CHECKING

from solix_exporter.config import InfluxSettings

if TYPE_CHECKING:
    from solix_exporter.sinks import InfluxTarget, InfluxWriter


def influx_target(settings: InfluxSettings) -> "InfluxTarget":
    """Return where points are written to."""
    from solix_exporter.sinks import InfluxTarget  # noqa: PLC0415 - see the module

    return InfluxTarget(
        url=settings.url,
        org=settings.org,
        bucket=settings.bucket,
        token=settings.token.get_secret_value(),
        timeout_s=settings.timeout_s,
        verify_ssl=settings.verify_ssl,
        ca_file=settings.ca_file,
    )


def influx_writer(settings: InfluxSettings) -> "InfluxWriter":
    """Return what writes there; it is the caller's to close."""
    from solix_exporter.sinks import InfluxWriter  # noqa: PLC0415 - see the module

    return InfluxWriter(influx_target(settings))
