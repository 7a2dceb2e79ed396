"""Whether InfluxDB can be written to; asked with a write of nothing, which leaves nothing there."""

from solix_exporter.app.influx_sink import influx_writer
from solix_exporter.config import InfluxSettings
from solix_exporter.diagnosis.report import INFLUX, INFLUX_SERVER, Finding, Mark
from solix_exporter.errors import PointsRefused, SinkAway, SinkError

_UNSAID = (
    "Whether it takes points shows with the first one: watch solix_influxdb_write_errors_total and"
    " the log."
)


async def examine_influx(settings: InfluxSettings) -> Finding:
    """Return whether points would be taken, and what to do where not."""
    writer = influx_writer(settings)
    try:
        await writer.write_nothing()
    except PointsRefused as error:
        text = f"it answers, and does not say whether {settings.bucket} can be written ({error})"
        return Finding(INFLUX, Mark.NOTE, f"{settings.url}: {text}", _UNSAID)
    except SinkError as error:
        # Away is the network's business or the server's, everything else that of the settings.
        step = INFLUX_SERVER if isinstance(error, SinkAway) else INFLUX
        return Finding(step, Mark.FAILED, f"{settings.url}: {error.message}", _spelled(error))
    finally:
        await writer.close()
    return Finding(INFLUX, Mark.OK, f"{settings.url}: {settings.bucket} can be written")


def _spelled(error: SinkError) -> str:
    """Return its advice as a sentence."""
    return f"{error.advice[:1].upper()}{error.advice[1:]}." if error.advice else ""
