"""Frozen values of the home: accounts, sites, devices, and the snapshot that joins them."""
