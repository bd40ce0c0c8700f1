"""The keys of an installation: copied apart from the databases, known by fingerprints, tried on what they sealed."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from deploy.backup.disk import copy_durably, write_durably
from deploy.problems import StackProblem
from shared.identity.keys import NAMES, KeyMissing, read_key
from shared.persistence.vault import SealBroken, Vault

FINGERPRINTS = "fingerprints.json"
"""Beside copied keys: what tells one installation's keys from another's without being one."""

VAULTS = {"intake": "intake-vault", "matcher": "matcher-vault"}
"""The key that opens a service's sealed columns."""

_SEALED = {"intake": ("contacts", "order_id"), "matcher": ("volunteers", "volunteer_id")}

Read = Callable[[str], Awaitable[Sequence[Sequence[Any]]]]
"""Rows of a query over one database."""


def fingerprints(folder: Path, names: Sequence[str] = NAMES) -> Mapping[str, str]:
    """A keyed hash for each key that is there (16 hex digits). No key can be found from it."""
    found = {}
    for name in names:
        try:
            key = read_key(folder, name)
        except KeyMissing:
            continue
        found[name] = hmac.digest(key, f"paidan backup {name}".encode(), sha256).hex()[:16]
    return found


def copy_keys(source: Path, target: Path) -> Mapping[str, str]:
    """Copy every key and its fingerprint into a folder. Raises ``StackProblem`` when a vault's key is missing."""
    there = fingerprints(source)
    missing = sorted(set(VAULTS.values()) - set(there))
    if missing:
        raise StackProblem(f"there is no usable key {' or '.join(missing)} in {source}")
    for name in there:
        copy_durably(source / f"{name}.key", target / f"{name}.key")
    write_durably(target / FINGERPRINTS, json.dumps(there, indent=2) + "\n")
    return there


def ensure_copied(folder: Path) -> Mapping[str, str]:
    """The fingerprints of copied keys. Raises ``StackProblem`` when they are not there, or not what was copied."""
    try:
        told = json.loads((folder / FINGERPRINTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StackProblem(f"there are no keys of a backup in {folder}; say where they are with --keys") from None
    there = fingerprints(folder)
    if dict(there) != told:
        wrong = ", ".join(sorted(name for name in told if told[name] != there.get(name)))
        raise StackProblem(f"the keys in {folder} are not those that were copied: {wrong}")
    return there


def ensure_same(manifest: Mapping[str, str], there: Mapping[str, str], where: Path) -> None:
    """Raises ``StackProblem`` unless the vaults' keys, and the audits', are those of a backup's databases."""
    bound = {*VAULTS.values(), *({"audit", "notifier-vault"} & manifest.keys())}  # older backups have none
    strange = sorted(name for name in bound if manifest.get(name) != there.get(name))
    if strange:
        raise StackProblem(f"the keys in {where} do not belong to this backup: {', '.join(strange)}")


async def ensure_they_open(keys: Path, databases: Mapping[str, Read]) -> int:
    """Open the oldest and the newest sealed row of each vault; answers how many rows were opened.

    Raises ``StackProblem`` when one does not open: a copy of such keys would be worth nothing.
    """
    opened = 0
    for service, read in databases.items():
        if service not in VAULTS:
            continue
        vault = Vault(_key(keys, VAULTS[service]))
        for subject, sealed in await _sealed_rows(read, *_SEALED[service]):
            try:
                vault.open(subject, bytes(sealed))
            except SealBroken:
                raise StackProblem(
                    f"the key {VAULTS[service]} in {keys} does not open what {service} has sealed"
                ) from None
            opened += 1
    return opened


async def _sealed_rows(read: Read, table: str, subject: str) -> list[tuple[str, bytes]]:
    found: dict[str, bytes] = {}
    for order in ("ASC", "DESC"):
        query = f"SELECT {subject}, sealed FROM {table} ORDER BY {subject} {order} LIMIT 1"  # noqa: S608 - our own words
        found |= {row[0]: row[1] for row in await read(query)}
    return list(found.items())


def _key(folder: Path, name: str) -> bytes:
    try:
        return read_key(folder, name)
    except KeyMissing as missing:
        raise StackProblem(str(missing)) from None
