"""The simulated devices at home: one Modbus TCP server per device, on loopback.

From the bottom up:

- `registers`: types, word and byte order, and which addresses a read may start at
- `banks`, `x1`, `meters`, `plugs`, `wall_boxes`: the map of each product and its state, which
  `lifetimes` and `surroundings` complete with what the plant of a home does not simulate
- `devices`: the state of each device of a site at an instant
- `frames`, `faults`, `connections`, `server`: how a device answers, and misbehaves
- `network`: all devices of a scenario

The server is plain asyncio. A library's server answers well-formed frames only, several at a time,
and has no strict start addresses; and the exporter's client would share its mistakes with it. The
maps are written from descriptions of the devices and share nothing with the exporter's own.
"""
