"""From the settings to a running exporter: its accounts, their polls, reloads, signals, an end.

`exporter.py` is the place to begin. Only this package, `diagnosis` and `cli` see the settings.
"""
