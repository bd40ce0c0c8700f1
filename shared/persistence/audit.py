"""The audit: an append-only table in each service, each row bound to the one before it by a keyed hash.

Who has the database alone can neither change, insert or take out a row unseen nor forge an end: the key lies in the
key folder. That an end was cut off is seen from the anchors that are published (``shared.messaging.anchoring``).

Rows are written in the transaction of what they tell of, as the last thing before its commit: sequence and hash need
the row before, so writers take turns from there to their commit. SQLite has one writer anyway; on PostgreSQL an
advisory lock is the turn. It is the last lock anybody takes, so nobody waits for somebody who waits for them.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import BigInteger, Index, Integer, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.audit import SYSTEM, Deed, What

log = structlog.get_logger()

_SCHEME = b"paidan audit 1\n"
_TURN = 0x7061756469740001
"""PostgreSQL's advisory lock under which rows are chained."""

_SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")


class AuditColumns(SQLModel):
    """One deed in its place in the chain. ``at`` is wall time; ``previous`` and ``hash`` are 64 hex digits."""

    sequence: int = Field(primary_key=True, sa_type=_SEQUENCE, sa_column_kwargs={"autoincrement": False})
    at: datetime
    role: str
    actor: str
    area: str
    what: str
    order_id: str
    subject: str
    field: str
    reason: str
    verdict: str
    up_to: int | None = Field(default=None, sa_type=BigInteger)
    previous: str
    hash: str


def audit_indexes(table: str) -> tuple[Index, ...]:
    """What a search goes by: who, which order, what, and when; the newest first in each."""
    return (
        Index(f"{table}_actor", "actor", "sequence"),
        Index(f"{table}_order", "order_id", "sequence"),
        Index(f"{table}_what", "what", "sequence"),
        Index(f"{table}_at", "at"),
    )


@dataclass(frozen=True)
class Head:
    """The end of a chain: the last sequence and its hash; 0 and the origin for an empty one."""

    sequence: int
    hash: str


class Seal:
    """Makes and checks the hashes of one service's chain. ``key``: at least 32 random bytes, not in the database."""

    def __init__(self, service: str, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("an audit key has at least 32 bytes")
        self.service = service
        self._key = hmac.digest(key, b"audit:" + service.encode(), "sha256")
        self.origin = hmac.digest(self._key, _SCHEME + b"origin", "sha256").hex()

    def of(self, row: AuditColumns) -> str:
        """The hash a row must have: over its place, its content and the hash before it."""
        content = [
            row.sequence,
            row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            *(row.role, row.actor, row.area, row.what, row.order_id, row.subject, row.field, row.reason, row.verdict),
            row.up_to,
            row.previous,
        ]
        told = json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()
        return hmac.digest(self._key, _SCHEME + told, "sha256").hex()

    def made(self, row: AuditColumns) -> bool:
        """Whether a row is as it was chained under this key."""
        return hmac.compare_digest(self.of(row), row.hash)


def wall_now() -> datetime:
    """The wall's time."""
    return datetime.now(UTC)


class Chain:
    """Appends to one service's audit, inside the caller's transaction. ``table``: the service's own."""

    def __init__(self, table: type[AuditColumns], seal: Seal, wall: Callable[[], datetime] = wall_now) -> None:
        self.table = table
        self._seal = seal
        self._wall = wall

    async def append(self, session: AsyncSession, deeds: Sequence[Deed]) -> None:
        """Chain these deeds, in order, to whatever is committed by now. Nothing may be locked after it.

        Where the last row is not under this key, a row that says so comes first: it was lost, or somebody was there.
        """
        if deeds:
            await self._take_turn(session)
            await self._write(session, [*await self._broken(session), *deeds])

    async def go_on(self, session: AsyncSession) -> None:
        """See to it that the chain goes on under this key, and says so where it was under another."""
        await self._take_turn(session)
        await self._write(session, await self._broken(session))

    async def is_ours(self, session: AsyncSession) -> bool:
        """Whether the last row is under this key, or there is none."""
        last = await self._last(session)
        return last is None or self._seal.made(last)

    async def _broken(self, session: AsyncSession) -> Sequence[Deed]:
        last = await self._last(session)
        if last is None or self._seal.made(last):
            return ()
        log.error("audit.broken", service=self._seal.service, up_to=last.sequence)
        return (Deed(SYSTEM, What.BROKEN, up_to=last.sequence),)

    async def _write(self, session: AsyncSession, deeds: Sequence[Deed]) -> None:
        if not deeds:
            return
        head, at = await self.head(session), self._wall()
        rows = []
        for deed in deeds:
            row = _row(self.table, deed, head, at)
            row.hash = self._seal.of(row)
            head = Head(row.sequence, row.hash)
            rows.append(row.model_dump())
        await session.execute(insert(self.table), rows)

    async def head(self, session: AsyncSession) -> Head:
        """The end of the chain as this session sees it."""
        last = await self._last(session)
        return Head(last.sequence, last.hash) if last else Head(0, self._seal.origin)

    async def _last(self, session: AsyncSession) -> AuditColumns | None:
        columns = [col(getattr(self.table, name)) for name in AuditColumns.model_fields]
        found = await session.execute(select(*columns).order_by(col(self.table.sequence).desc()).limit(1))
        return found.first()  # type: ignore[return-value]  # it has the columns' names

    async def starts_before(self, session: AsyncSession, before: datetime) -> bool:
        """Whether the oldest row is older than ``before``."""
        oldest = select(col(self.table.at)).order_by(col(self.table.sequence)).limit(1)
        found = await session.scalar(oldest)
        return found is not None and found < before

    async def drop(self, session: AsyncSession, before: datetime) -> int:
        """Take out the oldest rows, up to the first that is not older than ``before``; answers how many.

        A row that says so is chained first: by it the rest stays checkable, and the table lets the old rows go.
        """
        table = self.table
        await self._take_turn(session)
        in_turn = select(col(table.sequence)).order_by(col(table.sequence)).limit(1)  # stops at the first that is kept
        kept = await session.scalar(in_turn.where(col(table.at) >= before))
        last = kept - 1 if kept is not None else (await self.head(session)).sequence
        first = await session.scalar(in_turn)
        if first is None or last < first:
            return 0
        await self.append(session, [Deed(SYSTEM, What.DROPPED, up_to=last)])
        await session.execute(delete(table).where(col(table.sequence) <= last))
        return int(last - first + 1)

    async def _take_turn(self, session: AsyncSession) -> None:
        if session.get_bind().dialect.name == "postgresql":
            await session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})


def day_of(wall: datetime, kept: timedelta) -> datetime:
    """Up to where rows are dropped at ``wall`` when they are kept so long: whole days (UTC), so that it is done once a
    day."""
    return (wall.astimezone(UTC) - kept).replace(hour=0, minute=0, second=0, microsecond=0)


def _row(table: type[AuditColumns], deed: Deed, head: Head, at: datetime) -> AuditColumns:
    return table(
        sequence=head.sequence + 1,
        at=at,
        role=deed.who.role,
        actor=deed.who.id,
        area=deed.who.area,
        what=deed.what.value,
        order_id=deed.order_id,
        subject=deed.subject,
        field=deed.field,
        reason=deed.reason,
        verdict=deed.verdict.value,
        up_to=deed.up_to,
        previous=head.hash,
        hash="",
    )
