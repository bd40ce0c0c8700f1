"""One order's life as its people live it: place, answer the offers, serve, review; or a coordinator decides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Any

from deploy.demo.coordinators import Coordinators
from deploy.demo.place import Place
from deploy.demo.residents import Residents
from deploy.demo.volunteers import Volunteers
from shared.contracts.words import NextStep, Role

STUCK_SECONDS = 120.0
"""An order that nothing happens to for so long, the demonstration being its only actor, is given up."""
LOOK_AGAIN_SECONDS = 3.0
SOON_SECONDS = 15.0
"""People who may be asked so many wall seconds after the last change are waited for; else the coordinator decides."""
OPEN = frozenset({"placed", "offered", "assigned", "under_way", "escalated"})


class Story:
    """Follows one order to its end, acting for everybody who has to act."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._doors, self._figures = place.doors, place.figures
        self._coordinators, self._residents = Coordinators(place), Residents(place)
        self._volunteers = Volunteers(place.doors, place.people, place.clock, place.figures, place.speed)
        self._began = time.monotonic()
        self._changed = self._began
        self._patient_until = self._began + STUCK_SECONDS
        self._taken = False
        self._call_only = False

    async def live_through(self, placed: Mapping[str, Any]) -> str:
        """Follow a placed order until it is closed or held; returns which, with the outcome."""
        self._figures.placed += 1
        if "wish" in placed:
            self._call_only = "call_only" in placed["wish"]
            await self._residents.join(placed, str(placed["tracking_token"]))
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
        if self._call_only and order["state"] in OPEN:
            await self._residents.answer_calls(order)
        if await self._residents.give_time(order, token):
            return ""
        match order["state"]:
            case "placed" | "offered":
                await self._volunteers.ask_pool(order)
                await self._volunteers.answer(order)
                await self._volunteers.name(order)
            case "under_way" if (order["holder"] or {}).get("role") == Role.COORDINATOR:
                self._note_taken()
                return await self._decide(order)
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
            case "done" if order["next_step"] == NextStep.CALL:
                await self._residents.answer_calls(order)
            case "done":
                await self._residents.review(order, token)
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
        return await self._coordinators.decide(order, in_words=self._call_only)

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
