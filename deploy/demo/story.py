"""One order's life as its people live it: place, answer the offer, serve, review; or a coordinator decides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from deploy.demo.doors import Doors
from deploy.demo.figures import Figures
from deploy.demo.people import People
from shared.community.definition import Community
from shared.contracts.words import Outcome, Role

STUCK_SECONDS = 120.0
"""An order that nothing happens to for so long, the demonstration being its only actor, is given up."""
LOOK_AGAIN_SECONDS = 3.0


class Story:
    """Follows one order to its end, acting for everybody who has to act."""

    def __init__(self, doors: Doors, people: People, community: Community, figures: Figures, speed: float) -> None:
        self._doors = doors
        self._people = people
        self._community = community
        self._figures = figures
        self._speed = speed
        self._began = time.monotonic()
        self._taken = False
        self._reviews = 0
        self._escalations = 0

    async def live_through(self, placed: Mapping[str, Any]) -> str:
        """Follow a placed order until it is closed or held; returns which, with the outcome."""
        self._figures.placed += 1
        end = await self._follow(placed)
        self._figures.ended[end] += 1
        if end.startswith("closed"):
            self._figures.whole_seconds.append(time.monotonic() - self._began)
        return end

    async def _follow(self, placed: Mapping[str, Any]) -> str:
        reference, token = str(placed["reference"]), str(placed["tracking_token"])
        last_change = time.monotonic()
        async with aclosing(self._doors.live(reference, token)) as changes:  # type: ignore[type-var]  # a generator, typed as what it yields
            order: dict[str, Any] = dict(placed)
            while time.monotonic() - last_change < STUCK_SECONDS:
                try:
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                        order = await anext(changes)
                        last_change = time.monotonic()
                except TimeoutError:
                    return await self._follow_on(placed, order, last_change)
                if end := await self._act(order, token):
                    return end
        return f"stuck {order['state']}"

    async def _follow_on(self, placed: Mapping[str, Any], order: dict[str, Any], last_change: float) -> str:
        """Nothing was heard for a while: look at the order itself, act, and listen afresh."""
        reference, token = str(placed["reference"]), str(placed["tracking_token"])
        while time.monotonic() - last_change < STUCK_SECONDS:
            _, now = await self._doors.ask("GET", "intake", f"/api/orders/{reference}", token)
            if now["state"] != order["state"] or len(now["timeline"]) != len(order.get("timeline", ())):
                last_change = time.monotonic()
            order = now
            if end := await self._act(order, token):
                return end
            await asyncio.sleep(LOOK_AGAIN_SECONDS / 5)
        return f"stuck {order['state']}"

    async def _act(self, order: Mapping[str, Any], token: str) -> str:
        """Do what comes next, for whoever has to do it; the order's end, once it has one."""
        match order["state"]:
            case "offered":
                await self._answer_offer(order)
            case "assigned" | "under_way":
                await self._serve(order)
            case "escalated":
                return await self._decide(order)
            case "done":
                await self._review(order, token)
            case "closed" | "cancelled":
                return f"{order['state']} {order['outcome']}"
        return ""

    async def _asked(self, order: Mapping[str, Any], kind: str) -> list[str]:
        """The volunteers who were told of this order with a notice of this kind, the newest first."""
        ops = self._doors.as_caller(Role.OPS, "demo")
        _, notices = await self._doors.ask("GET", "notifier", f"/api/notices?order={order['order_id']}&limit=200", ops)
        told = [notice for notice in notices["items"] if notice["kind"] == kind]
        told.sort(key=lambda notice: int(notice["version"]), reverse=True)
        return [str(n["recipient"]["id"]) for n in told if n["recipient"]["role"] == Role.VOLUNTEER]

    async def _answer_offer(self, order: Mapping[str, Any]) -> None:
        for volunteer in await self._asked(order, "offer_made"):
            token = self._doors.as_caller(Role.VOLUNTEER, volunteer)
            _, offers = await self._doors.ask("GET", "matcher", "/api/offers", token)
            for offer in offers["items"]:
                if offer["order_id"] == order["order_id"]:
                    await self._answer(str(offer["offer_id"]), token)
                    return

    async def _answer(self, offer_id: str, token: str) -> None:
        await self._think("offer", offer_id)
        self._figures.asked += 1
        accepts = self._people.accepts(offer_id)
        verb = "accept" if accepts else "decline"
        status, _ = await self._doors.ask("POST", "matcher", f"/api/offers/{offer_id}/{verb}", token, {})
        if status == 200 and accepts:
            self._figures.accepted += 1
            if not self._taken:
                self._taken = True
                self._figures.assigned_seconds.append(time.monotonic() - self._began)
        elif status == 200:
            self._figures.declined += 1

    async def _serve(self, order: Mapping[str, Any]) -> None:
        for volunteer in await self._asked(order, "leg_assigned"):
            token = self._doors.as_caller(Role.VOLUNTEER, volunteer)
            _, assignments = await self._doors.ask("GET", "matcher", "/api/assignments", token)
            for assignment in assignments["items"]:
                if assignment["order_id"] == order["order_id"] and assignment["state"] in {"assigned", "under_way"}:
                    await self._go_on(str(assignment["assignment_id"]), str(assignment["state"]), token)
                    return

    async def _go_on(self, assignment_id: str, state: str, token: str) -> None:
        await self._think(state, assignment_id)
        path = f"/api/assignments/{assignment_id}"
        if state == "assigned":
            await self._doors.ask("POST", "matcher", f"{path}/start", token, {})
        else:
            report = {"report": "已上门处理。 Visited and settled.", "minutes": 35}
            await self._doors.ask("POST", "matcher", f"{path}/complete", token, report)

    async def _decide(self, order: Mapping[str, Any]) -> str:
        self._escalations += 1
        if not self._people.resolves(str(order["order_id"]), self._escalations):
            return "held"
        await self._think("decide", order["order_id"], self._escalations)
        area = str(order["holder"]["area"])
        coordinator = self._community.ladder.by_area.get(area)
        if coordinator is None:  # it is on its way on; the next change says where to
            return ""
        token = self._doors.as_caller(Role.COORDINATOR, coordinator.coordinator_id, area)
        leg = str(order["legs"][-1]["leg_id"])
        report = {"report": "已由社区办结。 Settled by the community office."}
        status, _ = await self._doors.ask("POST", "matcher", f"/api/legs/{leg}/resolve", token, report)
        if status == 200:
            self._figures.resolved_by_coordinator += 1
        return ""

    async def _review(self, order: Mapping[str, Any], token: str) -> None:
        self._reviews += 1
        await self._think("review", order["order_id"], self._reviews)
        outcome, rating = self._people.verdict(str(order["order_id"]), self._reviews)
        path = f"/api/orders/{order['reference']}/review"
        status, _ = await self._doors.ask("POST", "intake", path, token, {"outcome": outcome.value, "rating": rating})
        if status == 200 and outcome is Outcome.NOT_FIXED:
            self._figures.reopened += 1

    async def _think(self, *about: object) -> None:
        await asyncio.sleep(self._people.pause(*about) / self._speed)
