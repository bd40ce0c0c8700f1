"""Keys that come back from a backup: prepared beside those that are there, which are kept under another name."""

from __future__ import annotations

import shutil
from pathlib import Path

from deploy.backup.disk import copy_durably, flush, own_folder
from deploy.backup.keys import fingerprints


def place_keys(copied: Path, place: Path, aside: str) -> str:
    """Have copied keys in their place; answers where those are that were there, empty for none or the same.

    May be done again after it was cut off. Raises ``OSError``.
    """
    wanted, there = fingerprints(copied), fingerprints(place)
    kept = place.with_name(f"{place.name}-before-restore-{aside}")
    if all(there.get(name) == mark for name, mark in wanted.items()):
        return str(kept) if kept.exists() else ""
    own_folder(place.parent)
    prepared = place.with_name(f".{place.name}.restoring")
    shutil.rmtree(prepared, ignore_errors=True)
    own_folder(prepared)
    for name in wanted:
        copy_durably(copied / f"{name}.key", prepared / f"{name}.key")
    flush(prepared)
    if place.exists() and not kept.exists():
        place.rename(kept)
    prepared.rename(place)  # fails where keys are in the way that nobody kept
    flush(place.parent)
    return str(kept) if kept.exists() else ""
