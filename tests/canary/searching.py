"""Looking for planted words in the bytes of everything that is not the vault."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from deploy.attached import Attached
from deploy.verify.evidence import opened
from deploy.verify.privacy import Sifting, nothing_personal_outside
from deploy.verify.run import ground_of
from shared.contracts.flows import SERVICES
from tests.flows.visitors import Visitor

_CHUNK = 1 << 20
_MAY_HOLD = frozenset({"keys"})
"""Directories that are no copy of anything; and the notice file below, which stands for the telephone network."""


def forms_of(word: str) -> set[bytes]:
    """How a word may stand in a file: as it is, escaped for JSON and for addresses, in base64 at any offset, as hex."""
    forms = set()
    for part in word.split():
        raw = part.encode()
        forms |= {raw, json.dumps(part)[1:-1].encode(), quote(part).encode(), raw.hex().encode()}
        forms |= {base64.b64encode(b"\0" * at + raw)[(8 * at + 5) // 6 + 1 : -4] for at in range(3)}
    return {form for form in forms if len(form) >= 8}


def in_bytes(words: Mapping[str, str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """``place: field`` of every word that stands in some bytes, in any of its forms."""
    forms = [(where, form) for where, word in words.items() for form in forms_of(word)]
    found = {f"{place}: {where}" for place, content in places for where, form in forms if form in content}
    return sorted(found)


def files_below(directory: Path, besides: frozenset[str] = frozenset()) -> Iterator[tuple[str, bytes]]:
    """Every file below a directory in overlapping pieces."""
    for path in sorted(directory.rglob("*")):
        inside = path.relative_to(directory)
        if not path.is_file() or path.is_symlink() or inside.parts[0] in _MAY_HOLD or inside.name in besides:
            continue
        content = path.read_bytes()
        for start in range(0, max(len(content), 1), _CHUNK):
            yield str(inside), content[max(0, start - 256) : start + _CHUNK]


async def in_tables(visitor: Visitor) -> list[tuple[str, bytes]]:
    """Every row of every table, as text and as bytes: what a database's files hold, whatever its kind."""
    places = []
    for service in SERVICES:
        async with opened(visitor.stack.stack.databases) as databases:
            tables = await _tables(databases.named()[service].url.startswith("postgresql"), visitor, service)
        for table in tables:
            rows = await visitor.rows(service, f'SELECT * FROM "{table}"')  # noqa: S608 - a name of the schema
            content = b"\n".join(_bytes(value) for row in rows for value in row)
            places.append((f"{service}.{table}", content))
    return places


async def in_doors(visitor: Visitor, tokens: Iterable[str]) -> list[tuple[str, bytes]]:
    """What numbers, lists and exports answer to whoever may not see people."""
    paths = [(service, "/metrics") for service in SERVICES]
    paths += [("matcher", "/api/roster"), ("intake", "/api/call-list"), ("notifier", "/api/board")]
    paths += [("notifier", f"/api/{name}?limit=200") for name in ("events", "notices", "dead-letters")]
    return [
        (f"{service}{path}", (await visitor("GET", service, path, token)).content)
        for token in tokens
        for service, path in paths
    ]


async def whatever_is_found(stack: Attached) -> list[str]:
    """What the invariant I8 finds on the same stack."""
    async with opened(stack.stack.databases) as databases:
        found, _ = await nothing_personal_outside(Sifting(databases), databases, ground_of(stack))
        return found.lines()


async def _tables(postgresql: bool, visitor: Visitor, service: str) -> list[str]:
    query = (
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        if postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    return [str(name) for (name,) in await visitor.rows(service, query)]


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode()
