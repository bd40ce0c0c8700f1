"""``python -m services.notifier serve | migrate | relay-once``."""

from __future__ import annotations

import sys

from services.notifier.app import MIGRATIONS, connections_of, make_app
from services.notifier.repository import Repository
from services.notifier.settings import NotifierSettings
from shared.messaging.errands import migrate_once, relay_once
from shared.observability.logging import configure
from shared.web.serving import serve


def main(arguments: list[str]) -> int:
    """Run one of the three verbs; returns the exit code."""
    settings = NotifierSettings()
    configure("notifier", settings.log_level)
    match arguments:
        case ["serve"]:
            return serve(make_app(settings), settings)
        case ["migrate"]:
            return migrate_once(connections_of(settings), MIGRATIONS)
        case ["relay-once"]:
            return relay_once("notifier", connections_of(settings), Repository)
    sys.stderr.write("usage: python -m services.notifier serve | migrate | relay-once\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
