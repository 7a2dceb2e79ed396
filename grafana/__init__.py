"""The dashboards: the code that makes them and the JSON that it made."""
