"""Which definition it is: one digest over its files, so that a change can be told from a start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any


def digest_of(path: Path) -> str | None:
    """SHA-256 in hex over a definition's file and the tables it names, with their names, in the order of these. None
    where one of them cannot be read.
    """
    digest = sha256()
    try:
        content = path.read_bytes()
        tables = sorted(set(_tables(tomllib.loads(content.decode()))))
        named = [(name, (path.parent / name).read_bytes()) for name in tables]
    except (OSError, ValueError):
        return None
    for name, told in [(path.name, content), *named]:
        for part in (name.encode(), told):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _tables(content: Any) -> Iterator[str]:
    """Every name of a table in it, however deep."""
    if isinstance(content, dict | list):
        for one in content.values() if isinstance(content, dict) else content:
            yield from _tables(one)
    elif isinstance(content, str) and content.endswith(".csv"):
        yield content
