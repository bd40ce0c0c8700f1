"""What it means for a dispatch that others are concerned in its order."""

from __future__ import annotations

from collections.abc import Sequence

from services.matcher.models import WholeDispatch
from services.matcher.policies.ladder import Cause
from services.matcher.repository import Unit
from services.matcher.use_cases.dispatching import Answers, apply
from services.matcher.use_cases.steps import Steps
from shared.contracts.envelope import Fact
from shared.contracts.intake import PartyAnswered, ResidentJoined
from shared.contracts.words import OrderState

_BEFORE_A_DECISION = frozenset({OrderState.PLACED, OrderState.OFFERED, OrderState.ASSIGNED, OrderState.UNDER_WAY})


class Concerning:
    """Hears who else is concerned in the orders of one community."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    async def hear_joined(self, uow: Unit, facts: Sequence[Fact[ResidentJoined]]) -> Answers:
        """Nobody serves their own matter: before anybody else is asked, intake is asked who is in it now."""
        return await apply(uow, facts, lambda whole, _event: whole.dispatch.ask_parties())

    async def hear_parties(self, uow: Unit, facts: Sequence[Fact[PartyAnswered]]) -> Answers:
        """The other side does not want it: nobody presses them, the coordinator decides. Whoever has a leg keeps it
        until then; where a coordinator or a department holds the order, nothing changes.
        """

        def take(whole: WholeDispatch, event: PartyAnswered) -> None:
            if not event.agrees and OrderState(whole.dispatch.state) in _BEFORE_A_DECISION:
                self._steps.escalate(uow, whole, Cause.PARTY_DECLINED)

        return await apply(uow, facts, take)
