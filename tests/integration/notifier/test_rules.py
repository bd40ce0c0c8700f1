"""Every door of notifier, tried by everybody, against the rule it names (security.md)."""

from __future__ import annotations

from pathlib import Path

from services.notifier.app import application_of
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.web.rules import ruled_routes
from tests.integration.notifier.running import make_place
from tests.integration.shown_safely import taken_from_elsewhere
from tests.integration.trying import Tries, audited, broken, knocking, signed, told_no


async def test_every_route_keeps_its_rule(tmp_path: Path, rules: Community) -> None:
    """Each with every role: nobody comes further than the rule says, and what is another's does not exist."""
    own = {"notifier_public_url": "https://notifier.example"}
    place = await make_place(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'notifier.db'}", rules, **own)
    keys = place.settings.keys
    people = [
        Tries("stranger"),
        signed(keys, "resident", Role.RESIDENT, "o-1"),
        signed(keys, "volunteer", Role.VOLUNTEER, "v-1"),
        signed(keys, "department", Role.DEPARTMENT, "city_management"),
        signed(keys, "coordinator", Role.COORDINATOR, "c-1", "east"),
        signed(keys, "ops", Role.OPS, "ops-1"),
    ]
    async with place.writing() as notifier:
        app = application_of(notifier)
        routes = ruled_routes(app.routes)
        async with knocking(app) as client:
            assert [] == await broken(client, routes, people, {})
        assert told_no(routes, people) == await audited(notifier.machinery.database)
        async with knocking(app) as client:
            assert [] == await taken_from_elsewhere(client, routes)
