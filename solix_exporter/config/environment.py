"""The environment as a layer: one account by `ANKER...`, everything else by `SOLIX_...`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from solix_exporter.config.layer import KeyPath, Layer
from solix_exporter.config.secret_file import UNREADABLE, read_secret
from solix_exporter.config.settings import DEFAULT_ACCOUNT, SECTIONS, Settings, keys_of
from solix_exporter.text import closest

_PREFIX = "SOLIX_"
_ACCOUNT_VARIABLES = {
    "user": "ANKERUSER",
    "password": "ANKERPASSWORD",  # the name of a variable, not a password
    "country": "ANKERCOUNTRY",
}
_TOKEN = "SOLIX_INFLUXDB__TOKEN"  # noqa: S105 - the name of a variable
_FILE_ONLY = ("accounts", "sites", "devices")
_LISTS = ("modbus",)
"""Sections of which the environment holds a list of hosts."""
_NOT_SETTINGS = frozenset({"SOLIX_REQUIRE_SERVERS", "SOLIX_TEST_IMAGE"})
"""Variables with our prefix that mean something to the test suite, and nothing here."""


def read_environment(environ: Mapping[str, str]) -> Layer:
    """Return what the environment says; an empty variable says nothing."""
    layer = Layer()
    given = {name: value for name, value in environ.items() if value}
    _read_account(given, layer)
    _read_token(given, layer)
    variables = dict(_setting_variables())
    for name in sorted(given):
        if name in variables:
            if name != _TOKEN:
                layer.put(variables[name], given[name], place_of_variable(name))
        elif name.startswith(_PREFIX) and name not in (*_NOT_SETTINGS, f"{_TOKEN}_FILE"):
            layer.complain(place_of_variable(name), _unknown(name, tuple(variables)))
    return layer


def place_of_variable(name: str) -> str:
    """Return how a problem names the environment variable `name`."""
    return f"environment variable {name}"


def _setting_variables() -> Iterator[tuple[str, KeyPath]]:
    """Yield each variable that sets something, with what it sets."""
    for key in keys_of(Settings):
        if key in _FILE_ONLY:
            continue
        if key not in SECTIONS or key in _LISTS:
            yield f"{_PREFIX}{key.upper()}", (key,)
            continue
        for inner in keys_of(SECTIONS[key]):
            yield f"{_PREFIX}{key.upper()}__{inner.upper()}", (key, inner)


def _unknown(name: str, known: tuple[str, ...]) -> str:
    if name.startswith(tuple(f"{_PREFIX}{key.upper()}" for key in _FILE_ONLY)):
        return "is unknown; accounts, sites and devices are listed in the configuration file"
    rest, rests = name.removeprefix(_PREFIX), [other.removeprefix(_PREFIX) for other in known]
    without_section = [other for other in rests if other.endswith(f"_{rest}")]
    close = closest(rest, rests) or next(iter(without_section), None)
    return f"is unknown; did you mean {_PREFIX}{close}?" if close else "is unknown; remove it"


def _read_account(given: Mapping[str, str], layer: Layer) -> None:
    """Put the one account that the environment can describe.

    As soon as one of its variables is set, the others get a place too: a missing one is then
    reported under its own name.
    """
    names = {*_ACCOUNT_VARIABLES.values(), *(f"{v}_FILE" for v in _ACCOUNT_VARIABLES.values())}
    if not names & given.keys():
        return
    layer.values["accounts"] = {DEFAULT_ACCOUNT: {"name": DEFAULT_ACCOUNT}}
    for key, variable in _ACCOUNT_VARIABLES.items():
        path = ("accounts", DEFAULT_ACCOUNT, key)
        layer.places[path] = place_of_variable(variable)
        value = _secret_value(variable, given, layer)
        if value is not None:
            layer.put(path, value, layer.places[path])


def _read_token(given: Mapping[str, str], layer: Layer) -> None:
    """Put the token of InfluxDB, which may stand in a file of its own."""
    value = _secret_value(_TOKEN, given, layer)
    if value is not None:
        layer.put(("influxdb", "token"), value, place_of_variable(_TOKEN))


def _secret_value(variable: str, given: Mapping[str, str], layer: Layer) -> str | None:
    file_variable = f"{variable}_FILE"
    if file_variable not in given:
        return given.get(variable)
    if variable in given:
        layer.complain(
            place_of_variable(file_variable), f"is set although {variable} is set too; unset one"
        )
        return given[variable]
    try:
        return read_secret(Path(given[file_variable]))
    except ValueError as error:
        layer.complain(place_of_variable(file_variable), str(error))
        return UNREADABLE
