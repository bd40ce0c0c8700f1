"""Web Push (RFC 8030, 8291, 8292): to browsers whose people agreed to it on this device."""

from __future__ import annotations

import json
from collections.abc import Collection
from io import BytesIO
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import ValidationError
from webpush import WebPush, WebPushSubscription

from services.notifier.clocks.by_http import HttpSender
from services.notifier.clocks.channels import Sent
from services.notifier.policies.messages import Message

KEPT_SECONDS = 24 * 3600
_CURVE = ec.SECP256R1()


class Push:
    """Sends to a subscription (its JSON), encrypted for that browser. ``contact``: a mail address for the push
    services; ``hosts``: those that may be called, and their subdomains.
    """

    repeats = False

    def __init__(self, seed: bytes, contact: str, hosts: Collection[str], sender: HttpSender) -> None:
        private = key_of(seed)
        self._web = WebPush(
            BytesIO(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
            BytesIO(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
            subscriber=contact,
            ttl=KEPT_SECONDS,
        )
        self._hosts = tuple(hosts)
        self._sender = sender

    async def send(self, address: str, message: Message) -> Sent:
        """Send the long form; a subscription that has ended is refused for good."""
        try:
            subscription = WebPushSubscription.model_validate_json(address)
        except ValidationError:
            return Sent.REFUSED
        if not may_be_called(str(subscription.endpoint), self._hosts):
            return Sent.REFUSED
        said = {"id": message.message_id, "title": message.title, "body": message.long, "lang": message.language}
        made = self._web.get(json.dumps(said, ensure_ascii=False), subscription)
        return await self._sender.post(str(subscription.endpoint), made.encrypted, made.headers)

    async def close(self) -> None:
        """Let go of connections."""
        await self._sender.close()


def key_of(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The installation's key for push services, always the same for one secret."""
    return ec.derive_private_key(int.from_bytes(seed[:32]) % (2**255) + 1, _CURVE)


def public_key_of(seed: bytes) -> bytes:
    """What a browser is told when it subscribes: the uncompressed point."""
    return key_of(seed).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def may_be_called(endpoint: str, hosts: Collection[str]) -> bool:
    """Whether an endpoint is one of the push services that are allowed, over TLS unless it is this machine."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    known = any(host == one or host.endswith(f".{one}") for one in hosts)
    return known and (parts.scheme == "https" or host == "127.0.0.1")
