"""Operators sign in at a provider of the county's own: OpenID Connect, by authorization code with PKCE.

What a sign-in begins with (state, nonce, verifier) stays signed in a cookie of the browser that began it; what comes
back has to fit it, and is let in once. Nothing of the provider's tokens is kept.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import structlog
from authlib.integrations.starlette_client import OAuthError, StarletteOAuth2App
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from services.notifier.policies.providers import NotAnOperator, ProviderRefused
from shared.contracts.audit import STRANGER, Deed, Verdict, What
from shared.contracts.refusal import Unauthenticated, Unavailable
from shared.contracts.words import Role
from shared.identity.handing_over import Handover
from shared.identity.tokens import Caller, PurposeTokens
from shared.persistence.auditing import Auditing

log = structlog.get_logger()

VALID = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_LEEWAY_SECONDS = 30
_TURNED_AWAY = Deed(STRANGER, What.ENTERED, field="provider", reason="not_an_operator", verdict=Verdict.REFUSED)
_SIGNED_BY = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Signatures that a provider alone can make: none by a secret that is shared, nor without one."""


@dataclass(frozen=True)
class Provider:
    """``issuer``: its address. ``client_id``, ``client_secret``: what we are there. ``claim``: which of its claims
    names an account; ``operators``: our operators by that. ``seconds`` it may take to answer.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str
    operators: Mapping[str, str]
    seconds: float


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and what it keeps meanwhile."""

    address: str
    kept: str = field(repr=False)


class ProviderDoor:
    """Signs operators in. ``key`` signs what a browser keeps; ``back_to``: our address that the provider leads to."""

    def __init__(self, provider: Provider, back_to: str, key: bytes, audit: Auditing) -> None:
        self._provider = provider
        self._back_to = back_to
        self._kept = PurposeTokens(key, "provider")
        self._audit = audit
        self._client = StarletteOAuth2App(
            None,
            name="provider",
            client_id=provider.client_id,
            client_secret=provider.client_secret or None,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": provider.seconds},
        )

    async def begin(self, path: str) -> Begun:
        """A sign-in that ends at ``path``. Raises ``Unavailable`` while the provider does not answer."""
        try:
            await self._discovered()
            asked = await self._client.create_authorization_url(self._back_to)
        except (httpx2.HTTPError, ProviderRefused, ValueError, RuntimeError) as error:
            log.warning("provider.away", error=type(error).__name__)
            raise Unavailable from error
        kept = [asked["state"], asked["nonce"], asked["code_verifier"], path]
        return Begun(asked["url"], self._kept.sign(json.dumps(kept), VALID))

    async def finish(self, kept: str, state: str, code: str) -> Handover:
        """Who came back, for one use. Raises ``ProviderRefused``, ``NotAnOperator``, ``Unavailable``."""
        try:
            known, nonce, verifier, path = json.loads(self._kept.verify(kept))
        except (Unauthenticated, ValueError) as error:
            raise ProviderRefused from error
        if not code or not hmac.compare_digest(known.encode(), state.encode()):
            raise ProviderRefused
        account = (await self._claims(code, verifier, nonce)).get(self._provider.claim)
        operator = self._provider.operators.get(account) if isinstance(account, str) else None
        if operator is None:
            await self._audit.note(_TURNED_AWAY)
            raise NotAnOperator
        return Handover(Caller(Role.OPS, operator), path, known)

    async def _claims(self, code: str, verifier: str, nonce: str) -> Mapping[str, Any]:
        """What the provider says for a code, checked."""
        try:
            await self._discovered()
            told = await self._client.fetch_access_token(
                redirect_uri=self._back_to, code=code, code_verifier=verifier, grant_type="authorization_code"
            )
            return await self._checked(told, nonce)
        except httpx2.HTTPError as error:
            log.warning("provider.away", error=type(error).__name__)
            raise Unavailable from error
        except (OAuthError, JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("provider.refused", error=type(error).__name__)
            raise ProviderRefused from error

    async def _checked(self, told: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        provider = self._provider
        wanted = {
            "iss": {"essential": True, "values": [provider.issuer]},
            "aud": {"essential": True, "value": provider.client_id},
        }
        claims: Mapping[str, Any] | None = await self._client.parse_id_token(
            told, nonce, claims_options=wanted, claims_cls=CodeIDToken, leeway=_LEEWAY_SECONDS
        )
        if claims is None:
            raise ProviderRefused
        return claims

    async def _discovered(self) -> None:
        """The provider's own description, read once; it has to be that of the issuer we were told."""
        told = await self._client.load_server_metadata()
        if told.get("issuer") != self._provider.issuer:
            self._client.server_metadata.clear()
            raise ProviderRefused
        offered = told.get("id_token_signing_alg_values_supported") or ["RS256"]
        told["id_token_signing_alg_values_supported"] = [one for one in offered if one in _SIGNED_BY] or ["RS256"]
