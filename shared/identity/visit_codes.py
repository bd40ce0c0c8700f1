"""The visit code: four digits that whoever ordered and whoever comes both read on their pages, so that it is the right
person at the door. It opens nothing.
"""

from __future__ import annotations

import hmac

DIGITS = 4


class VisitCodes:
    """Makes the code of an assignment, the same at every service that has the key: nothing is kept or sent."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, assignment_id: str) -> str:
        """The code of one assignment; another one, of the same order too, has a code of its own."""
        seal = hmac.digest(self._key, f"visit:{assignment_id}".encode(), "sha256")
        return f"{int.from_bytes(seal[:8]) % 10**DIGITS:0{DIGITS}}"
