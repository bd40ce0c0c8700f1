"""What volunteers do: answer, serve, ask for open orders, fall ill, leave, report a danger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.together.house import one_of
from tests.integration.together.residents import Residents

PICK = st.integers(0, 99)
ANSWERS = st.sampled_from(["accept", "accept", "accept", "decline", "counter"])


class Volunteers(Residents):
    """The levers of volunteers."""

    @precondition(lambda self: any(self._offers()))
    @rule(
        pick=PICK,
        answer=ANSWERS,
        hours=st.integers(1, 30),
    )
    def answer(self, pick: int, answer: str, hours: int) -> None:
        """Somebody who was asked answers."""
        offer = one_of(self._offers(), pick)
        starts = self.trio.now + timedelta(hours=hours)
        then = {"from": starts.isoformat(), "to": (starts + timedelta(hours=2)).isoformat()}
        body = then if answer == "counter" else None
        self.by_volunteer(offer.volunteer_id, f"/api/offers/{offer.offer_id}/{answer}", body)

    @precondition(lambda self: any(self._active()))
    @rule(pick=PICK, hand_back=st.booleans())
    def serve(self, pick: int, *, hand_back: bool) -> None:
        """Somebody goes on with what they have, or cannot."""
        one = one_of(self._active(), pick)
        verb, body = ("start", None) if one.state == "assigned" else ("complete", {"report": "办好了", "minutes": 30})
        if hand_back:
            verb, body = "hand-back", {"reason": "no_time"}
        self.by_volunteer(one.volunteer_id, f"/api/assignments/{one.assignment_id}/{verb}", body)

    @precondition(lambda self: any(self._open_legs()))
    @rule(pick=PICK, who=PICK)
    def ask_for(self, pick: int, who: int) -> None:
        """Somebody asks for a leg of the pool."""
        volunteer = one_of(self.roster, who).volunteer_id
        self.by_volunteer(volunteer, f"/api/pool/{one_of(self._open_legs(), pick).leg_id}/take", None)

    @precondition(lambda self: any(self._offers()) or any(self._active()))
    @rule(pick=PICK)
    def go_on(self, pick: int) -> None:
        """Things go well: who has something serves it, who is asked says yes."""
        if any(self._active()):
            self.serve(pick, hand_back=False)
        else:
            self.answer(pick, "accept", 1)

    @rule(pick=PICK, days=st.integers(0, 3))
    def have_trouble(self, pick: int, days: int) -> None:
        """Somebody is ill for some days, or reports a danger where they serve."""
        active = self._active()
        if active and not days:
            one = one_of(active, pick)
            body = {"kind": "injury", "words": "老人摔倒了"}
            self.by_volunteer(one.volunteer_id, f"/api/assignments/{one.assignment_id}/incident", body)
            return
        until = self.trio.now + timedelta(days=days or 1)
        self.by_volunteer(one_of(self.roster, pick).volunteer_id, "/api/me/unwell", {"until": until.isoformat()})

    def _offers(self) -> list[Any]:
        return [one for one in self.seen.offers.values() if one.state == "open"]

    def _active(self) -> list[Any]:
        return [one for one in self.seen.assignments.values() if one.state in {"assigned", "under_way"}]

    def _open_legs(self) -> list[Any]:
        return [one for one in self.seen.legs.values() if one.state == "open"]
