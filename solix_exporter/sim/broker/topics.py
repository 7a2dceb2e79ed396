"""Topic names and filters of MQTT: what is valid, and what matches."""

_LONGEST = 65535


def is_name(topic: str) -> bool:
    """Return whether a text can be published to."""
    return 0 < len(topic.encode()) <= _LONGEST and not set(topic) & {"+", "#", "\0"}


def is_filter(text: str) -> bool:
    """Return whether a text can be subscribed to: wildcards stand alone, `#` at the end."""
    levels = text.split("/")
    return (
        0 < len(text.encode()) <= _LONGEST
        and all(level in {"+", "#"} or not set(level) & {"+", "#", "\0"} for level in levels)
        and "#" not in levels[:-1]
    )


def matches(text: str, topic: str) -> bool:
    """Return whether a filter covers a topic; `a/#` covers `a`, too."""
    wanted, given = text.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(
        level in {"+", part} for level, part in zip(wanted, given, strict=True)
    )
