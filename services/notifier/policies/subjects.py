"""Patterns of subjects, as NATS writes them: ``*`` for one token, ``>`` for all that follow.

A pattern that ends early means everything that begins with it.
"""

from __future__ import annotations

import re

from shared.contracts.refusal import FieldError, Invalid
from shared.web.i18n import msgid

TOKENS = ("publisher", "name", "major", "community", "about")
"""What the tokens of an event's subject are."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_VERSION = re.compile(r"v[0-9]{1,9}")


class PatternInvalid(Invalid):
    """The pattern is no subject of an event."""

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/subject", msgid("This is not a pattern of subjects"))])


def tokens_of(pattern: str) -> dict[str, str]:
    """The tokens a pattern fixes, by what they are. Raises ``PatternInvalid``."""
    parts = pattern.split(".") if pattern else []
    if parts and parts[-1] == ">":
        parts.pop()
    if len(parts) > len(TOKENS) or not all(part == "*" or _TOKEN.fullmatch(part) for part in parts):
        raise PatternInvalid
    fixed = {token: part for token, part in zip(TOKENS, parts, strict=False) if part != "*"}
    if "major" in fixed and not _VERSION.fullmatch(fixed["major"]):
        raise PatternInvalid
    return fixed
