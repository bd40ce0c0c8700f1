"""Calls and visits to residents who read no messages: told of changes, asked how it went, and honestly given up on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.commands import LogCall
from services.intake.models import Call, Leg, Order
from services.intake.policies.calling import (
    FIRST,
    Attempt,
    CallOver,
    check_loggable,
    check_verdict,
    due_at,
    following,
    is_needed,
    opens_at,
    was_tried,
)
from services.intake.policies.closing import check_recorder
from services.intake.repository import Unit
from services.intake.use_cases.attesting import attested
from services.intake.use_cases.changing import Changing, close, tell
from shared.community.definition import Community
from shared.contracts.intake import CallDue, CallLogged
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import CallKind, CallPurpose, Holder, NextStep, OrderState, Outcome, Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Made:
    """A coordinator made a call; the door has checked that the order is in their area."""

    order_id: str
    call_id: str
    wish: LogCall
    caller: str


@dataclass(frozen=True)
class Missed:
    """A call that nobody made in time."""

    order_id: str
    call_id: str


@dataclass(frozen=True)
class _Rows:
    orders: dict[str, Order]
    calls: dict[str, list[Call]]

    def of(self, order_id: str, call_id: str) -> tuple[Order, Call]:
        """An order with one of its calls. Raises ``NotFound`` or ``CallOver``."""
        order = self.orders.get(order_id)
        call = next((one for one in self.calls.get(order_id, ()) if one.call_id == call_id), None)
        if order is None or call is None:
            raise NotFound
        if not call.is_open:
            raise CallOver
        return order, call


@dataclass(frozen=True)
class _Reason:
    """Why somebody is called, about which event, and whom, where it is not who ordered."""

    purpose: CallPurpose
    about: str | None = None
    resident_id: str | None = None


_ABOUT_THE_REVIEW = _Reason(CallPurpose.REVIEW)


class Calling:
    """Opens, logs and passes on calls under the rules of one community."""

    def __init__(self, rules: Community, vault: Vault, changing: Changing) -> None:
        self._rules = rules
        self._clocks = rules.clocks.calls
        self._vault = vault
        self._changing = changing

    def ask(self, uow: Unit, order: Order, calls: list[Call]) -> None:
        """The order is done: its resident is called, and a coordinator holds it until they have said how it went."""
        for call in calls:
            if call.is_open:
                call.end(uow.now)
        order.await_review(None)
        self._open(uow, order, calls, _ABOUT_THE_REVIEW, FIRST)

    def tell_news(self, uow: Unit, order: Order, calls: list[Call], about: str, resident_id: str | None = None) -> None:
        """Something changed that the resident (or ``resident_id``, who is concerned too) should hear of; a call to them
        that is open already tells of it too."""
        theirs = (one for one in calls if one.is_open and not one.is_review and one.resident_id == resident_id)
        waiting = next(theirs, None)
        if waiting is not None:
            waiting.about = about
        else:
            self._open(uow, order, calls, _Reason(CallPurpose.NEWS, about, resident_id), FIRST)

    async def log_calls(self, uow: Unit, made: Sequence[Made]) -> list[Order | Refusal]:
        """Keep what came of a call and do what follows: a verdict is taken, another call is due, or, once everything
        was tried, the order closes as ``no_reply``.

        Refusals: ``NotFound``, ``CallOver``, ``CallTooSoon``, ``VerdictMisplaced``, ``RecordedByServer``.
        """
        ids = {one.order_id for one in made}
        rows, legs = await self._rows(uow, ids), await uow.repository.legs_of(ids)
        servers = await uow.repository.servers_of(ids)
        answers: list[Order | Refusal] = []
        for one in made:
            try:
                order, call = rows.of(one.order_id, one.call_id)
                self._check(order, call, one, servers[one.order_id], uow)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            self._log(uow, order, call, one)
            uow.audit(attested(one.caller, order.order_id, "call", one.wish.result.value, call.call_id))
            self._go_on(uow, order, rows.calls[order.order_id], call, one, legs[order.order_id])
            answers.append(order)
        return answers

    async def climb_calls(self, uow: Unit, missed: Sequence[Missed]) -> list[Order | Refusal]:
        """A call that was not made in time comes to the next coordinator above, at the top again every so often.

        Refusals: ``NotFound``, ``CallOver``.
        """
        rows = await self._rows(uow, {one.order_id for one in missed})
        answers: list[Order | Refusal] = []
        for one in missed:
            try:
                order, call = rows.of(one.order_id, one.call_id)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            if not _needed(order, call):
                call.end(uow.now)
            elif call.due_at <= uow.now:
                self._climb(uow, order, call)
            answers.append(order)
        return answers

    async def _rows(self, uow: Unit, order_ids: set[str]) -> _Rows:
        orders = await uow.repository.orders(order_ids)  # first: whoever has locked the order may change its calls
        return _Rows(orders, await uow.repository.calls_of(order_ids))

    def _check(self, order: Order, call: Call, made: Made, servers: set[str], uow: Unit) -> None:
        if not _needed(order, call):
            raise CallOver
        if made.wish.verdict is not None:
            check_verdict(CallPurpose(call.purpose), made.wish.result)
            check_recorder(made.caller, servers)
        check_loggable(call.opened_at, made.wish.result, uow.now)

    def _log(self, uow: Unit, order: Order, call: Call, made: Made) -> None:
        note = self._vault.seal(order.order_id, made.wish.note) if made.wish.note else None
        call.log(made.wish.result, made.caller, note, uow.now)
        logged = CallLogged(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            call_id=call.call_id,
            kind=CallKind(call.kind),
            purpose=CallPurpose(call.purpose),
            nth=call.nth,
            result=made.wish.result,
            logged_at=uow.now,
        )
        tell(uow, order, logged, Role.COORDINATOR)

    def _go_on(self, uow: Unit, order: Order, calls: list[Call], call: Call, made: Made, legs: Sequence[Leg]) -> None:
        if made.wish.verdict is not None:
            self._changing.review(uow, order, made.wish.verdict, legs, recorded_by=made.caller)
            return
        purpose, following_one = CallPurpose(call.purpose), following(call.attempt, CallPurpose(call.purpose))
        if purpose is CallPurpose.NEWS and call.was_answered:
            return
        if following_one is not None:
            self._open(uow, order, calls, _Reason(purpose, call.about, call.resident_id), following_one, last=call)
        elif purpose is CallPurpose.REVIEW and was_tried(_logged(order, calls)):
            close(uow, order, Outcome.NO_REPLY, Role.COORDINATOR)

    def _open(
        self,
        uow: Unit,
        order: Order,
        calls: list[Call],
        reason: _Reason,
        attempt: Attempt,
        last: Call | None = None,
    ) -> None:
        made_at = last.ended_at if last else None
        opened_at = opens_at(self._clocks, self._rules.local_time, attempt, made_at, uow.now)
        call = Call(
            call_id=uow.new_id(),
            order_id=order.order_id,
            purpose=reason.purpose.value,
            kind=attempt.kind.value,
            nth=attempt.nth,
            round=order.round,
            about=reason.about,
            resident_id=reason.resident_id,
            area=self._rules.areas.coordinator_area(order.grid),
            opened_at=opened_at,
            due_at=due_at(self._clocks, attempt, opened_at),
        )
        calls.append(call)
        uow.repository.add(call)
        self._announce(uow, order, call)

    def _climb(self, uow: Unit, order: Order, call: Call) -> None:
        above = self._rules.areas.coordinator_area_above(call.area)
        at = due_at(self._clocks, call.attempt, uow.now)
        call.climb(above or call.area, at if above else uow.now + self._rules.clocks.overdue)
        self._announce(uow, order, call)

    def _announce(self, uow: Unit, order: Order, call: Call) -> None:
        """Whoever owes the call holds a done order meanwhile."""
        if call.is_review:
            holder = Holder(role=Role.COORDINATOR, area=call.area)
            order.hand_to(holder, call.due_at, NextStep.CALL, uow.now)
        due = CallDue(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            call_id=call.call_id,
            kind=CallKind(call.kind),
            purpose=CallPurpose(call.purpose),
            nth=call.nth,
            area=call.area,
            due_at=call.due_at,
        )
        tell(uow, order, due, None)


def _needed(order: Order, call: Call) -> bool:
    return is_needed(CallPurpose(call.purpose), call.round, OrderState(order.state), order.round)


def _logged(order: Order, calls: Sequence[Call]) -> list[Attempt]:
    """What was tried in the order's round to hear how it went."""
    return [call.attempt for call in calls if call.is_review and call.round == order.round and call.result is not None]
