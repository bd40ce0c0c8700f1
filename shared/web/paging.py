"""Long lists page by page: ``{items, next}``, ``next`` being an opaque cursor."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from shared.contracts.refusal import FieldError, Invalid
from shared.web.i18n import msgid

MOST = 200
_CHECK_BYTES = 6

Row = TypeVar("Row")
View = TypeVar("View")
Key = tuple[str | int | None, ...]

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
After = Annotated[str | None, Query(alias="cursor", max_length=1000, description="`next` of the page before.")]


class CursorBroken(Invalid):
    """The cursor is not one we gave."""

    title = "This page of the list cannot be found"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/cursor", _BROKEN)])


_BROKEN = msgid("This is not a cursor of this list")


class Page(BaseModel, Generic[View]):
    """One page. ``next`` is null on the last one."""

    items: list[View]
    next: str | None = None


def cursor_of(key: Key) -> str:
    """The place after a row. The check in it finds accidents and curiosity; it grants nothing."""
    body = json.dumps(key, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_check(body) + body).decode().rstrip("=")


def place_of(cursor: str, *types: type[str] | type[int]) -> Key:
    """The row a cursor stands after, its parts being of these types. Raises ``CursorBroken``."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        check, body = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        key = json.loads(body) if check == _check(body) else None
    except (binascii.Error, ValueError, RecursionError):
        raise CursorBroken from None
    if not isinstance(key, list) or [type(part) for part in key] != list(types):
        raise CursorBroken
    return tuple(key)


def page_of(rows: Sequence[Row], limit: int, view: Callable[[Row], View], key: Callable[[Row], Key]) -> Page[View]:
    """A page from up to ``limit + 1`` rows: the one too many only says that there is a next page."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(items=[view(row) for row in shown], next=cursor_of(key(shown[-1])) if more else None)


def as_it_is(row: Row) -> Row:
    """For a list whose rows are views already."""
    return row


def _check(body: bytes) -> bytes:
    return blake2b(body, digest_size=_CHECK_BYTES).digest()
