"""The systems in a terminal: drawn from the snapshot alone, whatever the snapshot holds.

What a source adds to the model shows here by itself: values are shown by the names of their fields,
which carry their units.
"""
