"""A resident was content: those who served it are thanked. Nothing else of the verdict is kept here."""

from __future__ import annotations

from collections.abc import Sequence

from services.matcher.models import WholeDispatch
from services.matcher.policies.thanks import is_thanks
from services.matcher.repository import Unit
from services.matcher.use_cases.dispatching import Answers, apply
from shared.contracts.envelope import Fact
from shared.contracts.intake import OrderReviewed


class Thanking:
    """Hears verdicts."""

    async def hear(self, uow: Unit, facts: Sequence[Fact[OrderReviewed]]) -> Answers:
        """Whoever completed a leg of the order's current round is thanked where the resident was content."""

        def take(whole: WholeDispatch, event: OrderReviewed) -> None:
            if is_thanks(event.outcome, event.rating):
                legs = {leg.leg_id for leg in whole.legs if leg.round == whole.dispatch.round}
                for assignment in whole.assignments:
                    if assignment.leg_id in legs:
                        assignment.thank(event.reviewed_at)

        return await apply(uow, facts, take)
