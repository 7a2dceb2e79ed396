"""Reads a web configuration file in the format of the exporter-toolkit, version 0.17.

Every key of the format is either used or refused by its name: a key that is silently ignored would
leave a door open that its owner believes shut.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from ssl import TLSVersion
from types import MappingProxyType

from solix_exporter.errors import ConfigError
from solix_exporter.files import read_file
from solix_exporter.text import parse_duration
from solix_exporter.web.toolkit.ciphers import TLS12, TLS13
from solix_exporter.web.toolkit.reader import Problems, Section, parse_yaml
from solix_exporter.web.toolkit.values import (
    ClientAuth,
    Pem,
    RateLimit,
    TlsSettings,
    ToolkitSettings,
)

_VERSIONS = {"TLS12": TLSVersion.TLSv1_2, "TLS13": TLSVersion.TLSv1_3}
_OLD_VERSIONS = ("TLS10", "TLS11")
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}
"""The headers that the format knows, with the values that it allows; none is any value."""
_BCRYPT = re.compile(r"\$2[abxy]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}")
_NO_CHOICE_OF_CURVES = "cannot be set in this exporter; leave it out to use OpenSSL's curves"
_UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert")
_NO_UNVERIFIED = (
    "asks for a certificate that nobody verifies, which keeps no one out; write"
    " RequireAndVerifyClientCert or VerifyClientCertIfGiven, with client_ca_file"
)
_NO_HTTP2 = "must be false or left out; this exporter speaks HTTP/1.1 alone"


def read_toolkit_file(file: Path, *, may_be_empty: bool = True) -> ToolkitSettings:
    """Return what the file says; relative paths in it are relative to its folder.

    `may_be_empty` tells whether a file without any text asks for nothing, as `{}` does.
    Raises ConfigError, whose message lists everything that is wrong.
    """
    problems = Problems()
    try:
        content = parse_yaml(read_file(file).decode())
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text") from error
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from error
    if content is None and not may_be_empty:
        raise ConfigError(f"{file}: is empty; write {{}} where nothing shall be asked of clients")
    settings = _read(Section("", content, problems), file.parent)
    if problems.lines:
        raise ConfigError("\n".join(f"{file}: {line}" for line in problems.lines))
    return settings


def _read(root: Section, folder: Path) -> ToolkitSettings:
    settings = ToolkitSettings(
        tls=_read_tls(root.section("tls_server_config"), folder)
        if root.has("tls_server_config")
        else None,
        headers=_read_http(root.section("http_server_config")),
        users=_read_users(root.section("basic_auth_users")),
        rate_limit=_read_rate_limit(root.section("rate_limit")),
    )
    # Named in any case, so that the hint for an unknown key knows it.
    root.raw("tls_server_config")
    root.end()
    return settings


def _read_tls(section: Section, folder: Path) -> TlsSettings:
    if section.raw("curve_preferences") is not None:
        section.complain("curve_preferences", _NO_CHOICE_OF_CURVES)
    cert, key = _read_pem(section, "cert", folder), _read_pem(section, "key", folder)
    for name, pem in (("cert", cert), ("key", key)):
        if not pem.is_given:
            section.complain(f"{name}_file", "is missing")
    lowest = _read_version(section, "min_version", TLSVersion.TLSv1_2)
    highest = _read_version(section, "max_version", TLSVersion.TLSv1_3)
    if lowest > highest:
        section.complain("min_version", "is above max_version")
    settings = TlsSettings(
        cert=cert,
        key=key,
        client_ca=_read_pem(section, "client_ca", folder),
        client_auth=_read_client_auth(section),
        client_allowed_sans=frozenset(section.texts("client_allowed_sans")),
        min_version=lowest,
        max_version=highest,
        ciphers=_read_ciphers(section),
        prefers_server_ciphers=section.read("prefer_server_cipher_suites", bool, default=True),
    )
    _check_client_auth(section, settings)
    section.end()
    return settings


def _read_pem(section: Section, name: str, folder: Path) -> Pem:
    text, file = section.text(name), section.text(f"{name}_file")
    if text and file:
        section.complain(name, f"is given, and {name}_file too; keep one of them")
    return Pem(folder / file if file else None, text)


def _read_client_auth(section: Section) -> ClientAuth:
    # The format's own reader takes an empty text for the default.
    name = section.text("client_auth_type") or ClientAuth.NONE.value
    try:
        return ClientAuth(name)
    except ValueError:
        known = ", ".join(row.value for row in ClientAuth)
        problem = _NO_UNVERIFIED if name in _UNVERIFIED else f"is none of {known}"
        section.complain("client_auth_type", problem)
        return ClientAuth.NONE


def _check_client_auth(section: Section, settings: TlsSettings) -> None:
    kind = settings.client_auth
    if settings.client_ca.is_given and kind is ClientAuth.NONE:
        section.complain("client_ca_file", "is given, but client_auth_type asks for no certificate")
    if kind.verifies and not settings.client_ca.is_given:
        section.complain(
            "client_ca_file", f"is missing; {kind.value} needs to know whose certificates are good"
        )
    if settings.client_allowed_sans and not kind.requires:
        section.complain(
            "client_allowed_sans",
            "needs client_auth_type RequireAndVerifyClientCert; without it clients need not show a"
            " certificate",
        )


def _read_version(section: Section, key: str, default: TLSVersion) -> TLSVersion:
    name = section.text(key)
    if name in _OLD_VERSIONS:
        section.complain(key, f"{name} is broken and not offered; write TLS12 or TLS13")
    elif name and name not in _VERSIONS:
        section.complain(key, "is none of TLS12, TLS13")
    return _VERSIONS.get(name, default)


def _read_ciphers(section: Section) -> tuple[str, ...]:
    names = section.texts("cipher_suites")
    for name in names:
        if name not in TLS12 and name not in TLS13:
            section.complain("cipher_suites", f"{name!r} is not a suite that is offered here")
    found = tuple(TLS12[name] for name in names if name in TLS12)
    if names and not found and set(names) <= set(TLS13):
        section.complain(
            "cipher_suites",
            "names suites of TLS 1.3 alone, which cannot be chosen; set min_version: TLS13",
        )
    return found


def _read_http(section: Section) -> Mapping[str, str]:
    if section.read("http2", bool, default=False):
        section.complain("http2", _NO_HTTP2)
    headers = section.section("headers")
    values = {name: headers.text(name) for name in _HEADERS}
    for name, value in values.items():
        allowed = _HEADERS[name]
        if value and allowed and value not in allowed:
            headers.complain(name, f"must be {' or '.join(allowed)}")
        if not re.fullmatch(r"[\t -~]*", value):
            headers.complain(name, "must be one line of ASCII")
    headers.end()
    section.end()
    return MappingProxyType({name: value for name, value in values.items() if value})


def _read_users(section: Section) -> Mapping[str, str]:
    users: dict[str, str] = {}
    if section.is_given and not section.items():
        section.complain("", "names no user; leave it out where no client shall be asked")
    for name, value in section.items().items():
        if isinstance(value, str) and _BCRYPT.fullmatch(value):
            users[name] = value
        else:
            section.complain(name, 'must be a bcrypt hash such as `htpasswd -nBC 10 ""` makes')
        if not name or ":" in name:
            section.complain(name, "must be a name without a colon")
    return MappingProxyType(users)


def _read_rate_limit(section: Section) -> RateLimit | None:
    value, burst = section.raw("interval"), section.read("burst", int, 1)
    section.end()
    try:
        interval_s = parse_duration(0 if value is None else value)
    except ValueError as error:
        section.complain("interval", str(error))
        return None
    if interval_s and burst < 1:
        section.complain("burst", "must be at least 1; with less no request would be answered")
    return RateLimit(interval_s, burst) if interval_s else None
