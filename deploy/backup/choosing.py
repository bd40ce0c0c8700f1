"""Which backup is restored, and whether this code may: whole, of a schema it knows, with the keys that belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.backup.installation import kind_of
from deploy.backup.keys import FINGERPRINTS, ensure_copied
from deploy.backup.manifest import MANIFEST, Manifest
from deploy.backup.shelf import Shelf
from deploy.environment import project_directory
from deploy.problems import StackProblem
from shared.persistence.migrating import known_versions


@dataclass(frozen=True)
class Chosen:
    """A backup, and where its keys are, whether or not anything is there."""

    folder: Path
    manifest: Manifest
    keys: Path


def choose(directory: Path, keys: Path | None) -> Chosen:
    """One backup, or the newest of a folder of backups. Raises ``StackProblem``.

    ``keys``: the folder that has the keys themselves, or one with a folder of this backup's name; by default where
    ``paidan backup`` puts them.
    """
    directory = directory.expanduser().resolve()
    if (directory / MANIFEST).is_file():
        folder = directory
    else:
        found = Shelf(directory, keys).backups()
        if not found:
            raise StackProblem(f"there is no whole backup in {directory}")
        folder = found[-1]
    shelf = keys.expanduser().resolve() if keys else folder.parent.with_name(f"{folder.parent.name}-keys")
    there = shelf if (shelf / FINGERPRINTS).is_file() else shelf / folder.name
    return Chosen(folder, Manifest.read(folder), there)


def ensure_restorable(chosen: Chosen, databases: Mapping[str, str]) -> None:
    """Raises ``StackProblem`` unless these databases can take the copies, each whole and of a known schema."""
    for service, url in databases.items():
        copy = chosen.manifest.databases.get(service)
        if copy is None:
            raise StackProblem(f"{chosen.folder} has no copy of {service}")
        if copy.kind != kind_of(url):
            raise StackProblem(f"the copy of {service} is of {copy.kind}, its database is of {kind_of(url)}")
        if copy.revision not in known_versions(project_directory() / "services" / service / "migrations"):
            raise StackProblem(
                f"the copy of {service} has schema {copy.revision}, which this version does not know;"
                " restore it with the version that made it, or a later one"
            )
    chosen.manifest.ensure_whole(chosen.folder)


def copied_keys(chosen: Chosen) -> Mapping[str, str]:
    """The fingerprints of the backup's keys. Raises ``StackProblem`` unless they are there, and its own."""
    return ensure_copied(chosen.keys)
