"""Reading an audit from its first row to its last: whether it is what was written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field

from sqlalchemy import Row, select
from sqlmodel import col

from shared.contracts.audit import What
from shared.persistence.audit import AuditColumns, Head, Seal
from shared.persistence.engine import Database

PAGE = 1000
MOST = 100
"""So many broken places are told; more say nothing new."""


@dataclass
class Checked:
    """What a chain is like. ``first``: the first sequence that is kept, 0 where none is; ``wanted``: the hashes that
    stand at the sequences asked for; ``restored``: how often the database came back from a backup. ``rows``: how many
    there are since the key was last lost; ``strange``: how many of them are not under this key, ``told`` their lines.
    """

    first: int = 0
    head: Head = field(default_factory=lambda: Head(0, ""))
    broken: list[str] = field(default_factory=list)
    wanted: dict[int, str] = field(default_factory=dict)
    dropped: int = 0
    restored: int = 0
    told: list[str] = field(default_factory=list)
    strange: int = 0
    rows: int = 0


async def check_chain(
    database: Database, table: type[AuditColumns], seal: Seal, wanted: Collection[int] = ()
) -> Checked:
    """Read a service's whole audit. A line in ``broken`` for each row that was changed or forged, and for each gap."""
    checked = Checked(head=Head(0, seal.origin))
    async for row in _rows(database, table):
        _judge(checked, row, seal)
        checked.first = checked.first or row.sequence
        if row.sequence in wanted:
            checked.wanted[row.sequence] = row.hash
        checked.head = Head(row.sequence, row.hash)
    if checked.first > 1 and checked.dropped < checked.first - 1:
        checked.broken.append(missing(checked.dropped + 1, checked.first - 1))
    return checked


def _judge(checked: Checked, row: AuditColumns, seal: Seal) -> None:
    follows = row.sequence == checked.head.sequence + 1
    if checked.first and not follows:
        _tell(checked, missing(checked.head.sequence + 1, row.sequence - 1))
    # after a gap the row before is not there to be compared; the gap is told
    joined = not follows or not checked.first or row.previous == checked.head.hash
    genuine, line = seal.made(row), f"row {row.sequence} is not what was written"
    if genuine and row.what == What.BROKEN and checked.strange == checked.rows:
        _forget_key(checked, row)
    checked.rows += 1
    if joined and not genuine:
        checked.strange += 1
        checked.told += [line] if checked.strange <= MOST else []
    if not genuine or not joined:
        _tell(checked, line)
    elif row.what == What.DROPPED:
        checked.dropped = max(checked.dropped, row.up_to or 0)
    elif row.what == What.RESTORED:
        checked.restored += 1


def _forget_key(checked: Checked, row: AuditColumns) -> None:
    """All rows before are under another key: one line tells of them, and the gaps stay told."""
    theirs = set(checked.told)
    rows = f"rows {row.sequence - checked.rows} to {row.up_to}"
    checked.broken = [line for line in checked.broken if line not in theirs]
    checked.broken.append(f"the key was lost: whether {rows} are what was written, nobody can tell")
    checked.told, checked.strange, checked.rows = [], 0, 0


def _tell(checked: Checked, line: str) -> None:
    if len(checked.broken) < MOST:
        checked.broken.append(line)


def missing(first: int, last: int) -> str:
    """Which rows are not there, in words."""
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"


async def _rows(database: Database, table: type[AuditColumns]) -> AsyncIterator[AuditColumns]:
    """Every row in order; each page a question of its own, so that no transaction stays open."""
    columns = [col(getattr(table, name)) for name in AuditColumns.model_fields]
    last = 0
    while True:
        page = select(*columns).where(col(table.sequence) > last).order_by(col(table.sequence)).limit(PAGE)
        async with database.reading() as session:
            found: list[Row[tuple[object, ...]]] = list((await session.execute(page)).all())
        for row in found:
            yield row  # type: ignore[misc]  # it has the columns' names
        if len(found) < PAGE:
            return
        last = found[-1].sequence
