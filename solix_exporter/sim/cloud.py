"""The simulated cloud: an HTTP server on 127.0.0.1 that answers as the real cloud does."""

from collections import deque

from aiohttp import web

from solix_exporter.clock import Clock
from solix_exporter.sim.faults import FaultKind, Faults
from solix_exporter.sim.issued_tokens import IssuedTokens
from solix_exporter.sim.key_pair import KeyPair
from solix_exporter.sim.limiter import REFUSAL, RateLimiter
from solix_exporter.sim.messaging import Messaging
from solix_exporter.sim.received import Received, receive
from solix_exporter.sim.replies import Reply, cut_connection, delay, respond, send_slowly
from solix_exporter.sim.request_log import RequestRecord
from solix_exporter.sim.responder import Responder
from solix_exporter.sim.scenarios import scenario_of
from solix_exporter.sim.system_specs import Scenario
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimAccount, World

_WEEK_S = 7 * 86400.0
_KEPT_REQUESTS = 100_000
_SLOW_S = 2.0
_TOO_MANY = Reply(REFUSAL, 429, 429)


class SimulatedCloud:
    """One simulated cloud with its own accounts, key pair and faults.

    `scenario` is the name of one, or one that is made up. `endpoint_limit` is requests a minute,
    endpoint and client address; 0 = no limit. `fleet` is the number of households that each have
    the scenario's systems. Raises ValueError for an unknown scenario.
    """

    def __init__(  # noqa: PLR0913  public interface: everything has a default
        self,
        clock: Clock,
        scenario: str | Scenario = "home",
        seed: int = 1,
        endpoint_limit: int = 10,
        *,
        fleet: int = 1,
        token_lifetime_s: float = _WEEK_S,
    ) -> None:
        self.faults = Faults()
        self.requests: deque[RequestRecord] = deque(maxlen=_KEPT_REQUESTS)
        keys = KeyPair()
        self.public_key = keys.public_hex
        self._clock = clock
        known = scenario_of(scenario) if isinstance(scenario, str) else scenario
        self._world = World(known, seed, fleet)
        self.mqtt = Messaging(clock, self._world)
        self._tokens = IssuedTokens(self._world.accounts, token_lifetime_s)
        self._responder = Responder(self._world, self._tokens, keys, self.mqtt)
        self._limiter = RateLimiter(endpoint_limit)
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Return the base address; valid after `start`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def accounts(self) -> tuple[SimAccount, ...]:
        """Return the logins of all users, an owner first."""
        return tuple(account.login for account in self._world.accounts.values())

    @property
    def site_ids(self) -> tuple[str, ...]:
        """Return the ids of all systems, including those of stand-alone devices."""
        return tuple(self._world.sites)

    def truth(self, site_id: str) -> Truth:
        """Return the physical state of a home now.

        Raises KeyError for an unknown site.
        """
        return self._world.sites[site_id].home.state(self._clock.now())

    def kick_tokens(self) -> None:
        """Make all tokens invalid until the next login."""
        self._tokens.kick()

    async def start(self, port: int = 0, mqtt_port: int = 0) -> None:
        """Listen on 127.0.0.1, with HTTP and with MQTT over TLS; port 0 picks a free port."""
        await self.mqtt.start(mqtt_port)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and close open connections."""
        await self.mqtt.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        received = await receive(request, self._tokens, self._clock.now())
        if not self._limiter.allows(received.path, received.address, self._clock.monotonic()):
            return await respond(request, self._record(received, _TOO_MANY), received.at)
        active, shifting = self.faults.match(received.path, received.site_id, received.email)
        if active is not None:
            if active.fault.kind != FaultKind.SLOW:
                await delay(active.fault.latency_s, self._clock)
            if active.fault.kind in {FaultKind.HANG, FaultKind.RESET}:
                self._record(received, Reply("", 0, 0))
                return await cut_connection(request, active.fault)
            if active.fault.kind == FaultKind.LOST:
                self._record(received, self._responder.reply(received, None, shifting))
                return await cut_connection(request, active.fault)
        reply = self._record(received, self._responder.reply(received, active, shifting))
        if active is not None and active.fault.kind == FaultKind.SLOW:
            seconds = active.fault.latency_s or _SLOW_S
            return await send_slowly(request, reply, received.at, seconds)
        return await respond(request, reply, received.at)

    def _record(self, received: Received, reply: Reply) -> Reply:
        self.requests.append(
            RequestRecord(received.path, received.at, received.email, reply.status, reply.code)
        )
        return reply
