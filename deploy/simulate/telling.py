"""Intake's part: its facts, as matcher hears them, in their order and once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from deploy.simulate.counting import Count, Life
from deploy.simulate.residents import Verdict, Wish
from deploy.simulate.stage import Act
from services.matcher.use_cases import UseCases
from shared.community.definition import Community
from shared.community.due import dispatch_due
from shared.contracts.envelope import Fact
from shared.contracts.intake import IntakeEvent, OrderClosed, OrderPlaced, OrderReopened, OrderReviewed, PlacedLeg
from shared.contracts.refusal import Refusal


class Telling:
    """Tells matcher of orders. Nobody amends or withdraws one, and nobody is party to the matter."""

    def __init__(self, rules: Community, use_cases: UseCases, count: Count) -> None:
        self._rules = rules
        self._dispatching = use_cases.dispatching
        self._count = count
        self._last: dict[tuple[str, str], str] = {}

    def placed(self, wish: Wish, now: datetime) -> Act:
        """A new order."""
        order_id = f"o-{wish.number:06}"
        life = Life(order_id, wish, now, leg_id=f"{order_id}-l1")
        self._count.lives[order_id] = life
        place = (wish.grid, wish.service.code)
        before, self._last[place] = self._count.lives.get(self._last.get(place, "")), order_id
        window = wish.window
        event = OrderPlaced(
            order_id=order_id,
            community=self._rules.areas.community_of(wish.grid),
            version=life.version,
            reference=order_id,
            service=wish.service.code,
            grid=wish.grid,
            urgency=wish.urgency,
            window=window,
            legs=(self._leg(life),),
            placed_at=now,
            due_at=dispatch_due(self._rules, wish.urgency, window, now),
            continues=(before.order_id,) if wish.returning and before and before.content else (),
        )
        return self._act(self._dispatching.open_dispatches, event, now)

    def reviewed(self, life: Life, verdict: Verdict, now: datetime) -> Act:
        """The resident's verdict."""
        life.outcome = verdict.outcome
        life.first_outcome = life.first_outcome or verdict.outcome
        event = OrderReviewed(**self._next(life), outcome=verdict.outcome, rating=verdict.rating, reviewed_at=now)
        return self._act(self._dispatching.pass_by, event, now)

    def closed(self, life: Life, now: datetime) -> Act:
        """The order has its outcome."""
        assert life.outcome is not None  # noqa: S101 - it was reviewed a minute ago
        event = OrderClosed(**self._next(life), outcome=life.outcome, closed_at=now)
        return self._act(self._dispatching.close_dispatches, event, now)

    def reopened(self, life: Life, now: datetime) -> Act:
        """Not fixed: the same number runs again."""
        life.round += 1
        life.leg_id = f"{life.order_id}-l{life.round}"
        due_at = dispatch_due(self._rules, life.wish.urgency, None, now)
        event = OrderReopened(**self._next(life), legs=(self._leg(life),), reopened_at=now, due_at=due_at)
        return self._act(self._dispatching.reopen_dispatches, event, now)

    def _leg(self, life: Life) -> PlacedLeg:
        return PlacedLeg(leg_id=life.leg_id, post=life.wish.service.post, headcount=life.wish.headcount)

    def _next(self, life: Life) -> dict[str, Any]:
        life.version += 1
        community = self._rules.areas.community_of(life.wish.grid)
        return {"order_id": life.order_id, "community": community, "version": life.version}

    def _act(self, use_case: Callable[..., Any], event: IntakeEvent, now: datetime) -> Act:
        return Act(use_case, Fact(f"{event.order_id}-{event.version}", now, event), _must_be_heard)


def _must_be_heard(answer: Any) -> None:
    """Facts are told in their order, so that none is too early."""
    if isinstance(answer, Refusal):
        raise answer
