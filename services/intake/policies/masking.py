"""How much of a name and a number everybody sees who has not asked for the whole (security.md)."""

from __future__ import annotations

import re

_SHOWN_IN_FRONT, _SHOWN_BEHIND = 3, 4
_MOBILE = re.compile(r"(?:\+86|0086)?(1\d{10})")


def masked_phone(number: str) -> str:
    """``138****1234``; a number with fewer than nine digits shows its last two alone."""
    mobile = _MOBILE.fullmatch(number)
    digits = mobile.group(1) if mobile else number.lstrip("+")
    hidden = len(digits) - _SHOWN_IN_FRONT - _SHOWN_BEHIND
    if hidden < 2:
        return "*" * max(len(digits) - 2, 0) + digits[-2:]
    return digits[:_SHOWN_IN_FRONT] + "*" * hidden + digits[-_SHOWN_BEHIND:]


def masked_name(name: str) -> str:
    """The first character, which in Chinese is the surname: ``李**`` for every length."""
    return f"{name[:1]}**" if name else ""
