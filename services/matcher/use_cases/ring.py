"""The call-up ring: when no holder is left to ask, the units paired with the area may name a member (支部派单)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.matcher.models import CallUp, Leg, WholeDispatch
from services.matcher.policies.candidates import Candidates
from services.matcher.policies.eligibility import Member, Need, Reason, is_eligible
from services.matcher.repository import Unit
from services.matcher.use_cases.means import Means

OVERLOOKED = frozenset({Reason.NOT_REACHABLE, Reason.BUDGET_SPENT})
"""The secretary knows how to reach a member, and asks in person instead of the system."""


class Ring:
    """Opens call-ups, and knows whom a unit may name."""

    def __init__(self, means: Means) -> None:
        self._rules, self._needs, self._steps = means.rules, means.needs, means.steps

    async def open(self, uow: Unit, whole: WholeDispatch, leg: Leg, candidates: Candidates) -> list[CallUp]:
        """Call up the units paired with the area or one above it up to its community that have somebody to name and
        were not called up for this leg before. Empty when there is none, or the rules leave no time for it.
        """
        life = self._steps.clocks(whole).call_up
        need = self._needs.of(whole, leg, uow.now, called_up=True)
        if not life or need is None:
            return []
        expires_at = min(uow.now + life, whole.dispatch.due_at)
        called = {one.unit_id for one in whole.call_ups if one.leg_id == leg.leg_id}
        opened = []
        for unit_id, secretary_id in await uow.repository.secretaries_near(self._line(whole.dispatch.grid)):
            if unit_id not in called and await self.members(uow, need, unit_id, candidates):
                opened.append(self.call_up(uow, whole, leg, unit_id, secretary_id, expires_at))
        return opened

    def call_up(
        self,
        uow: Unit,
        whole: WholeDispatch,
        leg: Leg,
        unit_id: str,
        secretary_id: str,
        expires_at: datetime,
        by: str | None = None,
    ) -> CallUp:
        """One call-up, made known; the row is the caller's to insert."""
        made = CallUp(
            call_up_id=uow.new_id(),
            leg_id=leg.leg_id,
            order_id=whole.dispatch.order_id,
            unit_id=unit_id,
            secretary_id=secretary_id,
            made_at=uow.now,
            expires_at=expires_at,
            by=by,
        )
        whole.call_ups.append(made)
        self._steps.call_up(uow, whole, made)
        return made

    async def members(self, uow: Unit, need: Need, unit_id: str, candidates: Candidates) -> Sequence[Member]:
        """Members of the unit who fit the skill and are free; who was asked before is not among them, and why
        somebody is not, nobody is told.
        """
        fitting = [member for member in candidates.members_of(unit_id) if self._fits(need, member)]
        if not fitting:
            return []
        loads = await uow.repository.loads({member.volunteer_id for member in fitting})
        return [
            member
            for member in fitting
            if (load := loads.get(member.volunteer_id))
            and is_eligible(need, member, load, self._rules.areas, OVERLOOKED)
        ]

    def _fits(self, need: Need, member: Member) -> bool:
        """A profession the skill asks for, or a post of that skill anywhere."""
        skill = self._rules.skills_by_code[need.skill]
        held = (self._rules.posts_by_id.get(post_id) for post_id in member.claims)
        return (
            not skill.professions
            or member.profession in skill.professions
            or any(post is not None and post.skill == need.skill for post in held)
        )

    def _line(self, grid: str) -> Sequence[str]:
        """The grid and what lies above it, up to its community."""
        line = self._rules.areas.ancestors(grid)
        community = self._rules.areas.community_of(grid)
        return line[: line.index(community) + 1] if community in line else line[:1]
