"""Coordinators say which service the words of an order asked for; the runs of its words are counted, nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.intake.models import Correction, Order, TaughtRun
from services.intake.policies.acceptance import OrderInvalid
from services.intake.policies.learning import NoWordsKept, learnable
from services.intake.policies.suggesting import Suggesting
from services.intake.repository import Unit
from shared.community.definition import Community
from shared.contracts.audit import Who, decided
from shared.contracts.refusal import FieldError, NotFound, Refusal
from shared.persistence.vault import Vault

REMEMBERED = timedelta(days=365)
"""What nobody has taught again for so long is forgotten (domain time)."""


@dataclass(frozen=True)
class Teach:
    """A coordinator's correction; the door has checked that the order is in their area."""

    order_id: str
    service: str
    by: Who


class Teaching:
    """Learns from corrections under the rules of one community. The order itself stays as it is."""

    def __init__(self, rules: Community, vault: Vault, suggesting: Suggesting) -> None:
        self._rules = rules
        self._vault = vault
        self.suggesting = suggesting

    async def correct_services(self, uow: Unit, lessons: Sequence[Teach]) -> list[Order | Refusal]:
        """Count the runs of each order's words for the service named, and no longer for one that was named before.

        Refusals: ``NotFound``, ``OrderInvalid`` (no such service), ``NoWordsKept``.
        """
        orders = await uow.repository.orders([lesson.order_id for lesson in lessons])
        answers: list[Order | Refusal] = []
        for lesson in lessons:
            order = orders.get(lesson.order_id)
            try:
                if order is None:
                    raise NotFound
                await self._correct(uow, order, lesson)
                answers.append(order)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            uow.audit(decided(lesson.by, "service", lesson.order_id, lesson.service))
        return answers

    async def forget_lessons(self, uow: Unit, nows: Sequence[datetime]) -> list[Refusal | None]:
        """Let go of what nobody has taught for a year."""
        await uow.repository.forget_lessons(max(nows) - REMEMBERED)
        return [None for _ in nows]

    async def _correct(self, uow: Unit, order: Order, lesson: Teach) -> None:
        if lesson.service not in self._rules.services_by_code:
            raise OrderInvalid(errors=[FieldError("/service", "there is no such service")])
        contact = await uow.repository.contact(order.order_id)
        words = self._vault.open_fields(order.order_id, contact.sealed).get("details") if contact else None
        if not words:
            raise NoWordsKept
        prints = {run_print(self._vault, run) for run in learnable(self.suggesting.weighed(words))}
        before = await uow.repository.correction(order.order_id)
        if before is not None:
            await self._count(uow, prints, before.service, before.by, -1)
        if lesson.service == order.service:
            await uow.repository.forget_correction(order.order_id)
            return
        await self._count(uow, prints, lesson.service, lesson.by.id, 1)
        if before is None:
            before = Correction(order_id=order.order_id, service="", by="", corrected_at=uow.now)
            uow.repository.add(before)
        before.say(lesson.service, lesson.by.id, uow.now)

    async def _count(self, uow: Unit, prints: Collection[str], service: str, by: str, step: int) -> None:
        known = await uow.repository.taught_runs(prints, service, by)
        for one in prints:
            run = known.get(one)
            if run is None and step > 0:
                uow.repository.add(TaughtRun(run_print=one, service=service, by=by, count=step, taught_at=uow.now))
            elif run is not None:
                run.count = max(run.count + step, 0)
                run.taught_at = max(run.taught_at, uow.now)


def run_print(vault: Vault, run: str) -> str:
    """The keyed hash of a run."""
    return vault.fingerprint(f"run:{run}")
