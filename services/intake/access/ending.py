"""How orders come to an honest end, for JSON doors and pages alike: calls, verdicts by phone, closings."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.intake.access.doors import Doors
from services.intake.access.looking import reveal_to_call
from services.intake.commands import AnswerClosing, LogCall, ProposeClosing, ReviewOrder, TurnAway
from services.intake.queries import OrderFound
from services.intake.queries.calls import CallView, ClosingsView, ToCallView
from services.intake.queries.desk import DeskOrderView
from services.intake.queries.views import OrderView
from services.intake.use_cases.calling import Made
from services.intake.use_cases.closing import Answer, Proposal, Verdict
from services.intake.use_cases.turning_away import Turned
from shared.contracts.refusal import NotFound
from shared.identity.tokens import Caller
from shared.web.paging import CursorBroken, Page, as_it_is, page_of, place_of


def own_area(doors: Doors, caller: Caller, area: str | None) -> str:
    """The area a coordinator asks about: their own, or one below it. Raises ``NotFound`` for any other."""
    asked = area or caller.area or ""
    if not doors.access.areas.at_or_below(asked, caller.area or ""):
        raise NotFound
    return asked


async def calls_page(doors: Doors, caller: Caller, area: str | None, cursor: str | None, limit: int) -> Page[CallView]:
    """The calls owed in a coordinator's area, by due time. Raises ``NotFound`` for another's, ``CursorBroken``."""
    rows = await doors.calls.rows(own_area(doors, caller, area), _place(cursor) if cursor else None, limit + 1)
    views = await doors.calls.view(rows, doors.clock.now())
    return page_of(views, limit, as_it_is, lambda row: (row.due_at.isoformat(), row.call_id))


def _place(cursor: str) -> tuple[datetime, str]:
    due_at, call_id = place_of(cursor, str, str)
    try:
        return datetime.fromisoformat(str(due_at)), str(call_id)
    except ValueError:
        raise CursorBroken from None


async def call_within(doors: Doors, call_id: str, caller: Caller) -> OrderFound:
    """The order of a call, to a coordinator of its area. Raises ``NotFound`` for any other."""
    found = await doors.calls.find(call_id)
    return await doors.within(caller, found.order if found else None)


async def reveal_call(doors: Doors, call_id: str, caller: Caller) -> ToCallView:
    """Whom to call; the audit has who looked and why, never at what. Raises ``NotFound``."""
    found = await call_within(doors, call_id, caller)
    return await reveal_to_call(doors, found, caller, call_id)


async def log_call(doors: Doors, call_id: str, caller: Caller, wish: LogCall) -> DeskOrderView:
    """Keep what came of a call. Raises as ``Calling.log_calls`` refuses."""
    found = await call_within(doors, call_id, caller)
    made = Made(found.order_id, call_id, wish, caller.subject)
    await doors.use_cases.writer.do(doors.use_cases.calling.log_calls, made)
    return await doors.desk_view(found)


async def record_verdict(doors: Doors, found: OrderFound, caller: Caller, wish: ReviewOrder) -> DeskOrderView:
    """Take down what the resident said. Raises as ``Closings.record_verdicts`` refuses."""
    verdict = Verdict(found.order_id, wish, caller.subject)
    await doors.use_cases.writer.do(doors.use_cases.closings.record_verdicts, verdict)
    return await doors.desk_view(found)


async def propose_closing(doors: Doors, found: OrderFound, caller: Caller, wish: ProposeClosing) -> DeskOrderView:
    """Ask the resident to let it end as not fixed. Raises as ``Closings.propose_closings`` refuses."""
    proposal = Proposal(found.order_id, wish, caller.subject)
    await doors.use_cases.writer.do(doors.use_cases.closings.propose_closings, proposal)
    return await doors.desk_view(found)


async def turn_away(doors: Doors, found: OrderFound, caller: Caller, wish: TurnAway) -> DeskOrderView:
    """Close it as spam, with a reason. Raises as ``TurningAway.turn_away`` refuses."""
    turned = Turned(found.order_id, wish, caller.subject, caller.area or "")
    await doors.use_cases.writer.do(doors.use_cases.turning_away.turn_away, turned)
    return await doors.desk_view(found)


async def record_answer(doors: Doors, found: OrderFound, caller: Caller, wish: AnswerClosing) -> DeskOrderView:
    """Take down the resident's yes or no. Raises as ``Closings.answer_closings`` refuses."""
    answer = Answer(found.order_id, wish, caller.subject)
    await doors.use_cases.writer.do(doors.use_cases.closings.answer_closings, answer)
    return await doors.desk_view(found)


async def answer_closing(doors: Doors, found: OrderFound, wish: AnswerClosing) -> OrderView:
    """The resident's own yes or no. Raises as ``Closings.answer_closings`` refuses."""
    await doors.use_cases.writer.do(doors.use_cases.closings.answer_closings, Answer(found.order_id, wish))
    return await doors.view_for(found)


async def closings(doors: Doors, caller: Caller, area: str | None, since: datetime | None) -> ClosingsView:
    """How orders ended since then, or in the last year, by outcome, in a coordinator's area. Raises ``NotFound`` for
    another."""
    since = since or doors.clock.now() - timedelta(days=doors.figures_days)
    return await doors.calls.closings(own_area(doors, caller, area), since)
