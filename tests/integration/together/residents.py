"""What residents do: order, join, change their mind, say how it went, report a danger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.integration.together.house import House, one_of
from tests.integration.together.seen import ENDED

PICK = st.integers(0, 99)
PHONE = "13800138{:03d}"


class Residents(House):
    """The levers of residents."""

    @initialize()
    def open(self) -> None:
        """Two orders wait from the start."""
        self.place(0, 0, "normal", call_only=False)
        self.place(1, 1, "urgent", call_only=False)

    @rule(service=PICK, area=PICK, urgency=st.sampled_from(["urgent", "normal", "flexible"]), call_only=st.booleans())
    def place(self, service: int, area: int, urgency: str, *, call_only: bool) -> None:
        """Somebody orders; who does not read messages has a coordinator do it."""
        self.placed += 1
        where = one_of(self.areas, area)
        body: dict[str, Any] = {
            "service": one_of(self.services, service),
            "area": where,
            "details": "六栋三单元楼道灯不亮",
            "urgency": urgency,
            "contact": {"name": f"居民{self.placed}", "phone": PHONE.format(self.placed)},
        }
        secret = ""
        if call_only:
            secret = self.coordinator(where)
            body |= {"channel": "phone", "call_only": True, "consent": {"person": True}}
        self.act(self.expect(201, self.trio.ask("intake", "POST", "/api/orders", secret, body)))

    @precondition(lambda self: any(self._open_orders()))
    @rule(pick=PICK, verb=st.sampled_from(["amend", "incident", "cancel"]), hours=st.integers(1, 30))
    def change_mind(self, pick: int, verb: str, hours: int) -> None:
        """Somebody wants it at another time, reports a danger, or withdraws."""
        starts = self.trio.now + timedelta(hours=hours)
        window = {"from": starts.isoformat(), "to": (starts + timedelta(hours=3)).isoformat()}
        bodies: dict[str, Any] = {
            "amend": {"urgency": "urgent" if hours % 2 else "flexible", "window": window},
            "incident": {"kind": "threat", "words": "楼下有人打架"},
            "cancel": {},
        }
        self.by_resident(one_of(self._open_orders(), pick), verb, bodies[verb])

    @precondition(lambda self: any(self._done()))
    @rule(pick=PICK, outcome=st.sampled_from(["fixed", "partly", "not_fixed"]), rating=st.integers(1, 5))
    def review(self, pick: int, outcome: str, rating: int) -> None:
        """Somebody says how it went."""
        self.by_resident(one_of(self._done(), pick), "review", {"outcome": outcome, "rating": rating})

    @precondition(lambda self: any(self._others()))
    @rule(pick=PICK, verb=st.sampled_from(["review", "cancel"]), outcome=st.sampled_from(["fixed", "not_fixed"]))
    def other_acts(self, pick: int, verb: str, outcome: str) -> None:
        """Somebody else who is concerned says how it went for them, or leaves."""
        resident = one_of(self._others(), pick)
        path = f"/api/orders/{self.seen.orders[resident.order_id].reference}/{verb}"
        body = {"outcome": outcome} if verb == "review" else {}
        self.act(self.trio.ask("intake", "POST", path, self.trio.tracks(resident.resident_id), body))

    @precondition(lambda self: any(self._asked_of_residents()))
    @rule(pick=PICK, accept=st.booleans())
    def answer_question(self, pick: int, *, accept: bool) -> None:
        """A resident gives more time or not, lets it end or not, takes another time or not."""
        order_id, path = one_of(self._asked_of_residents(), pick)
        self.by_resident(self.seen.orders[order_id], path, {"accept": accept})

    def _open_orders(self) -> list[Any]:
        return [one for one in self.seen.orders.values() if one.state not in {*ENDED, "done"}]

    def _done(self) -> list[Any]:
        return [one for one in self.seen.orders.values() if one.state == "done"]

    def _others(self) -> list[Any]:
        return [one for one in self.seen.residents.values() if one.left_at is None]

    def _asked_of_residents(self) -> list[tuple[str, str]]:
        asked = [(one.order_id, f"extension/{one.extension_id}") for one in self.seen.extensions.values()]
        asked += [(one.order_id, "closing") for one in self.seen.closings.values()]
        return asked + [(one.order_id, f"counter/{one.offer_id}") for one in self.seen.proposed.values()]
