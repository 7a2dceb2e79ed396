"""What is read from the headers of an answer: the server's clock, and where it redirects."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

_LONGEST_PLACE = 200


def parse_date(text: str | None) -> datetime | None:
    """Return the time that a header Date tells, None where it tells none."""
    try:
        date = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    if date is None:
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)


def redirect_of(status: int, headers: Mapping[str, str], url: str) -> str | None:
    """Return where an answer redirects, None where it does not.

    Host and path only: what stands beside them may be a secret.
    """
    if not 300 <= status < 400:  # noqa: PLR2004 - the class of HTTP redirections
        return None
    if "Location" not in headers:
        return "nowhere"
    try:
        place = urlsplit(urljoin(url, headers["Location"]))
    except ValueError:
        return "an invalid address"
    host = place.netloc.rpartition("@")[2]
    return f"{place.scheme}://{host}{place.path}"[:_LONGEST_PLACE]
