"""An order to follow: its number, who holds it, by when, what comes next; each change without a reload."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.concerned import withdraw
from services.intake.commands import AnswerProposal, CancelOrder
from services.intake.pages.telling import ahead_of, happened, next_step_of, state_of, whose
from services.intake.policies.concerned import Right
from services.intake.policies.lifecycle import OPEN
from services.intake.queries import OrderFound
from services.intake.queries.concerned import OWNER
from services.intake.queries.views import HolderView, OrderView, TimelineView
from shared.community.definition import Community
from shared.contracts.refusal import Refusal
from shared.contracts.words import OrderState, Part, Role
from shared.web.dates import moment
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader, gettext
from shared.web.live import EventSourceResponse, ServerSentEvent, follow
from shared.web.templating import Pages, redirect
from shared.web.wording import WORDS, place_name

_WITHDRAWABLE = frozenset(state.value for state in OPEN - {OrderState.DONE})

_SEARCHING = frozenset({OrderState.PLACED.value, OrderState.OFFERED.value, OrderState.ESCALATED.value})
"""While nobody serves it, its resident may ask why."""

After = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class Step:
    """One line of the timeline, as the timeline macro takes it."""

    what: str
    at: datetime
    by: str
    note: str = ""


class Following:
    """Shows one community's orders to those who may see them."""

    def __init__(self, doors: Doors, rules: Community, pages: Pages) -> None:
        self._doors = doors
        self._rules = rules
        self._pages = pages

    async def page(
        self, request: Request, found: OrderFound, refused: Form | None = None, status: int = 200
    ) -> Response:
        """The order's page; ``refused``: a form of it to show again."""
        order = await self._doors.view_for(found)
        link = f"{str(request.base_url).rstrip('/')}/t/{self._doors.tracking.of(found.person_id)}"
        others = [(one, f"/t/{self._doors.tracking.of(one.order_id)}") for one in order.related]
        shown = {**await self.progress(found, order), "link": link, "others": others, "form": refused or Form.blank()}
        return self._pages.render(request, "order.html", status=status, mark=mark(order), **shown)

    async def change(self, found: OrderFound, seen: str) -> list[ServerSentEvent]:
        """The order's progress as a fragment, unless ``seen`` is what it still is."""
        order = await self._doors.view_for(found)
        if mark(order) == seen:
            return []
        shown = await self.progress(found, order)
        fragment = self._pages.fragment(shown["fragment"], **shown)
        return [ServerSentEvent(raw_data=fragment, id=mark(order))]

    async def progress(self, found: OrderFound, order: OrderView) -> dict[str, Any]:
        """What ``progress.html`` shows."""
        language = current_reader().language
        return {
            "order": order,
            "address": f"/orders/{order.reference}",
            "service_name": order.service_name.told_in(language),
            "place": place_name(self._rules.areas, order.area),
            "holder": holder_name(self._rules, order.holder, _resident(order)),
            "steps": steps_of(self._rules, order.timeline, _resident(order)),
            "ahead": ahead_of(order),
            "state_told": state_of(order.state, order.holder),
            "next_told": next_step_of(self._rules, order),
            "can_withdraw": order.state in _WITHDRAWABLE,
            "searching": order.state in _SEARCHING and not _is_with_department(order),
            "can_judge": _can_judge(order),
            "visits": await self._doors.concerned.visits(found),
            "form": Form.blank(),
            "fragment": "party.html" if order.me and order.me.part == Part.PARTY else "progress.html",
        }


def _resident(order: OrderView) -> str:
    """What the resident who holds the order is called before whoever looks."""
    return gettext("You") if order.me is None or order.me.part == OWNER else gettext("The resident who ordered")


def _can_judge(order: OrderView) -> bool:
    """Whoever ordered says how it went while it is done; everybody else also later, once in each round."""
    if order.me is None or order.me.left or order.me.verdict is not None:
        return False
    return order.state == OrderState.DONE or (order.me.part != OWNER and order.state == OrderState.CLOSED)


def _is_with_department(order: OrderView) -> bool:
    """Whether a department or a counter has it: then nobody is looked for."""
    return order.holder is not None and order.holder.role == Role.DEPARTMENT


def holder_name(rules: Community, holder: HolderView | None, resident: str) -> str:
    """A title with its area, or a role; never a person's name. ``resident``: what the resident is called here."""
    if holder is None:
        return ""
    if holder.role == Role.RESIDENT:
        return resident
    if holder.role == Role.DEPARTMENT and holder.title is not None:
        return holder.title.told_in(current_reader().language)
    if holder.title is None or holder.area is None:
        return WORDS["role_name"](holder.role)
    return f"{holder.title.told_in(current_reader().language)} · {place_name(rules.areas, holder.area)}"


def steps_of(rules: Community, timeline: Sequence[TimelineView], resident: str) -> list[Step]:
    """What happened, as lines; who had it then and by when stands where it became so. ``resident``: how the resident is
    called here.
    """
    held = [_had_it(holder_name(rules, entry.holder, resident), entry.due_at) for entry in timeline]
    return [
        Step(happened(entry), entry.at, by, now if now != before else "")
        for entry, by, now, before in zip(timeline, whose(timeline), held, ["", *held], strict=False)
    ]


def _had_it(holder: str, due_at: datetime | None) -> str:
    """Who had it then, and by when; nothing once nobody has it any more."""
    if not holder or due_at is None:
        return ""
    return gettext("In the hands of: %(holder)s, by %(when)s") % {"holder": holder, "when": moment(due_at)}


def mark(order: OrderView) -> str:
    """What tells two looks at an order apart: the last thing that happened, how many times are proposed, and whether
    it is late."""
    position = order.timeline[-1].position if order.timeline else 0
    proposed = f"-{len(order.proposed_times)}" if order.proposed_times else ""
    proposed += "-judged" if order.me and order.me.verdict else ""
    return f"{position}{proposed}{'-late' if order.late else ''}"


def following_routes(doors: Doors, rules: Community, pages: Pages) -> APIRouter:
    """``/orders/{reference}``, its live fragments, and the way to withdraw it."""
    router = APIRouter(prefix="/orders/{reference}")
    following = Following(doors, rules, pages)
    seen: Any = Depends(doors.order_seen)  # defaults: annotations of routes see no names of this function
    concerned: Any = Depends(doors.order_concerned)

    @router.get("")
    async def order(request: Request, found: OrderFound = concerned) -> Response:
        return await following.page(request, found)

    @router.get("/live", response_class=EventSourceResponse)
    async def live(
        request: Request, found: OrderFound = concerned, after: After = ""
    ) -> AsyncIterator[ServerSentEvent]:
        async def read(last: str) -> list[ServerSentEvent]:
            return await following.change(found, last or after)

        async for event in follow(request, found.order_id, read, seldom=True):
            yield event

    @router.get("/cancel")
    async def ask_whether_to_cancel(request: Request, found: OrderFound = concerned) -> Response:
        doors.access.may(Right.WITHDRAW, found)
        return pages.render(request, "cancel.html", form=Form.blank(), reference=found.reference, part=found.part)

    @router.post("/cancel")
    async def cancel(request: Request, found: OrderFound = concerned) -> Response:
        form = await posted(request)
        try:
            await withdraw(doors, found, form.read(CancelOrder))
        except Refusal as refusal:
            context: dict[str, Any] = {"reference": found.reference, "part": found.part}
            refused, status = form.refused(refusal), status_of(refusal)
            return pages.render(request, "cancel.html", status=status, form=refused, **context)
        return redirect(f"/orders/{found.reference}")

    @router.post("/counter/{offer_id}")
    async def answer_proposal(request: Request, offer_id: str, found: OrderFound = seen) -> Response:
        answer = (await posted(request)).read(AnswerProposal)
        await doors.answer_proposal(found, offer_id, accept=answer.accept)
        return redirect(f"/orders/{found.reference}")

    return router
