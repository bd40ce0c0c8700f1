"""``python -m services.notifier serve | console | migrate | relay-once``."""

from __future__ import annotations

import sys
from pathlib import Path

from services.notifier.settings import ConsoleSettings, NotifierSettings
from shared.observability.logging import configure
from shared.persistence.migrating import migrate_once


def main(arguments: list[str]) -> int:
    """Run one of the four verbs; returns the exit code."""
    if arguments == ["console"]:
        return _console(ConsoleSettings())
    settings = NotifierSettings()
    configure("notifier", settings.log_level)
    match arguments:
        case ["serve"]:
            return _serve(settings)
        case ["migrate"]:
            return migrate_once(settings.database_url, Path(__file__).parent / "migrations")
        case ["relay-once"]:
            return _relay_once(settings)
    sys.stderr.write("usage: python -m services.notifier serve | console | migrate | relay-once\n")
    return 2


def _serve(settings: NotifierSettings) -> int:
    from shared.web.building import kept_for_good  # noqa: PLC0415 - a migration starts without the web and the bus

    with kept_for_good():
        from services.notifier.app import make_app  # noqa: PLC0415 - the same
        from shared.web.serving import serve  # noqa: PLC0415 - the same

        app = make_app(settings)
    return serve(app, settings)


def _console(settings: ConsoleSettings) -> int:
    configure("console", settings.log_level)
    from shared.web.building import kept_for_good  # noqa: PLC0415 - a migration starts without the web and the bus

    with kept_for_good():
        from services.notifier.app.console import make_console  # noqa: PLC0415 - the same
        from shared.web.serving import serve  # noqa: PLC0415 - the same

        app = make_console(settings)
    return serve(app, settings, looks=True)


def _relay_once(settings: NotifierSettings) -> int:
    from services.notifier.repository import Repository  # noqa: PLC0415 - a migration starts without the web and the bus
    from shared.messaging.connections import Connections  # noqa: PLC0415 - the same
    from shared.messaging.errands import relay_once  # noqa: PLC0415 - the same

    return relay_once("notifier", Connections.of(settings), Repository)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
