"""A restore that began and did not end: told by a file, so that no stack starts on half of it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.backup.disk import flush, write_durably
from deploy.layout import Layout
from deploy.problems import StackProblem


class Unfinished(BaseModel):
    """``aside``: under which name what was there is kept. A restore that is begun again goes on with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aside: str
    backup: Path


def _file(layout: Layout) -> Path:
    return layout.data / "restore.unfinished.json"


def unfinished(layout: Layout) -> Unfinished | None:
    """The restore that did not end in a data directory, if there is one. Raises ``StackProblem``."""
    path = _file(layout)
    try:
        return Unfinished.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise StackProblem(f"{path} cannot be read: {type(error).__name__}") from None


def begin(layout: Layout, restore: Unfinished) -> None:
    """From here on nothing starts here until ``end``."""
    write_durably(_file(layout), restore.model_dump_json(indent=2) + "\n")


def end(layout: Layout) -> None:
    """Everything is in its place."""
    _file(layout).unlink(missing_ok=True)
    flush(layout.data)


def ensure_finished(layout: Layout) -> None:
    """Raises ``StackProblem`` where a restore did not end: its databases may be of two moments."""
    left = unfinished(layout)
    if left is not None:
        raise StackProblem(f"a restore of {left.backup} into {layout.data} did not end; run it again")


def ensure_keys(layout: Layout) -> None:
    """Raises ``StackProblem`` where a stack was started before and the vaults' keys are gone since.

    New keys would be made in silence, and nothing that was sealed would ever open again.
    """
    used = layout.nats_users.is_dir() and any(layout.nats_users.iterdir())
    gone = [name for name in ("intake-vault", "matcher-vault") if not (layout.keys / f"{name}.key").exists()]
    if used and gone:
        raise StackProblem(
            f"{layout.keys} has lost {' and '.join(gone)}; bring them back with: paidan restore DIR --only keys"
            f" --data {layout.data}"
        )
