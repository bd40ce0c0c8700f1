"""``python -m services.intake serve | migrate | relay-once``."""

from __future__ import annotations

import sys
from pathlib import Path

from services.intake.settings import IntakeSettings
from shared.observability.logging import configure
from shared.persistence.migrating import migrate_once


def main(arguments: list[str]) -> int:
    """Run one of the three verbs; returns the exit code."""
    settings = IntakeSettings()
    configure("intake", settings.log_level)
    match arguments:
        case ["serve"]:
            return _serve(settings)
        case ["migrate"]:
            return migrate_once(settings.database_url, Path(__file__).parent / "migrations")
        case ["relay-once"]:
            return _relay_once(settings)
    sys.stderr.write("usage: python -m services.intake serve | migrate | relay-once\n")
    return 2


def _serve(settings: IntakeSettings) -> int:
    from shared.web.building import kept_for_good  # noqa: PLC0415 - a migration starts without the web and the bus

    with kept_for_good():
        from services.intake.app import make_app  # noqa: PLC0415 - the same
        from services.intake.queries.named import named  # noqa: PLC0415 - the same
        from shared.community.definition import load  # noqa: PLC0415 - the same
        from shared.community.editing import EditStandsInTheWay, Named, check_edit  # noqa: PLC0415 - the same
        from shared.persistence.asking import ask_once  # noqa: PLC0415 - the same
        from shared.web.serving import serve  # noqa: PLC0415 - the same

        rules, there = load(settings.definition), ask_once(settings.database_url, named)
        try:
            check_edit(rules, there or Named())
        except EditStandsInTheWay as edit:
            sys.stderr.write(f"paidan: {edit}\n")
            return 1
        app = make_app(settings, rules)
    return serve(app, settings)


def _relay_once(settings: IntakeSettings) -> int:
    from services.intake.repository import Repository  # noqa: PLC0415 - a migration starts without the web and the bus
    from shared.messaging.connections import Connections  # noqa: PLC0415 - the same
    from shared.messaging.errands import relay_once  # noqa: PLC0415 - the same

    return relay_once("intake", Connections.of(settings), Repository)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
