"""What coordinators and departments decide is in the audit, whatever route they take; a new route is not forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from shared.community.definition import Community, load
from shared.contracts.intake import IncidentReported
from shared.contracts.words import Role
from shared.web.rules import ruled_routes
from tests.integration.auditing import Did, changing, left_by, split
from tests.integration.matcher.conftest import COUNTY as DEFINITION
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, volunteer
from tests.integration.matcher.test_calling_up import UNIT, unit

COUNTY, CITY, COUNTER, POST = "qindu", "city_management", "counter-maoling-east", "mediation-maoling-east"
ROSTER = "volunteer_id,name,phone,kind,home\nv-9,张三,15400000009,retired,maoling-east-g1"
OFFICES = "coordinator_id,name,phone\nc-qindu,范俊昊,15400008001"
IMPORT = {"POST /api/roster", "POST /api/coordinators"}
PAGES = {
    "POST /dangers/{incident_id}": ["POST /api/incidents/{incident_id}/answer"],
    "POST /department/{referral_id}/extend": ["POST /api/referrals/{referral_id}/extend"],
    "POST /department/{referral_id}/{verb}": [
        f"POST /api/referrals/{{referral_id}}/{verb}" for verb in ("advance", "hand-back", "resolve")
    ],
    "POST /legs/{leg_id}/{verb}": [
        f"POST /api/legs/{{leg_id}}/{verb}"
        for verb in ["add", "assign", "call-up", "escalate", "exclude", "extend", "refer", "release", "resolve", "take"]
    ],
    "POST /posts/{post_id}/claims/{volunteer_id}/vet": ["POST /api/posts/{post_id}/claims/{volunteer_id}/vet"],
    "POST /roster": [],  # nothing is decided by sending a file
    "POST /roster/{draft_id}/confirm": ["POST /api/roster"],
    "POST /roster/{draft_id}/put-aside": [],
    "POST /stand-ins": ["POST /api/stand-ins"],
    "POST /stand-ins/{stand_in_id}/end": ["POST /api/stand-ins/{stand_in_id}/end"],
    "POST /volunteers": [],  # a search
    "POST /volunteers/{volunteer_id}/{verb}": [
        f"POST /api/volunteers/{{volunteer_id}}/{verb}" for verb in ("remove", "restore", "suspend")
    ],
}
"""Pages that decide, and the routes over JSON whose use cases are theirs."""


@pytest.fixture(scope="module")
def rules() -> Community:
    """The reference county with its counters."""
    return load(DEFINITION)


class Desk:
    """A coordinator of the whole county, and a department, at their routes."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.stage = house.stage
        self.did: list[Did] = []

    @property
    def routes(self) -> set[str]:
        """Every route by which somebody who answers for others changes something."""
        return changing(ruled_routes(self._house.client._transport.app.routes))  # type: ignore[attr-defined]

    async def order(self, service: str = "lift_fault") -> str:
        """An order on a coordinator's desk; its leg."""
        return f"{await self.stage.place(service)}-l1"

    async def held(self) -> str:
        """An order that looks like spam, on the desk; its leg."""
        fact = self.stage.placed("lift_fault")
        fact = replace(fact, event=fact.event.model_copy(update={"review": True}))
        await self.stage.do(self.stage.use_cases.dispatching.open_dispatches, fact)
        return f"{fact.event.order_id}-l1"

    async def referral(self) -> str:
        """A leg that a department holds; the referral's id."""
        return str((await self._post(f"/api/legs/{await self.order()}/refer", {"department": CITY}))["referral_id"])

    async def errand(self) -> str:
        """An errand at its counter; the referral's id."""
        await self.order("certificates")
        _, page = await self._house.ask("GET", "/api/department", self._house.as_(Role.DEPARTMENT, COUNTER))
        return str(page["items"][0]["referral_id"])

    async def stand_in(self, wish: dict[str, str]) -> str:
        """Somebody who stands in; its id."""
        return str((await self._post("/api/stand-ins", wish))["stand_in_id"])

    async def danger(self) -> str:
        """A danger that a resident reported; its id."""
        order_id, use_case = await self.stage.place("lift_fault"), self.stage.use_cases.incidents.hear
        told = {"incident_id": "i-1", "resident_id": None, "raised_at": self.stage.now}
        await self.stage.do(use_case, self.stage.following(order_id, IncidentReported, **told))
        return "i-1"

    def decides(self, route: str, body: Any, field: str = "", **names: str) -> None:
        """To be done in turn by the coordinator; ``names`` stand in the route's path."""
        self._does(Role.COORDINATOR, "c-1", route, body, field, names)

    def answers(self, verb: str, body: Any, referral_id: str, department: str = CITY) -> None:
        """To be done in turn by the department."""
        route = f"/api/referrals/{{referral_id}}/{verb}"
        self._does(Role.DEPARTMENT, department, route, body, "", {"referral_id": referral_id})

    def imports(self) -> None:
        """The roster and who holds the offices, to be done in turn."""

        for route, table, field in (("roster", ROSTER, "roster"), ("coordinators", OFFICES, "coordinators")):
            act = partial(self._import, f"/api/{route}", table)
            self.did.append(Did(f"POST /api/{route}", ("coordinator", "imported", field), act))

    async def _import(self, path: str, table: str) -> None:
        files, caller = {"file": ("people.csv", table.encode())}, self._house.as_(Role.COORDINATOR, "c-1", COUNTY)
        answer = await self._house.client.post(path, headers=caller, files=files)
        assert 200 == answer.status_code, answer.text

    def _does(self, role: Role, who: str, route: str, body: Any, field: str, names: dict[str, str]) -> None:
        caller, path = self._house.as_(role, who, COUNTY if role is Role.COORDINATOR else None), route.format(**names)

        async def act() -> None:
            status, answer = await self._house.ask("POST", path, caller, body)
            assert status < 300, (path, answer)

        verb = field or path.rpartition("/")[2].replace("-", "_")
        self.did.append(Did(f"POST {route}", (role.value, "decided", verb), act))

    async def _post(self, path: str, body: Any) -> Any:
        status, answer = await self._house.ask("POST", path, self._house.as_(Role.COORDINATOR, "c-1", COUNTY), body)
        assert 201 == status, answer
        return answer


async def decisions(desk: Desk) -> None:
    """Each decision about a leg, each on an order of its own."""
    await desk.stage.enrol(volunteer("v-1"), volunteer("v-secretary"))
    await unit(desk.stage)
    later = (desk.stage.now + timedelta(days=4)).isoformat()
    for verb, body in {
        "add": {"department": CITY},
        "assign": {"volunteer": "v-1"},
        "call-up": {"unit": UNIT},
        "escalate": {"reason": "too much for one grid"},
        "exclude": {"volunteer": "v-1"},
        "extend": {"until": later, "reason": "spare parts", "agreed": True},
        "refer": {"department": CITY},
        "resolve": {"report": "settled"},
        "take": {},
    }.items():
        desk.decides(f"/api/legs/{{leg_id}}/{verb}", body, leg_id=await desk.order())
    desk.decides("/api/legs/{leg_id}/release", {}, leg_id=await desk.held())
    for verb, answer in {"extend": {"until": later, "reason": "parts"}, "resolve": {"report": "done"}}.items():
        desk.answers(verb, answer, await desk.referral())
    desk.answers("hand-back", {"reason": "not_ours"}, await desk.referral())
    desk.answers("advance", {"step": "papers_received"}, await desk.errand(), COUNTER)


async def standings(desk: Desk) -> None:
    """What is decided about people: who stands in, who has a post, who may serve; and what is seen to."""
    now = desk.stage.now
    times = {"from": now.isoformat(), "to": (now + timedelta(hours=8)).isoformat()}
    wish = {"area": GRID, "coordinator": "c-maoling-east-g2", **times}
    stand_in_id = await desk.stand_in(wish)
    desk.decides("/api/stand-ins", wish, field="stand_in")
    desk.decides("/api/stand-ins/{stand_in_id}/end", None, field="stand_in_ended", stand_in_id=stand_in_id)
    await desk.stage.enrol(volunteer("v-2", POST, vetted=False), volunteer("v-3", POST))
    vet = "/api/posts/{post_id}/claims/{volunteer_id}/vet"
    desk.decides(vet, {"approve": True}, post_id=POST, volunteer_id="v-2")
    for verb in ("suspend", "restore", "remove"):
        body = {"reason": "complaints"} if verb == "suspend" else {}
        desk.decides(f"/api/volunteers/{{volunteer_id}}/{verb}", body, volunteer_id="v-2")
    incident = await desk.danger()
    answer = "/api/incidents/{incident_id}/answer"
    desk.decides(answer, {"words": "called the police"}, field="incident", incident_id=incident)
    desk.imports()


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_each_changing_route_leaves_one_row(house: House) -> None:
    """Every route by which a coordinator or a department changes something, tried once, over JSON and on pages."""
    desk = Desk(house)
    await decisions(desk)
    await standings(desk)
    over_json, pages = split(desk.routes)
    assert over_json == {one.route for one in desk.did}
    assert (pages, over_json) == (set(PAGES), {one for those in PAGES.values() for one in those} | IMPORT)
    left = await left_by(house.stage.database, desk.did)
    assert {one.route: [one.leaves] for one in desk.did} == left
