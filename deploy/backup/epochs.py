"""Which history an installation is in. A restore begins a new one: what came after the cut is no longer its past.

The list lies in the data directory and goes with every backup, so that of two backups one can say whether the later
one goes on from the earlier, or from another past.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from uuid_utils import uuid7

from deploy.backup.disk import write_durably
from deploy.backup.manifest import Epoch, Manifest
from deploy.problems import StackProblem

EPOCHS = "epochs.json"
_LIST = TypeAdapter(tuple[Epoch, ...])


def read_epochs(data: Path) -> tuple[Epoch, ...]:
    """The histories of an installation, the oldest first; empty where nothing was ever restored.

    Raises ``StackProblem`` when the list cannot be read.
    """
    path = data / EPOCHS
    try:
        return _LIST.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise StackProblem(f"{path} cannot be read: {type(error).__name__}") from None


def begin_epoch(data: Path, manifest: Manifest, now: datetime) -> Epoch:
    """Write down that from ``now`` on (wall time) a backup's past is this installation's."""
    epoch = Epoch(epoch_id=str(uuid7()), since=now, backup_id=manifest.backup_id, cut_at=manifest.cut_at)
    write_durably(data / EPOCHS, _LIST.dump_json((*manifest.epochs, epoch), indent=2).decode() + "\n")
    return epoch
