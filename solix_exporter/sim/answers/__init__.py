"""The content of the cloud's answers, by subject; `table` maps paths to functions."""
