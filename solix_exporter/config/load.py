"""Joins file, environment and flags into settings; lists all that is wrong at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from solix_exporter.config.environment import read_environment
from solix_exporter.config.layer import KeyPath, Layer, Problem, Tree, merge
from solix_exporter.config.sentences import sentence_for
from solix_exporter.config.settings import Settings
from solix_exporter.config.shard import resolve_pod
from solix_exporter.errors import ConfigError

_NO_ACCOUNT = Problem(
    "accounts",
    "there is none; set ANKERUSER, ANKERPASSWORD and ANKERCOUNTRY in the environment,"
    " or list accounts in a file and pass it with --config.file. Devices that are read over the"
    " local network need none: list them under modbus, or in SOLIX_MODBUS",
)


_FLAGS = {"web.config_file": "--web.config.file"}
"""Flags whose name is that of all exporters, and not made from the key."""


def load_settings(
    *,
    file: Path | None,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    needs_account: bool = True,
) -> Settings:
    """Return the settings; the environment wins over the file, a flag over both.

    `flags` is keyed like the file, with dots: `{"web.listen_address": (":9000",)}` is the flag
    `--web.listen-address`; None and an empty tuple say that the flag was not given.
    Raises ConfigError, whose message lists every problem with the place to look.
    """
    layers = [_defaults(environ), read_environment(environ), _read_flags(flags)]
    if file is not None:
        # One account needs no file, and its reader takes a megabyte.
        from solix_exporter.config.file import read_file  # noqa: PLC0415 - as above

        layers.insert(1, read_file(file))
    found = merge(layers)
    _resolve_shard(found, environ)
    if needs_account and not {"accounts", "modbus"} & found.values.keys():
        found.problems.append(_NO_ACCOUNT)
    settings = _validate(found)
    if settings is None or found.problems:
        raise ConfigError(_report(found.problems))
    return settings.of_shard()


def _defaults(environ: Mapping[str, str]) -> Layer:
    layer = Layer()
    layer.put(("state_dir",), default_state_dir(environ), "default of state_dir")
    return layer


def default_state_dir(environ: Mapping[str, str]) -> str:
    """Return systemd's state directory for the unit, else the user's own for this program."""
    from_systemd = environ.get("STATE_DIRECTORY", "").split(":")[0]
    if from_systemd:
        return from_systemd
    state_home = environ.get("XDG_STATE_HOME", "")
    if Path(state_home).is_absolute():
        return f"{state_home}/solix-exporter"
    return f"{environ.get('HOME') or '~'}/.local/state/solix-exporter"


def _read_flags(flags: Mapping[str, object]) -> Layer:
    layer = Layer()
    for key, value in flags.items():
        if value is not None and value != ():
            flag = _FLAGS.get(key) or f"--{key.replace('_', '-')}"
            layer.put(tuple(key.split(".")), value, flag)
    return layer


def _resolve_shard(found: Layer, environ: Mapping[str, str]) -> None:
    """Put the number of this pod in the place of `pod`."""
    if "shard" not in found.values:
        return
    try:
        found.values["shard"] = resolve_pod(found.values["shard"], environ)
    except ValueError as error:
        found.complain(found.place_of(("shard",)), str(error))
        del found.values["shard"]


def _validate(found: Layer) -> Settings | None:
    """Return the settings, or None after adding to the problems of `found`."""
    accounts = found.values.get("accounts", {})
    by_name = accounts if isinstance(accounts, dict) else {}
    values: Tree = {**found.values, "accounts": tuple(by_name.values())}
    try:
        return Settings.model_validate(
            values, by_alias=True, by_name=False, context={"warnings": tuple(found.warnings)}
        )
    except ValidationError as error:
        names = tuple(by_name)
        found.problems.extend(_problem(details, found, names) for details in error.errors())
    return None


def _problem(error: ErrorDetails, found: Layer, names: Sequence[str]) -> Problem:
    path = _key_path(error["loc"], names)
    return Problem(found.place_of(path), sentence_for(error))


def _key_path(loc: tuple[int | str, ...], names: Sequence[str]) -> KeyPath:
    """Return the path in the layers for pydantic's location, which counts accounts in a tuple."""
    if loc[0] == "accounts" and len(loc) > 1:
        return ("accounts", names[int(loc[1])], *map(str, loc[2:]))
    return tuple(map(str, loc))


def _report(problems: Sequence[Problem]) -> str:
    lines = "\n".join(f"  - {problem}" for problem in dict.fromkeys(problems))
    count = len(dict.fromkeys(problems))
    return f"the configuration has {count} problem{'s' if count > 1 else ''}:\n{lines}"
