"""More time: whoever holds an order asks for it, the resident says yes or no, and the clock runs on meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from services.matcher.commands import ExtendLeg, ExtendReferral
from services.matcher.models import Extension, Leg, WholeDispatch
from services.matcher.policies.extending import check_first, check_until
from services.matcher.repository import Unit
from services.matcher.use_cases.deciding import Deciding, Decision
from services.matcher.use_cases.dispatching import Answers, apply
from services.matcher.use_cases.referring import Reply, own_referral
from services.matcher.use_cases.steps import record
from shared.community.definition import Community
from shared.contracts import matcher as events
from shared.contracts.audit import decided
from shared.contracts.envelope import Fact
from shared.contracts.intake import ExtensionAnswered
from shared.contracts.refusal import Refusal
from shared.persistence.vault import Vault


class Extending:
    """Asks for more time under the rules of one community. Reasons are sealed under the order's id."""

    def __init__(self, rules: Community, vault: Vault, deciding: Deciding) -> None:
        self._rules = rules
        self._vault = vault
        self._deciding = deciding

    async def extend_legs(self, uow: Unit, decisions: Sequence[Decision[ExtendLeg]]) -> list[str | Refusal]:
        """A coordinator asks, or tells that the resident agreed by word of mouth. Answers are order ids.

        Refusals: those of every decision, ``AlreadyExtended``, ``ExtensionTooShort``, ``ExtensionTooLong``.
        """
        return await self._deciding.each(uow, decisions, self._extend, "extend")

    async def extend_referrals(self, uow: Unit, replies: Sequence[Reply[ExtendReferral]]) -> list[str | Refusal]:
        """A department asks for more time for what it holds. Answers are referral ids.

        Refusals: ``NotFound``, ``ReferralOver``, ``AlreadyExtended``, ``ExtensionTooShort``, ``ExtensionTooLong``.
        """
        wholes = await uow.repository.by_referral({reply.referral_id for reply in replies})
        answers: list[str | Refusal] = []
        for reply in replies:
            try:
                whole, referral = own_referral(wholes, reply)
                self._check(uow, whole, reply.wish, agreed=False)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            asked = self._asked(uow, whole, whole.leg(referral.leg_id), reply.department, reply.wish)
            await uow.repository.add_in_order([asked])
            self._ask(uow, whole, asked)
            uow.audit(decided(reply.by, "extend", referral.order_id, referral.referral_id))
            answers.append(referral.referral_id)
        return answers

    async def hear_answers(self, uow: Unit, facts: Sequence[Fact[ExtensionAnswered]]) -> Answers:
        """The resident's yes moves the due time, if whoever asked still holds the order; a no is remembered."""

        def take(whole: WholeDispatch, event: ExtensionAnswered) -> None:
            for extension in whole.extensions:
                if extension.extension_id == event.extension_id and extension.is_open:
                    extension.answer(uow.now, agreed=event.accepted)
                    if event.accepted and extension.until > whole.dispatch.due_at:
                        _extended(uow, whole, extension)

        return await apply(uow, facts, take)

    async def _extend(self, uow: Unit, whole: WholeDispatch, leg: Leg, decision: Decision[ExtendLeg]) -> str:
        wish = decision.wish
        self._check(uow, whole, wish, agreed=wish.agreed)
        whole.withdraw_extension(uow.now)
        asked = self._asked(uow, whole, leg, decision.coordinator_id, wish)
        await uow.repository.add_in_order([asked])
        if wish.agreed:
            asked.answer(uow.now, agreed=True, by_word=True)
            _extended(uow, whole, asked)
        else:
            self._ask(uow, whole, asked)
        return whole.dispatch.order_id

    def _check(self, uow: Unit, whole: WholeDispatch, wish: ExtendReferral, *, agreed: bool) -> None:
        dispatch = whole.dispatch
        check_first([one.agreed for one in whole.asked_for_time(dispatch.round)], agreed=agreed)
        check_until(wish.until, dispatch.due_at, uow.now, self._rules.clocks.longest_extension)

    def _asked(self, uow: Unit, whole: WholeDispatch, leg: Leg, by: str, wish: ExtendReferral) -> Extension:
        extension = Extension(
            extension_id=uow.new_id(),
            leg_id=leg.leg_id,
            order_id=leg.order_id,
            round=whole.dispatch.round,
            by=by,
            until=wish.until,
            reason=self._vault.seal(leg.order_id, wish.reason),
            asked_at=uow.now,
        )
        whole.extensions.append(extension)
        return extension

    def _ask(self, uow: Unit, whole: WholeDispatch, extension: Extension) -> None:
        asked = events.ExtensionAsked(
            **whole.dispatch.stamp(uow.now),
            leg_id=extension.leg_id,
            extension_id=extension.extension_id,
            until=extension.until,
        )
        record(uow, whole, asked)


def _extended(uow: Unit, whole: WholeDispatch, extension: Extension) -> None:
    """Whoever holds the order has until then; a department's own clock as well."""
    whole.dispatch.extend(extension.until)
    for referral in whole.referrals:
        if referral.is_open:
            referral.due_at = extension.until
    extended = events.OrderExtended(
        **whole.dispatch.stamp(uow.now),
        leg_id=extension.leg_id,
        extension_id=extension.extension_id,
        by_word=extension.by_word,
    )
    record(uow, whole, extended)
