"""Who may be let in: whose a phone is, as volunteer or in office, and whom a signed-in browser still speaks for."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Incumbent, Session, Volunteer
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.identity.sessions import hash_of
from shared.identity.tokens import Caller
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class SigningInQueries:
    """Reads the roster and the sessions."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        self._database = database
        self._rules = rules
        self._vault = vault

    def print_of(self, phone: str) -> str:
        """The keyed hash of a phone (E.164)."""
        return self._vault.fingerprint(phone)

    async def owners_of(self, phone_print: str) -> tuple[Caller, ...] | None:
        """Whom a phone speaks for: its volunteer unless they have left or are suspended, and the coordinators' offices
        whose incumbent has it; None for nobody.
        """
        async with self._database.reading() as session:
            row = await session.scalar(select(Volunteer).where(col(Volunteer.phone_fingerprint) == phone_print))
            held = select(col(Incumbent.coordinator_id)).where(col(Incumbent.phone_fingerprint) == phone_print)
            offices = [self._rules.ladder.by_id.get(one) for one in sorted(await session.scalars(held))]
        volunteer = [Caller(Role.VOLUNTEER, row.volunteer_id)] if row is not None and row.is_there else []
        coordinators = [Caller(Role.COORDINATOR, one.coordinator_id, one.area) for one in offices if one]
        return (*volunteer, *coordinators) or None

    async def caller_of(self, session_token: str) -> Caller | None:
        """Whom a browser's session speaks for: nobody once a volunteer is off the roster or suspended, or a
        coordinator answers for another area than when it was opened.
        """
        async with self._database.reading() as session:
            row = await session.get(Session, hash_of(session_token))
            caller = row.caller(datetime.now(UTC)) if row else None
            if caller is None or caller.role is not Role.VOLUNTEER:
                return caller if caller is not None and self._still_answers(caller) else None
            volunteer = await session.get(Volunteer, caller.subject)
        return caller if volunteer is not None and volunteer.is_there else None

    def _still_answers(self, caller: Caller) -> bool:
        if caller.role is not Role.COORDINATOR:
            return True
        named = self._rules.ladder.by_id.get(caller.subject)
        return named is not None and named.area == caller.area
