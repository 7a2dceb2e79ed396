"""Where daily totals and readings go besides `/metrics`: what a server lacks, and its delivery.

It reads the ledger and the values that it is handed; it knows neither the cloud nor the cache.
"""

from solix_exporter.influx.points import Naming
from solix_exporter.influx.sink import InfluxOptions, InfluxSink, InfluxSources
from solix_exporter.influx.writer import InfluxTarget, InfluxWriter

__all__ = ["InfluxOptions", "InfluxSink", "InfluxSources", "InfluxTarget", "InfluxWriter", "Naming"]
