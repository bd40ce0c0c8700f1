"""What a leg needs of whoever serves it, from its dispatch and the rules of the community."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.matcher.models import Leg, WholeDispatch
from services.matcher.policies.eligibility import Member, Need, is_party
from services.matcher.policies.windows import serving_of
from shared.community.definition import Community
from shared.contracts.words import Urgency, Window
from shared.persistence.vault import Vault

USUAL_DURATION = timedelta(hours=1)
"""Of an order whose service the catalogue has dropped since: it is served all the same, as it was placed."""


class Needs:
    """Makes needs under the rules of one community; opens what is known of the parties to a matter."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._rules = rules
        self._vault = vault

    def of(
        self,
        whole: WholeDispatch,
        leg: Leg,
        now: datetime,
        *,
        window: Window | None = None,
        called_up: bool = False,
    ) -> Need | None:
        """What the leg needs; None when nobody can serve it any more (its window has passed, or there is no such skill
        any more).

        ``window``: a time that was proposed instead of the order's.
        """
        dispatch = whole.dispatch
        service = self._rules.services_by_code.get(dispatch.service)
        skill = self._rules.skills_by_code.get(leg.post or "")
        if skill is None:
            return None
        urgency = Urgency(dispatch.urgency)
        duration = timedelta(minutes=service.duration_minutes) if service else USUAL_DURATION
        serving = serving_of(window or dispatch.window, now, duration, self._rules.clocks.of(urgency).service)
        if serving is None:
            return None
        areas, marks = self._parties(whole)
        return Need(
            order_id=dispatch.order_id,
            leg_id=leg.leg_id,
            skill=skill.code,
            grid=dispatch.grid,
            posts=frozenset(post.post_id for post in self._rules.posts_covering(dispatch.grid, skill.code)),
            open_to_any=skill.open,
            needs_vetting=skill.needs_vetting,
            urgency=urgency,
            serving=serving,
            now=now,
            local=self._rules.local_time,
            due_at=dispatch.due_at,
            placed_at=dispatch.placed_at,
            refused=whole.refused(leg),
            excluded=frozenset(whole.excluded),
            excluded_areas=areas,
            party_marks=marks,
            continued=frozenset(dispatch.continued.split()),
            called_up=called_up,
        )

    def concerns(self, whole: WholeDispatch, member: Member) -> bool:
        """Whether somebody is a party to the matter, or lives where the resident wants nobody from."""
        where, marks = self._parties(whole)
        return is_party(member, where, marks, self._rules.areas)

    def _parties(self, whole: WholeDispatch) -> tuple[tuple[str, ...], frozenset[str]]:
        dispatch = whole.dispatch
        if dispatch.parties is None:
            return (), frozenset()
        told = json.loads(self._vault.open(dispatch.order_id, dispatch.parties))
        return tuple(told["areas"]), frozenset(told["marks"])

    def seal_parties(self, order_id: str, areas: Sequence[str], marks: Sequence[str]) -> bytes:
        """Areas and marks of the parties to a matter, for the dispatch's row."""
        return self._vault.seal(order_id, json.dumps({"areas": sorted(areas), "marks": sorted(marks)}))
