"""Makes the dashboards' JSON; knows metric names and looks, runs nowhere but in development."""
