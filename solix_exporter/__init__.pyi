from solix_exporter.client import SolixClient as SolixClient

__version__: str
