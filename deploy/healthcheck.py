"""Tells a container engine whether the exporter lives: exit code 0 or 1.

Any HTTP answer below 500 is a sign of life, 401 included. Where TLS is configured, so is a
completed handshake, and an alert for want of a client certificate. Standard library alone.
"""

import http.client
import os
import socket
import ssl
import sys

DEFAULT_PORT = 7654
TIMEOUT_S = 4.0
FIRST_SERVER_ERROR = 500


def listening_port(environ: dict[str, str]) -> int:
    """Return the port of the first listen address."""
    first = environ.get("SOLIX_WEB__LISTEN_ADDRESS", "").split(",")[0].strip()
    port = first.rpartition(":")[2]
    return int(port) if port.isdecimal() else DEFAULT_PORT


def answers_http(port: int) -> bool:
    """Return whether plain HTTP is answered; raises HTTPException for another tongue."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/-/healthy")
        return connection.getresponse().status < FIRST_SERVER_ERROR
    finally:
        connection.close()


def answers_tls(port: int) -> bool:
    """Return whether TLS is answered; the certificate is for others to check."""
    context = ssl._create_unverified_context()  # noqa: S323, SLF001  it asks itself, by address
    try:
        with (
            socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except ssl.SSLError as error:
        # An alert is an answer: the server wants a certificate that nobody here has.
        return "ALERT" in str(error).upper()
    except OSError:
        return False


def is_alive(port: int) -> bool:
    """Return whether the exporter answers on a port of this machine."""
    try:
        return answers_http(port)
    except (http.client.HTTPException, ConnectionResetError):
        return answers_tls(port)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_alive(listening_port(dict(os.environ))) else 1)
