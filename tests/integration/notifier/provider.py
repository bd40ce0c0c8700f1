"""An OpenID provider at work in a test: a real HTTP server that signs what it says, and can be told to say it wrong."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from tests.servers import LOOPBACK
from tests.waiting import wait_for

CLIENT_ID, CLIENT_SECRET = "paidan", "a secret between the two"


@dataclass
class Provider:
    """``account``: who signs in there. ``wrong``: claims that are said instead of the right ones. ``forgets``: a code
    that was used is good again, as it must not be. ``others_key``: tokens are signed by nobody it knows.
    """

    issuer: str
    account: str = "0042"
    wrong: dict[str, Any] = field(default_factory=dict)
    forgets: bool = False
    others_key: bool = False
    says_issuer: str = ""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def app(self) -> FastAPI:
        """Discovery, keys, the page that leads back, and the exchange of codes."""
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self._describe)
        app.get("/keys")(self._keys)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        return app

    def id_token(self, nonce: str) -> str:
        """What it says of the account."""
        now = datetime.now(UTC)
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": self.account,
            "nonce": nonce,
            "iat": now,
            "exp": now + timedelta(minutes=5),
            **self.wrong,
        }
        key = rsa.generate_private_key(65537, 2048) if self.others_key else self._key
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "1"})

    async def _describe(self) -> Mapping[str, Any]:
        return {
            "issuer": self.says_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    async def _keys(self) -> Mapping[str, Any]:
        told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**told, "kid": "1", "use": "sig", "alg": "RS256"}]}

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self.codes.get(form["code"]) if self.forgets else self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or request.headers["authorization"] != f"Basic {basic}"
            or (asked["code_challenge"], asked["code_challenge_method"]) != (challenge, "S256")
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.id_token(asked["nonce"])
        return JSONResponse({"access_token": "opaque", "token_type": "Bearer", "id_token": token})


class _Server(uvicorn.Server):
    """uvicorn that leaves the signals to the tests."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def provider_at_work() -> AsyncIterator[Provider]:
    """A provider on a port of its own."""
    listener = socket.create_server((LOOPBACK, 0))
    provider = Provider(f"http://{LOOPBACK}:{listener.getsockname()[1]}")
    server = _Server(uvicorn.Config(provider.app(), log_config=None, access_log=False, ws="none"))
    serving = asyncio.create_task(server.serve([listener]))

    async def started() -> bool:
        return server.started

    try:
        await wait_for(started)
        yield provider
    finally:
        server.should_exit = True
        await serving


def query_of(address: str) -> Mapping[str, str]:
    """What an address asks."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
