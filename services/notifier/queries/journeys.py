"""One order's journey: its events, notices, clocks and traces, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import or_, select
from sqlmodel import col

from services.notifier.models import Delivery, FollowedOrder, IndexedEvent, Notice, PlannedNotice
from services.notifier.policies.asking import INSTEAD
from services.notifier.policies.channels import FIRST, ChannelOrder
from services.notifier.policies.confirmations import HOW_IT_ENDED
from services.notifier.policies.kinds import OFFER_NAMED
from services.notifier.queries.journey_views import JourneyView, StepOfJourney
from services.notifier.queries.views import RecipientView
from shared.contracts.refusal import NotFound
from shared.contracts.words import Role
from shared.persistence.engine import Database

MOST = 1000
"""So many events, and so many notices, are shown of one order: far more than any has."""
_ASKING = HOW_IT_ENDED | {"offer_made", OFFER_NAMED, "call_up_made"}
"""Kinds of notices whose recipient would say who was asked, and how they answered (mission.md, fairness)."""


class JourneyQueries:
    """Reads journeys. ``order``: over which channels notices leave."""

    def __init__(self, database: Database, order: ChannelOrder) -> None:
        self._database = database
        self._first = order.first

    async def of(self, order: str) -> JourneyView:
        """By the order's reference or id. Raises ``NotFound``."""
        known = or_(col(FollowedOrder.reference) == order, col(FollowedOrder.order_id) == order)
        async with self._database.reading() as session:
            found = await session.scalar(select(FollowedOrder).where(known).limit(1))
            if found is None or not found.reference:
                raise NotFound
            about = col(IndexedEvent.about) == found.order_id
            events = (
                await session.scalars(
                    select(IndexedEvent).where(about).order_by(col(IndexedEvent.position)).limit(MOST)
                )
            ).all()
            notices = select(Notice).where(col(Notice.order_id) == found.order_id).order_by(col(Notice.notice_id))
            told = (await session.scalars(notices.limit(MOST))).all()
            sent = select(Delivery).where(col(Delivery.notice_id).in_([one.notice_id for one in told]))
            deliveries = (await session.scalars(sent.order_by(col(Delivery.delivery_id)))).all()
            to_come = select(PlannedNotice).where(col(PlannedNotice.order_id) == found.order_id)
            planned = (await session.scalars(to_come.order_by(col(PlannedNotice.due_at)))).all()
        steps = [*_events(events), *_notices(told, deliveries, self._first), *_clocks(found, planned)]
        return JourneyView(
            order_id=found.order_id,
            reference=found.reference,
            service=found.service,
            community=found.community,
            grid=found.grid,
            holder_role=Role(found.holder_role) if found.holder_role and not found.ended else None,
            holder_area=found.holder_area if not found.ended else None,
            due_at=found.due_at if not found.ended else None,
            ended=found.ended,
            traces=list(dict.fromkeys(trace for one in events if (trace := _trace(one.traceparent)))),
            items=sorted(steps, key=lambda one: (one.at, _TURN[one.what])),
        )


_TURN = {"event": 0, "notice": 1, "delivery": 2, "clock": 3}


def _events(rows: Sequence[IndexedEvent]) -> Iterator[StepOfJourney]:
    for one in rows:
        yield StepOfJourney(
            at=one.time,
            what="event",
            name=one.name,
            publisher=one.publisher,
            version=one.version,
            position=one.position,
            trace_id=_trace(one.traceparent),
        )


def _notices(notices: Sequence[Notice], deliveries: Sequence[Delivery], first: str) -> Iterator[StepOfJourney]:
    by_id = {one.notice_id: one for one in notices}
    for one in notices:
        yield StepOfJourney(at=one.made_at, what="notice", name=one.kind, version=one.version, recipient=_whom(one))
    for each in deliveries:
        notice = by_id[each.notice_id]
        yield StepOfJourney(
            at=each.delivered_at or each.not_before or notice.made_at,
            what="delivery",
            name=notice.kind,
            recipient=_whom(notice),
            channel=first if each.channel == FIRST else each.channel,
            state=each.state,
            attempts=each.attempts,
            error=each.error,
        )


def _clocks(order: FollowedOrder, planned: Sequence[PlannedNotice]) -> Iterator[StepOfJourney]:
    if order.due_at is not None and not order.ended:
        yield StepOfJourney(at=order.due_at, what="clock", name="due")
    for one in planned:
        role = Role(one.recipient_role)
        whom = RecipientView(role=role, id=one.recipient_id)
        yield StepOfJourney(at=one.due_at, what="clock", name=one.kind, recipient=whom)


def _whom(notice: Notice) -> RecipientView:
    role = Role(notice.recipient_role)
    is_asked = role is Role.VOLUNTEER and notice.kind in _ASKING
    return RecipientView(role=role, id=INSTEAD if is_asked else notice.recipient_id)


def _trace(traceparent: str) -> str:
    return traceparent.split("-")[1] if traceparent.count("-") == 3 else ""
