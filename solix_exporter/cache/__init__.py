"""What each source said last, and when; readers get it joined and frozen as a `Snapshot`.

Written by source, read by subject: a poll replaces its own part whole and never touches another
one. A part that was not refreshed for its validity is left out of the snapshot; what it said of
identities and source times stays, because that is history.
"""

from solix_exporter.cache.part import Part
from solix_exporter.cache.parts import ACCOUNT, AccountParts, SceneAnswer, market_key
from solix_exporter.cache.store import Cache

__all__ = ["ACCOUNT", "AccountParts", "Cache", "Part", "SceneAnswer", "market_key"]
