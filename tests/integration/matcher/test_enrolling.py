"""The roster: all or nothing, sealed, and known to the pairing as soon as it is committed."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Claim, Post, Roster, Volunteer
from services.matcher.repository import Unit
from services.matcher.use_cases.enrolling import Imported, ImportRoster
from shared.community.definition import Community
from shared.community.roster import RosterInvalid, RosterRow, read_roster
from shared.contracts import matcher
from tests.integration.matcher.stage import GRID, NEXT_GRID, Stage, names, volunteer

MEDIATION = "mediation-maoling-east"
FEW_SECONDS = 5.0


async def imported(stage: Stage, *rows: RosterRow) -> Imported:
    """Import a roster."""
    answer: Imported = await stage.do(stage.use_cases.enrolling.import_rosters, ImportRoster(rows, "c-1"))
    return answer


@pytest.fixture(scope="session")
def county_roster(rules: Community) -> bytes:
    """The reference county's roster."""
    assert rules.roster is not None
    return rules.roster.read_bytes()


async def test_the_whole_county_is_imported_in_a_few_seconds(stage: Stage, county_roster: bytes) -> None:
    """1,877 volunteers, 280 of them holding posts; a second import knows them all."""
    began = time.monotonic()
    rows = read_roster(county_roster, "roster.csv", stage.rules)
    first = await imported(stage, *rows)
    assert FEW_SECONDS > time.monotonic() - began
    assert (Imported(1877, 0), Imported(0, 1877)) == (first, await imported(stage, *rows))
    people, claims = await stage.all(select(Volunteer)), await stage.all(select(Claim))
    assert (1877, 280) == (len(people), len({claim.volunteer_id for claim in claims}))
    assert len(stage.rules.posts) == len(await stage.all(select(Post)))


async def test_what_is_personal_is_sealed(stage: Stage) -> None:
    """Name, phone, home and hours are readable with the vault alone; look-up goes by a keyed hash."""
    row = volunteer("v-1", MEDIATION)
    await stage.enrol(row)
    person = await stage.volunteer("v-1")
    stored = repr(person.model_dump())
    assert [] == [word for word in (row.name, row.phone, row.phone[3:], GRID) if word in stored]
    opened = stage.vault.open_fields("v-1", person.sealed)
    assert (row.name, row.phone, GRID, "retired") == (
        opened["name"],
        opened["phone"],
        opened["home"],
        opened["kind"],
    )
    assert stage.vault.fingerprint(row.phone) == person.phone_fingerprint


async def test_a_second_roster_updates_and_adds_and_keeps_what_was_earned(stage: Stage) -> None:
    """Minutes served, assignments held and earlier claims stay; nobody is removed."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
    order_id = await stage.place()
    await stage.accept(await stage.last(matcher.OfferMade))
    again = await imported(stage, volunteer("v-1", "safety-maoling-east-g1", capacity=7), volunteer("v-3"))
    person = await stage.volunteer("v-1")
    claims = await stage.all(select(col(Claim.post_id)).where(col(Claim.volunteer_id) == "v-1"))
    assert (Imported(1, 1), 7, 1) == (again, person.capacity, person.held)
    assert ({MEDIATION, "safety-maoling-east-g1"}, 3) == (set(claims), len(await stage.all(select(Volunteer))))
    assert [("v-1", "assigned")] == await stage.assignment_states(order_id)


async def test_a_phone_of_somebody_else_refuses_the_whole_roster(stage: Stage) -> None:
    """All or nothing: the row and the column are named, the number is not."""
    known = volunteer("v-1")
    await stage.enrol(known)
    newcomer, thief = volunteer("v-2"), volunteer("v-3").model_copy(update={"phone": known.phone})
    with pytest.raises(RosterInvalid) as refused:
        await imported(stage, newcomer, thief)
    assert ["/3/phone"] == [error.pointer for error in refused.value.errors]
    assert known.phone not in str(refused.value)
    assert 1 == len(await stage.all(select(Volunteer)))


async def test_two_volunteers_may_swap_numbers(stage: Stage) -> None:
    """Within one roster the numbers are judged as a whole."""
    one, two = volunteer("v-1"), volunteer("v-2")
    await stage.enrol(one, two)
    await stage.enrol(one.model_copy(update={"phone": two.phone}), two.model_copy(update={"phone": one.phone}))
    prints = [(await stage.volunteer(who)).phone_fingerprint for who in ("v-1", "v-2")]
    assert [stage.vault.fingerprint(phone) for phone in (two.phone, one.phone)] == prints


async def test_the_pairing_knows_a_roster_as_soon_as_it_is_there(stage: Stage) -> None:
    """In the next order already, and in another process that looks at the same database."""
    await stage.place()
    await stage.enrol(volunteer("v-1", MEDIATION))
    await stage.place()
    other = Stage(stage.database.url, stage.rules)
    await other.enrol(volunteer("v-2", MEDIATION, home=NEXT_GRID))
    await other.database.close()
    await stage.place()
    await stage.place()
    heard = await stage.heard()
    assert ["order_escalated", *["offer_made"] * 3] == names(heard)
    first, *others = [made.volunteer_id for made in heard[1:]]
    assert ("v-1", {"v-1", "v-2"}) == (first, set(others))


async def test_a_roster_that_was_not_committed_is_forgotten(stage: Stage) -> None:
    """The directory is made from what the database has, even after a transaction that failed."""
    await stage.enrol(volunteer("v-1", MEDIATION))

    async def lose(uow: Unit) -> None:
        await stage.use_cases.enrolling.import_rosters(uow, [ImportRoster([volunteer("v-2", MEDIATION)], "c-1")])
        assert 2 == len(await stage.use_cases.directories.current(uow.repository))
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        async with stage.units() as uow:
            await lose(uow)
    async with stage.units() as uow:
        assert 1 == len(await stage.use_cases.directories.current(uow.repository))


async def test_the_start_brings_posts_and_the_roster(stage: Stage) -> None:
    """Posts of the definition are rows for claims to refer to; the directory is in memory before the first order."""
    await stage.do(stage.use_cases.enrolling.settle_in, None)
    assert len(stage.rules.posts) == len(await stage.all(select(Post)))
    assert [] == await stage.all(select(Roster))
