"""The simulated cloud: homes with physics behind an HTTP server that answers as the cloud does.

From the bottom up:

- `noise`, `weather`, `consumption`, `flows`, `flow_energy`, `home`: the physics of a `plant`
- `hardware`, `system_specs`, `example_systems`, `scenarios`, `world`: who owns what
- `answers`: the content of every answer, in the notation of `wire_format`
- `broker`, `messages`, `mqtt_faults`, `messaging`: MQTT, the broker and what devices send over it
- `issued_tokens`, `limiter`, `faults`, `responder`, `replies`, `cloud`: the server
- `modbus`: the devices' own servers at home, on the same physics

It shares only the login's cryptography and the clock with the client, so that tests against it
compare two independent implementations.
"""

from solix_exporter.sim.cloud import SimulatedCloud
from solix_exporter.sim.faults import Fault, FaultKind
from solix_exporter.sim.modbus.faults import ModbusFault, ModbusFaultKind
from solix_exporter.sim.modbus.network import LocalNetwork
from solix_exporter.sim.mqtt_faults import MQTT_FAULT_VALUES, MqttFault, MqttFaultKind
from solix_exporter.sim.request_log import RequestRecord
from solix_exporter.sim.scenarios import cloud_scenario_names, scenario_names, scenario_titles
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimAccount

__all__ = [
    "MQTT_FAULT_VALUES",
    "Fault",
    "FaultKind",
    "LocalNetwork",
    "ModbusFault",
    "ModbusFaultKind",
    "MqttFault",
    "MqttFaultKind",
    "RequestRecord",
    "SimAccount",
    "SimulatedCloud",
    "Truth",
    "cloud_scenario_names",
    "scenario_names",
    "scenario_titles",
]
