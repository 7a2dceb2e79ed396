"""What the user reads about a value that does not fit, in place of the validator's own words.

No sentence holds a value that could be a secret.
"""

from collections.abc import Callable, Mapping

from pydantic_core import ErrorDetails

from solix_exporter.config.settings import SECTIONS, Settings, keys_of
from solix_exporter.text import closest

_MISSING = {
    "user": "is missing; give the e-mail address of the Anker account",
    "password": "is missing; give the password, or a file that holds it",
    "country": "is missing; give two letters such as DE or US, they select the account's cloud",
    "host": "is missing; give the address of the device, such as 192.168.1.40",
    "url": "is missing; give the address of the server, such as http://host:8086",
}
_SECRET_FILES = {"accounts": ("password_file",), "influxdb": ("token_file",)}
"""Keys that the file has besides those of the models."""


_IDS: Mapping[int | str, str] = {"sites": "site id", "devices": "serial number"}


def sentence_for(error: ErrorDetails) -> str:
    """Return one plain sentence for what pydantic found."""
    write = _SENTENCES.get(error["type"])
    return write(error) if write else f"is not accepted: {error['msg']}"


def _missing(error: ErrorDetails) -> str:
    return _MISSING.get(str(error["loc"][-1]), "is missing")


def _own_words(error: ErrorDetails) -> str:
    return str(error["ctx"]["error"])


def _unknown_key(error: ErrorDetails) -> str:
    section, key = error["loc"][0], str(error["loc"][-1])
    keys = keys_of(SECTIONS[str(section)] if len(error["loc"]) > 1 else Settings)
    known = (*keys, *_SECRET_FILES.get(str(section), ()))
    close = closest(key, known)
    hint = f"did you mean {close}?" if close else f"known here: {', '.join(known)}"
    return f"is unknown; {hint}"


def _no_section(error: ErrorDetails) -> str:
    return f"must hold the keys {', '.join(keys_of(SECTIONS[str(error['loc'][0])]))}"


def _keyed_by(error: ErrorDetails) -> str:
    name = _IDS.get(str(error["loc"][0]))
    return f"one key for each {name}" if name else "names and values"


_SENTENCES: Mapping[str, Callable[[ErrorDetails], str]] = {
    "missing": _missing,
    "value_error": _own_words,
    "extra_forbidden": _unknown_key,
    "model_type": _no_section,
    "string_type": lambda _: "must be a single value",
    "path_type": lambda _: "must be a single path",
    "dict_type": lambda error: f"must hold {_keyed_by(error)}",
    "tuple_type": lambda _: "must be a list",
    "int_type": lambda _: "must be a whole number",
    "bool_parsing": lambda _: "must be true or false",
    "int_parsing": lambda _: "must be a whole number",
    "float_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "finite_number": lambda _: "must be a finite number",
    "greater_than": lambda error: f"must be more than {error['ctx']['gt']:g}",
    "greater_than_equal": lambda error: f"must be at least {error['ctx']['ge']:g}",
    "less_than_equal": lambda error: f"must be at most {error['ctx']['le']:g}",
    "literal_error": lambda error: f"must be {error['ctx']['expected']}",
}
