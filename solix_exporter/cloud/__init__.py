"""Everything that talks to the cloud: login, budget, endpoints, parsing, replay."""
