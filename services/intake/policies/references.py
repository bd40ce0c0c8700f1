"""The reference: the number a resident reads over the phone."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L or U: nothing that sounds or looks like something else."""

_LENGTH = 8


def reference_of(order_id: str, local_day: datetime) -> str:
    """``YYMMDD-XXXX-XXXX``: the local day of the order, and eight characters that nobody can guess from it.

    Made from the random order id: 6.5e11 values a day, so two orders of one day sharing a reference is
    rarer than one in a hundred thousand days of a province.
    """
    number = int.from_bytes(sha256(order_id.encode()).digest()[:8])
    letters = ""
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return f"{local_day:%y%m%d}-{letters[:4]}-{letters[4:]}"
