"""Nkeys: how the broker knows its users without a secret of theirs. Ed25519 keys in NATS' own letters.

A user signs what the server says to it; the server has the public key alone. The seed is text such as ``SU…``, the
public key such as ``U…``: a prefix, 32 bytes and a checksum in base32 (docs.nats.io, "NKeys"). The library of NATS for
it is no wheel (ADR 0002).
"""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_SEED = 18 << 3
_USER = 20 << 3
_SEED_OF_USER = bytes((_SEED | _USER >> 5, (_USER & 31) << 3))
_RAW = 32
_CHECKSUM = 2


class SeedBroken(ValueError):
    """A text is no seed of a user; never says which."""


def new_seed() -> str:
    """The seed of a new user, at random."""
    return _written(_SEED_OF_USER + secrets.token_bytes(_RAW))


def public_of(seed: str) -> str:
    """The public key of a seed. Raises ``SeedBroken``."""
    public = _key(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _written(bytes((_USER,)) + public)


def sign(seed: str, nonce: str) -> bytes:
    """The signature of what the server said, as the client sends it. Raises ``SeedBroken``."""
    return base64.b64encode(_key(seed).sign(nonce.encode()))


def _key(seed: str) -> Ed25519PrivateKey:
    text = seed.strip()
    try:
        whole = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        whole = b""
    content, checksum = whole[:-_CHECKSUM], whole[-_CHECKSUM:]
    shaped = len(content) == len(_SEED_OF_USER) + _RAW and content.startswith(_SEED_OF_USER)
    if not shaped or checksum != _checksum(content):
        raise SeedBroken("that is no seed of a user of the broker")
    return Ed25519PrivateKey.from_private_bytes(content[len(_SEED_OF_USER) :])


def _written(content: bytes) -> str:
    return base64.b32encode(content + _checksum(content)).decode().rstrip("=")


def _checksum(content: bytes) -> bytes:
    return binascii.crc_hqx(content, 0).to_bytes(_CHECKSUM, "little")
