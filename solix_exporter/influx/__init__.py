"""The InfluxDB sink: daily totals from the ledger and live readings of the snapshot."""

from solix_exporter.influx.points import Naming
from solix_exporter.influx.sink import InfluxOptions, InfluxSink, InfluxSources
from solix_exporter.influx.writer import InfluxTarget, InfluxWriter

__all__ = ["InfluxOptions", "InfluxSink", "InfluxSources", "InfluxTarget", "InfluxWriter", "Naming"]
