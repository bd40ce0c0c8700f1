"""The system itself, as a peer: the whole local stack on PostgreSQL or on SQLite, its broker flushing each write.

It does more for an order than the peers: the door's checks, sealed personal data, spam, the pairing of waiting orders
with those who hold the post and are free, several volunteers asked with a deadline, the ladder, confirmations, notices
that are delivered. An order has come through when matcher has dispatched it and notifier has heard all that intake and
matcher said. The county is the reference one, with ten times its volunteers, so that there is somebody to ask.
"""

from __future__ import annotations

import csv
import json
import secrets
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from deploy.attached import attach, load_definition
from deploy.definitions import REFERENCE_COUNTY
from deploy.demo.people import People
from shared.community.definition import Community
from shared.contracts.services import SERVICES
from shared.persistence.engine import Database
from tests.bench.loading import Post
from tests.bench.standing import Ground, Standing
from tests.integration.deploy.stacks import EVENING, free_port_base, up

TIMES = 10
LIMITS = {"PAIDAN_ORDERS_PER_PHONE": "100000", "PAIDAN_FLOOD_WRITES": "10000000", "PAIDAN_FLOOD_CALLER": "10000000"}
SAID = "SELECT count(*) FROM outbox WHERE event_id > :since"
UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
HEARD = "SELECT count(*) FROM inbox WHERE durable = '{}' AND event_id > :since"
HEARD_BY = ("notifier_from_intake", "notifier_from_matcher")
DISPATCHED = "SELECT count(*) FROM dispatches WHERE order_id > :since"


def larger(folder: Path, times: int = TIMES) -> Path:
    """The reference county with so many times its volunteers; its definition's file."""
    shutil.copytree(REFERENCE_COUNTY.parent, folder)
    _rewrite(folder / "posts.csv", lambda row, _: row | {"headcount": str(int(row["headcount"]) * times)}, 1)
    _rewrite(folder / "roster.csv", _again, times)
    return folder / REFERENCE_COUNTY.name


def _rewrite(file: Path, change: Callable[[dict[str, str], int], dict[str, str]], times: int) -> None:
    with file.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read))
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(row, number) for number in range(times) for row in rows)


def _again(row: dict[str, str], number: int) -> dict[str, str]:
    if not number:
        return row
    told = {"volunteer_id": f"{row['volunteer_id']}-{number}", "phone": f"154{number:04}{row['phone'][-4:]}"}
    return row | told | {"secretary": "no"}


class Orders:
    """What residents ask for now: every service that needs no appointment, everywhere in the county."""

    def __init__(self, community: Community) -> None:
        self._people = People(community, 1)
        self._appointed = {service.code for service in community.services if service.in_person}
        self._number = 0

    def posts(self, count: int) -> list[Post]:
        """The next orders."""
        made: list[Post] = []
        while len(made) < count:
            self._number += 1
            wish = self._people.wish(self._number, datetime.fromisoformat(EVENING))
            if wish.recorded_in is None and wish.body["service"] not in self._appointed:
                body = {name: value for name, value in wish.body.items() if name != "window"}
                told = json.dumps(body, ensure_ascii=False).encode()
                made.append(Post(told, f"Idempotency-Key: {uuid.uuid4()}\r\n"))
        return made


class Progress:
    """How many orders have come through, read from the three databases. ``since``: an id; what has a smaller one was
    there before and is not counted.
    """

    def __init__(self, databases: dict[str, Database], since: str = "") -> None:
        self._databases, self._since = databases, since

    async def done(self) -> int:
        """Orders that were dispatched, less what is said and not yet heard."""
        dispatched = await self._count("matcher", DISPATCHED)
        said = await self._count("intake", SAID) + await self._count("matcher", SAID)
        heard = [await self._count("notifier", HEARD.format(durable)) for durable in HEARD_BY]
        return max(0, dispatched - (said - sum(heard)))

    async def quiet(self) -> bool:
        """Whether nobody has anything left to publish, so that what follows is measured alone."""
        return not sum([await self._count(name, UNSENT) for name in self._databases])

    async def _count(self, name: str, statement: str) -> int:
        async with self._databases[name].reading() as session:
            given = {"since": self._since} if ":since" in statement else {}
            return int(await session.scalar(text(statement), given) or 0)


@asynccontextmanager
async def whole_system(name: str, where: Ground, folder: Path, *, on_sqlite: bool) -> AsyncIterator[Standing]:
    """A fresh stack."""
    databases = {} if on_sqlite else {one: where.postgres.create(f"{one}_{secrets.token_hex(3)}") for one in SERVICES}
    environment = {f"PAIDAN_{one.upper()}_DATABASE_URL": url for one, url in databases.items()} | LIMITS
    data = folder / uuid.uuid4().hex
    definition = folder / "county" / REFERENCE_COUNTY.name
    if not definition.exists():
        definition = larger(folder / "county")
    async with AsyncExitStack() as leaving:
        options = ("--clock", EVENING, "--definition", str(definition))
        running = await leaving.enter_async_context(up(data, free_port_base(), *options, environment=environment))
        stack = attach(data).stack
        looked_at = {one: Database(stack.databases[one], looks=True) for one in SERVICES}
        for database in looked_at.values():
            leaving.push_async_callback(database.close)
        orders, progress = Orders(load_definition(stack.definition)), Progress(looked_at)
        servers = [] if on_sqlite else [where.postgres.pid]
        pids = [*stack.children.values(), *servers]
        yield Standing(name, f"{stack.addresses['intake']}/api/orders", orders.posts, progress.done, pids)
        assert running.process.returncode is None
    for url in databases.values():
        where.postgres.drop(url.rpartition("/")[2])
    shutil.rmtree(data)
