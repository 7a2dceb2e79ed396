"""The simulated cloud: homes with physics, spoken about in the cloud's own dialect."""

from solix_exporter.sim.cloud import SimulatedCloud
from solix_exporter.sim.faults import Fault, FaultKind
from solix_exporter.sim.log import RequestRecord
from solix_exporter.sim.scenarios import scenario_names
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
]
