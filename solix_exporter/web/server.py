"""The life of the web server: listen, serve, stop within a second."""

import socket
from collections.abc import Sequence

from aiohttp import web

from solix_exporter.web.listen import ListenAddress, open_sockets, parse_listen_address

_PATIENCE_S = 0.2
"""How long an answer on its way may take at the end; aiohttp waits twice this."""


class WebServer:
    """Serves one application on one or more addresses."""

    def __init__(self, app: web.Application) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_PATIENCE_S)
        self._addresses: tuple[ListenAddress, ...] = ()

    @property
    def addresses(self) -> tuple[ListenAddress, ...]:
        """Return where it listens, with the real port where 0 was asked."""
        return self._addresses

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the same for a browser: `http://localhost:7654`."""
        return tuple(address.url for address in self._addresses)

    async def start(self, listen_addresses: Sequence[str]) -> None:
        """Listen on all addresses, or on none and raise ConfigError."""
        parsed = [parse_listen_address(text) for text in listen_addresses]
        await self._runner.setup()
        try:
            for address in parsed:
                await self._serve(await open_sockets(address))
        except BaseException:
            await self.stop()
            raise

    async def _serve(self, sockets: Sequence[socket.socket]) -> None:
        for listening in sockets:
            await web.SockSite(self._runner, listening).start()
            host, port = listening.getsockname()[:2]
            self._addresses += (ListenAddress(host, port),)

    async def stop(self) -> None:
        """Close all connections, also those that a client keeps open for its next request."""
        await self._runner.cleanup()
        self._addresses = ()
