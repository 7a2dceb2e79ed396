"""What the exit code of a command says, by the class of the error."""

from solix_exporter.errors import (
    AuthenticationError,
    ConfigError,
    RequestRejected,
    TransientError,
    UnexpectedPayload,
)

FAILURE = 1
INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

_CODES: tuple[tuple[type[Exception], int], ...] = (
    # From the special to the general: the first match counts.
    (ConfigError, 2),
    (AuthenticationError, 3),
    (TransientError, 4),
    (RequestRejected, 5),
    (UnexpectedPayload, 6),
)

EXIT_STATUS = """\b
Exit status:
  0    done
  1    another failure, such as a full disk
  2    the command line or the configuration is wrong
  3    the login was refused, or is not tried because an earlier one failed
  4    the cloud or the network is away
  5    the cloud refused the request
  6    the answer makes no sense
  130  ended with Ctrl-C"""


def exit_code_of(error: Exception) -> int:
    """Return the exit code for an error that ended a command."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), FAILURE)
