"""Every door of matcher, tried by everybody, against the rule it names (security.md)."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from services.matcher.app import Matcher, application_of
from services.matcher.settings import MatcherSettings
from services.matcher.use_cases import UseCases
from shared.community.definition import Community
from shared.contracts import matcher
from shared.contracts.words import Role
from shared.identity.keys import create_keys, read_key
from shared.persistence.vault import Vault
from shared.web.rules import ruled_routes
from tests.integration.matcher.stage import FAR_GRID, Stage, volunteer
from tests.integration.shown_safely import taken_from_elsewhere
from tests.integration.trying import Tries, audited, broken, knocking, signed, told_no

COUNTY = "qindu"
MEDIATION = "mediation-maoling-east"
BODIES = {
    "/api/offers/{offer_id}/counter": {
        "json": {"from": "2026-12-01T19:00:00+08:00", "to": "2026-12-01T20:00:00+08:00"},
    },
    "/posts/{post_id}/claims/{volunteer_id}/vet": {"data": {"approve": "true"}},
}


def people(keys: Path) -> list[Tries]:
    """One of each role; the coordinator of the community alone has something to do with the order."""
    return [
        Tries("stranger"),
        signed(keys, "resident", Role.RESIDENT, "o-1"),
        signed(keys, "another volunteer", Role.VOLUNTEER, "v-2"),
        signed(keys, "another department", Role.DEPARTMENT, "elsewhere"),
        signed(keys, "coordinator of another area", Role.COORDINATOR, "c-2", FAR_GRID),
        signed(keys, "coordinator", Role.COORDINATOR, "c-1", COUNTY, foreign=False),
        signed(keys, "ops", Role.OPS, "ops-1"),
    ]


async def test_every_route_keeps_its_rule(migrated_file: Path, tmp_path: Path, rules: Community) -> None:
    """Each with every role: nobody comes further than the rule says, and what is another's does not exist."""
    file, keys = tmp_path / "matcher.db", tmp_path / "keys"
    shutil.copy(migrated_file, file)
    create_keys(keys)
    stage = Stage(f"sqlite+aiosqlite:///{file}", rules)
    stage.vault = Vault(read_key(keys, "matcher-vault"))
    stage.use_cases = UseCases(rules, stage.vault, stage.writer)
    await stage.enrol(volunteer("v-1", MEDIATION))
    await stage.place()
    offer = await stage.last(matcher.OfferMade)
    known = {"offer_id": offer.offer_id, "leg_id": offer.leg_id, "volunteer_id": "v-1", "verb": "resolve"}
    settings = MatcherSettings(
        database_url=stage.database.url,
        keys=keys,
        clock=stage.now.isoformat(),
        matcher_public_url="https://matcher.example",
    )
    served = Matcher(settings, rules)
    app, writing = application_of(served), asyncio.create_task(served.machinery.writer.run())
    try:
        await served.settle_in()
        routes = ruled_routes(app.routes)
        async with knocking(app) as client:
            assert [] == await broken(client, routes, people(keys), known, BODIES)
        assert told_no(routes, people(keys)) == await audited(served.machinery.database)
        async with knocking(app) as client:
            assert [] == await taken_from_elsewhere(client, routes)
    finally:
        served.machinery.writer.close()
        await writing
        await served.machinery.database.close()
        await stage.database.close()
