"""Local devices, read over Modbus TCP: a client that can only read, and the maps of registers.

It must not know the cloud, the cache or the configuration.
"""
