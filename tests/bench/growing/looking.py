"""What people look at, and how long an answer takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from deploy.demo.doors import Doors
from shared.contracts.words import Role
from tests.bench.growing.people import Placed
from tests.integration.deploy.stacks import Up

COUNTY = "qindu"
TIMES, UNCOUNTED = 15, 2


class View(NamedTuple):
    """A page or an answer: what it is, which program gives it, its address, and who asks."""

    name: str
    at: str
    path: str
    token: str | None = None
    html: bool = True


def views(doors: Doors, new: Placed, old: Sequence[str]) -> list[View]:
    """The desk, an order's course, the board and the console, for the newest order and for one that was closed.

    ``old``: reference of a closed order, and a volunteer of the roster.
    """
    desk, ops = doors.as_caller(Role.COORDINATOR, f"c-{COUNTY}", COUNTY), doors.as_caller(Role.OPS, "ops")
    grid = doors.as_caller(Role.COORDINATOR, f"c-{new.grid}", new.grid)
    reference, volunteer = old
    return [
        View("desk of the county", "matcher", "/desk", desk),
        View("desk of a grid", "matcher", "/desk", grid),
        View("desk, API", "matcher", "/api/desk?limit=50", desk, html=False),
        View("a new order at the desk", "intake", f"/desk/orders/{new.reference}", desk),
        View("a closed order at the desk", "intake", f"/desk/orders/{reference}", desk),
        View("orders like a new one", "intake", f"/api/desk/orders/{new.reference}/similar", desk, html=False),
        View("timeline", "intake", f"/api/orders/{new.reference}", new.token, html=False),
        View("tasks of a volunteer", "matcher", "/", doors.as_caller(Role.VOLUNTEER, volunteer)),
        View("what a volunteer did", "matcher", "/card", doors.as_caller(Role.VOLUNTEER, volunteer)),
        View("calendar of the day", "matcher", "/day", desk),
        View("gaps", "matcher", "/gaps", desk),
        View("what went back and forth", "matcher", "/back-and-forth", desk),
        View("volunteers of the county", "matcher", "/volunteers", desk),
        View("calls to be made", "intake", "/call-list", desk),
        View("board", "notifier", "/board", None),
        View("board of one month", "notifier", "/board?month=2026-11", None),
        View("board, CSV", "notifier", "/board.csv", None, html=False),
        View("letterbox", "notifier", "/api/letterbox", doors.as_caller(Role.VOLUNTEER, volunteer), html=False),
        View("console: newest events", "console", "/?paused=1", ops),
        View("console: one subject", "console", "/?paused=1&subject=intake.order_closed", ops),
        View("console: a subject nobody has", "console", "/?paused=1&subject=notifier.notice_failed", ops),
        View("console: one order", "console", f"/?paused=1&order={reference}", ops),
        View("console: journey", "console", f"/journeys/{reference}", ops),
        View("console: to look at", "console", "/watch", ops),
        View("console: figures of 30 days", "console", "/figures?days=30", ops),
        View("console: streams", "console", "/streams", ops),
        View("console: invariants", "console", "/invariants", ops),
        View("events, API", "notifier", "/api/events?limit=50", ops, html=False),
    ]


async def looked(http: Any, running: Up, view: View) -> float:
    """Milliseconds of the median answer."""
    headers = {"accept": "text/html" if view.html else "application/json"}
    headers |= {"authorization": f"Bearer {view.token}"} if view.token else {}
    taken = []
    for _ in range(UNCOUNTED + TIMES):
        began = time.perf_counter()
        answer = await http.get(f"{running.stack.addresses[view.at]}{view.path}", headers=headers)
        taken.append((time.perf_counter() - began) * 1000)
        assert 200 == answer.status_code, f"{view.name}, {view.path}: {answer.status_code} {answer.text[:200]}"
    return statistics.median(taken[UNCOUNTED:])
