"""The simulated cloud: homes with physics, spoken about in the cloud's own dialect.

From the bottom up: `noise`, `sky`, `habits`, `flows`, `energy` and `home` are the physics of a
`plant`; `systems`, `example_systems`, `scenarios` and `world` say who owns which hardware;
`answers` is the dialect, one table of endpoints; `tokens`, `limiter`, `faults`, `desk`,
`transport` and `cloud` are the server. It shares nothing with the client but the login's
cryptography and the clock: what it proves, it proves from the outside.
"""

from solix_exporter.sim.cloud import SimulatedCloud
from solix_exporter.sim.faults import Fault, FaultKind
from solix_exporter.sim.log import RequestRecord
from solix_exporter.sim.scenarios import scenario_names, scenario_titles
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimAccount

__all__ = [
    "Fault",
    "FaultKind",
    "RequestRecord",
    "SimAccount",
    "SimulatedCloud",
    "Truth",
    "scenario_names",
    "scenario_titles",
]
