"""The whole house as a machine whose levers are pulled at random, through its public doors."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from deploy.verify import histories, notices, orders, serving
from shared.community.definition import Community
from shared.community.roster import RosterRow
from shared.contracts.flows import SERVICES, durables_of
from shared.contracts.words import Role
from tests.integration.together.seen import ENDED, Seen, check_agreed, check_held, check_told, see
from tests.integration.together.trio import Trio

PAIRS = [(service, publisher) for service in SERVICES for _, publisher in durables_of(service)]
ROADS = st.sampled_from([pair for pair in PAIRS if pair[1] in SERVICES])
ANSWERS = st.sampled_from(["accept", "accept", "accept", "decline", "counter"])
PICK = st.integers(0, 99)
PASSING = [1, 7, 31, 61, 240, 721, 1441, 4321]
"""Minutes that pass: less and more than every clock of the county."""
PHONE = "13800138{:03d}"


class House(RuleBasedStateMachine):
    """Three services, a few volunteers, and whatever people do."""

    rules_of: ClassVar[Community]
    roster: ClassVar[list[RosterRow]]
    services: ClassVar[list[str]]
    areas: ClassVar[list[str]]
    migrated: ClassVar[dict[str, Path]]

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._folder = Path(tempfile.mkdtemp(prefix="paidan-together-"))
        urls = {}
        for service, file in self.migrated.items():
            shutil.copy(file, self._folder / f"{service}.db")
            urls[service] = f"sqlite+aiosqlite:///{self._folder / f'{service}.db'}"
        self.trio = Trio(self._folder, urls, self.rules_of, self.roster)
        self.placed = 0
        self.broker_is_up = True
        self._run(self.trio.begin())
        self.seen: Seen = self._run(see(self.trio))

    def _run(self, act: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(act)

    def teardown(self) -> None:
        """After everything has arrived, every promise holds, seen from inside and from outside."""
        try:
            self._run(self._check_quiet())
        finally:
            self._run(self.trio.end())
            self._runner.close()
            shutil.rmtree(self._folder)

    async def _check_quiet(self) -> None:
        for _ in range(3):  # a sweep may tell what moves another clock
            await self.trio.sweep()
            await self.trio.carry_all()
        seen = await see(self.trio)
        check_held(seen.dispatches, self.trio.now)
        check_held(seen.orders, self.trio.now)
        check_agreed(seen)
        await check_told(self.trio)
        databases = self.trio.databases
        checks = (
            orders.open_orders_are_held,
            serving.places_are_taken_once,
            serving.counters_agree,
            histories.versions_are_gapless,
            histories.transitions_are_legal,
            histories.services_agree,
            notices.each_step_once,
        )
        for check in checks:
            broken = await check(databases)
            assert not broken, f"{check.__name__}: {broken[:5]}"

    def _act(self, act: Coroutine[Any, Any, Any]) -> None:
        """One pull: the act, a sweep of what is due by now, what the broker carries, and a look at everything."""

        async def acted() -> Seen:
            await act
            await self.trio.sweep()
            if self.broker_is_up:
                await self.trio.carry_all()
            return await see(self.trio)

        self.seen = self._run(acted())
        check_held(self.seen.dispatches, self.trio.now)

    @initialize()
    def open(self) -> None:
        """Two orders wait from the start."""
        self.place(0, 0, "normal", call_only=False)
        self.place(1, 1, "urgent", call_only=False)

    # the broker

    @rule()
    def lose_broker(self) -> None:
        """The broker is away; what is told waits."""
        self.broker_is_up = False

    @precondition(lambda self: not self.broker_is_up)
    @rule(road=ROADS, twice=st.booleans(), dying=st.booleans())
    def carry(self, road: tuple[str, str], *, twice: bool, dying: bool) -> None:
        """One fact arrives: twice, or at a service that dies over it."""
        self._act(self.trio.carry(*road, twice=twice, dying=dying))

    @precondition(lambda self: not self.broker_is_up)
    @rule()
    def arrive(self) -> None:
        """The broker is back, and everything that was told arrives."""
        self.broker_is_up = True
        self._act(self.trio.carry_all())

    @rule(service=st.sampled_from(SERVICES))
    def die(self, service: str) -> None:
        """A service dies and comes back."""
        self._act(self.trio.restart(service))

    @rule(minutes=st.sampled_from(PASSING))
    def pass_time(self, minutes: int) -> None:
        """Time passes; what falls due on the way is done in time, hour by hour."""
        self._act(self._later(minutes))

    async def _later(self, minutes: int) -> None:
        while minutes > 0:
            self.trio.seconds += min(minutes, 60) * 60
            minutes -= 60
            await self.trio.sweep()

    # residents

    @rule(service=PICK, area=PICK, urgency=st.sampled_from(["urgent", "normal", "flexible"]), call_only=st.booleans())
    def place(self, service: int, area: int, urgency: str, *, call_only: bool) -> None:
        """Somebody orders; who does not read messages has a coordinator do it."""
        self.placed += 1
        where = _of(self.areas, area)
        body: dict[str, Any] = {
            "service": _of(self.services, service),
            "area": where,
            "details": "六栋三单元楼道灯不亮",
            "urgency": urgency,
            "contact": {"name": f"居民{self.placed}", "phone": PHONE.format(self.placed)},
        }
        secret = ""
        if call_only:
            secret = self._coordinator(where)
            body |= {"channel": "phone", "call_only": True, "consent": {"person": True}}
        self._act(self._expect(201, self.trio.ask("intake", "POST", "/api/orders", secret, body)))

    @precondition(lambda self: any(self._open_orders()))
    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        """Somebody withdraws."""
        self._by_resident(_of(self._open_orders(), pick), "cancel", {})

    @precondition(lambda self: any(self._open_orders()))
    @rule(pick=PICK, urgency=st.sampled_from(["urgent", "flexible"]), hours=st.integers(1, 30))
    def amend(self, pick: int, urgency: str, hours: int) -> None:
        """Somebody wants it sooner, later, or at another time."""
        starts = self.trio.now + timedelta(hours=hours)
        window = {"from": starts.isoformat(), "to": (starts + timedelta(hours=3)).isoformat()}
        self._by_resident(_of(self._open_orders(), pick), "amend", {"urgency": urgency, "window": window})

    @precondition(lambda self: any(self._done()))
    @rule(pick=PICK, outcome=st.sampled_from(["fixed", "partly", "not_fixed"]), rating=st.integers(1, 5))
    def review(self, pick: int, outcome: str, rating: int) -> None:
        """Somebody says how it went."""
        self._by_resident(_of(self._done(), pick), "review", {"outcome": outcome, "rating": rating})

    # volunteers

    @precondition(lambda self: any(self._offers()))
    @rule(
        pick=PICK,
        answer=ANSWERS,
        hours=st.integers(1, 30),
    )
    def answer(self, pick: int, answer: str, hours: int) -> None:
        """Somebody who was asked answers."""
        offer = _of(self._offers(), pick)
        starts = self.trio.now + timedelta(hours=hours)
        then = {"from": starts.isoformat(), "to": (starts + timedelta(hours=2)).isoformat()}
        body = then if answer == "counter" else None
        self._by_volunteer(offer.volunteer_id, f"/api/offers/{offer.offer_id}/{answer}", body)

    @precondition(lambda self: any(self._active()))
    @rule(pick=PICK, hand_back=st.booleans())
    def serve(self, pick: int, *, hand_back: bool) -> None:
        """Somebody goes on with what they have, or cannot."""
        one = _of(self._active(), pick)
        verb, body = ("start", None) if one.state == "assigned" else ("complete", {"report": "办好了", "minutes": 30})
        if hand_back:
            verb, body = "hand-back", {"reason": "no_time"}
        self._by_volunteer(one.volunteer_id, f"/api/assignments/{one.assignment_id}/{verb}", body)

    # coordinators and departments

    @precondition(lambda self: any(self._on_desks()))
    @rule(
        pick=PICK,
        verb=st.sampled_from(["resolve", "assign", "escalate", "refer", "take", "extend", "add", "exclude"]),
        who=PICK,
        agreed=st.booleans(),
    )
    def decide(self, pick: int, verb: str, who: int, *, agreed: bool) -> None:
        """A coordinator decides about what is on their desk."""
        dispatch, leg = _of(self._on_desks(), pick)
        volunteer = _of(self.roster, who).volunteer_id
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
        self._act(self.trio.ask("matcher", "POST", path, self._coordinator(dispatch.desk_area), bodies[verb]))

    @precondition(lambda self: any(self._referred()))
    @rule(pick=PICK, hand_back=st.booleans())
    def serve_as_department(self, pick: int, *, hand_back: bool) -> None:
        """A department does the work, or says it is not theirs."""
        one = _of(self._referred(), pick)
        verb, body = ("hand-back", {"reason": "not_ours"}) if hand_back else ("resolve", {"report": "已处理"})
        secret = self.trio.token(Role.DEPARTMENT, one.department)
        self._act(self.trio.ask("matcher", "POST", f"/api/referrals/{one.referral_id}/{verb}", secret, body))

    # who and what

    async def _expect(self, status: int, asked: Coroutine[Any, Any, tuple[int, Any]]) -> Any:
        answered, told = await asked
        assert status == answered, told
        return told

    def _by_resident(self, order: Any, verb: str, body: Any) -> None:
        path = f"/api/orders/{order.reference}/{verb}"
        self._act(self.trio.ask("intake", "POST", path, self.trio.tracks(order.order_id), body))

    def _by_volunteer(self, volunteer_id: str, path: str, body: Any) -> None:
        self._act(self.trio.ask("matcher", "POST", path, self.trio.token(Role.VOLUNTEER, volunteer_id), body))

    def _coordinator(self, area: str) -> str:
        desk = self.rules_of.areas.coordinator_area(area)
        return self.trio.token(Role.COORDINATOR, self.rules_of.coordinator_of(desk).coordinator_id, desk)

    def _open_orders(self) -> list[Any]:
        return [one for one in self.seen.orders.values() if one.state not in {*ENDED, "done"}]

    def _done(self) -> list[Any]:
        return [one for one in self.seen.orders.values() if one.state == "done"]

    def _offers(self) -> list[Any]:
        return [one for one in self.seen.offers.values() if one.state == "open"]

    def _active(self) -> list[Any]:
        return [one for one in self.seen.assignments.values() if one.state in {"assigned", "under_way"}]

    def _on_desks(self) -> list[tuple[Any, Any]]:
        legs: dict[str, Any] = {}
        for leg in sorted(self.seen.legs.values(), key=lambda leg: (leg.round, leg.position)):
            if leg.state == "open":
                legs.setdefault(leg.order_id, leg)
        desks = [one for one in self.seen.dispatches.values() if one.holder_role == "coordinator"]
        return [(one, legs[one.order_id]) for one in desks if one.order_id in legs]

    def _referred(self) -> list[Any]:
        return [one for one in self.seen.referrals.values() if one.ended_at is None]


def _of(choices: Iterable[Any], pick: int) -> Any:
    found = list(choices)
    return found[pick % len(found)]
