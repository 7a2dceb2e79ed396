"""Where daily totals and readings go besides `/metrics`: what a server lacks, and its delivery.

It reads the ledger and the values that it is handed; it knows neither the cloud nor the cache.
"""

from solix_exporter.sinks.client import InfluxTarget, InfluxWriter
from solix_exporter.sinks.influx import InfluxOptions, InfluxSink, InfluxSources
from solix_exporter.sinks.points import Naming

__all__ = ["InfluxOptions", "InfluxSink", "InfluxSources", "InfluxTarget", "InfluxWriter", "Naming"]
