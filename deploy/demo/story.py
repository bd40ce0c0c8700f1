"""One order's life as its people live it: place, answer the offers, serve, review; or a coordinator decides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.demo.doors import Doors
from deploy.demo.figures import Figures
from deploy.demo.people import People
from deploy.demo.volunteers import Volunteers
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.contracts.words import ErrandStep, NextStep, Outcome, Role

STUCK_SECONDS = 120.0
"""An order that nothing happens to for so long, the demonstration being its only actor, is given up."""
LOOK_AGAIN_SECONDS = 3.0
SOON_SECONDS = 15.0
"""People who may be asked so many wall seconds after the last change are waited for; else the coordinator decides."""


@dataclass(frozen=True)
class Place:
    """Where and how a story takes place. ``speed``: how much faster than people they act."""

    doors: Doors
    people: People
    community: Community
    clock: DomainClock
    figures: Figures
    speed: float


class Story:
    """Follows one order to its end, acting for everybody who has to act."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._doors, self._people, self._figures = place.doors, place.people, place.figures
        self._volunteers = Volunteers(place.doors, place.people, place.clock, place.figures, place.speed)
        self._began = time.monotonic()
        self._changed = self._began
        self._patient_until = self._began + STUCK_SECONDS
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
        async with aclosing(self._doors.live(reference, token)) as changes:  # type: ignore[type-var]  # a generator, typed as what it yields
            order: dict[str, Any] = dict(placed)
            while True:
                try:
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                        order = await anext(changes)
                except TimeoutError:
                    return await self._follow_on(placed, order)
                self._be_patient()
                if end := await self._act(order, token):
                    return end

    async def _follow_on(self, placed: Mapping[str, Any], order: dict[str, Any]) -> str:
        """Nothing was heard for a while: look at the order itself, act, and see what it waits for."""
        reference, token = str(placed["reference"]), str(placed["tracking_token"])
        while time.monotonic() < self._patient_until:
            _, now = await self._doors.ask("GET", "intake", f"/api/orders/{reference}", token)
            changed = now["state"] != order["state"] or len(now["timeline"]) != len(order.get("timeline", ()))
            order = now
            if changed:
                self._be_patient()
            if end := await self._act(order, token):
                return end
            if not changed and (end := await self._wait(order, token)):
                return end
            await asyncio.sleep(LOOK_AGAIN_SECONDS / 5)
        return f"stuck {order['state']}"

    async def _act(self, order: Mapping[str, Any], token: str) -> str:
        """Do what comes next, for whoever has to do it; the order's end, once it has one."""
        match order["state"]:
            case "placed" | "offered":
                await self._volunteers.ask_pool(order)
                await self._volunteers.answer(order)
                await self._volunteers.name(order)
            case "assigned" | "under_way":
                self._note_taken()
                await self._volunteers.serve(order)
            case "escalated":
                await self._volunteers.answer(order)
                await self._volunteers.name(order)
                if (
                    order["next_step"] in {NextStep.DECIDE, NextStep.COMPLETE}
                    or time.monotonic() > self._changed + SOON_SECONDS
                ):
                    return await self._decide(order)
            case "done":
                await self._review(order, token)
            case "closed" | "cancelled":
                return f"{order['state']} {order['outcome']}"
        return ""

    async def _wait(self, order: Mapping[str, Any], token: str) -> str:
        """Everybody who was asked has answered, and it is still open: a draw runs, or nobody may be asked now. Soon
        is waited for; else the coordinator, who holds it meanwhile, decides.
        """
        if order["state"] not in {"placed", "offered"}:
            return ""
        status, why = await self._doors.ask("GET", "intake", f"/api/orders/{order['reference']}/explanation", token)
        if status != 200 or why["state"] not in {"placed", "offered"}:
            return ""
        if why["asked"]:
            self._wait_until(self._volunteers.drawn_by)
        elif why["next_look_at"]:
            looks_in = self._seconds_until(datetime.fromisoformat(why["next_look_at"]))
            if time.monotonic() + looks_in > self._changed + SOON_SECONDS:
                return await self._decide(order)
        elif order["next_step"] == NextStep.CALL_UP:
            return await self._decide(order)
        return ""

    async def _decide(self, order: Mapping[str, Any]) -> str:
        """The coordinator calls up a unit, settles it, or it stays held."""
        self._escalations += 1
        order_id, times = str(order["order_id"]), self._escalations
        holder = order["holder"] or {}
        area = str(holder.get("area"))
        coordinator = self._place.community.ladder.by_area.get(area)
        if holder.get("role") == Role.DEPARTMENT:
            return await self._serve_referral(order_id)
        leg = next((leg for leg in order["legs"] if leg["state"] != "done"), None)
        if holder.get("role") != Role.COORDINATOR or coordinator is None or leg is None:
            return ""  # it is on its way on; the next change tells
        token = self._doors.as_caller(Role.COORDINATOR, coordinator.coordinator_id, area)
        path = f"/api/legs/{leg['leg_id']}"
        await self._think("decide", order_id, times)
        unit = self._people.called_up(order_id, times, str(order["area"]), str(order["service"]))
        if unit is not None:
            status, _ = await self._doors.ask("POST", "matcher", f"{path}/call-up", token, {"unit": unit})
            if status == 201:
                return ""
        if not self._people.resolves(order_id, times):
            return "held"
        report = {"report": "已由社区办结。 Settled by the community office."}
        status, _ = await self._doors.ask("POST", "matcher", f"{path}/resolve", token, report)
        if status == 200:
            self._figures.resolved_by_coordinator += 1
        return ""

    async def _serve_referral(self, order_id: str) -> str:
        """The department that holds it serves it, a counter step by step; the resident is not told its code, so each
        is asked.
        """
        for department in self._place.community.departments:
            token = self._doors.as_caller(Role.DEPARTMENT, department.code)
            _, desk = await self._doors.ask("GET", "matcher", "/api/department?limit=200", token)
            for referral in desk["items"]:
                if referral["order_id"] == order_id:
                    path = f"/api/referrals/{referral['referral_id']}"
                    if referral["counter"] and not referral["in_person"]:
                        await self._run_errand(path, token, referral["errand"])
                    await self._doors.ask("POST", "matcher", f"{path}/resolve", token, {"report": "已办结。 Served."})
                    return ""
        return ""

    async def _run_errand(self, path: str, token: str, reached: str | None) -> None:
        """The counter receives the papers, works on them, and has them ready."""
        steps = [step.value for step in ErrandStep]
        for step in steps[steps.index(reached) + 1 if reached else 0 :]:
            await self._think("errand", path, step)
            await self._doors.ask("POST", "matcher", f"{path}/advance", token, {"step": step})

    async def _review(self, order: Mapping[str, Any], token: str) -> None:
        self._reviews += 1
        await self._think("review", order["order_id"], self._reviews)
        outcome, rating = self._people.verdict(str(order["order_id"]), self._reviews)
        path = f"/api/orders/{order['reference']}/review"
        status, _ = await self._doors.ask("POST", "intake", path, token, {"outcome": outcome.value, "rating": rating})
        if status == 200 and outcome is Outcome.NOT_FIXED:
            self._figures.reopened += 1

    def _be_patient(self) -> None:
        self._changed = time.monotonic()
        self._patient_until = max(self._patient_until, self._changed + STUCK_SECONDS)

    def _wait_until(self, at: datetime | None) -> None:
        """Something happens at a known time: it is given up only some time after that."""
        if at is not None:
            until = time.monotonic() + self._seconds_until(at) + STUCK_SECONDS
            self._patient_until = max(self._patient_until, until)

    def _seconds_until(self, at: datetime) -> float:
        clock = self._place.clock
        return clock.wall_seconds((at - clock.now()).total_seconds())

    def _note_taken(self) -> None:
        if not self._taken:
            self._taken = True
            self._figures.assigned_seconds.append(time.monotonic() - self._began)

    async def _think(self, *about: object) -> None:
        await asyncio.sleep(self._people.pause(*about) / self._place.speed)
