"""``python -m deploy.migrating``: the schemas of the local stack, one service's after the other, by one process.

``python -m services.<service> migrate`` does the same for one service alone, as in production; three processes would
load three times what it takes to look.
"""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.environment import project_directory
from deploy.settings import StackSettings
from shared.contracts.services import SERVICES
from shared.observability.logging import configure
from shared.persistence.migrating import migrate_once


def main() -> int:
    """Bring every database that the environment names up to the newest version; the exit code of the first failure."""
    settings = StackSettings()
    configure("migrate", settings.log_level)
    for service in SERVICES:
        url = str(getattr(settings, f"{service}_database_url"))
        if code := migrate_once(url, folder_of(service)):
            return code
    return 0


def folder_of(service: str) -> Path:
    """A service's migrations."""
    return project_directory() / "services" / service / "migrations"


if __name__ == "__main__":
    sys.exit(main())
