"""A monolith in three ways: the ORM's transaction an order, one SQL statement an order, requests committed together.

``python -m tests.bench.peers.monolith WAY PORT URL``
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import Field, SQLModel, col, select

from tests.bench.peers.ground import plain

ONE = """
WITH found AS (SELECT id FROM volunteers WHERE load < capacity ORDER BY load, id LIMIT 1 FOR UPDATE SKIP LOCKED),
    taken AS (UPDATE volunteers v SET load = load + 1 FROM found WHERE v.id = found.id RETURNING v.id),
    placed AS (INSERT INTO orders (id, service, area, details, volunteer_id)
        SELECT $1, $2, $3, $4, id FROM taken RETURNING id, volunteer_id)
INSERT INTO notifications (order_id, volunteer_id) SELECT id, volunteer_id FROM placed RETURNING volunteer_id
"""
MANY = """
WITH asked AS (SELECT id, service, area, details, ordinality AS place
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t (id, service, area, details)),
    found AS (SELECT id FROM volunteers WHERE load < capacity ORDER BY load, id LIMIT $5 FOR UPDATE SKIP LOCKED),
    numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM found),
    taken AS (UPDATE volunteers v SET load = load + 1 FROM numbered n WHERE v.id = n.id RETURNING v.id, n.place),
    placed AS (INSERT INTO orders (id, service, area, details, volunteer_id)
        SELECT a.id, a.service, a.area, a.details, t.id FROM asked a JOIN taken t USING (place)
        RETURNING id, volunteer_id)
INSERT INTO notifications (order_id, volunteer_id) SELECT id, volunteer_id FROM placed
"""
TOGETHER = 256
Place = Callable[["Wish"], Awaitable[UUID]]


class Wish(BaseModel):
    """What is ordered."""

    service: str
    area: str
    details: str


class Volunteer(SQLModel, table=True):
    """Somebody who serves."""

    __tablename__ = "volunteers"

    id: int = Field(primary_key=True)
    load: int
    capacity: int


class Order(SQLModel, table=True):
    """What was ordered."""

    __tablename__ = "orders"

    id: UUID = Field(primary_key=True)
    service: str
    area: str
    details: str
    volunteer_id: int | None = None


class Notification(SQLModel, table=True):
    """Who was told."""

    __tablename__ = "notifications"

    order_id: UUID = Field(primary_key=True)
    volunteer_id: int


@asynccontextmanager
async def by_orm(url: str) -> AsyncIterator[Place]:
    """SQLModel, one transaction an order."""
    engine = create_async_engine(url, pool_size=20)

    async def place(wish: Wish) -> UUID:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            order = Order(id=uuid4(), **wish.model_dump())
            session.add(order)
            free = select(Volunteer).where(col(Volunteer.load) < col(Volunteer.capacity))
            first = free.order_by(col(Volunteer.load), col(Volunteer.id)).limit(1).with_for_update(skip_locked=True)
            volunteer = (await session.scalars(first)).one()
            volunteer.load += 1
            order.volunteer_id = volunteer.id
            session.add(Notification(order_id=order.id, volunteer_id=volunteer.id))
        return order.id

    yield place
    await engine.dispose()


@asynccontextmanager
async def by_statement(url: str) -> AsyncIterator[Place]:
    """One statement an order."""
    async with asyncpg.create_pool(plain(url), min_size=20, max_size=20) as pool:

        async def place(wish: Wish) -> UUID:
            order_id = uuid4()
            await pool.fetchval(ONE, order_id, wish.service, wish.area, wish.details)
            return order_id

        yield place


@asynccontextmanager
async def together(url: str) -> AsyncIterator[Place]:
    """What waits is committed by one statement, each answered on its own."""
    waiting: asyncio.Queue[tuple[UUID, Wish, asyncio.Future[None]]] = asyncio.Queue()
    connection = await asyncpg.connect(plain(url))

    async def write() -> None:
        while True:
            batch = [await waiting.get()]
            while len(batch) < TOGETHER and not waiting.empty():
                batch.append(waiting.get_nowait())
            columns: list[list[Any]] = [
                [order_id for order_id, _, _ in batch],
                *([getattr(wish, name) for _, wish, _ in batch] for name in ("service", "area", "details")),
            ]
            await connection.execute(MANY, *columns, len(batch))
            for _, _, answered in batch:
                answered.set_result(None)

    async def place(wish: Wish) -> UUID:
        order_id, answered = uuid4(), asyncio.get_running_loop().create_future()
        waiting.put_nowait((order_id, wish, answered))
        await answered
        return order_id

    writing = asyncio.create_task(write())
    yield place
    writing.cancel()
    await connection.close()


WAYS = {"orm": by_orm, "statement": by_statement, "together": together}


def make_app(way: str, url: str) -> FastAPI:
    """The monolith."""
    place: Place

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        nonlocal place
        async with WAYS[way](url) as place:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/orders", status_code=201)
    async def order(wish: Wish) -> dict[str, str]:
        return {"order_id": str(await place(wish))}

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    return app


if __name__ == "__main__":
    _, chosen, port, database = sys.argv
    uvicorn.run(make_app(chosen, database), port=int(port), log_level="warning", access_log=False, ws="none")
