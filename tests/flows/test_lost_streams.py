"""Streams deleted under a running stack: declared, published again, heard; nobody does anything."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from nats.js import JetStreamContext
from sqlalchemy import func, select

from deploy.attached import Attached
from deploy.demo.doors import Doors
from deploy.verify.evidence import opened
from deploy.verify.run import connect
from deploy.verify.tables import INTAKE_OUTBOX, MATCHER_OUTBOX
from shared.messaging.streams import stream_configs
from tests.flows.people import asked, in_state, place, serve
from tests.waiting import wait_for


@pytest.fixture
async def js(stack: Attached) -> AsyncIterator[JetStreamContext]:
    """The stack's broker, as its operator."""
    connection = await connect(stack)
    yield connection.jetstream(timeout=10)
    await connection.close()


async def test_a_stack_whose_streams_were_deleted_goes_on_and_fills_them_again(
    stack: Attached, doors: Doors, js: JetStreamContext
) -> None:
    """An order placed before is served after it; the streams have every event of the outboxes; all are ready."""
    placed = await place(doors, "moving", urgency="urgent")
    _, token, offer_id = await asked(doors, placed["order_id"])
    for stream in stream_configs():
        await js.delete_stream(stream.name or "")
    await serve(doors, token, offer_id)
    await in_state(doors, placed, "done")

    async def whole() -> bool:
        async with opened(stack.stack.databases) as databases, databases.intake.reading() as intake:
            published = await intake.scalar(select(func.count()).select_from(INTAKE_OUTBOX))
            async with databases.matcher.reading() as matcher:
                told = await matcher.scalar(select(func.count()).select_from(MATCHER_OUTBOX))
        stored = [(await js.stream_info(stream)).state.messages for stream in ("INTAKE", "MATCHER")]
        return [published, told] == stored

    await wait_for(whole, 30, "the streams to be whole again")
    async with httpx2.AsyncClient(trust_env=False) as client:

        async def ready() -> bool:
            urls = [stack.url(service) for service in ("intake", "matcher", "notifier")]
            return [200, 200, 200] == [(await client.get(f"{url}/readyz")).status_code for url in urls]

        await wait_for(ready, 20, "the services to be ready")
