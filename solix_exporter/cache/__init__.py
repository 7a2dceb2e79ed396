"""The latest answers of each source with their times, joined into a frozen `Snapshot`.

Written by source, read by subject: a poll replaces its own parts whole and never touches others.
The snapshot leaves out answers that are no longer valid, and readings that were measured too long
ago although the cloud repeats them. Identities and source times stay: they are history.
"""

from solix_exporter.cache.part import Life, Part
from solix_exporter.cache.parts import ACCOUNT, AccountParts, SceneAnswer, market_key
from solix_exporter.cache.site_book import SITE_BOOK_FILE, SiteBook
from solix_exporter.cache.store import Cache

__all__ = [
    "ACCOUNT",
    "SITE_BOOK_FILE",
    "AccountParts",
    "Cache",
    "Life",
    "Part",
    "SceneAnswer",
    "SiteBook",
    "market_key",
]
