"""The snapshot as metrics: the catalogue of names, their text, and the exporter's own counters."""
