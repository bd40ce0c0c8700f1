"""What people are shown of their own addresses."""

from __future__ import annotations

from collections.abc import Mapping

from shared.web.i18n import gettext


def masked(addresses: Mapping[str, str]) -> dict[str, str]:
    """Addresses as their owner knows them again, and nobody else could use them."""
    return {name: gettext("this browser") if name == "push" else _mask(one) for name, one in addresses.items()}


def _mask(address: str) -> str:
    local, at, host = address.partition("@")
    return f"{local[:2]}•••{at}{host}" if at else f"{address[:2]}•••{address[-2:]}"
