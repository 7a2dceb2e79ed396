"""The web configuration file: what it may say, and what it is told off for."""

from pathlib import Path
from ssl import TLSVersion

import pytest

from solix_exporter.errors import ConfigError
from solix_exporter.web.toolkit.file import read_toolkit_file
from solix_exporter.web.toolkit.values import ClientAuth, RateLimit, ToolkitSettings

HASH = "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze"
"""Of the sample file of the exporter-toolkit."""

WHOLE = f"""
tls_server_config:
  cert_file: server.crt
  key_file: /keys/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca/clients.pem
  client_allowed_sans: [prometheus.example, "10.0.0.1"]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
http_server_config:
  http2: false
  headers:
    X-Frame-Options: sameorigin
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  alice: {HASH}
rate_limit:
  interval: 500ms
  burst: 20
"""

TLS = "tls_server_config: {cert_file: c, key_file: k, "


def read(folder: Path, text: str) -> ToolkitSettings:
    file = folder / "web.yml"
    file.write_text(text)
    return read_toolkit_file(file)


def test_everything_that_the_format_has_is_read(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE)
    tls = settings.tls
    assert tls is not None
    assert tls.files == (
        tmp_path / "server.crt",
        Path("/keys/server.key"),
        tmp_path / "ca/clients.pem",
    )
    assert tls.client_auth is ClientAuth.REQUIRE_AND_VERIFY
    assert tls.client_allowed_sans == {"prometheus.example", "10.0.0.1"}
    assert (tls.min_version, tls.max_version) == (TLSVersion.TLSv1_2, TLSVersion.TLSv1_3)
    assert tls.ciphers == ("ECDHE-RSA-AES128-GCM-SHA256",)
    assert tls.prefers_server_ciphers is False
    assert settings.users == {"alice": HASH}
    assert settings.rate_limit == RateLimit(0.5, 20)
    assert settings.headers == {
        "X-Frame-Options": "sameorigin",
        "Strict-Transport-Security": "max-age=31536000",
    }


@pytest.mark.parametrize("text", ["", "{}", "rate_limit: {interval: 0, burst: 5}"])
def test_a_file_that_asks_for_nothing_asks_for_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ToolkitSettings()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tls_server_confg: {}", "tls_server_confg: is unknown; did you mean tls_server_config?"),
        (
            TLS + "curve_preferences: [X25519]}",
            "tls_server_config.curve_preferences: cannot be set",
        ),
        ("http_server_config: {http2: true}", "http_server_config.http2: must be false"),
        (TLS + "cert_fil: x}", "tls_server_config.cert_fil: is unknown; did you mean cert_file?"),
        ("tls_server_config: {cert_file: c}", "tls_server_config.key_file: is missing"),
        (TLS + "cert: x}", "tls_server_config.cert: is given, and cert_file too"),
        (TLS + "min_version: TLS10}", "tls_server_config.min_version: TLS10 is broken"),
        (TLS + "max_version: SSL3}", "tls_server_config.max_version: is none of TLS12, TLS13"),
        (TLS + "min_version: TLS13, max_version: TLS12}", "min_version: is above max_version"),
        (TLS + "client_auth_type: Always}", "client_auth_type: is none of NoClientCert"),
        (TLS + "client_ca_file: x}", "client_auth_type asks for no certificate"),
        (TLS + "client_auth_type: RequireAndVerifyClientCert}", "client_ca_file: is missing"),
        (
            TLS + "client_auth_type: VerifyClientCertIfGiven, client_ca_file: x,"
            " client_allowed_sans: [a]}",
            "client_allowed_sans: needs client_auth_type RequireAndVerifyClientCert",
        ),
        (TLS + "cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}", "is not a suite that is offered"),
        (TLS + "cipher_suites: [TLS_AES_128_GCM_SHA256]}", "set min_version: TLS13"),
        (TLS + "prefer_server_cipher_suites: yess}", "must be true or false"),
        ("http_server_config: {headers: {X-Mine: a}}", "headers.X-Mine: is unknown"),
        ("http_server_config: {headers: {X-Frame-Options: ALLOW}}", "must be deny or sameorigin"),
        (
            'http_server_config: {headers: {Content-Security-Policy: "a\\r\\nSet-Cookie: b"}}',
            "must be one line of ASCII",
        ),
        ("basic_auth_users: {bob: hunter2}", "basic_auth_users.bob: must be a bcrypt hash"),
        (f'basic_auth_users: {{"b:b": {HASH}}}', "must be a name without a colon"),
        ("basic_auth_users:", "basic_auth_users: has no value; fill it in or leave the key out"),
        ("basic_auth_users: {}", "basic_auth_users: names no user"),
        ("tls_server_config:", "tls_server_config: has no value"),
        ("rate_limit:\n  interval:", "rate_limit.interval: has no value"),
        (TLS + "client_auth_type: }", "tls_server_config.client_auth_type: has no value"),
        (TLS + "client_auth_type: RequireAnyClientCert}", "that nobody verifies"),
        (TLS + "client_auth_type: RequestClientCert}", "write RequireAndVerifyClientCert or"),
        ("rate_limit: {interval: soon}", "rate_limit.interval: 'soon' is not a duration"),
        ("rate_limit: {interval: 1s, burst: 0}", "rate_limit.burst: must be at least 1"),
        ("rate_limit: {interval: 1s, burst: true}", "rate_limit.burst: must be a whole number"),
        ("rate_limit: [1]", "rate_limit: must hold keys and values"),
        ("[]", "must hold keys and values"),
        ("a: [", "it is not valid YAML"),
        ("? [a]\n: b\n", "line 1: it is not valid YAML"),
        ("x: 1\n? {a: b}\n: c\n", "line 2: it is not valid YAML"),
        ("!!map [a]", "line 1: it is not valid YAML"),
        (f"basic_auth_users:\n  a: {HASH}\n  a: {HASH}\n", "line 3: a key stands twice"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert problem in str(caught.value)
    assert str(tmp_path / "web.yml") in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "basic_auth_users: {a: b}\nrate_limit: {intervall: 1s}\nx: 1\n")
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "web.yml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"web\.yml: (cannot be read|is not UTF-8)"):
        read_toolkit_file(file)
