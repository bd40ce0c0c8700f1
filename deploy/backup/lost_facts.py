"""Facts that were told and that the restored databases do not know: they happened after the cut.

They are in the old streams, and, where the old databases can still be read, in their outboxes: there are also those
that were accepted and not yet published when everything stopped. A fact is known by its id, never by its time.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from sqlalchemy import Table, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.backup.manifest import DatabaseCopy, Manifest, StreamEnd
from deploy.problems import StackProblem
from deploy.verify.evidence import Databases, chunks, rows
from deploy.verify.tables import INTAKE_OUTBOX, MATCHER_OUTBOX, NOTIFIER_OUTBOX
from shared.contracts.flows import SERVICES, stream_of

PAGE = 500
PULL_SECONDS = 10.0
OUTBOXES: Mapping[str, Table] = {"intake": INTAKE_OUTBOX, "matcher": MATCHER_OUTBOX, "notifier": NOTIFIER_OUTBOX}


@dataclass(frozen=True)
class LostFact:
    """``name`` is that of the event, ``about`` the id of its order or post; ``body`` carries nothing personal."""

    event_id: str
    publisher: str
    name: str
    about: str
    body: Mapping[str, Any]


async def from_streams(js: JetStreamContext, manifest: Manifest) -> AsyncIterator[LostFact]:
    """What lies in the old streams behind the place where they stood before the cut; all of a stream that is not the
    one that was seen then. Raises ``StackProblem`` when a stream cannot be read.
    """
    for service in SERVICES:
        try:
            async for fact in _stream(js, service, manifest.streams.get(stream_of(service))):
                yield fact
        except NotFoundError:
            continue
        except (NatsError, OSError, TimeoutError) as error:
            raise StackProblem(f"the old stream {stream_of(service)} cannot be read: {type(error).__name__}") from None


async def _stream(js: JetStreamContext, service: str, end: StreamEnd | None) -> AsyncIterator[LostFact]:
    stream = await js.stream_info(stream_of(service))
    created = stream.created.isoformat() if stream.created else ""
    first = end.last_sequence + 1 if end is not None and end.created == created else 1
    if stream.state.last_seq < first or not stream.state.messages:
        return
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=max(first, 1)
    )
    pulling = await js.pull_subscribe(f"{service}.>", stream=stream_of(service), config=config)
    left = (await pulling.consumer_info()).num_pending or 0
    while left:  # asking for more than there is would wait in vain
        messages = await pulling.fetch(min(PAGE, left), timeout=PULL_SECONDS)
        left = messages[-1].metadata.num_pending or 0
        for message in messages:
            fact = _read(message.headers or {}, message.data)
            if fact is not None:
                yield fact


def _read(headers: Mapping[str, str], body: bytes) -> LostFact | None:
    """A message that is no fact (forged, or poison) is nobody's loss."""
    try:
        publisher, name, _ = headers["ce-type"].removeprefix("paidan.").split(".")
        return LostFact(headers["ce-id"], publisher, name, headers["ce-subject"], dict(json.loads(body)))
    except (KeyError, ValueError, TypeError):
        return None


async def from_sqlite(file: Path, copy: DatabaseCopy) -> Sequence[LostFact]:
    """What an old database has in its outbox behind the cut. Raises ``StackProblem`` when it cannot be read."""
    try:
        return await asyncio.to_thread(_outbox_of_file, file, copy)
    except sqlite3.Error as error:
        raise StackProblem(f"the old outbox in {file} cannot be read: {error}") from None


def _outbox_of_file(file: Path, copy: DatabaseCopy) -> Sequence[LostFact]:
    connection = sqlite3.connect(f"file:{file}?mode=rw", uri=True)
    try:
        same = connection.execute("SELECT event_id FROM outbox WHERE position = ?", (copy.position,)).fetchone()
        since = copy.position if same == (copy.event_id,) else 0
        found = connection.execute(
            "SELECT event_id, type, about, body FROM outbox WHERE position > ? ORDER BY position", (since,)
        )
        return list(_facts(found))
    finally:
        connection.close()


async def from_postgres(url: str, schema: str, copy: DatabaseCopy) -> Sequence[LostFact]:
    """The same of tables that were moved to a schema. Raises ``StackProblem`` when they cannot be read."""
    engine = create_async_engine(url, poolclass=NullPool)
    outbox = f'"{schema}".outbox'
    try:
        async with engine.connect() as connection:
            known = text(f"SELECT event_id FROM {outbox} WHERE position = :position")  # noqa: S608 - our own name
            same = await connection.scalar(known, {"position": copy.position})
            behind = text(
                f"SELECT event_id, type, about, body FROM {outbox} WHERE position > :since ORDER BY position"  # noqa: S608 - our name
            )
            since = copy.position if same == copy.event_id else 0
            return list(_facts(await connection.execute(behind, {"since": since})))
    except (SQLAlchemyError, OSError) as error:
        raise StackProblem(f"the old outbox in schema {schema} cannot be read: {type(error).__name__}") from None
    finally:
        await engine.dispose()


def _facts(found: Iterable[Sequence[Any]]) -> Iterable[LostFact]:
    for event_id, told_type, about, body in found:
        publisher, name, _ = told_type.removeprefix("paidan.").split(".")
        yield LostFact(event_id, publisher, name, about, json.loads(body))


async def unknown_to(databases: Databases, facts: Sequence[LostFact]) -> Sequence[LostFact]:
    """Those of ``facts`` that the restored outboxes do not have, each once, in their order."""
    lost = []
    for service, outbox in OUTBOXES.items():
        told = list({fact.event_id: fact for fact in facts if fact.publisher == service}.values())
        for piece in chunks(told):
            wanted = [fact.event_id for fact in piece]
            query = select(outbox.c.event_id).where(outbox.c.event_id.in_(wanted))
            known = {row.event_id async for row in rows(databases.named()[service], query)}
            lost += [fact for fact in piece if fact.event_id not in known]
    return lost
