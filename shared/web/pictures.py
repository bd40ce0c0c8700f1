"""Answers that are a picture of somebody's matter: shown on one page, kept by no cache on the way."""

from __future__ import annotations

from typing import Any

from fastapi import Response

JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}
"""For the OpenAPI document of a route that answers with one."""


def picture_response(content: bytes) -> Response:
    """A JPEG for this reader alone. Its name says nothing of what is on it."""
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="photo.jpg"'}
    return Response(content, media_type="image/jpeg", headers=headers)
