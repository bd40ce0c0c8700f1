"""A verdict taken down by phone, and ``not_fixed`` as a coordinator proposes it and the resident accepts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.commands import AnswerClosing, ProposeClosing, ReviewOrder
from services.intake.models import Call, Closing, Order
from services.intake.policies.closing import check_answerable, check_proposable, check_recorder
from services.intake.repository import Unit
from services.intake.use_cases.attesting import attested
from services.intake.use_cases.calling import Calling
from services.intake.use_cases.changing import Changing, closed, tell
from shared.contracts.audit import Deed, What, Who
from shared.contracts.intake import ClosingAnswered, ClosingProposed
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState, Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Verdict:
    """What a resident told a coordinator (``recorded_by``) of a served order."""

    order_id: str
    wish: ReviewOrder
    recorded_by: str


@dataclass(frozen=True)
class Proposal:
    """A coordinator sees no way to fix an order."""

    order_id: str
    wish: ProposeClosing
    by: str


@dataclass(frozen=True)
class Answer:
    """The resident's yes or no; ``recorded_by``: the coordinator to whom it was given by word of mouth."""

    order_id: str
    wish: AnswerClosing
    recorded_by: str | None = None


class Closings:
    """Ends orders by what people say, told to somebody else or asked for."""

    def __init__(self, vault: Vault, changing: Changing, calling: Calling) -> None:
        self._vault = vault
        self._changing = changing
        self._calling = calling

    async def record_verdicts(self, uow: Unit, verdicts: Sequence[Verdict]) -> list[Order | Refusal]:
        """Take down what residents said, by somebody who did not serve.

        Refusals: ``NotFound``, ``RecordedByServer``, ``NotYetDone``, ``OrderNotOpen``.
        """
        ids = {verdict.order_id for verdict in verdicts}
        orders, legs = await uow.repository.orders(ids), await uow.repository.legs_of(ids)
        servers = await uow.repository.servers_of(ids)
        answers: list[Order | Refusal] = []
        for one in verdicts:
            try:
                order = _found(orders, one.order_id)
                check_recorder(one.recorded_by, servers[one.order_id])
                mine = legs[one.order_id]
                answers.append(self._changing.review(uow, order, one.wish, mine, recorded_by=one.recorded_by))
                uow.audit(attested(one.recorded_by, order.order_id, "verdict"))
            except Refusal as refusal:
                answers.append(refusal)
        return answers

    async def propose_closings(self, uow: Unit, proposals: Sequence[Proposal]) -> list[Order | Refusal]:
        """Ask the resident to let the order end as not fixed; its clocks run on meanwhile.

        Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``NotWithCoordinator``, ``ClosingOpen``.
        """
        ids = {proposal.order_id for proposal in proposals}
        orders, calls = await uow.repository.orders(ids), await uow.repository.calls_of(ids)
        answers: list[Order | Refusal] = []
        for one in proposals:
            try:
                order = _found(orders, one.order_id)
                check_proposable(OrderState(order.state), order.holder, order.closing_id)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            self._propose(uow, order, one, calls[one.order_id])
            uow.audit(Deed(Who(Role.COORDINATOR.value, one.by), What.DECIDED, order.order_id, field="closing"))
            answers.append(order)
        return answers

    async def answer_closings(self, uow: Unit, answers: Sequence[Answer]) -> list[Order | Refusal]:
        """A yes ends the order; with a no, matcher takes it up one tier.

        Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``NoClosing``, ``RecordedByServer``,
        ``RecordedByProposer``.
        """
        ids = {answer.order_id for answer in answers}
        orders, servers = await uow.repository.orders(ids), await uow.repository.servers_of(ids)
        waiting = {order.closing_id for order in orders.values() if order.closing_id}
        closings = await uow.repository.closings(waiting) if waiting else {}
        told: list[Order | Refusal] = []
        for one in answers:
            try:
                order = _found(orders, one.order_id)
                closing = closings.get(order.closing_id or "")
                proposer = closing.proposed_by if closing else None
                check_answerable(OrderState(order.state), order.closing_id, one.recorded_by, proposer)
                check_recorder(one.recorded_by, servers[one.order_id])
            except Refusal as refusal:
                told.append(refusal)
                continue
            if closing is not None:
                closing.answer(one.wish.accept, one.recorded_by, uow.now)
            _answer(uow, order, one)
            if one.recorded_by is not None:
                uow.audit(attested(one.recorded_by, order.order_id, "closing"))
            told.append(order)
        return told

    def _propose(self, uow: Unit, order: Order, proposal: Proposal, calls: list[Call]) -> None:
        closing = Closing(
            closing_id=uow.new_id(),
            order_id=order.order_id,
            proposed_by=proposal.by,
            proposed_at=uow.now,
            sealed_reason=self._vault.seal(order.order_id, proposal.wish.reason),
        )
        uow.repository.add(closing)
        order.closing_id = closing.closing_id
        proposed = ClosingProposed(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            proposed_at=uow.now,
        )
        tell(uow, order, proposed, Role.COORDINATOR)
        if order.call_only:
            self._calling.tell_news(uow, order, calls, proposed.name)


def _answer(uow: Unit, order: Order, answer: Answer) -> None:
    order.closing_id = None
    answered = ClosingAnswered(
        order_id=order.order_id,
        community=order.community,
        version=order.next_version(),
        accepted=answer.wish.accept,
        answered_at=uow.now,
    )
    by = Role.COORDINATOR if answer.recorded_by else Role.RESIDENT
    tell(uow, order, answered, by)
    if answer.wish.accept:
        order.close_unfixed(uow.now)
        tell(uow, order, closed(order), by)


def _found(orders: dict[str, Order], order_id: str) -> Order:
    if order_id not in orders:
        raise NotFound
    return orders[order_id]
