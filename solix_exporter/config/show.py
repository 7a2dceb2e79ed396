"""The settings as YAML for a person to look at: the keys of the file, without its secrets."""

from collections.abc import Mapping

from pydantic import BaseModel, SecretStr

from solix_exporter.config.settings import Settings, keys_of
from solix_exporter.text import format_duration

_MASK = "***"
_SECRET = frozenset({"user"})
"""Fields that are no passwords and nobody's business."""
_SECONDS = "_s"


def masked_yaml(settings: Settings) -> str:
    """Return the settings in force; what is not set is left out."""
    import yaml  # noqa: PLC0415 - nobody needs it until somebody asks

    return yaml.safe_dump(_section(settings), sort_keys=False, allow_unicode=True)


def _section(section: BaseModel) -> dict[str, object]:
    names = type(section).model_fields
    pairs = zip(keys_of(type(section)), names, strict=True)
    return {
        key: _MASK if name in _SECRET else _plain(getattr(section, name), name)
        for key, name in pairs
        if getattr(section, name) is not None
    }


def _plain(value: object, name: str = "") -> object:
    if isinstance(value, SecretStr):
        return _MASK
    if isinstance(value, BaseModel):
        return _section(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and name.endswith(_SECONDS):
        return format_duration(value)
    return value if isinstance(value, str | int | float) else str(value)
