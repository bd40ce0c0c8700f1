"""What a service is told of a provider of the county's own where operators sign in: its address, and who is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_ID = re.compile(r"[a-z0-9_-]{1,64}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def read_operators(told: str) -> Mapping[str, str]:
    """Operators' ids by what the provider calls them, from ``id=account, id=account``. Raises ``ValueError``."""
    pairs = [one.strip().partition("=") for one in told.split(",") if one.strip()]
    for operator, _, account in pairs:
        if _ID.fullmatch(operator) is None or not account:
            raise ValueError("operators are told as id=account; an id is up to 64 small letters, digits, - and _")
    if len({account for _, _, account in pairs}) < len(pairs):
        raise ValueError("an account is one operator's")
    return {account: operator for operator, _, account in pairs}


def check_issuer(issuer: str) -> None:
    """A provider is reached over TLS, or on this very machine. Raises ``ValueError``."""
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("a provider's address begins with https://")
    if parts.query or parts.fragment or not parts.hostname:
        raise ValueError("a provider's address has a host, and neither query nor fragment")
