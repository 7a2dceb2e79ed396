"""Bodies of answers, packed or not: what is read of them, and where reading ends."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial

import pytest
from aiohttp import web

from solix_exporter.cloud.transport import Transport
from solix_exporter.errors import SinkMisconfigured, TransientError
from solix_exporter.influx.writer import InfluxTarget, InfluxWriter
from solix_exporter.net import BodyRefusedError, read_body

MIB = 1024 * 1024
gzipped = partial(gzip.compress, mtime=0)
"""The same bytes at each second: they name tests, which all processes must name alike."""

TEXT = b'{"code": 0, "data": {"power": "800"}}' * 300


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


async def in_pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


PACKED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("", lambda content: content),
    ("identity", lambda content: content),
    ("gzip", gzipped),
    ("X-GZIP", gzipped),
    ("gzip", lambda content: gzipped(content[:100]) + gzipped(content[100:])),
    ("gzip", lambda content: gzipped(content) + bytes(20)),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
]


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(("encoding", "pack"), PACKED)
async def test_a_body_is_unpacked_piece_by_piece(
    encoding: str, pack: Callable[[bytes], bytes], size: int
) -> None:
    packed = pack(TEXT)
    assert await read_body(in_pieces(packed, size), encoding) == TEXT
    assert await read_body(in_pieces(packed, size), encoding, len(TEXT)) == TEXT
    with pytest.raises(BodyRefusedError, match="larger"):
        await read_body(in_pieces(packed, size), encoding, len(TEXT) - 1)


@pytest.mark.parametrize(
    ("encoding", "body", "sentence"),
    [
        ("br", TEXT, "packed in a way that was not asked for"),
        ("gzip, gzip", gzipped(gzipped(TEXT)), "in a way that was not asked for"),
        ("gzip", TEXT, "cannot be unpacked"),
        ("gzip", gzipped(TEXT) + b"trailer", "cannot be unpacked"),
        ("gzip", gzipped(TEXT)[:-9], "cut off"),
        ("deflate", zlib.compress(TEXT)[:-9], "cut off"),
        ("gzip", gzipped(b"") * 1000, "too many parts"),
        ("gzip", gzipped(b"") * 300_000, "larger than 4 MiB|too many parts"),
    ],
)
async def test_what_cannot_be_unpacked_is_refused(
    encoding: str, body: bytes, sentence: str
) -> None:
    with pytest.raises(BodyRefusedError, match=sentence):
        await read_body(in_pieces(body, 100_000), encoding)


def gzip_bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()


BOMBS: list[tuple[str, bytes]] = [
    ("gzip", gzip_bomb(256 * MIB)),
    ("deflate", zlib.compress(bytes(64 * MIB))),
    ("", b'{"data": [' + b"[]," * (10 * MIB) + b"0]}"),
]


class Server:
    """Answers every request with one body, and counts what it could send of it."""

    def __init__(self, encoding: str, body: bytes) -> None:
        self._headers = {"Content-Encoding": encoding} if encoding else {}
        self._body = body

    async def __aenter__(self) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=self._headers)
        await response.prepare(request)
        for start in range(0, len(self._body), 65536):
            await response.write(self._body[start : start + 65536])
            await asyncio.sleep(0)
        await response.write_eof()
        return response


@pytest.mark.parametrize(("encoding", "body"), BOMBS, ids=["gzip", "deflate", "plain"])
async def test_an_endless_answer_of_the_cloud_takes_no_memory(encoding: str, body: bytes) -> None:
    transport = Transport()
    async with Server(encoding, body) as url:
        tracemalloc.start()
        try:
            with pytest.raises(TransientError, match="larger than 4 MiB") as caught:
                await transport.send("POST", url, {}, {})
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            await transport.close()
    assert caught.value.outcome == "malformed"
    assert peak_bytes < 24 * MIB


@pytest.mark.parametrize(("encoding", "body"), BOMBS, ids=["gzip", "deflate", "plain"])
async def test_an_endless_answer_of_influxdb_takes_no_memory(encoding: str, body: bytes) -> None:
    async with Server(encoding, body) as url:
        writer = InfluxWriter(InfluxTarget(url, "org", "bucket", "token", 10.0))
        tracemalloc.start()
        try:
            with pytest.raises(SinkMisconfigured, match="larger than 4 MiB"):
                await writer.write(["a b=1 1"])
            with pytest.raises(SinkMisconfigured, match="larger than 4 MiB"):
                await writer.overwrites()
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            await writer.close()
    assert peak_bytes < 24 * MIB


PLAIN: Iterable[tuple[str, bytes]] = [
    ("", TEXT),
    ("gzip", gzipped(TEXT)),
    ("deflate", zlib.compress(TEXT)),
]


@pytest.mark.parametrize(("encoding", "body"), PLAIN)
async def test_an_answer_arrives_unpacked(encoding: str, body: bytes) -> None:
    transport = Transport()
    async with Server(encoding, body) as url:
        try:
            assert (await transport.send("POST", url, {}, {})).body == TEXT
        finally:
            await transport.close()
