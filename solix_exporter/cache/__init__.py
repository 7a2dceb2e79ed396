"""What each source said last, and when; readers get it joined and frozen as a `Snapshot`.

Written by source, read by subject: a poll replaces its own part whole and never touches another
one. A part that was not refreshed for its validity is left out of the snapshot, and so are readings
that were measured too long ago, though the cloud repeats them. What was said of identities and
source times stays, because that is history.
"""

from solix_exporter.cache.part import Life, Part
from solix_exporter.cache.parts import ACCOUNT, AccountParts, SceneAnswer, market_key
from solix_exporter.cache.store import Cache

__all__ = ["ACCOUNT", "AccountParts", "Cache", "Life", "Part", "SceneAnswer", "market_key"]
