"""A resident reads everything that can happen to an order in words, in both languages, and never a code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import services.intake.pages
from deploy.definitions import REFERENCE_COUNTY
from services.intake.pages.telling import DETAILS, ahead_of, happened, next_step_of, state_of, whose
from services.intake.policies.details import AGREED, BY_WORD, REFUSED, TOLD_REASONS, TURNED_AWAY
from services.intake.queries.orders import NOT_FOR_RESIDENTS
from services.intake.queries.views import HolderView, LegView, OrderView, TimelineView
from services.matcher.policies.acceptance import HandBackReason
from services.matcher.policies.ladder import Cause
from services.matcher.use_cases.steps import By
from shared.community.definition import load
from shared.community.departments import DepartmentKind
from shared.community.hours import WeekHours
from shared.community.text import Text
from shared.contracts import intake, matcher
from shared.contracts.words import (
    CallKind,
    CallResult,
    ErrandStep,
    NextStep,
    OrderState,
    Outcome,
    Part,
    Role,
)
from shared.web.i18n import Language, Readers, read_by

SERVICE = Path(services.intake.pages.__file__).parents[1]
NOW = datetime.fromisoformat("2026-11-22T19:00+08:00")
READERS = Readers("intake", SERVICE / "locale", now=lambda: NOW)
COUNTY = load(REFERENCE_COUNTY)
KINDS = [event.name for event in (*intake.EVENTS, *matcher.DISPATCH_EVENTS) if event.name not in NOT_FOR_RESIDENTS]
VERDICTS = [Outcome.FIXED, Outcome.PARTLY, Outcome.NOT_FIXED]
CODES: Mapping[str, Sequence[str]] = {
    "order_escalated": list(Cause),
    "errand_advanced": list(ErrandStep),
    "leg_assigned": list(By),
    "leg_handed_back": sorted(TOLD_REASONS),
    "order_extended": [AGREED, BY_WORD],
    "extension_answered": [AGREED, REFUSED],
    "closing_answered": [AGREED, REFUSED],
    "party_answered": [AGREED, REFUSED],
    "order_reviewed": VERDICTS,
    "verdict_given": VERDICTS,
    "order_closed": [*Outcome, TURNED_AWAY],
    "resident_joined": list(Part),
    "call_due": list(CallKind),
    "call_logged": [f"{kind}.{result}" for kind, result in product(CallKind, CallResult)],
}
HOURS = WeekHours.parse("mon-fri 9-12; mon-fri 14-17; sat 9-12")
TITLE = Text(zh="服务台", en="Service counter")
HOLDERS = [
    None,
    *(HolderView(role=role, area="maoling-east", title=TITLE) for role in Role),
    *(HolderView(role="department", area="maoling-east", title=TITLE, kind=kind) for kind in DepartmentKind),
]


def entry(what: str, detail: str | None = None, holder: HolderView | None = None) -> TimelineView:
    """One thing that happened."""
    return TimelineView(
        position=1,
        what=what,
        at=NOW,
        by="system",
        state="escalated",
        holder=holder,
        due_at=NOW,
        next_step="start",
        detail=detail,
    )


def order(holder: HolderView | None, next_step: str, service: str = "moving", errand: str | None = None) -> OrderView:
    """An order somebody holds."""
    seen: dict[str, Any] = {
        "order_id": "o-1",
        "reference": "261122-AAAA-BBBB",
        "service": service,
        "service_name": TITLE,
        "area": "maoling-east-g1",
        "urgency": "normal",
        "window": None,
        "state": "escalated",
        "outcome": None,
        "holder": holder,
        "due_at": NOW,
        "next_step": next_step,
        "late": False,
        "placed_at": NOW,
        "closed_at": None,
        "proposed_times": [],
        "legs": [LegView(leg_id="l-1", post=None, headcount=1, state="escalated", errand=errand)],
        "timeline": [],
    }
    return OrderView.model_construct(**seen)


def told(words: Callable[[], str], language: Language) -> str:
    """Words as somebody reads them."""

    def read() -> str:
        read_by(READERS.of(language))
        return words()

    return copy_context().run(read)


def everything() -> Iterator[tuple[str, Callable[[], str]]]:
    """All that can be said of an order, by the codes it is said from."""
    for kind, holder in product(KINDS, HOLDERS):
        yield kind, lambda kind=kind, holder=holder: happened(entry(kind, None, holder))  # type: ignore[misc]  # a thunk
    for kind, codes in CODES.items():
        for code in codes:
            yield f"{kind} {code}", lambda kind=kind, code=code: happened(entry(kind, code))  # type: ignore[misc]  # bound now
    for state, holder in product(OrderState, HOLDERS):
        yield state, lambda state=state, holder=holder: state_of(state, holder)  # type: ignore[misc]  # bound now
    for step, holder in product(NextStep, HOLDERS):
        yield step, lambda step=step, holder=holder: next_step_of(COUNTY, order(holder, step))  # type: ignore[misc]  # bound now


def has_chinese(text: str) -> bool:
    """Whether a text is Chinese."""
    return any("一" <= character <= "鿿" for character in text)


def test_everything_that_can_be_said_has_words_in_both_languages() -> None:
    """No code is shown, nothing is left in the other language."""
    codes = [code for code, words in everything() if told(words, Language.EN) in {code, "", *code.split()}]
    english = [code for code, words in everything() if not has_chinese(told(words, Language.ZH))]
    chinese = [code for code, words in everything() if has_chinese(told(words, Language.EN))]
    assert ([], [], []) == (codes, english, chinese)


def test_every_code_has_words_of_its_own() -> None:
    """Those of the kinds, of matcher's causes and reasons, and none besides; what is nobody's business has none."""
    assert {kind: {str(code) for code in codes} for kind, codes in CODES.items()} == {
        kind: {str(code) for code in codes} for kind, codes in DETAILS.items()
    }
    assert set(HandBackReason) > TOLD_REASONS


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("clock", "Nothing was settled in time, so it was passed up"),
        ("coordinator", "The coordinator passed it up to the next one"),
        ("hand_back", "It was given back, so the coordinator decides how it goes on"),
    ],
)
def test_why_an_order_was_passed_up_is_said(code: str, words: str) -> None:
    """A deadline, a decision and a hand-back are three things."""
    assert words == told(lambda: happened(entry("order_escalated", code)), Language.EN)


def test_where_and_when_to_collect_is_said() -> None:
    """The counter's name and its hours."""
    counter = HolderView(role="department", area=None, title=TITLE, kind="counter", hours=HOURS)
    words = {
        one: told(lambda: happened(entry("errand_advanced", "ready_to_collect", counter)), one) for one in Language
    }
    assert {
        Language.ZH: "已办好，请到服务台领取，开放时间：周一至周五 9:00–12:00、14:00–17:00；周六 9:00–12:00",
        Language.EN: "It is ready to collect at the Service counter, open "
        "Mon–Fri 9:00–12:00, 14:00–17:00; Sat 9:00–12:00",
    } == words


@pytest.mark.parametrize(
    ("holder", "service", "errand", "words"),
    [
        ("counter", "certificates", None, "The counter does it for you"),
        ("counter", "certificates", "ready_to_collect", "You collect it at the counter"),
        ("counter", "pension_papers", None, "You come to the counter at the agreed time"),
        ("property", "lift_fault", None, "The property firm does the work"),
        ("department", "stray_dogs", None, "The department does the work"),
    ],
)
def test_the_next_step_fits_the_holder(holder: str, service: str, errand: str | None, words: str) -> None:
    """A counter is no department, and to come or to collect is the resident's."""
    seen = order(HolderView(role="department", area=None, title=TITLE, kind=holder), "complete", service, errand)
    assert words == told(lambda: next_step_of(COUNTY, seen), Language.EN)


def test_a_coordinator_who_serves_in_person_is_said_to() -> None:
    """Not that a volunteer finishes the work."""
    seen = order(HolderView(role="coordinator", area=None, title=TITLE), "complete")
    assert "The coordinator does it in person" == told(lambda: next_step_of(COUNTY, seen), Language.EN)


@pytest.mark.parametrize(
    ("state", "holder", "ahead"),
    [
        ("placed", "coordinator", ["Taken by a volunteer", "Under way", "Done, waiting for the review", "Closed"]),
        ("assigned", "volunteer", ["Under way", "Done, waiting for the review", "Closed"]),
        ("under_way", "department", ["Done, waiting for the review", "Closed"]),
        ("escalated", "coordinator", ["Done, waiting for the review", "Closed"]),
        ("done", "resident", ["Closed"]),
        ("cancelled", "resident", []),
    ],
)
def test_what_is_still_to_come_is_named(state: str, holder: str, ahead: list[str]) -> None:
    """The straight way; where somebody decides how it goes on, its end alone."""
    seen = order(HolderView(role=holder, area=None, title=None), "decide").model_copy(update={"state": state})
    assert ", ".join(ahead) == told(lambda: ", ".join(ahead_of(seen)), Language.EN)


def test_whose_hand_it_was_is_told_by_what_held_the_order() -> None:
    """A counter is no department, also where the order has left it by then."""
    counter = HolderView(role="department", area=None, title=TITLE, kind="counter")
    resident = HolderView(role="resident", area=None, title=None)
    line = [
        entry("order_referred", None, counter),
        entry("leg_completed", None, counter),
        entry("order_done", None, resident),
    ]
    line = [line[0], *(one.model_copy(update={"by": "department"}) for one in line[1:])]
    assert ["", "Service counter", "Service counter"] == whose_in_english(line)


def whose_in_english(line: list[TimelineView]) -> list[str]:
    """Whose hands they were."""
    found: list[str] = []
    told(lambda: found.extend(whose(line)) or "", Language.EN)  # type: ignore[func-returns-value]  # told for its language
    return found
