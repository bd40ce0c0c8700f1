"""The roster as a file: what goes out comes in as it was, and a file changes only what it says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Audited, Claim, Unit, Volunteer
from services.matcher.use_cases.enrolling import ImportRoster
from shared.community import posts
from shared.community.definition import Community
from shared.community.hours import WeekHours
from shared.community.roster import RosterFile, RosterInvalid, read_roster_file
from shared.community.text import Text
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, Stage, volunteer

COUNTY = "qindu"
SAFETY, MEDIATION = "safety-maoling-east-g1", "mediation-maoling-east"
MILL = posts.Unit(unit_id="u-mill", name=Text(zh="纺织厂", en="Mill"), located_in="maoling-east", paired_with=GRID)


async def export(house: House, form: str = "csv", area: str = COUNTY) -> Any:
    """The answer to a coordinator who asks for the roster."""
    caller = house.as_(Role.COORDINATOR, "c", area)
    return await house.client.get(f"/api/roster?format={form}", headers=caller)


async def everything(stage: Stage) -> list[Any]:
    """All rows of the roster, without the seals' fresh nonces."""
    people = await stage.all(select(Volunteer).order_by(col(Volunteer.volunteer_id)))
    opened = [stage.vault.open(one.volunteer_id, one.sealed) for one in people]
    rows = [one.model_dump(exclude={"position"}) for one in people]
    claims = await stage.all(select(Claim).order_by(col(Claim.post_id), col(Claim.volunteer_id)))
    units = await stage.all(select(Unit).order_by(col(Unit.unit_id)))
    return [rows, opened, *(one.model_dump(exclude={"imported_at"}) for one in (*claims, *units))]


@pytest.fixture
def county_roster(rules: Community) -> RosterFile:
    """The reference county's roster."""
    assert rules.roster is not None
    return read_roster_file(rules.roster.read_bytes(), rules.roster.name, rules)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_was_exported_imports_as_nothing_new(house: House, county_roster: RosterFile, form: str) -> None:
    """The whole county: not a row is touched, so no directory reads it again."""
    stage, county = house.stage, house.as_(Role.COORDINATOR, "c", COUNTY)
    await stage.do(stage.use_cases.enrolling.import_rosters, ImportRoster(county_roster.volunteers, "c", (MILL,)))
    before = await everything(stage)
    answer = await export(house, form)
    assert (200, f'attachment; filename="roster.{form}"', "no-store") == (
        answer.status_code,
        answer.headers["content-disposition"],
        answer.headers["cache-control"],
    )
    file = {"file": (f"roster.{form}", answer.content)}
    again = await house.client.post("/api/roster", headers=county, files=file)
    assert (200, 0, 1877) == (again.status_code, again.json()["created"], again.json()["updated"])
    assert before == await everything(stage)


async def test_the_roster_goes_to_the_county_alone(house: House) -> None:
    """403 for every other coordinator; who tried and who took it is audited."""
    await house.stage.enrol(volunteer("v-1"))
    assert 403 == (await export(house, area=GRID)).status_code
    assert 403 == (await house.client.get("/api/roster", headers=house.as_(Role.VOLUNTEER, "v-1"))).status_code
    assert 200 == (await export(house)).status_code
    told = select(col(Audited.what), col(Audited.verdict)).order_by(col(Audited.sequence).desc()).limit(3)
    async with house.stage.database.reading() as session:
        deeds = [tuple(row) for row in await session.execute(told)]
    assert [("exported", "allowed"), ("entered", "refused"), ("entered", "refused")] == deeds


async def test_a_second_roster_leaves_what_volunteers_decided(stage: Stage) -> None:
    """Organisational columns change; hours, duty, offers a day and consent only where a cell is filled."""
    decided = {"hours": WeekHours.parse("mon 8-9"), "on_duty": True, "daily_offers": 7, "urgent_at_work": True}
    await stage.enrol(volunteer("v-1", SAFETY, capacity=5).model_copy(update=decided))
    silent = {"hours": None, "on_duty": None, "daily_offers": None, "urgent_at_work": None, "name": "renamed"}
    await stage.enrol(volunteer("v-1").model_copy(update=silent))
    person = await stage.volunteer("v-1")
    opened = stage.vault.open_fields("v-1", person.sealed)
    assert ("renamed", decided["hours"].hex, True, 7, True, 2) == (  # type: ignore[attr-defined]  # it has hours
        opened["name"], opened["hours"], person.on_duty, person.daily_offers, person.urgent_at_work, person.capacity,
    )  # fmt: skip
    assert [SAFETY] == await stage.all(select(col(Claim.post_id)))
    await stage.enrol(volunteer("v-1").model_copy(update={"on_duty": False, "daily_offers": 1}))
    person = await stage.volunteer("v-1")
    assert (False, 1, True) == (person.on_duty, person.daily_offers, person.urgent_at_work)


async def test_a_new_volunteer_begins_with_what_the_community_decided(stage: Stage) -> None:
    """Hours of the kind, offers a day of the rules, no consent to be asked at work."""
    await stage.enrol(volunteer("v-1").model_copy(update={"hours": None, "on_duty": None}))
    person = await stage.volunteer("v-1")
    assert (None, stage.rules.pairing.daily_offers, False, False) == (
        stage.vault.open_fields("v-1", person.sealed)["hours"],
        person.daily_offers,
        person.urgent_at_work,
        person.on_duty,
    )


async def test_a_roster_never_gives_away_more_places_than_there_are(stage: Stage) -> None:
    """Those held before count; the row and the column are named, and nobody is enrolled."""
    await stage.enrol(volunteer("v-1", SAFETY), volunteer("v-2", SAFETY))
    command = ImportRoster([volunteer("v-1", SAFETY), volunteer("v-3", SAFETY)], "c", numbers={"v-1": 2, "v-3": 7})
    with pytest.raises(RosterInvalid) as refused:
        await stage.do(stage.use_cases.enrolling.import_rosters, command)
    assert ["/7/posts"] == [error.pointer for error in refused.value.errors]
    assert 2 == len(await stage.all(select(Volunteer)))


async def test_a_vetting_outlives_an_older_file(stage: Stage) -> None:
    """A file adds claims and vettings and takes none away."""
    await stage.enrol(volunteer("v-1", MEDIATION, vetted=True))
    await stage.enrol(volunteer("v-1", MEDIATION, vetted=False))
    rows = await stage.all(select(Claim))
    assert [(True, "held")] == [(row.vetted, row.state) for row in rows]
    await stage.enrol(volunteer("v-2", MEDIATION, vetted=False))
    (row,) = await stage.all(select(Claim).where(col(Claim.volunteer_id) == "v-2"))
    assert (False, "waiting") == (row.vetted, row.state)
    await stage.enrol(volunteer("v-2", MEDIATION, vetted=True))
    (row,) = await stage.all(select(Claim).where(col(Claim.volunteer_id) == "v-2"))
    assert (True, "held") == (row.vetted, row.state)


async def test_units_of_a_roster_outlive_the_next_start(stage: Stage) -> None:
    """What a file said of a unit of the definition is not overwritten by it again; secretaries follow the file."""
    moved = next(unit for unit in stage.rules.units if unit.unit_id == "u-004").model_copy(update={"paired_with": GRID})
    people = [
        volunteer(who).model_copy(update={"unit": unit, "secretary": True})
        for who, unit in (("v-1", "u-004"), ("v-2", "u-mill"))
    ]
    command = ImportRoster(people, "c", (MILL, moved))
    await stage.do(stage.use_cases.enrolling.import_rosters, command)
    await stage.do(stage.use_cases.enrolling.settle_in, None)
    units = {unit.unit_id: unit for unit in await stage.all(select(Unit))}
    assert (GRID, "v-1", "v-2") == (
        units["u-004"].paired_with,
        units["u-004"].secretary_id,
        units["u-mill"].secretary_id,
    )
    assert len(stage.rules.units) + 1 == len(units)
    await stage.enrol(people[0].model_copy(update={"unit": "u-001", "secretary": None}))
    units = {unit.unit_id: unit for unit in await stage.all(select(Unit))}
    assert (None, None) == (units["u-004"].secretary_id, units["u-001"].secretary_id)
