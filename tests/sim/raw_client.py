"""A client of the API that shares no code with this project."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import aiohttp
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass
class RawAnswer:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def envelope(self) -> dict[str, Any]:
        content = json.loads(self.text)
        assert isinstance(content, dict)
        return content

    @property
    def code(self) -> int:
        return int(self.envelope["code"])

    @property
    def data(self) -> Any:  # noqa: ANN401  an answer may be anything
        assert self.status == 200, self.text
        assert self.code == 0, self.text
        return self.envelope["data"]


class RawClient:
    def __init__(self, http: aiohttp.ClientSession, url: str, server_key: str) -> None:
        self.http = http
        self.url = url
        self.server_key = server_key
        self.token = ""
        self.gtoken = ""
        self.country = "DE"

    async def send(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        method: str = "POST",
        timeout_s: float = 20.0,
    ) -> RawAnswer:
        headers = {
            "content-type": "application/json",
            "model-type": "DESKTOP",
            "app-name": "anker_power",
            "os-type": "android",
            "country": self.country,
            "timezone": "GMT+01:00",
        }
        if self.token:
            headers |= {"x-auth-token": self.token, "gtoken": self.gtoken}
        async with self.http.request(
            method,
            f"{self.url}/{path}",
            json=body or {},
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=timeout_s),
        ) as response:
            return RawAnswer(response.status, await response.text(), dict(response.headers))

    async def ask(self, path: str, **body: Any) -> Any:  # noqa: ANN401  JSON in and out
        return (await self.send(path, body)).data

    async def log_in(self, email: str, password: str) -> RawAnswer:
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        body = {
            "ab": self.country,
            "client_secret_info": {"public_key": public.hex()},
            "enc": 0,
            "email": email,
            "password": _encrypted(password, key, self.server_key),
            "time_zone": 3600000,
            "transaction": "1745103679222",
        }
        answer = await self.send("passport/login", body)
        if answer.status == 200 and answer.code == 0:
            self.token = answer.data["auth_token"]
            self.gtoken = hashlib.md5(answer.data["user_id"].encode()).hexdigest()  # noqa: S324  as the API wants it
        return answer


def _encrypted(password: str, key: ec.EllipticCurvePrivateKey, server_key: str) -> str:
    peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(server_key))
    secret = key.exchange(ec.ECDH(), peer)
    padder = padding.PKCS7(128).padder()
    padded = padder.update(password.encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
