"""How many people's contacts one person is shown a day: counted in the audit itself, for all replicas together, so that
nobody collects a community by taking orders and giving them back, or by opening one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from sqlalchemy import distinct, func, select
from sqlmodel import col

from shared.contracts.audit import Deed, Verdict, What
from shared.contracts.refusal import TooMany
from shared.persistence.audit import AuditColumns, wall_now
from shared.persistence.auditing import Auditing
from shared.persistence.engine import Database

DAY = timedelta(hours=24)


class ContactsShownToday(TooMany):
    """This person was shown as many people's contacts in a day as one is."""

    title = "You were shown as many contacts today as one person is; please ask your coordinator"
    retry_after = timedelta(hours=1).total_seconds()

    def __init__(self) -> None:
        """The sentence is the detail as well: it reaches whoever asks for a volunteer over the broker."""
        super().__init__(self.title)


@dataclass(frozen=True)
class ContactsADay:
    """Of how many orders the contact is shown in 24 hours: to a volunteer who serves them, to a coordinator. ``always``
    is the reason for which a coordinator goes on: that is in the audit as well, and alerted of.
    """

    volunteer: int
    coordinator: int
    always: str

    def most(self, deed: Deed) -> int | None:
        """What bounds a deed; None for one that nothing bounds."""
        if deed.verdict is not Verdict.ALLOWED or deed.reason == self.always:
            return None
        return {What.FETCHED: self.volunteer, What.REVEALED: self.coordinator}.get(deed.what)


class BoundedAudit:
    """An ``Auditing`` that refuses what passes the bound, and notes the refusal. An order that was shown before may be
    shown again. Requests that reach several replicas in one instant may pass it by as many.
    """

    def __init__(
        self,
        audit: Auditing,
        database: Database,
        table: type[AuditColumns],
        bounds: ContactsADay,
        wall: Callable[[], datetime] = wall_now,
    ) -> None:
        self._audit, self._database, self._table = audit, database, table
        self._bounds, self._wall = bounds, wall
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def note(self, *deeds: Deed) -> None:
        """See ``Auditing``. Raises ``ContactsShownToday``."""
        for deed in deeds:
            most = self._bounds.most(deed)
            if most is None:
                await self._audit.note(deed)
                continue
            turn = self._turns.setdefault(deed.who.id, asyncio.Lock())
            async with turn:
                if await self._shown(deed) >= most:
                    await self._audit.note(replace(deed, verdict=Verdict.REFUSED))
                    raise ContactsShownToday
                await self._audit.note(deed)

    def count_stranger(self) -> None:
        """See ``Auditing``."""
        self._audit.count_stranger()

    async def _shown(self, deed: Deed) -> int:
        """Of how many other orders this person was shown the contact in the last day."""
        table = self._table
        shown = select(func.count(distinct(col(table.order_id)))).where(
            col(table.actor) == deed.who.id,
            col(table.what) == deed.what.value,
            col(table.verdict) == Verdict.ALLOWED.value,
            col(table.order_id) != deed.order_id,
            col(table.at) > self._wall() - DAY,
        )
        async with self._database.reading() as session:
            return int(await session.scalar(shown) or 0)
