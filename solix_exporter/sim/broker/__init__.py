"""A small MQTT 3.1.1 broker over TLS that tells its clients apart by their certificates.

- `packets`: the packets, byte by byte
- `topics`: names, filters and which of them match
- `authority`: the certificates of the broker and of its clients
- `session`, `server`: connections, subscriptions, take-over, limits, and a log of all packets

Every session is clean and nothing is retained, as the real broker is used.
"""
