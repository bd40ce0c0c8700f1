"""What time calls for becomes notices: reminders, a word that somebody is still looked for, thanks, summaries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.notifier.commands import GiveRound
from services.notifier.models import PlannedNotice, Round
from services.notifier.policies.confirmations import Intent
from services.notifier.policies.planned import Wait
from services.notifier.repository import NO_ORDER, Unit
from services.notifier.use_cases.confirming import ToGive, give_notice
from shared.contracts.words import Role


class Timing:
    """Makes notices whose time has come. ``waits``: how long each kind of wait is (domain time)."""

    def __init__(self, waits: dict[Wait, timedelta]) -> None:
        self.waits = waits

    async def make_due(self, uow: Unit, looks: Sequence[int]) -> list[int]:
        """Make up to so many notices that are due; answers are how many were."""
        by = {wait.value: uow.now - length for wait, length in self.waits.items()}
        answers = []
        for most in looks:
            due = await uow.repository.due_planned(by, most)
            intents = [ToGive(one.order_id, _intent(one)) for one in due]
            await uow.repository.drop_planned(due)
            await give_notice(uow, intents)
            answers.append(len(due))
        return answers

    async def give_rounds(self, uow: Unit, rounds: Sequence[GiveRound]) -> list[bool]:
        """Give each round once, in however many processes it is looked at; answers say whether it was given now."""
        await uow.repository.stand_for_no_order()
        return [await self._give(uow, one) for one in rounds]

    async def _give(self, uow: Unit, one: GiveRound) -> bool:
        last = await uow.repository.round_of(one.kind)
        if last is not None and last.last >= one.number:
            return False
        if last is None:
            uow.repository.add(Round(name=one.kind, last=one.number))
        else:
            last.last = one.number
        await give_notice(
            uow,
            [
                ToGive(
                    NO_ORDER,
                    Intent(one.kind, one.number, each.role, each.recipient, amount=each.amount, late=each.late),
                )
                for each in one.summaries
            ],
        )
        return True


def _intent(one: PlannedNotice) -> Intent:
    kind, version, role, recipient = one.key
    return Intent(kind, version, Role(role), recipient, assignment_id=one.assignment_id)
