"""What coordinators and departments do about one order: call up a unit, serve it, ask for more time, settle it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from deploy.demo.place import Place
from shared.contracts.words import ErrandStep, Role

Json = Mapping[str, Any]

LONGER = timedelta(hours=4)
"""How much more time a coordinator asks for."""


class Coordinators:
    """Whoever holds the order, each time it comes to them."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._doors, self._people, self._figures = place.doors, place.people, place.figures
        self._decisions = 0
        self._in_person = False

    async def decide(self, order: Json, *, in_words: bool) -> str:
        """The holder calls up a unit, serves it, asks for more time, settles it, or it stays held; "held" then.

        ``in_words``: the resident reads no messages and is asked by word of mouth.
        """
        self._decisions += 1
        order_id, time = str(order["order_id"]), self._decisions
        holder = order["holder"] or {}
        area = str(holder.get("area"))
        if holder.get("role") == Role.DEPARTMENT:
            return await self._serve_referral(order_id)
        token = self._place.coordinator(area)
        leg = next((leg for leg in order["legs"] if leg["state"] != "done"), None)
        if holder.get("role") != Role.COORDINATOR or token is None or leg is None:
            return ""  # it is on its way on; the next change tells
        path = f"/api/legs/{leg['leg_id']}"
        await self._place.think("decide", order_id, time)
        if not self._in_person and await self._does_something_first(order, path, token, time, in_words):
            return ""
        if not self._in_person and not self._people.resolves(order_id, time):
            return "held"
        report = {"report": "已由社区办结。 Settled by the community office."}
        status, _ = await self._doors.ask("POST", "matcher", f"{path}/resolve", token, report)
        self._figures.resolved_by_coordinator += status == 200
        return ""

    async def _does_something_first(self, order: Json, path: str, token: str, time: int, in_words: bool) -> bool:
        """Call up, take or extend: whether one of them was done."""
        order_id = str(order["order_id"])
        unit = self._people.called_up(order_id, time, str(order["area"]), str(order["service"]))
        if unit is not None:
            status, _ = await self._doors.ask("POST", "matcher", f"{path}/call-up", token, {"unit": unit})
            return status == 201
        if self._people.takes(order_id, time):
            status, _ = await self._doors.ask("POST", "matcher", f"{path}/take", token, {})
            self._in_person = status == 200
            self._figures.taken_in_person += self._in_person
            return self._in_person
        return self._people.extends(order_id, time) and await self._ask_for_time(order, path, token, in_words)

    async def _ask_for_time(self, order: Json, path: str, token: str, in_words: bool) -> bool:
        """Only a yes is passed on of what was said by word of mouth."""
        if in_words and not self._people.gives_more_time(str(order["order_id"])):
            return False
        now = self._place.clock.now()
        due_at = datetime.fromisoformat(order["due_at"]) if order["due_at"] else now
        body = {"until": (max(due_at, now) + LONGER).isoformat(), "reason": "配件在路上。 The part is on its way."}
        asked = {**body, "agreed": in_words}
        status, _ = await self._doors.ask("POST", "matcher", f"{path}/extend", token, asked)
        if status == 200:
            self._figures.extensions["given in words" if in_words else "asked"] += 1
        return status == 200

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
            await self._place.think("errand", path, step)
            await self._doors.ask("POST", "matcher", f"{path}/advance", token, {"step": step})
