"""What residents do after they have ordered: give more time, say how it went, also by phone; and their neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.demo.place import Place
from shared.contracts.words import CallPurpose, CallResult, Outcome

Json = Mapping[str, Any]


class Residents:
    """Whoever ordered, whoever has the same matter, and the coordinator who calls those who read no messages."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._doors, self._people, self._figures = place.doors, place.people, place.figures
        self._verdicts = 0
        self._neighbour: Json | None = None

    async def join(self, placed: Json, token: str) -> None:
        """A neighbour who is about to order the same is shown this order, and joins it."""
        wish: Json = placed["wish"]
        contact = self._people.neighbour(str(placed["order_id"]), str(wish["service"]))
        if contact is None:
            return
        _, order = await self._doors.ask("GET", "intake", f"/api/orders/{placed['reference']}", token)
        asked = {name: wish[name] for name in ("service", "area", "window") if name in wish} | {"text": wish["details"]}
        status, told = await self._doors.ask("POST", "intake", "/api/suggestions", "", asked)
        for similar in told["similar"] if status == 200 else ():
            if similar["placed_at"] == order["placed_at"]:
                body = {"join_token": similar["join_token"], "contact": contact}
                status, joined = await self._doors.ask("POST", "intake", "/api/orders/join", "", body)
                if status == 201:
                    self._figures.joined += 1
                    self._neighbour = joined

    async def give_time(self, order: Json, token: str) -> bool:
        """Answer whether it may take longer; whether that was asked."""
        asked = order.get("extension_asked")
        if not asked:
            return False
        accept = self._people.gives_more_time(str(order["order_id"]))
        await self._place.think("more time", asked["extension_id"])
        path = f"/api/orders/{order['reference']}/extension/{asked['extension_id']}"
        status, _ = await self._doors.ask("POST", "intake", path, token, {"accept": accept})
        if status == 200:
            self._figures.extensions["given" if accept else "refused"] += 1
        return True

    async def review(self, order: Json, token: str) -> None:
        """The verdict, and first the neighbour's own."""
        await self._review_as_neighbour(order)
        verdict = await self._made_up(order)
        path = f"/api/orders/{order['reference']}/review"
        status, _ = await self._doors.ask("POST", "intake", path, token, verdict)
        self._note(status, verdict)

    async def answer_calls(self, order: Json) -> None:
        """The coordinator of an area above calls, so that whoever served it in the grid takes down no verdict; where it
        was they who served it, the next one above.
        """
        for token in self._callers(str(order["area"])):
            _, rows = await self._doors.ask("GET", "intake", "/api/call-list?limit=200", token)
            mine = [row for row in rows.get("items", ()) if row["reference"] == order["reference"]]
            if all([await self._answer_call(order, row, token) for row in mine]):
                return

    async def _answer_call(self, order: Json, row: Json, token: str) -> bool:
        """Make one call; False when somebody else has to take the verdict down."""
        path = f"/api/calls/{row['call_id']}"
        await self._place.think("call", row["call_id"])
        status, _ = await self._doors.ask("POST", "intake", f"{path}/reveal", token)
        if status != 200:
            return True
        reached = self._people.reached(str(row["call_id"]), int(row["nth"]))
        result = CallResult.REACHED if reached else CallResult.NO_ANSWER
        body: dict[str, Any] = {"result": result.value}
        if reached and row["purpose"] == CallPurpose.REVIEW:
            await self._review_as_neighbour(order)
            body["verdict"] = await self._made_up(order)
        status, said = await self._doors.ask("POST", "intake", f"{path}/result", token, body)
        if status == 200:
            self._figures.calls[f"{row['purpose']} {result.value}"] += 1
        if "verdict" in body:
            self._figures.verdicts_by_phone += status == 200
            self._note(status, body["verdict"])
        return not str(said.get("type", "")).endswith("recorded-by-server")

    async def _review_as_neighbour(self, order: Json) -> None:
        if self._neighbour is None:
            return
        neighbour, self._neighbour = self._neighbour, None
        outcome, rating = self._people.verdict(f"{order['order_id']} joined", 1)
        body = {"outcome": outcome.value, "rating": rating}
        path, token = f"/api/orders/{neighbour['reference']}/review", str(neighbour["tracking_token"])
        status, _ = await self._doors.ask("POST", "intake", path, token, body)
        self._figures.verdicts_of_joined += status == 200

    async def _made_up(self, order: Json) -> dict[str, Any]:
        await self._place.think("review", order["order_id"], self._verdicts + 1)
        outcome, rating = self._people.verdict(str(order["order_id"]), self._verdicts + 1)
        return {"outcome": outcome.value, "rating": rating}

    def _note(self, status: int, verdict: Json) -> None:
        if status == 200:
            self._verdicts += 1
            self._figures.reopened += verdict["outcome"] == Outcome.NOT_FIXED

    def _callers(self, area: str) -> list[str]:
        areas = self._place.community.areas
        line = [self._place.coordinator(code) for code in areas.ancestors(areas.coordinator_area(area))[1:]]
        return [token for token in line if token]
