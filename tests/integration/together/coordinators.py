"""What coordinators and departments do with what they hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from shared.contracts.words import Role
from tests.integration.together.house import one_of
from tests.integration.together.volunteers import Volunteers

PICK = st.integers(0, 99)
RESULTS = st.sampled_from(["reached", "no_answer", "no_answer", "wrong_number"])


class Coordinators(Volunteers):
    """The levers of coordinators and departments."""

    @precondition(lambda self: any(self._on_desks()))
    @rule(
        pick=PICK,
        verb=st.sampled_from(["resolve", "assign", "escalate", "refer", "take", "extend", "add", "exclude"]),
        who=PICK,
        agreed=st.booleans(),
    )
    def decide(self, pick: int, verb: str, who: int, *, agreed: bool) -> None:
        """A coordinator decides about what is on their desk."""
        dispatch, leg = one_of(self._on_desks(), pick)
        volunteer = one_of(self.roster, who).volunteer_id
        until = self.trio.now + timedelta(days=4)
        bodies: dict[str, Any] = {
            "resolve": {"report": "当面办结"},
            "assign": {"volunteer": volunteer},
            "escalate": {"reason": "本级无法解决"},
            "refer": {"department": "city_management"},
            "take": None,
            "extend": {"until": until.isoformat(), "reason": "等材料", "agreed": agreed},
            "add": {"department": "city_management"},
            "exclude": {"volunteer": volunteer},
        }
        path = f"/api/legs/{leg.leg_id}/{verb}"
        self.act(self.trio.ask("matcher", "POST", path, self.coordinator(dispatch.desk_area), bodies[verb]))

    @precondition(lambda self: any(self._on_desks()))
    @rule(pick=PICK, take=st.booleans())
    def settle(self, pick: int, *, take: bool) -> None:
        """A coordinator does what is theirs to do."""
        self.decide(pick, "take" if take else "resolve", 0, agreed=False)

    @precondition(lambda self: any(self._referred()))
    @rule(pick=PICK, hand_back=st.booleans())
    def serve_as_department(self, pick: int, *, hand_back: bool) -> None:
        """A department does the work, or says it is not theirs."""
        one = one_of(self._referred(), pick)
        verb, body = ("hand-back", {"reason": "not_ours"}) if hand_back else ("resolve", {"report": "已处理"})
        secret = self.trio.token(Role.DEPARTMENT, one.department)
        self.act(self.trio.ask("matcher", "POST", f"/api/referrals/{one.referral_id}/{verb}", secret, body))

    @precondition(lambda self: any(self._open_orders()))
    @rule(pick=PICK, other=PICK, verb=st.sampled_from(["closing", "join", "merge", "split", "window"]))
    def arrange(self, pick: int, other: int, verb: str) -> None:
        """A coordinator asks to let an order end, joins somebody to it, merges, splits it, sets its time."""
        order = one_of(self._open_orders(), pick)
        self.placed += 1
        starts = self.trio.now + timedelta(hours=5)
        bodies: dict[str, Any] = {
            "closing": {"reason": "没有办法解决"},
            "join": {"contact": {"name": "邻居", "phone": f"13900139{self.placed:03d}"}},
            "merge": {"into": one_of(self._open_orders(), other).reference},
            "split": {"service": "sweeping", "details": "另有一处要打扫"},
            "window": {"from": starts.isoformat(), "to": (starts + timedelta(hours=2)).isoformat()},
        }
        secret = self.coordinator(order.holder_area or order.grid)
        path = f"/api/desk/orders/{order.reference}/{verb}"
        self.act(self.trio.ask("intake", "POST", path, secret, bodies[verb]))

    @precondition(lambda self: any(self.seen.calls))
    @rule(
        pick=PICK, result=st.sampled_from(["reached", "no_answer", "no_answer", "wrong_number"]), verdict=st.booleans()
    )
    def call(self, pick: int, result: str, *, verdict: bool) -> None:
        """A coordinator calls or visits somebody who reads no messages."""
        call = one_of(self.seen.calls.values(), pick)
        body: dict[str, Any] = {"result": result}
        if verdict and result == "reached" and call.purpose == "review":
            body["verdict"] = {"outcome": "fixed", "rating": 5}
        secret = self.coordinator(call.area)
        self.act(self.trio.ask("intake", "POST", f"/api/calls/{call.call_id}/result", secret, body))

    @precondition(lambda self: any(self.seen.incidents))
    @rule(pick=PICK)
    def see_to_danger(self, pick: int) -> None:
        """A coordinator has seen to a danger."""
        one = one_of(self.seen.incidents.values(), pick)
        path = f"/api/incidents/{one.incident_id}/answer"
        self.act(self.trio.ask("matcher", "POST", path, self.coordinator(one.area), {"words": "已到场处置"}))

    @rule(who=PICK, verb=st.sampled_from(["suspend", "restore"]))
    def suspend(self, who: int, verb: str) -> None:
        """The county's coordinator stops a volunteer for a while, or lets them back in."""
        path = f"/api/volunteers/{one_of(self.roster, who).volunteer_id}/{verb}"
        secret = self.coordinator(self.rules_of.areas.root.code)
        body = {"reason": "投诉核查"} if verb == "suspend" else {}
        self.act(self.trio.ask("matcher", "POST", path, secret, body))

    def _on_desks(self) -> list[tuple[Any, Any]]:
        legs: dict[str, Any] = {}
        for leg in sorted(self.seen.legs.values(), key=lambda leg: (leg.round, leg.position)):
            if leg.state == "open":
                legs.setdefault(leg.order_id, leg)
        desks = [one for one in self.seen.dispatches.values() if one.holder_role == "coordinator"]
        return [(one, legs[one.order_id]) for one in desks if one.order_id in legs]

    def _referred(self) -> list[Any]:
        return [one for one in self.seen.referrals.values() if one.ended_at is None]
