"""TLS with real handshakes: who gets in, and what a rotated certificate needs."""

import asyncio
import contextlib
import json
import ssl
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from solix_exporter.errors import ConfigError
from solix_exporter.web import Security, WebServer, build_app
from tests.web.certificates import Authority, Pair
from tests.web.face import Face


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ca")


def write(folder: Path, pair: Pair, **tls: object) -> Path:
    """Write a web configuration; YAML reads JSON."""
    file = folder / "web.yml"
    section = {"cert_file": str(pair.cert), "key_file": str(pair.key), **tls}
    file.write_text(json.dumps({"tls_server_config": section}))
    return file


@contextlib.asynccontextmanager
async def serving(file: Path) -> AsyncIterator[WebServer]:
    security = Security(file)
    server = WebServer(build_app(Face().sources(), security), security)
    await server.start(["127.0.0.1:0"])
    try:
        yield server
    finally:
        await server.stop()


def trusting(ca: Authority, client: Pair | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca.file)
    if client:
        context.load_cert_chain(client.cert, client.key)
    return context


async def get(server: WebServer, context: ssl.SSLContext) -> tuple[int, str]:
    connector = aiohttp.TCPConnector(ssl=context, force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector) as http,
        http.get(f"{server.urls[0]}/metrics") as answer,
    ):
        return answer.status, await answer.text()


async def is_let_in(server: WebServer, context: ssl.SSLContext) -> bool:
    """Return whether the client got an answer; a refusal can come at any point until then."""
    try:
        return (await get(server, context))[0] == 200
    except (aiohttp.ClientError, OSError):
        return False


async def test_metrics_come_over_tls(tmp_path: Path, ca: Authority) -> None:
    async with serving(write(tmp_path, ca.sign("server", "localhost"))) as server:
        assert server.urls[0].startswith("https://127.0.0.1:")
        status, text = await get(server, trusting(ca))
        assert (status, text) == (200, "solix_up 1\n")


async def test_plain_http_gets_nothing_from_a_tls_port(tmp_path: Path, ca: Authority) -> None:
    async with serving(write(tmp_path, ca.sign("server"))) as server:
        port = server.addresses[0].port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        with contextlib.suppress(OSError):
            answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        assert b"HTTP" not in answer
        assert b"solix_up" not in answer
        assert await is_let_in(server, trusting(ca))


async def test_a_client_that_says_nothing_does_not_hold_up_others(
    tmp_path: Path, ca: Authority
) -> None:
    async with serving(write(tmp_path, ca.sign("server"))) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.addresses[0].port)
        assert await is_let_in(server, trusting(ca))
        writer.close()


EVERYBODY = {"nobody", "client", "stranger", "expired"}


@pytest.mark.parametrize(
    ("kind", "welcome"),
    [
        ("NoClientCert", EVERYBODY),
        ("VerifyClientCertIfGiven", {"nobody", "client"}),
        ("RequireAndVerifyClientCert", {"client"}),
    ],
)
@pytest.mark.parametrize("version", ["TLS12", "TLS13"])
async def test_who_is_let_in_with_which_certificate(
    tmp_path: Path, ca: Authority, kind: str, welcome: set[str], version: str
) -> None:
    other = Authority(tmp_path, "other")
    options = {"client_auth_type": kind, "min_version": version, "max_version": version}
    if kind != "NoClientCert":
        options["client_ca_file"] = str(ca.file)
    clients = {
        "nobody": None,
        "client": ca.sign("client"),
        "stranger": other.sign("stranger"),
        "expired": ca.sign("expired", days=-1),
    }
    async with serving(write(tmp_path, ca.sign("server"), **options)) as server:
        found = {
            name for name, pair in clients.items() if await is_let_in(server, trusting(ca, pair))
        }
    assert found == welcome


async def test_only_named_clients_are_let_in(tmp_path: Path, ca: Authority) -> None:
    options = {
        "client_auth_type": "RequireAndVerifyClientCert",
        "client_ca_file": str(ca.file),
        "client_allowed_sans": ["prometheus.example"],
    }
    async with serving(write(tmp_path, ca.sign("server"), **options)) as server:
        named = ca.sign("named", "prometheus.example")
        assert await is_let_in(server, trusting(ca, named))
        assert not await is_let_in(server, trusting(ca, ca.sign("unnamed", "grafana.example")))


async def test_a_certificate_with_odd_names_is_refused_without_a_mistake(
    tmp_path: Path, ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    options = {
        "client_auth_type": "RequireAndVerifyClientCert",
        "client_ca_file": str(ca.file),
        "client_allowed_sans": ["prometheus"],
    }
    async with serving(write(tmp_path, ca.sign("server"), **options)) as server:
        # An X.400 address, which no library of Python reads.
        odd = ca.sign_names("odd", bytes.fromhex("3004a3020500"))
        assert not await is_let_in(server, trusting(ca, odd))
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_large_answer_comes_whole_to_a_client_with_a_certificate(
    tmp_path: Path, ca: Authority
) -> None:
    face, body = Face(), b"".join(b"solix_up %d\n" % number for number in range(200_000))
    face.body = body
    options = {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": str(ca.file)}
    security = Security(write(tmp_path, ca.sign("server"), **options))
    server = WebServer(build_app(face.sources(), security), security)
    await server.start(["127.0.0.1:0"])
    try:
        context = trusting(ca, ca.sign("client"))
        connector = aiohttp.TCPConnector(ssl=context)
        async with aiohttp.ClientSession(connector=connector) as http:
            for _ in range(2):
                headers = {"Accept-Encoding": "identity"}
                async with http.get(f"{server.urls[0]}/metrics", headers=headers) as answer:
                    assert await answer.read() == body
    finally:
        await server.stop()


async def test_the_client_refuses_a_wrong_authority_and_an_expired_server(
    tmp_path: Path, ca: Authority
) -> None:
    other = Authority(tmp_path, "other")
    async with serving(write(tmp_path, ca.sign("server"))) as server:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await get(server, trusting(other))
    async with serving(write(tmp_path, ca.sign("old", days=-1))) as server:
        with pytest.raises(aiohttp.ClientConnectorCertificateError, match="expired"):
            await get(server, trusting(ca))


@pytest.mark.parametrize(
    ("server_options", "good", "bad"),
    [
        ({"min_version": "TLS13"}, ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2),
        ({"max_version": "TLS12"}, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
    ],
)
async def test_versions_are_bounded(
    tmp_path: Path,
    ca: Authority,
    server_options: dict[str, str],
    good: ssl.TLSVersion,
    bad: ssl.TLSVersion,
) -> None:
    found = []
    async with serving(write(tmp_path, ca.sign("server"), **server_options)) as server:
        for version in (good, bad):
            context = trusting(ca)
            context.minimum_version = context.maximum_version = version
            found.append(await is_let_in(server, context))
    assert found == [True, False]


async def test_only_the_chosen_ciphers_are_spoken(tmp_path: Path, ca: Authority) -> None:
    options = {
        "max_version": "TLS12",
        "cipher_suites": ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
    }
    async with serving(write(tmp_path, ca.sign("server"), **options)) as server:
        context = trusting(ca)
        context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
        assert not await is_let_in(server, context)
        context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
        assert await is_let_in(server, context)


async def test_certificate_and_key_may_stand_in_the_file(tmp_path: Path, ca: Authority) -> None:
    pair = ca.sign("server")
    inline = {"cert": pair.cert.read_text(), "key": pair.key.read_text()}
    file = tmp_path / "web.yml"
    file.write_text(json.dumps({"tls_server_config": inline}))
    async with serving(file) as server:
        assert await is_let_in(server, trusting(ca))


def test_a_certificate_in_the_file_needs_a_folder_that_can_be_written(
    tmp_path: Path, ca: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = ca.sign("server")
    inline = {"cert": pair.cert.read_text(), "key": pair.key.read_text()}
    file = tmp_path / "web.yml"
    file.write_text(json.dumps({"tls_server_config": inline}))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "read-only"))
    with pytest.raises(ConfigError, match=r"tls_server_config.cert: .* TMPDIR, or give cert_file"):
        Security(file)


async def serial_number(server: WebServer, ca: Authority) -> str:
    context = trusting(ca)
    _, writer = await asyncio.open_connection(
        "127.0.0.1", server.addresses[0].port, ssl=context, server_hostname="127.0.0.1"
    )
    found = writer.get_extra_info("peercert")["serialNumber"]
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    assert isinstance(found, str)
    return found


async def test_a_rotated_certificate_is_used_without_a_restart(
    tmp_path: Path, ca: Authority
) -> None:
    pair = ca.sign("server")
    async with serving(write(tmp_path, pair)) as server:
        before = await serial_number(server, ca)
        assert await serial_number(server, ca) == before
        ca.sign("server")
        after = await serial_number(server, ca)
        assert after != before
        # A certificate that arrives before its key must not end the service.
        pair.key.write_text("not a key")
        assert await serial_number(server, ca) == after


async def test_a_client_authority_can_be_changed_without_a_restart(
    tmp_path: Path, ca: Authority
) -> None:
    other, pair = Authority(tmp_path, "other"), ca.sign("server")
    options = {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": str(ca.file)}
    client, stranger = ca.sign("client"), other.sign("stranger")
    async with serving(write(tmp_path, pair, **options)) as server:
        assert await is_let_in(server, trusting(ca, client))
        write(tmp_path, pair, **options | {"client_ca_file": str(other.file)})
        assert not await is_let_in(server, trusting(ca, client))
        assert await is_let_in(server, trusting(ca, stranger))


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda pair: pair.key.unlink(), r"key_file: .*server\.key cannot be read"),
        (lambda pair: pair.cert.write_text("x"), "certificate or key is not PEM"),
    ],
)
def test_a_bad_pair_is_told_at_the_start(
    tmp_path: Path, ca: Authority, spoil: object, problem: str
) -> None:
    pair = ca.sign("server")
    assert callable(spoil)
    spoil(pair)
    with pytest.raises(ConfigError, match=problem):
        Security(write(tmp_path, pair))


def test_a_key_of_another_certificate_is_told(tmp_path: Path, ca: Authority) -> None:
    mixed = Pair(ca.sign("server").cert, ca.sign("another").key)
    with pytest.raises(ConfigError, match="it is not the key of the certificate"):
        Security(write(tmp_path, mixed))


def test_authorities_that_are_none_are_told(tmp_path: Path, ca: Authority) -> None:
    options = {"client_auth_type": "VerifyClientCertIfGiven", "client_ca_file": "web.yml"}
    with pytest.raises(ConfigError, match="client_ca_file: it holds no certificate"):
        Security(write(tmp_path, ca.sign("server"), **options))
