"""What matcher reads stays as fast with a million orders as with a thousand: no statement goes through all of them."""

from __future__ import annotations

from datetime import timedelta

from services.matcher.models import MatcherTable
from services.matcher.queries.due import DueQueries
from services.matcher.queries.named import named
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, volunteer
from tests.integration.plans import Plans

COUNTY, MOST = "qindu", 50
SMALL = (
    *("rosters", "volunteers", "units", "posts", "claims", "incumbents", "public_cards", "certificates"),
    *("roster_drafts", "calendar_feeds", "habits", "stand_ins"),
    *("sessions", "codes", "published", "alembic_version"),
)
"""As large as the roster, or swept."""
DESK = (
    *("/", "/desk", "/gaps", "/back-and-forth", "/day", "/volunteers", "/dangers", "/areas", "/posts", "/stand-ins"),
    *("/referrals", "/pages", "/exports/desk.csv", "/exports/posts.csv"),
    *("/api/desk", "/api/gaps", "/api/referrals/figures", "/api/hand-backs/figures"),
)
OWN = ("/", "/pool", "/card", "/cards", "/call-ups", "/availability", "/api/assignments", "/api/offers")


async def test_nobody_reads_through_all_orders(house: House) -> None:
    """Dispatching, serving, every clock, every page of the desk and every own page."""
    stage, plans = house.stage, Plans(MatcherTable.metadata, SMALL)
    with plans.noting():
        await stage.enrol(volunteer("v-1", "mediation-maoling-east"))
        await stage.served(await stage.place("neighbour_dispute"))
        await stage.place("neighbour_dispute")
        own = house.as_(Role.VOLUNTEER, "v-1")
        held = await stage.place("certificates")
        desks = [(f"c-{COUNTY}", COUNTY), (f"c-{GRID}", GRID)]
        visits = [(house.as_(Role.COORDINATOR, *desk), path) for desk in desks for path in (*DESK, f"/legs/{held}-l1")]
        for who, path in [*visits, *((own, path) for path in OWN)]:
            answer = await house.client.get(path, headers={**who, "Accept": "text/html, application/json"})
            assert answer.status_code in {200, 303}, f"{path}: {answer.status_code} {answer.text[:200]}"
        due, now = DueQueries(stage.database), stage.now + timedelta(days=9)
        for look in (due.dispatches, due.expired_offers, due.expired_call_ups, due.ended_draws, due.looks):
            await look(now, MOST)
        await due.incidents(now, MOST)
        await due.departed(MOST)
        await due.held_by_nobody(["police"], MOST)
        await due.parties_unknown(MOST)
        await due.following()
        await named(stage.database, stage.vault)
    assert plans.asked > 100
    assert [] == await plans.scans(stage.database)
