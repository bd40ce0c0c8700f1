"""Sealing of personal columns: AES-256-GCM under a key of the person it is about.

One installation key makes every subject's key (HKDF), so a row opened for the wrong subject does not open at
all. The first byte of a sealed value names the scheme, so that keys can change without a flag day.
"""

from __future__ import annotations

import hmac
import json
import os
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SCHEME = b"\x01"
_NONCE = 12


class SealBroken(Exception):
    """A sealed value does not open: another key, another subject, or altered bytes."""


class Vault:
    """Seals text for a subject. ``key``: at least 32 random bytes, kept apart from the database."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("a vault key has at least 32 bytes")
        self._key = key
        self._cipher = lru_cache(maxsize=4096)(self._make_cipher)

    def seal(self, subject: str, text: str) -> bytes:
        """Encrypt ``text`` for ``subject`` (the opaque id of the person or order it is about)."""
        return self.seal_bytes(subject, text.encode())

    def open(self, subject: str, sealed: bytes) -> str:
        """Decrypt what ``seal`` made for the same subject. Raises ``SealBroken``."""
        return self.open_bytes(subject, sealed).decode()

    def seal_bytes(self, subject: str, content: bytes) -> bytes:
        """Encrypt what is no text, such as a picture."""
        nonce = os.urandom(_NONCE)
        return _SCHEME + nonce + self._cipher(subject).encrypt(nonce, content, _SCHEME)

    def open_bytes(self, subject: str, sealed: bytes) -> bytes:
        """Decrypt what ``seal_bytes`` made for the same subject. Raises ``SealBroken``."""
        if sealed[:1] != _SCHEME or len(sealed) <= len(_SCHEME) + _NONCE:
            raise SealBroken("unknown scheme or cut off")
        nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._cipher(subject).decrypt(nonce, rest, _SCHEME)
        except InvalidTag as error:
            raise SealBroken("wrong key, wrong subject or altered") from error

    def seal_fields(self, subject: str, fields: dict[str, Any]) -> bytes:
        """Seal several JSON values as one."""
        return self.seal(subject, json.dumps(fields, ensure_ascii=False, separators=(",", ":")))

    def open_fields(self, subject: str, sealed: bytes) -> dict[str, Any]:
        """Open what ``seal_fields`` made."""
        fields: dict[str, Any] = json.loads(self.open(subject, sealed))
        return fields

    def fingerprint(self, text: str) -> str:
        """A keyed hash to look a value up by (64 hex digits); useless without the key."""
        return hmac.digest(self._derive(b"fingerprint"), text.encode(), "sha256").hex()

    def _make_cipher(self, subject: str) -> AESGCM:
        return AESGCM(self._derive(b"subject:" + subject.encode()))

    def _derive(self, purpose: bytes) -> bytes:
        # One-block HKDF-Expand (RFC 5869) over a key that is random already.
        return hmac.digest(self._key, purpose + b"\x01", sha256)
