"""What volunteers and secretaries do about one order: answer, ask for it in the pool, name a member, serve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from deploy.demo.doors import Doors
from deploy.demo.figures import Figures
from deploy.demo.people import ILL_FOR, Answer, People
from shared.community.clock import DomainClock
from shared.contracts.words import Role

Json = Mapping[str, Any]

DRAW_SECONDS = 20.0
"""Who is not asked asks for an order in the pool only where the draw is over after so many wall seconds."""


class Volunteers:
    """Everybody who may come to serve one order. Whoever was told of it acts once for each time they were told."""

    def __init__(self, doors: Doors, people: People, clock: DomainClock, figures: Figures, speed: float) -> None:
        self._doors = doors
        self._people = people
        self._clock = clock
        self._figures = figures
        self._speed = speed
        self._acted: set[tuple[str, int]] = set()
        self._ill: set[str] = set()
        self._looked_at_pool = False
        self.drawn_by: datetime | None = None

    async def answer(self, order: Json) -> None:
        """Everybody with an open offer for it answers."""
        async for volunteer in self._newly_told(order, "offer_made", "offer_named"):
            token = self._doors.as_caller(Role.VOLUNTEER, volunteer)
            for offer in await self._items("/api/offers", token):
                if offer["order_id"] == order["order_id"]:
                    await self._answer(str(offer["offer_id"]), token)

    async def name(self, order: Json) -> None:
        """The secretaries of units that were called up name a member, or do not."""
        async for secretary in self._newly_told(order, "call_up_made"):
            token = self._doors.as_caller(Role.VOLUNTEER, secretary)
            for call_up in await self._items("/api/call-ups", token):
                if call_up["order_id"] == order["order_id"]:
                    await self._name(str(call_up["call_up_id"]), token)

    async def ask_pool(self, order: Json) -> None:
        """Now and then somebody who was not asked sees it in the pool, and would take it."""
        if self._looked_at_pool or order["state"] != "offered":
            return
        self._looked_at_pool = True
        about = str(order["order_id"]), str(order["area"]), str(order["service"])
        for volunteer in self._people.bystanders(*about):
            token = self._doors.as_caller(Role.VOLUNTEER, volunteer)
            for leg in await self._items("/api/pool", token):
                if leg["order_id"] == order["order_id"] and self._soon_drawn(str(leg["urgency"])):
                    await self._think("pool", leg["leg_id"])
                    path = f"/api/pool/{leg['leg_id']}/take"
                    status, taken = await self._doors.ask("POST", "matcher", path, token, {})
                    self._figures.from_pool += status == 200
                    await self._note(taken, token)
                    return

    async def serve(self, order: Json) -> None:
        """Everybody who has a place of it goes one step on."""
        for volunteer, _ in await self._told(order, "leg_assigned"):
            token = self._doors.as_caller(Role.VOLUNTEER, volunteer)
            for assignment in await self._items("/api/assignments", token):
                if assignment["order_id"] == order["order_id"] and assignment["state"] in {"assigned", "under_way"}:
                    await self._go_on(str(assignment["assignment_id"]), str(assignment["state"]), token)

    async def _told(self, order: Json, *kinds: str) -> list[tuple[str, int]]:
        """The volunteers who were told of this order by such notices, each with its version, the newest first."""
        ops = self._doors.as_caller(Role.OPS, "demo")
        _, notices = await self._doors.ask("GET", "notifier", f"/api/notices?order={order['order_id']}&limit=200", ops)
        told = {
            (str(notice["recipient"]["id"]), int(notice["version"]))
            for notice in notices["items"]
            if notice["kind"] in kinds and notice["recipient"]["role"] == Role.VOLUNTEER
        }
        return sorted(told, key=lambda one: (-one[1], one[0]))

    async def _newly_told(self, order: Json, *kinds: str) -> AsyncIterator[str]:
        for one in await self._told(order, *kinds):
            if one not in self._acted:
                yield one[0]
                self._acted.add(one)

    async def _answer(self, offer_id: str, token: str) -> None:
        await self._think("offer", offer_id)
        self._figures.asked += 1
        answer = self._people.answer(offer_id)
        body = self._people.another_time(self._clock.now()) if answer is Answer.COUNTER else {}
        path = f"/api/offers/{offer_id}/{answer.value}"
        status, taken = await self._doors.ask("POST", "matcher", path, token, body)
        if status == 200:
            self._figures.answers[answer.value] += 1
            if answer is not Answer.DECLINE:
                await self._note(taken, token)

    async def _note(self, taken: Json, token: str) -> None:
        """A yes that waits for its draw is waited for; one that came too late is on standby."""
        self._figures.yeses[str(taken.get("state", ""))] += 1
        if taken.get("state") == "drawing":
            ends = [one["draw_ends_at"] for one in await self._items("/api/offers/answered", token)]
            self.drawn_by = max((datetime.fromisoformat(end) for end in ends if end), default=None)

    async def _name(self, call_up_id: str, token: str) -> None:
        await self._think("call-up", call_up_id)
        self._figures.called_up += 1
        members = await self._items(f"/api/call-ups/{call_up_id}/members", token)
        chosen = self._people.named(call_up_id, [str(one["volunteer_id"]) for one in members])
        if chosen is not None:
            path, body = f"/api/call-ups/{call_up_id}/name", {"volunteer": chosen}
            status, _ = await self._doors.ask("POST", "matcher", path, token, body)
            self._figures.named += status == 200

    async def _go_on(self, assignment_id: str, state: str, token: str) -> None:
        await self._think(state, assignment_id)
        path = f"/api/assignments/{assignment_id}"
        if state == "assigned" and assignment_id not in self._ill and self._people.falls_ill(assignment_id):
            self._ill.add(assignment_id)
            until = (self._clock.now() + ILL_FOR).isoformat()
            status, _ = await self._doors.ask("POST", "matcher", "/api/me/unwell", token, {"until": until})
            self._figures.fallen_ill += status == 200
        elif state == "assigned":
            await self._doors.ask("POST", "matcher", f"{path}/start", token, {})
        else:
            report = {"report": "已上门处理。 Visited and settled.", "minutes": 35}
            await self._doors.ask("POST", "matcher", f"{path}/complete", token, report)

    async def _items(self, path: str, token: str) -> list[dict[str, Any]]:
        """A list of matcher's; empty for whoever may not see it or comes too late."""
        status, page = await self._doors.ask("GET", "matcher", path, token)
        items: list[dict[str, Any]] = page["items"] if status == 200 else []
        return items

    def _soon_drawn(self, urgency: str) -> bool:
        return self._clock.wall_seconds(self._people.draw_seconds(urgency)) <= DRAW_SECONDS

    async def _think(self, *about: object) -> None:
        await asyncio.sleep(self._people.pause(*about) / self._speed)
