"""The roster comes in: volunteers, their units and claims, all or nothing.

Organisational columns are as the file says: name, phone, kind, unit, profession, home, capacity. What volunteers
decide themselves (hours, duty, offers a day, urgent orders at work) and who is secretary changes only where a cell is
filled. A file adds claims and vettings and takes none away; nobody is removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.matcher import models
from services.matcher.models import RosterDraft, Volunteer
from services.matcher.models.personal import Personal
from services.matcher.policies.claims import state_of
from services.matcher.policies.drafts import check_untaken
from services.matcher.repository import Unit
from services.matcher.use_cases.directories import Directories
from services.matcher.use_cases.enrolment import Enrolment, check_all
from shared.community import posts
from shared.community.definition import Community
from shared.community.roster import RosterRow
from shared.contracts.audit import Deed, What, Who
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Role
from shared.persistence.vault import Vault

ROSTER = "roster"
"""The topic of whoever watches the roster."""


@dataclass(frozen=True)
class ImportRoster:
    """A roster that was read and found valid by itself; ``by`` is the importing coordinator. ``numbers``: each
    volunteer's row of the file, where it is not simply the next. ``draft_id``: the sent file it was read from, if
    one was looked at before.
    """

    rows: Sequence[RosterRow]
    by: str
    units: Sequence[posts.Unit] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    draft_id: str = ""


@dataclass(frozen=True)
class Imported:
    """How many volunteers are new, and how many were known; how many units the file named."""

    created: int
    updated: int
    units: int = 0


@dataclass(frozen=True)
class Foreseen:
    """What an import would do: volunteers who are new and who are known, claims of posts that are new, units."""

    created: int
    updated: int
    claims: int
    units: int


class Enrolling:
    """Keeps the roster of one community, personal fields sealed under each volunteer's id."""

    def __init__(self, rules: Community, vault: Vault, directories: Directories) -> None:
        self._rules = rules
        self._vault = vault
        self._directories = directories

    async def settle_in(self, uow: Unit, commands: Sequence[None]) -> list[Refusal | None]:
        """At the start: the definition's posts and units into the database, the roster into memory."""
        await self._sync(uow)
        await self._directories.current(uow.repository)
        return [None for _ in commands]

    async def import_rosters(self, uow: Unit, commands: Sequence[ImportRoster]) -> list[Imported | Refusal]:
        """Add and update. Refusals: ``RosterInvalid`` when a phone number belongs to somebody else who is on the
        roster already, or a post has no place left; ``NotFound`` and ``RosterTaken`` for the draft.
        """
        return [await self._import(uow, command) for command in commands]

    async def foresee(self, uow: Unit, commands: Sequence[ImportRoster]) -> list[Foreseen | Refusal]:
        """What imports would do now, by the checks of the import itself; nothing is written. Refusals as there."""
        return [await self._foresee(uow, command) for command in commands]

    async def _foresee(self, uow: Unit, command: ImportRoster) -> Foreseen | Refusal:
        enrolment = await self._enrolment(uow, command)
        refusal = check_all(enrolment, self._rules)
        if refusal is not None:
            return refusal
        claims = sum(len(list(self._claims(row, enrolment, uow))) for row in command.rows)
        known = len(enrolment.known)
        return Foreseen(len(command.rows) - known, known, claims, len(command.units))

    async def _import(self, uow: Unit, command: ImportRoster) -> Imported | Refusal:
        try:
            draft = await self._draft(uow, command)
        except Refusal as refusal:
            return refusal
        revision = await uow.repository.raise_revision(uow.now)
        await self._sync(uow)  # the start may not have come to it yet
        enrolment = await self._enrolment(uow, command)
        refused = check_all(enrolment, self._rules)
        if refused is not None:
            return refused
        await uow.repository.save_units([_unit_row(unit) for unit in command.units], uow.now)
        rows = [self._volunteer(row, enrolment, position) for position, row in enumerate(command.rows, start=1)]
        changed = [{**row, "revision": revision} for row in rows if row is not None]
        await uow.repository.save_volunteers(changed, enrolment.moving)
        claims = [claim for row in command.rows for claim in self._claims(row, enrolment, uow)]
        await uow.repository.save_claims(claims)
        await uow.repository.stamp({claim["volunteer_id"] for claim in claims}, revision)
        _name_secretaries(command.rows, await uow.repository.units())
        await uow.repository.note_idle(uow.now)
        await uow.repository.save_roster(uow.new_id(), uow.now, command.by)
        uow.announce(ROSTER)
        uow.audit(Deed(Who(Role.COORDINATOR.value, command.by), What.IMPORTED, field="roster"))
        known = len(enrolment.known)
        imported = Imported(created=len(command.rows) - known, updated=known, units=len(command.units))
        if draft is not None:
            draft.become(uow.now, imported.created, imported.updated, imported.units)
        return imported

    async def _draft(self, uow: Unit, command: ImportRoster) -> RosterDraft | None:
        """The sent file this is read from, if it is. Raises ``NotFound``, ``RosterTaken``."""
        if not command.draft_id:
            return None
        draft = await uow.repository.draft(command.draft_id)
        if draft is None or draft.by != command.by:
            raise NotFound
        check_untaken(draft.imported_at)
        return draft

    async def _enrolment(self, uow: Unit, command: ImportRoster) -> Enrolment:
        ids = [row.volunteer_id for row in command.rows]
        return Enrolment(
            rows=command.rows,
            numbers=command.numbers,
            prints={row.volunteer_id: self._vault.fingerprint(row.phone) for row in command.rows},
            phones=await uow.repository.fingerprints(),
            known=await uow.repository.volunteers(ids),
            claims=await uow.repository.claims_of(ids),
            taken=await uow.repository.places_taken(list(self._rules.posts_by_id)),
        )

    async def _sync(self, uow: Unit) -> None:
        await uow.repository.save_posts([post.model_dump() for post in self._rules.posts])
        await uow.repository.save_units([_unit_row(unit) for unit in self._rules.units], None)
        vetted = {skill.code for skill in self._rules.skills if skill.needs_vetting}
        await uow.repository.hold_back([post.post_id for post in self._rules.posts if post.skill in vetted])
        await uow.repository.note_idle(uow.now)

    def _volunteer(self, row: RosterRow, enrolment: Enrolment, position: int) -> dict[str, Any] | None:
        """The row of a volunteer who is new or changes; None for one who stays as they are."""
        volunteer = enrolment.known.get(row.volunteer_id)
        before = Personal.opened(self._vault, row.volunteer_id, volunteer.sealed) if volunteer else None
        personal = Personal(
            name=row.name,
            phone=row.phone,
            kind=row.kind,
            unit=row.unit,
            profession=row.profession,
            home=row.home,
            hours=row.hours if row.hours is not None else before.hours if before else None,
            absences=before.absences if before else (),
        )
        agreed = self._agreed(row, volunteer)
        if volunteer and personal == before and agreed == {name: getattr(volunteer, name) for name in agreed}:
            return None
        return {
            "volunteer_id": row.volunteer_id,
            "sealed": personal.sealed(self._vault, row.volunteer_id),
            "phone_fingerprint": enrolment.prints[row.volunteer_id],
            "position": position,
            **agreed,
        }

    def _agreed(self, row: RosterRow, volunteer: Volunteer | None) -> dict[str, Any]:
        """How much somebody takes on: what the file says, else what it was, else what the community has decided."""
        agreed: dict[str, Any] = {
            "on_duty": False,
            "daily_offers": self._rules.pairing.daily_offers,
            "urgent_at_work": False,
        }
        if volunteer:
            agreed = {name: getattr(volunteer, name) for name in agreed}
        agreed |= {name: told for name in agreed if (told := getattr(row, name)) is not None}
        return {"capacity": row.capacity, **agreed}

    def _claims(self, row: RosterRow, enrolment: Enrolment, uow: Unit) -> Iterable[dict[str, Any]]:
        """Claims that are new, or vetted from now on."""
        known, before = enrolment.known.get(row.volunteer_id), enrolment.claims.get(row.volunteer_id, {})
        if known is not None and known.left_at is not None:  # who left comes back by a coordinator's word alone
            return
        for post_id in row.posts:
            vetted = post_id in row.vetted_posts
            if post_id in before and before[post_id] >= vetted:
                continue
            skill = self._rules.skills_by_code[self._rules.posts_by_id[post_id].skill]
            yield {
                "post_id": post_id,
                "volunteer_id": row.volunteer_id,
                "vetted": vetted,
                "state": state_of(skill, vetted=vetted).value,
                "claimed_at": uow.now,
            }


def _unit_row(unit: posts.Unit) -> dict[str, Any]:
    return {
        "unit_id": unit.unit_id,
        "name_zh": unit.name.zh,
        "name_en": unit.name.en,
        "located_in": unit.located_in,
        "paired_with": unit.paired_with,
        "hidden": unit.hidden,
    }


def _name_secretaries(rows: Sequence[RosterRow], units: Mapping[str, models.Unit]) -> None:
    """Who is named leads their unit; who is named no longer, or has left the unit, does not."""
    people = {row.volunteer_id: row for row in rows}
    for led in units.values():
        leading = people.get(led.secretary_id or "")
        if leading is not None and (leading.secretary is False or leading.unit != led.unit_id):
            led.secretary_id = None
    for row in rows:
        if row.secretary and (unit := units.get(row.unit or "")):
            unit.secretary_id = row.volunteer_id
