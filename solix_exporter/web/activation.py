"""Sockets that systemd opened for this process (`man sd_listen_fds`)."""

import os
import socket
from collections.abc import Mapping

from solix_exporter.errors import ConfigError

_FIRST = 3


def inherited_sockets(environ: Mapping[str, str]) -> list[socket.socket]:
    """Return the listening sockets that were handed over.

    Raises ConfigError where there are none, or one is no listening TCP socket.
    """
    count = environ.get("LISTEN_FDS", "")
    if environ.get("LISTEN_PID") != str(os.getpid()) or not count.isdecimal() or int(count) < 1:
        raise ConfigError(
            "--web.systemd-socket: systemd has handed over no socket; start the exporter by a"
            " .socket unit, or leave the flag out"
        )
    return [_socket(number) for number in range(_FIRST, _FIRST + int(count))]


def _socket(number: int) -> socket.socket:
    try:
        os.set_inheritable(number, False)  # noqa: FBT003  the library's signature
        found = socket.socket(fileno=number)
        is_listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    except OSError:
        raise ConfigError(
            f"--web.systemd-socket: file descriptor {number} is no socket; the unit needs"
            " ListenStream= alone"
        ) from None
    if not is_listening or found.family not in {socket.AF_INET, socket.AF_INET6}:
        raise ConfigError(
            f"--web.systemd-socket: file descriptor {number} is no listening TCP socket; write"
            " ListenStream=7654 or ListenStream=127.0.0.1:7654"
        )
    return found
