"""Reading a secret from a file of its own, as Docker, Kubernetes and systemd hand it over."""

from pathlib import Path

from solix_exporter.files import read_file

UNREADABLE = "unreadable"
"""Stands in for a secret whose file was already complained about, so that it is not missed too."""


def read_secret(path: Path) -> str:
    """Return the text of `path` as it is, without one newline at its end.

    Raises ValueError with a sentence for the user; the sentence never holds the content.
    """
    try:
        text = read_file(path).decode()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValueError(f"cannot read {path}: {reason}; check the path and its rights") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text; write the bare secret into it") from None
    secret = text.removesuffix("\r\n" if text.endswith("\r\n") else "\n")
    if not secret:
        raise ValueError(f"{path} is empty; write the bare secret into it")
    return secret
