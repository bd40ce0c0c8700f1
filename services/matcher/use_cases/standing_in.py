"""Coordinators set who acts for them, or for one below them, and end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.commands import SetStandIn
from services.matcher.models import StandIn
from services.matcher.policies.standing_in import check_fits, check_settable, check_times
from services.matcher.repository import Unit
from services.matcher.use_cases.asking import DESK
from shared.community.definition import Community
from shared.contracts.audit import Who, decided
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Role


@dataclass(frozen=True)
class Setting:
    """A coordinator's wish to have somebody stand in; ``area`` is the one they answer for themselves: who stands in
    does not pass it on.
    """

    coordinator_id: str
    area: str
    wish: SetStandIn


@dataclass(frozen=True)
class Ending:
    """A coordinator's wish that a stand-in ends now."""

    stand_in_id: str
    coordinator_id: str
    area: str


class StandingIn:
    """Keeps the stand-ins of one community."""

    def __init__(self, rules: Community) -> None:
        self._rules = rules

    async def set_stand_ins(self, uow: Unit, wishes: Sequence[Setting]) -> list[str | Refusal]:
        """From then until then, somebody else may do what the area's coordinator may. Answers are stand-in ids.

        Refusals: ``NotFound`` (area), ``StandInUnknown``, ``StandInNeedless``, ``StandInTimes``.
        """
        answers: list[str | Refusal] = []
        made: list[StandIn] = []
        for one in wishes:
            try:
                made.append(self._made(uow, one))
            except Refusal as refusal:
                answers.append(refusal)
                continue
            answers.append(made[-1].stand_in_id)
            by = Who(Role.COORDINATOR.value, one.coordinator_id, one.area)
            uow.audit(decided(by, "stand_in", subject=made[-1].coordinator_id, reason=made[-1].area))
        await uow.repository.add_in_order(made)
        uow.announce(DESK)
        return answers

    async def end_stand_ins(self, uow: Unit, wishes: Sequence[Ending]) -> list[str | Refusal]:
        """It gives no right any more. Answers are stand-in ids. Refusals: ``NotFound``, ``StandInOver``."""
        known = await uow.repository.stand_ins({one.stand_in_id for one in wishes})
        answers: list[str | Refusal] = []
        for one in wishes:
            try:
                stand_in = known.get(one.stand_in_id)
                if stand_in is None:
                    raise NotFound
                if stand_in.coordinator_id != one.coordinator_id:  # who stands in may lay it down
                    check_settable(self._rules, stand_in.area, one.area)
                stand_in.end(uow.now)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            answers.append(stand_in.stand_in_id)
            by = Who(Role.COORDINATOR.value, one.coordinator_id, one.area)
            uow.audit(decided(by, "stand_in_ended", subject=stand_in.coordinator_id, reason=stand_in.area))
        uow.announce(DESK)
        return answers

    def _made(self, uow: Unit, one: Setting) -> StandIn:
        wish, area = one.wish, one.wish.area or one.area
        check_settable(self._rules, area, one.area)
        check_fits(self._rules, area, wish.coordinator)
        check_times(wish.from_, wish.to, uow.now)
        return StandIn(
            stand_in_id=uow.new_id(),
            area=area,
            coordinator_id=wish.coordinator,
            starts_at=wish.from_,
            ends_at=wish.to,
            set_by=one.coordinator_id,
        )
