"""What the broker cannot read of its own store is set aside before it starts.

When the power fails before the description of a stream was flushed, its file is empty. The server then starts without
that stream, says so on ``/healthz`` for ever, and would be started again for ever. Set aside, the stream is declared
anew and filled from the outboxes, which are the log (docs/adr/0006); nothing is thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

DESCRIPTION, CHECKSUM = "meta.inf", "meta.sum"


def set_aside_unreadable(store: Path, aside: Path) -> list[str]:
    """Move streams and durables whose description cannot be read from a stopped server's ``store`` into ``aside``.

    Returns their places in the store, ``$G/streams/INTAKE`` or ``$G/streams/INTAKE/obs/matcher_from_intake``.
    """
    root = store / "jetstream"
    moved = []
    for place in list(_described(root)):
        if place.is_dir() and not _is_readable(place):
            name = place.relative_to(root)
            (aside / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.rename(aside / name)
            moved.append(str(name))
    return moved


def _described(root: Path) -> Iterator[Path]:
    """Each stream before its durables: they go with it."""
    for stream in sorted(root.glob("*/streams/*/")):
        yield stream
        yield from sorted(stream.glob("obs/*/"))


def _is_readable(place: Path) -> bool:
    try:
        json.loads((place / DESCRIPTION).read_bytes())
        return bool((place / CHECKSUM).read_bytes())
    except (OSError, ValueError):
        return False
