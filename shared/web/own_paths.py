"""Where a page leads back to: never away from the service."""

from __future__ import annotations

from urllib.parse import urlsplit


def own_path(address: str) -> str:
    """A path of this service to go back to; anything that could lead elsewhere becomes the first page."""
    parts = urlsplit(address)
    leads_away = parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\"))
    unclean = any(ord(character) < 0x21 or character == "\\" for character in address)
    return "/" if leads_away or unclean else address
