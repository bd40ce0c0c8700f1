"""Orders on their way to an end: intake at a later time, its clock, and coordinators at their doors."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2

from services.intake.app import Intake
from services.intake.commands import Contact
from services.intake.use_cases.placing import NewOrder
from shared.contracts.words import Role
from tests.integration.intake.dispatch import SERVED, Dispatch
from tests.integration.intake.running import START, Place, bearer, client_of

BEGINS = datetime.fromisoformat(START)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def later(place: Place, at: datetime) -> Place:
    """The same house at another time of the domain."""
    clock = f"{at.isoformat()}@1/{time.time()}"
    return Place(place.settings.model_copy(update={"clock": clock}), place.rules)


@dataclass
class Story:
    """One order, its people, and the clock in the test's hand."""

    place: Place
    order_id: str = ""
    reference: str = ""
    now: datetime = BEGINS

    @classmethod
    async def of(cls, place: Place, *told: str, call_only: bool = False) -> Story:
        """An order that was placed; ``told``: matcher's facts so far."""
        story = cls(place)
        contact = Contact(name="李梅", phone="138 0000 1111")
        new = NewOrder(service="homework", area="east-g1", details="", contact=contact, call_only=call_only)
        intake = await story.intake()
        placed = await intake.machinery.writer.do(intake.use_cases.placing.place_orders, new)
        story.order_id, story.reference = placed.order.order_id, placed.order.reference
        await story.tell(*told)
        return story

    async def intake(self) -> Intake:
        """Intake at work, at this time."""
        return (await self.place.open_at(self.now)).intake

    async def tell(self, *names: str) -> None:
        """Matcher's next facts."""
        await (await Dispatch.of(await self.intake(), self.place, self.order_id)).tell(*names)

    async def sweep(self, after: timedelta = timedelta()) -> int:
        """Let time pass, and the clock do what is due then, until nothing is."""
        self.now += after
        swept, intake = 0, await self.intake()
        while found := await intake.review_clock.sweep(self.now):
            swept += found
            assert swept < 20, "something is due again and again"
        return swept

    async def ask(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> httpx2.Response:
        """A request at intake's door, at this time."""
        async with client_of((await self.place.open_at(self.now)).app) as client:
            return await client.request(method, path, json=body, headers=headers)

    def coordinator(self, subject: str = "c-9", area: str = "east-g1") -> dict[str, str]:
        """A coordinator's header."""
        return self.place.token(Role.COORDINATOR, subject, area)

    @property
    def resident(self) -> dict[str, str]:
        """The resident's header."""
        return bearer(self.place.intake().tracking.of(self.order_id))

    async def desk(self, verb: str, body: Any, headers: dict[str, str] | None = None) -> httpx2.Response:
        """What a coordinator does with the order."""
        path = f"/api/desk/orders/{self.reference}/{verb}"
        return await self.ask("POST", path, headers or self.coordinator(), body)

    async def own(self, verb: str, body: Any) -> httpx2.Response:
        """What the resident does with the order."""
        return await self.ask("POST", f"/api/orders/{self.reference}/{verb}", self.resident, body)

    async def view(self) -> dict[str, Any]:
        """The order as its resident sees it."""
        view: dict[str, Any] = (await self.ask("GET", f"/api/orders/{self.reference}", self.resident)).json()
        return view

    async def call_list(self, headers: dict[str, str] | None = None, query: str = "") -> list[dict[str, Any]]:
        """Whom a coordinator has to call."""
        answer = await self.ask("GET", f"/api/call-list{query}", headers or self.coordinator())
        assert 200 == answer.status_code, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def log(self, result: str, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
        """Log the one open call."""
        (call,) = await self.call_list(self.coordinator(area="small"))
        path = f"/api/calls/{call['call_id']}/result"
        return await self.ask("POST", path, headers or self.coordinator(), {"result": result, **more})

    async def state(self) -> tuple[str, str | None]:
        """State and outcome."""
        sql = "SELECT state, outcome FROM orders WHERE order_id = :id"
        ((state, outcome),) = await self.place.rows(sql, id=self.order_id)
        return state, outcome

    async def published(self) -> list[str]:
        """Names of what intake told of the order, in order."""
        return [name for name, _ in await self.place.published(self.order_id)]


__all__ = ["BEGINS", "DAY", "HOUR", "SERVED", "Story", "later"]
