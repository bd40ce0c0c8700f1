"""Everybody acts until every page has something to show: the parts of the scene, one after the other."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deploy.attached import Attached, county_coordinator, load_definition
from deploy.demo.doors import Doors
from deploy.demonstration import Demonstration
from deploy.permissions import inbox_of
from shared.contracts.envelope import to_headers
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.messaging.entering import enter
from tests.browser.people import COMMUNITY, OPS, coordinator
from tests.browser.pictures import photo_of_something
from tests.browser.scene import (
    COORDINATOR,
    COUNTY,
    DEPARTMENT,
    OPERATOR,
    RESIDENT,
    SECRETARY,
    SERVED,
    SERVING,
    VOLUNTEER,
    Scene,
    led_on,
    session,
)
from tests.flows.people import asked, in_state, place, review, serve
from tests.flows.visitors import Visitor, visiting
from tests.integration.deploy.stacks import EVENING
from tests.waiting import wait_for

CITY = Caller(Role.DEPARTMENT, "city_management")
UNIT = "u-009"
WITHIN_SECONDS = 30.0

_PAGES = {Role.VOLUNTEER: ("matcher",), Role.COORDINATOR: ("matcher", "intake"), Role.DEPARTMENT: ("matcher",)}
"""Where a role signs in; everybody else at notifier."""


async def build(stack: Attached) -> Scene:
    """Let everybody act until every page has something to show."""
    scene = Scene(stack)
    async with Doors(stack) as doors, visiting(stack) as visitor:
        at = Building(scene, doors, visitor)
        await at.offered()
        await at.served()
        await at.held()
        await at.called_up()
        await at.referred()
        await at.mediated()
        await at.buried()
        await at.found_by_phone()
        await at.drafted()
        await at.admit_everybody()
    return scene


class Building:
    """The people of the scene, one part after the other."""

    def __init__(self, scene: Scene, doors: Doors, visitor: Visitor) -> None:
        self._scene, self._doors, self._visitor = scene, doors, visitor
        self._phone = f"+86 154 7{secrets.randbelow(10**7):07}"
        self._rules = load_definition(scene.stack.stack.definition)
        self._people: dict[str, Caller] = {
            COORDINATOR: coordinator(scene.stack, COMMUNITY),
            COUNTY: county_coordinator(self._rules),
            DEPARTMENT: CITY,
            OPERATOR: OPS,
        }

    async def offered(self) -> None:
        """An order of which a volunteer is asked, and another in the pool."""
        placed = await self._place("offered", "moving", details="五楼的旧沙发要搬到楼下，没有电梯。")
        who, _, self._scene.found["offer"] = await asked(self._doors, placed["order_id"])
        self._people[VOLUNTEER] = Caller(Role.VOLUNTEER, who)

    async def served(self) -> None:
        """One order taken and begun, with a danger reported; one done with a photo; one reviewed."""
        placed = await self._place("under_way", "moving", details="请帮忙把轮椅抬下楼。")
        who, token, offer = await self._asked(placed)
        self._people[SERVING] = Caller(Role.VOLUNTEER, who)
        path = f"/api/assignments/{await self._begin(token, offer)}"
        self._scene.found["assignment"] = path.rpartition("/")[2]
        words = {"kind": "other", "words": "楼道里有煤气味"}
        self._scene.found["incident"] = (await self._say("matcher", f"{path}/incident", token, words))["incident_id"]

        placed = await self._place("done", "moving", details="冰箱要挪一个位置。")
        _, token, offer = await self._asked(placed)
        path = f"/api/assignments/{await self._begin(token, offer)}"
        photo = {"photo": ("photo.jpg", photo_of_something(), "image/jpeg")}
        sent = await self._visitor("POST", "matcher", f"{path}/photos", token, files=photo)
        report = {"report": "冰箱挪好了，插座也试过了。", "minutes": 30, "photos": [sent.json()["photo_id"]]}
        await self._say("matcher", f"{path}/complete", token, report)
        await in_state(self._doors, placed, "done")

        placed = await self._place("closed", "moving", details="书柜要搬到隔壁房间。")
        who, token, offer = await self._asked(placed)
        self._people[SERVED] = Caller(Role.VOLUNTEER, who)
        await serve(self._doors, token, offer)
        await in_state(self._doors, placed, "done")
        await review(self._doors, placed, "fixed")
        await self._made_of_ones_own(token)

    async def _made_of_ones_own(self, token: str) -> None:
        """Who served shows a card, has the calendar fetched, and a certificate."""
        card = {"name_shown": "family", "title": "master", "promise": "搬得动的我来搬，修得好的我来修。", "posts": True}
        for path, wish in (("/api/me/card", card), ("/api/me/calendar", {})):
            made = await self._visitor("PUT", "matcher", path, token, wish)
            assert 200 == made.status_code, made.text
        me = await self._ask("matcher", "/api/me", token)
        self._scene.found["card"] = me["public_card"]["card_id"]
        self._scene.found["card_area"] = me["public_card"]["community"]
        period = {"first_day": "2026-01-01", "last_day": EVENING[:10]}
        issued = await self._say("matcher", "/api/me/certificates", token, period)
        self._scene.found["certificate"] = issued["certificate_id"]

    async def drafted(self) -> None:
        """A roster that was sent and is not imported yet, with a row that is wrong."""
        rows = "v-9001,张三,15400009001,retired,maoling-east-g1\nv-9002,李四,12,retired,maoling-east-g1\n"
        file = {"file": ("roster.csv", f"volunteer_id,name,phone,kind,home\n{rows}".encode())}
        sent = await self._visitor("POST", "matcher", "/roster", self._token(COUNTY), files=file)
        assert 303 == sent.status_code, sent.text
        self._scene.found["draft"] = sent.headers["location"].rpartition("/")[2]

    async def held(self) -> None:
        """What lies on the coordinator's desk: an order for somebody who reads no messages, with a call to make."""
        placed = await self._place("held", "haircut", details="老人行动不便，想请人上门理发。", call_only=True)
        self._scene.found["leg"] = await self._leg(placed, "escalated")
        desk = self._token(COORDINATOR)

        async def due() -> str:
            page = await self._ask("intake", "/api/call-list", desk)
            return next((one["call_id"] for one in page["items"] if one["reference"] == placed["reference"]), "")

        self._scene.found["call"] = await wait_for(due, WITHIN_SECONDS, "a call to be on the list")

    async def called_up(self) -> None:
        """A unit is asked to name a member for what came back to the coordinator."""
        row = next(one for one in Demonstration.of(self._rules).volunteers if one.unit == UNIT and one.secretary)
        self._people[SECRETARY] = Caller(Role.VOLUNTEER, row.volunteer_id)
        placed = await self._place("called_up", "moving", details="旧衣柜要搬到楼下。")
        leg, desk = await self._leg(placed, "offered"), self._token(COORDINATOR)
        await self._say("matcher", f"/api/legs/{leg}/escalate", desk, {"reason": "no_one"})
        await in_state(self._doors, placed, "escalated")
        await self._say("matcher", f"/api/legs/{leg}/call-up", self._token(COUNTY), {"unit": UNIT})

        async def called() -> str:
            page = await self._ask("matcher", "/api/call-ups", self._token(SECRETARY))
            return next((one["call_up_id"] for one in page["items"]), "")

        self._scene.found["call_up"] = await wait_for(called, WITHIN_SECONDS, "the unit to be called up")

    async def referred(self) -> None:
        """A department has an order; its link opens it too."""
        placed = await self._place("referred", "haircut", details="路灯坏了三盏，晚上看不清台阶。")
        leg = await self._leg(placed, "escalated")
        body = {"department": CITY.subject, "note": "请派人查看路灯"}
        await self._say("matcher", f"/api/legs/{leg}/refer", self._token(COORDINATOR), body)

        async def with_them() -> str:
            page = await self._ask("matcher", "/api/department", self._token(DEPARTMENT))
            return next((one["referral_id"] for one in page["items"]), "")

        self._scene.found["referral"] = await wait_for(with_them, WITHIN_SECONDS, "the department to have it")

    async def mediated(self) -> None:
        """A dispute with words of danger, asked about again: what the other side and the neighbours see."""
        placed = await self._place("dispute", "neighbour_dispute", details="楼上漏水，天花板要塌了，邻居不开门。")
        other = {"contact": {"name": "周先生", "phone": "+86 154 0000 4321"}}
        path = f"/api/desk/orders/{placed['reference']}/parties"
        await self._say("intake", path, self._token(COORDINATOR), other)

    async def buried(self) -> None:
        """A forged word is a dead letter."""
        placed, stack = await self._place("forged", "small_repairs"), self._scene.stack
        event_id = str(uuid.uuid4())
        marks = to_headers(
            "paidan.intake.order_cancelled.v1", placed["order_id"], event_id=event_id, time=datetime.now(UTC)
        )
        said = json.dumps({"order_id": placed["order_id"], "reference": placed["reference"], "version": 99}).encode()
        client = await enter(stack.entrance("matcher"), inbox_prefix=inbox_of("matcher"), allow_reconnect=False)
        try:
            subject = f"matcher.order_done.v1.{COMMUNITY}.{placed['order_id']}"
            await client.jetstream().publish(subject, said, headers={**marks, "Nats-Msg-Id": event_id})
        finally:
            await client.close()

        async def lies_there() -> str:
            page = await self._ask("notifier", "/api/dead-letters?limit=200", self._token(OPERATOR))
            return next((one["dead_letter_id"] for one in page["items"] if placed["order_id"] in one["subject"]), "")

        self._scene.found["dead_letter"] = str(await wait_for(lies_there, WITHIN_SECONDS, "a dead letter"))

    async def found_by_phone(self) -> None:
        """Whose phone's code was right sees what is kept under the phone."""
        claim = await self._visitor.claim(self._phone)
        body = {"phone": self._phone, "code": await self._visitor.code_to(self._phone), "claim": claim}
        found = await self._say("intake", "/api/orders/find/verify", "", body)
        self._scene.admit(RESIDENT, "paidan_personal", found["personal_token"])

    async def admit_everybody(self) -> None:
        """A session in the browser of each, at every service that has pages for them."""
        for who, caller in self._people.items():
            for service in _PAGES.get(caller.role, ("notifier",)):
                for name, value in (await session(self._scene.stack, service, caller)).items():
                    self._scene.admit(who, name, value)
        letterbox = await led_on(self._scene.stack, self._people[VOLUNTEER], "notifier", "/letterbox")
        self._scene.admit(VOLUNTEER, "paidan_notifier", letterbox["paidan_notifier"])

    def _token(self, who: str) -> str:
        caller = self._people[who]
        return self._doors.as_caller(caller.role, caller.subject, caller.area)

    async def _place(self, part: str, service: str, **changes: Any) -> dict[str, Any]:
        contact = {"name": "李阿姨", "phone": self._phone}
        placed = await place(self._doors, service, contact=contact, **changes)
        self._scene.found[part] = placed["reference"]
        self._scene.admit(RESIDENT, "paidan_track", placed["tracking_token"], f"/orders/{placed['reference']}")
        return placed

    async def _asked(self, placed: Mapping[str, Any]) -> tuple[str, str, str]:
        return await asked(self._doors, placed["order_id"], frozenset({self._people[VOLUNTEER].subject}))

    async def _begin(self, token: str, offer: str) -> str:
        accepted = await self._say("matcher", f"/api/offers/{offer}/accept", token, {})
        await self._say("matcher", f"/api/assignments/{accepted['assignment_id']}/start", token, {})
        return str(accepted["assignment_id"])

    async def _leg(self, placed: Mapping[str, Any], state: str) -> str:
        return str((await in_state(self._doors, placed, state))["legs"][0]["leg_id"])

    async def _ask(self, service: str, path: str, token: str) -> dict[str, Any]:
        return (await self._doors.ask("GET", service, path, token))[1]

    async def _say(self, service: str, path: str, token: str, body: Any) -> dict[str, Any]:
        answer = await self._visitor("POST", service, path, token, body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        said: dict[str, Any] = answer.json()
        return said
