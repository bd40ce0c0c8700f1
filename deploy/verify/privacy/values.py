"""The personal values of an installation: its sealed columns, opened one after the other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, MetaData, Table, select

from deploy.verify.evidence import Databases, rows
from services.intake.models import IntakeTable
from services.matcher.models import MatcherTable
from services.notifier.commands import OWN_ADDRESSES
from services.notifier.models import NotifierTable
from shared.persistence.vault import SealBroken, Vault

NAMES = frozenset({"name", "on_behalf_of", "organisation"})
"""Fields of a sealed value that name somebody; the others of ``_FIELDS`` are texts or numbers."""

_FIELDS = NAMES | {"phone", "details", "promise", "p256dh", "auth", *OWN_ADDRESSES}
_SUBJECTS = ("order_id", "volunteer_id", "coordinator_id", "recipient_id")
"""Under which of its columns a row is sealed: the first it has."""

_FILES = frozenset({"roster_drafts", "dead_letters"})
"""Whole files that are sealed for a day at most: what they say of anybody is in the roster, or nowhere. And messages
nobody could read, which are not sealed: they are looked into."""
_SCHEME = b"\x01"
_SHORTEST = 30
"""Bytes of a sealed value at least: scheme, nonce and tag."""

METADATA: Mapping[str, MetaData] = {
    "intake": IntakeTable.metadata,
    "matcher": MatcherTable.metadata,
    "notifier": NotifierTable.metadata,
}


class Value(NamedTuple):
    """One personal value. ``kind``: the field or column it is of."""

    kind: str
    table: str
    text: str


class Unsealed(NamedTuple):
    """A sealed column's value that does not open; ``plain``: it was never sealed."""

    place: str
    plain: bool


def sealed_columns(service: str) -> Iterator[tuple[Table, list[str]]]:
    """The tables of a service with their sealed columns."""
    for table in METADATA[service].sorted_tables:
        if columns := [column.name for column in table.columns if isinstance(column.type, LargeBinary)]:
            yield table, columns


async def values(databases: Databases, service: str, vault: Vault | None) -> AsyncIterator[Value | Unsealed]:
    """Everything one service keeps sealed; without the key only what is not sealed at all."""
    for table, columns in sealed_columns(service):
        if table.name in _FILES:
            continue
        subject = next(name for name in _SUBJECTS if name in table.columns)
        wanted = [
            table.c[name] for name in dict.fromkeys([subject, *(key.name for key in table.primary_key), *columns])
        ]
        async for row in rows(databases.named()[service], select(*wanted)):
            found = row._mapping
            place = f"{service}.{table.name} {', '.join(str(found[key.name]) for key in table.primary_key)}"
            for name in columns:
                if found[name] is not None:
                    for value in _opened(vault, found[subject], table.name, name, bytes(found[name])):
                        yield value if isinstance(value, Value) else Unsealed(f"{place}: {name}", value)


def _opened(vault: Vault | None, subject: str, table: str, column: str, sealed: bytes) -> Iterator[Value | bool]:
    if sealed[:1] != _SCHEME or len(sealed) < _SHORTEST:
        yield True
        return
    if vault is None:
        return
    try:
        text = vault.open(subject, sealed)
    except SealBroken:
        yield False
        return
    except UnicodeDecodeError:  # a picture, out of which every word was taken before it was sealed
        return
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if isinstance(told, dict):
        yield from (Value(kind, table, one) for kind, one in _fields(told))
    else:
        yield Value(column, table, text)


def _fields(told: Any, kind: str = "") -> Iterator[tuple[str, str]]:
    """Names, numbers and words; codes of areas, units and professions are public as such."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from _fields(value, name)
    elif isinstance(told, list):
        for value in told:
            yield from _fields(value, kind)
    elif isinstance(told, str) and kind in _FIELDS:
        yield kind, told
