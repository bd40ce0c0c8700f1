"""Marks of people: keyed hashes by which two services can tell that they mean the same person, and nothing else.

Names and phones never leave the service that has them. Without the key ``parties`` a mark cannot be guessed back,
and a mark of a name is never one of a phone.
"""

from __future__ import annotations

import hmac
import unicodedata


class Marks:
    """Marks under the installation's key ``parties``: at least 32 random bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_name(self, text: str) -> str:
        """The mark of a name: 64 hex digits, the same however it is spaced, typed wide or capitalised."""
        return self._mark(b"name:", text)

    def of_phone(self, e164: str) -> str:
        """The mark of a phone number in E.164 (``shared.community.phones``): 64 hex digits."""
        return self._mark(b"phone:", e164)

    def _mark(self, kind: bytes, text: str) -> str:
        return hmac.digest(self._key, kind + folded(text).encode(), "sha256").hex()


def folded(text: str) -> str:
    """Text as marks compare it: NFKC, without any white space, case-folded."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
