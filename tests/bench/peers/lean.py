"""The peers' work on paidan's own machinery: three services over the outbox, relay, consumers and group commits of
``shared``, with use cases over lists and none of the product's rules.

It shows what the machinery costs; what the product does beyond it is the difference to the whole system.

``python -m tests.bench.peers.lean ROLE PORT URL NATS``; roles ``intake`` (HTTP), ``matcher``, ``notifier``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import structlog
import uvicorn
from fastapi import FastAPI, Response
from faststream.nats import NatsBroker
from sqlalchemy import func, insert, select, update
from sqlmodel import col

from shared.contracts.envelope import Fact
from shared.contracts.flows import stream_of
from shared.contracts.intake import OrderPlaced
from shared.contracts.matcher import OfferMade
from shared.contracts.refusal import Refusal
from shared.contracts.words import Holder, NextStep, Role, Urgency
from shared.messaging.connections import Connections
from shared.messaging.consuming import Hearing
from shared.messaging.entering import Entrance
from shared.messaging.inbox import InboxColumns, MessagingRepository
from shared.messaging.machinery import Machinery
from shared.messaging.outbox import OutboxColumns
from shared.messaging.published import PublishedColumns
from shared.messaging.streams import declare as declare_streams
from shared.persistence.audit import AuditColumns
from shared.persistence.engine import Database
from shared.persistence.unit_of_work import UnitOfWork
from tests.bench.peers.ground import VOLUNTEERS
from tests.bench.peers.lean_tables import (
    Audited,
    Inbox,
    LeanTable,
    Notification,
    Order,
    Outbox,
    Published,
    Volunteer,
)
from tests.bench.peers.monolith import Wish

ROLES = ("notifier", "matcher", "intake")
HEARS = {"matcher": "intake", "notifier": "matcher"}
AREA = "county"
HOUR = timedelta(hours=1)


class Repository(MessagingRepository):
    """All a lean service needs of its database."""

    inbox: ClassVar[type[InboxColumns]] = Inbox
    outbox: ClassVar[type[OutboxColumns]] = Outbox
    published: ClassVar[type[PublishedColumns]] = Published
    audited: ClassVar[type[AuditColumns]] = Audited

    async def add(self, table: type[LeanTable], rows: Sequence[dict[str, Any]]) -> None:
        """All rows in one insert."""
        await self._session.execute(insert(table), rows)

    async def take_volunteers(self, count: int) -> list[int]:
        """Those with the least load, one more each."""
        free = select(col(Volunteer.id)).order_by(col(Volunteer.load), col(Volunteer.id)).limit(count)
        taking = update(Volunteer).where(col(Volunteer.id).in_(free.with_for_update(skip_locked=True)))
        found = await self._session.scalars(
            taking.values(load=col(Volunteer.load) + 1).returning(col(Volunteer.id)),
            execution_options={"synchronize_session": False},
        )
        return list(found)


Unit = UnitOfWork[Repository]


async def place_orders(uow: Unit, wishes: Sequence[Wish]) -> list[str | Refusal]:
    """Orders and their events."""
    rows = [{"id": uow.new_id(), **wish.model_dump()} for wish in wishes]
    await uow.repository.add(Order, rows)
    uow.record(
        *(
            OrderPlaced(
                order_id=row["id"],
                version=1,
                reference=row["id"][:8],
                community=AREA,
                service=row["service"],
                grid=row["area"],
                urgency=Urgency.NORMAL,
                window=None,
                legs=(),
                placed_at=uow.now,
                due_at=uow.now + HOUR,
            )
            for row in rows
        )
    )
    return [row["id"] for row in rows]


async def on_order_placed(uow: Unit, facts: Sequence[Fact[OrderPlaced]]) -> list[Refusal | None]:
    """A volunteer for each order."""
    holder = Holder(role=Role.COORDINATOR, area=AREA)
    for fact, volunteer in zip(facts, await uow.repository.take_volunteers(len(facts)), strict=True):
        placed = fact.event
        uow.record(
            OfferMade(
                order_id=placed.order_id,
                version=1,
                community=AREA,
                grid=placed.grid,
                at=uow.now,
                holder=holder,
                due_at=placed.due_at,
                next_step=NextStep.ACCEPT,
                leg_id=placed.order_id,
                offer_id=placed.order_id,
                volunteer_id=str(volunteer),
                service=placed.service,
                post="any",
                wave=1,
                urgency=placed.urgency,
                window=None,
                expires_at=placed.due_at,
            )
        )
    return [None for _ in facts]


async def on_offer_made(uow: Unit, facts: Sequence[Fact[OfferMade]]) -> list[Refusal | None]:
    """They are told."""
    told = [{"order_id": fact.event.order_id, "volunteer_id": fact.event.volunteer_id} for fact in facts]
    await uow.repository.add(Notification, told)
    return [None for _ in facts]


async def declare(nats: str) -> None:
    """Streams and durables of the contracts, empty."""
    broker = NatsBroker(nats, logger=None)
    js = (await broker.connect()).jetstream()
    for stream in await js.streams_info():
        await js.delete_stream(str(stream.config.name))
    await declare_streams(js)
    await broker.stop()


async def prepare(url: str) -> None:
    """Tables, and volunteers."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(LeanTable.metadata.create_all)
        await connection.execute(insert(Volunteer), [{"id": number, "load": 0} for number in range(1, VOLUNTEERS + 1)])
    await database.close()


async def done(url: str) -> int:
    """How many notifications there are."""
    return await _count(url, Notification)


async def waited(urls: Mapping[str, str], nats: str) -> int:
    """Messages that were given more often than they took effect: nothing here refuses any, so they waited."""
    broker, again = NatsBroker(nats, logger=None), 0
    js = (await broker.connect()).jetstream()
    for role, publisher in HEARS.items():
        told = await js.consumer_info(stream_of(publisher), f"{role}_from_{publisher}")
        again += (told.delivered.consumer_seq if told.delivered else 0) - await _count(urls[role], Inbox)
    await broker.stop()
    return again


async def _count(url: str, table: type[LeanTable]) -> int:
    database = Database(url)
    async with database.reading() as session:
        count = await session.scalar(select(func.count()).select_from(table))
    await database.close()
    return count or 0


def make_app(role: str, url: str, nats: str) -> FastAPI:
    """One service on HTTP; only intake has a door."""
    machinery = Machinery(role, Connections(url, Entrance(nats)), Repository, lambda: datetime.now(UTC))
    if role != "intake":
        hearing = Hearing(role, HEARS[role])
        hearing.on(on_order_placed, OrderPlaced) if role == "matcher" else hearing.on(on_offer_made, OfferMade)
        machinery.hear(hearing)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with machinery.running():
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/healthz")
    async def healthz(response: Response) -> dict[str, bool]:
        ready = machinery.bus.connected.is_set()
        response.status_code = 200 if ready else 503
        return {"ready": ready}

    if role == "intake":

        @app.post("/orders", status_code=201)
        async def order(wish: Wish) -> dict[str, str]:
            return {"order_id": await machinery.writer.do(place_orders, wish)}

    return app


if __name__ == "__main__":
    _, chosen, port, database_url, broker_url = sys.argv
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    app = make_app(chosen, database_url, broker_url)
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False, ws="none")
