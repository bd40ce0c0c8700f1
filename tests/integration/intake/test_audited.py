"""What coordinators change is in the audit, whatever route they take; a new route is not forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.community.definition import Community, load
from shared.web.rules import ruled_routes
from tests.integration.auditing import Did, changing, left_by, split
from tests.integration.intake.dispatch import SERVED
from tests.integration.intake.ending import Story
from tests.integration.intake.running import BODY, Place, client_of, make_place
from tests.unit.community import small_county

CALLS, ORDERS, IMPORT = "POST /api/calls/{call_id}", "POST /api/desk/orders/{reference}", "POST /api/orders/import"
EVENING = {"from": "2026-11-23T19:00:00+08:00", "to": "2026-11-23T21:00:00+08:00"}
OVER_JSON_ALONE = {IMPORT}
LEAVES: Mapping[str, tuple[str, str]] = {
    f"{CALLS}/result": ("attested", "call"),
    f"{CALLS}/reveal": ("revealed", "contact"),
    f"{ORDERS}/closing": ("decided", "closing"),
    f"{ORDERS}/closing/answer": ("attested", "closing"),
    f"{ORDERS}/join": ("decided", "add_joined"),
    f"{ORDERS}/merge": ("decided", "merge"),
    f"{ORDERS}/parties": ("decided", "add_party"),
    f"{ORDERS}/reveal": ("revealed", "contact"),
    f"{ORDERS}/service": ("decided", "service"),
    f"{ORDERS}/spam": ("decided", "spam"),
    f"{ORDERS}/split": ("decided", "split"),
    f"{ORDERS}/verdict": ("attested", "verdict"),
    f"{ORDERS}/window": ("decided", "window"),
    IMPORT: ("imported", "orders"),
}
"""Every changing route over JSON, and its row."""
PAGES: Mapping[str, list[str]] = {
    "POST /call-list/paper": [f"{CALLS}/reveal"],
    "POST /calls/{call_id}/result": [f"{CALLS}/result"],
    "POST /calls/{call_id}/reveal": [f"{CALLS}/reveal"],
    "POST /entry": [],  # what is taken down: the same door as for residents
    "POST /desk/orders/{reference}/concern": [f"{ORDERS}/join", f"{ORDERS}/parties"],
    **{
        f"POST /desk/orders/{{reference}}/{verb}": [f"{ORDERS}/{verb}"]
        for verb in ("closing", "closing/answer", "merge", "reveal", "service", "spam", "split", "verdict", "window")
    },
}
"""Pages that change something, and the routes over JSON whose use cases are theirs."""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county, where homework is a quarrel."""
    quarrel = 'duration_minutes = 60\nparties = true\nmode = "counter"'
    folder = tmp_path_factory.mktemp("quarrels")
    return load(small_county.write(folder, "small.toml", 'duration_minutes = 60\nmode = "counter"', quarrel))


class Desk:
    """A coordinator who does each thing once, each with an order of its own."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.did: list[Did] = []

    async def over(self, verb: str, body: Any, *told: str, first: Mapping[str, Any] | None = None) -> None:
        """One of the verbs about an order of which matcher has ``told`` that much; ``first``: verbs before it."""
        story = await Story.of(self._place, *told)
        address = f"/api/desk/orders/{story.reference}"
        for before, said in (first or {}).items():
            assert 200 == (await story.ask("POST", f"{address}/{before}", story.coordinator("c-8"), said)).status_code
        self._does(story, f"{ORDERS}/{verb}", f"{address}/{verb}", body)

    async def merge(self) -> None:
        """One order into another."""
        into = await Story.of(self._place)
        await self.over("merge", {"into": into.reference})

    async def about_words(self, verb: str, body: Any, words: str) -> None:
        """One of the verbs about an order's words."""
        story = Story(self._place)
        placed = await story.ask("POST", "/api/orders", {}, {**BODY, "details": words})
        story.reference = placed.json()["reference"]
        self._does(story, f"{ORDERS}/{verb}", f"/api/desk/orders/{story.reference}/{verb}", body)

    async def calls(self) -> None:
        """Whoever reads no messages is looked up and called."""
        story = await Story.of(self._place, *SERVED, call_only=True)
        (call,) = await story.call_list()
        address = f"/api/calls/{call['call_id']}"
        self._does(story, f"{CALLS}/reveal", f"{address}/reveal", None)
        self._does(story, f"{CALLS}/result", f"{address}/result", {"result": "no_answer"})

    def imports(self) -> None:
        """A table."""
        table = b"id,kind,where,what\n1,tutoring,here,maths\n"
        mapping = {
            "columns": {"service": "kind", "area": "where", "details": "what"},
            "services": {"tutoring": "haircut"},
            "areas": {"here": "east-g1"},
            "external_id": "id",
        }

        async def act() -> None:
            opened = await self._place.open_at(Story(self._place).now)
            async with client_of(opened.app) as client:
                form, headers = {"mapping": json.dumps(mapping)}, Story(self._place).coordinator()
                answer = await client.post("/api/orders/import", files={"file": table}, data=form, headers=headers)
            assert (200, 1) == (answer.status_code, answer.json().get("created")), answer.text

        self.did.append(Did(IMPORT, ("coordinator", *LEAVES[IMPORT]), act))

    def _does(self, story: Story, route: str, path: str, body: Any) -> None:
        async def act() -> None:
            answer = await story.ask("POST", path, story.coordinator(), body)
            assert answer.status_code < 300, (path, answer.text)

        self.did.append(Did(route, ("coordinator", *LEAVES[route]), act))


async def everything(desk: Desk) -> None:
    """Each changing route, to be done in turn."""
    contact = {"contact": {"name": "王五", "phone": "139 0000 2222"}}
    await desk.over("reveal", {"part": "contact", "reason": "arrange"})
    await desk.over("window", EVENING)
    await desk.over("split", {"service": "haircut", "details": "a second matter"})
    await desk.over("join", contact)
    await desk.over("parties", contact)
    await desk.over("closing", {"reason": "no way to fix it"})
    await desk.over("closing/answer", {"accept": True}, first={"closing": {"reason": "no way"}})
    await desk.over("verdict", {"outcome": "fixed"}, *SERVED)
    await desk.merge()
    await desk.about_words("spam", {"reason": "advertising"}, "see www.example.com")
    await desk.about_words("service", {"service": "haircut"}, "her hair is too long")
    await desk.calls()
    desk.imports()


async def test_each_changing_route_leaves_one_row(tmp_path: Path, rules: Community) -> None:
    """Every route by which a coordinator changes something, tried once, over JSON and on pages."""
    place = await make_place(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'intake.db'}", rules)
    desk = Desk(place)
    try:
        await everything(desk)
        opened = await place.open_at(Story(place).now)
        over_json, pages = split(changing(ruled_routes(opened.app.routes)))
        assert over_json == set(LEAVES) == {one.route for one in desk.did}
        assert (pages, over_json) == (set(PAGES), {one for those in PAGES.values() for one in those} | OVER_JSON_ALONE)
        left = await left_by(opened.intake.machinery.database, desk.did)
        assert {one.route: [one.leaves] for one in desk.did} == left
    finally:
        await place.close()


async def test_an_order_that_is_taken_down_is_vouched_for(tmp_path: Path, rules: Community) -> None:
    """The same door as for residents: with a channel it is a coordinator's word."""
    place = await make_place(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'intake.db'}", rules)
    try:
        story = Story(place)
        answer = await story.ask(
            "POST", "/api/orders", story.coordinator(), {**BODY, "channel": "phone", "consent": {"person": True}}
        )
        assert 201 == answer.status_code, answer.text
        order_id = answer.json()["order_id"]
        assert [("coordinator", "c-9", order_id, "order", "", "allowed")] == await place.audited("attested")
    finally:
        await place.close()
