"""One trace from the resident's POST to the last notice on a telephone: exported by three services, and shown."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from deploy.attached import attach
from deploy.demo.doors import Doors
from tests.flows.people import PHONE, asked, in_state, notices, place, review, serve
from tests.integration.deploy.stacks import EVENING, free_port_base, up
from tests.integration.notifier.peers import Peer, http_peer
from tests.waiting import wait_for

PLAIN = PHONE.replace(" ", "")


STEPS = {
    ("intake", "POST /api/orders"),
    ("intake", "transaction place_orders"),
    ("intake", "publish order_placed"),
    ("matcher", "hear order_placed"),
    ("matcher", "publish offer_made"),
    ("matcher", "publish leg_assigned"),
    ("intake", "hear leg_assigned"),
    ("intake", "publish order_closed"),
    ("notifier", "hear order_placed"),
    ("notifier", "hear order_closed"),
    ("notifier", "ask matcher reach"),
    ("notifier", "send sms"),
}
"""What an order's way looks like to a collector."""


class Seen(NamedTuple):
    """One span as a collector sees it."""

    service: str
    name: str
    trace: str
    span: str
    parent: str
    attributes: str


def spans_of(peer: Peer) -> list[Seen]:
    """Everything the services have exported."""
    seen = []
    for one in list(peer.received):
        request = ExportTraceServiceRequest.FromString(one.body)
        for of_service in request.resource_spans:
            told = {each.key: each.value.string_value for each in of_service.resource.attributes}
            for scope in of_service.scope_spans:
                for each in scope.spans:
                    ids = each.trace_id.hex(), each.span_id.hex(), each.parent_span_id.hex()
                    seen.append(Seen(told["service.name"], each.name, *ids, str(list(each.attributes))))
    return seen


def lines(spans: list[Seen], parent: str = "", depth: int = 0) -> Iterator[str]:
    """A trace as a tree."""
    for one in spans:
        if one.parent == parent:
            yield f"{'  ' * depth}{one.service}: {one.name}"
            yield from lines(spans, one.span, depth + 1)


class Running(NamedTuple):
    """A stack that exports its traces and rings telephones."""

    doors: Doors
    collector: Peer
    telephones: Peer


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """With a collector and an SMS platform on loopback."""
    with http_peer() as collector, http_peer() as telephones:
        environment = {
            "PAIDAN_OTLP_URL": f"{collector.url}/v1/traces",
            "PAIDAN_CHANNELS": "sms,file",
            "PAIDAN_SMS_URL": telephones.url,
            "PAIDAN_GATHER_SECONDS": "0",
        }
        stack = up(tmp_path, free_port_base(), "--clock", EVENING, environment=environment)
        async with stack, AsyncExitStack() as opened:
            doors = await opened.enter_async_context(Doors(attach(tmp_path)))
            yield Running(doors, collector, telephones)


async def test_one_trace_leads_from_the_order_to_the_last_notice(running: Running) -> None:
    """Door, transaction, outbox, broker, both consumers, what matcher made of it, and every message sent for it."""
    doors = running.doors
    placed = await place(doors, "neighbour_dispute")
    volunteer, token, offer_id = await asked(doors, placed["order_id"])
    await serve(doors, token, offer_id)
    await in_state(doors, placed, "done")
    await review(doors, placed, "fixed")

    async def all_sent() -> list[dict[str, Any]]:
        found = await notices(doors, placed["order_id"])
        ringing = [one for n in found for one in n["deliveries"] if one["channel"] != "letterbox"]
        closed = {n["recipient"]["role"] for n in found if n["kind"] == "order_closed"} == {"resident", "volunteer"}
        return found if closed and {one["state"] for one in ringing} == {"delivered"} else []

    made = await wait_for(all_sent, 30.0, "the last notice to be sent")
    to_people = {n["notice_id"] for n in made if n["recipient"]["role"] != "coordinator"}

    async def exported() -> list[Seen]:
        spans = spans_of(running.collector)
        begun = [one for one in spans if one.name == "POST /api/orders"]
        whole = [one for one in spans if begun and one.trace == begun[0].trace]
        return whole if STEPS <= {(one.service, one.name) for one in whole} else []

    trace = await wait_for(exported, 20.0, "the trace to be exported")
    shown = list(lines(trace))
    sys.stdout.write("\n".join(shown))  # pytest -s shows it
    assert ("intake: POST /api/orders", True) == (shown[0], "  notifier: send sms" in shown)
    assert len([line for line in shown if line == "  notifier: send sms"]) <= len(to_people)
    (root,) = [one for one in trace if one.name == "POST /api/orders"]
    assert [] == [one for one in trace if one.parent not in {"", *(each.span for each in trace)}]
    assert "" == root.parent
    _nothing_personal(running, volunteer)


def _nothing_personal(running: Running, volunteer: str) -> None:
    """Telephones got short words, each message once; no span names a number or a person."""
    rung = [one.json for one in running.telephones.kept]
    assert PLAIN in {one["to"] for one in rung}
    assert len({one["id"] for one in rung}) == len(rung)
    assert all(len(one["text"]) <= 70 for one in rung)
    told = " ".join(f"{one.name} {one.attributes}" for one in spans_of(running.collector))
    assert [] == [word for word in (PLAIN, PLAIN[3:], "李阿姨", "水龙头", volunteer) if word in told]


async def test_a_collector_that_is_away_costs_spans_and_no_answer(running: Running) -> None:
    """Orders go their way while nobody takes traces."""
    running.collector.otherwise = 503
    placed = await place(running.doors, "neighbour_dispute")
    await in_state(running.doors, placed, "offered")
