"""What an order's page says of its progress."""

from __future__ import annotations

from contextvars import copy_context
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import services.intake.pages
from services.intake.pages.following import mark
from services.intake.queries.time_views import ExtensionsView
from services.intake.queries.views import HolderView, OrderView, TimelineView
from shared.community.text import Text
from shared.web.csrf import FormTokens
from shared.web.i18n import Language, Readers, read_by
from shared.web.templating import Pages, Site

SERVICE = Path(services.intake.pages.__file__).parents[1]
NOW = datetime.fromisoformat("2026-11-22T19:00+08:00")
PAGES = Pages(SERVICE / "templates", Site(), FormTokens("intake", b"k" * 32, secure=False))
READERS = Readers("intake", SERVICE / "locale", now=lambda: NOW)
APOLOGY = {Language.ZH: "非常抱歉", Language.EN: "We are sorry"}


def order(state: str = "escalated", outcome: str | None = None, *, late: bool = False) -> OrderView:
    """An order with one thing in its timeline."""
    holder = HolderView(role="coordinator", area=None, title=None)
    due_at = NOW + timedelta(hours=-1 if late else 1)
    placed = TimelineView(
        position=3,
        what="order_placed",
        at=NOW,
        by="resident",
        state="placed",
        holder=holder,
        due_at=due_at,
        next_step="offer",
    )
    return OrderView(
        order_id="o-1",
        reference="261122-AAAA-BBBB",
        service="moving",
        service_name=Text(zh="搬运重物", en="Moving"),
        area="grid-1",
        urgency="normal",
        window=None,
        state=state,
        outcome=outcome,
        holder=holder,
        due_at=None if outcome else due_at,
        next_step="decide",
        late=late,
        extensions=ExtensionsView(count=0, last_until=None),
        extension_asked=None,
        placed_at=NOW,
        closed_at=None,
        proposed_times=[],
        legs=[],
        timeline=[placed],
    )


def shown(view: OrderView, language: Language = Language.EN) -> str:
    """The fragment, as it is sent to a live page."""
    context = {"order": view, "address": "/orders/x", "place": "Grid 1", "holder": "Coordinator"}
    context |= {"state_told": "With the coordinator", "next_told": "The coordinator decides who serves it"}
    context |= {"can_judge": view.state == "done", "ahead": []}

    def render() -> str:
        read_by(READERS.of(language))
        return PAGES.fragment("progress.html", steps=[], can_withdraw=False, searching=False, visits=[], **context)

    return copy_context().run(render)


@pytest.mark.parametrize("language", list(Language))
def test_late_is_said_plainly_with_an_apology(language: Language) -> None:
    """In the reader's language, and only when it is late."""
    assert (True, False) == (
        APOLOGY[language] in shown(order(late=True), language),
        APOLOGY[language] in shown(order(late=False), language),
    )


def test_becoming_late_is_a_change_of_its_own() -> None:
    """Nothing happened, and yet whoever watches must be told."""
    assert mark(order(late=False)) != mark(order(late=True))
    assert mark(order()) == mark(order())


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("fixed", "Fixed"),
        ("partly", "Partly fixed"),
        ("not_fixed", "Not fixed"),
        ("no_reply", "Closed without a review"),
    ],
)
def test_a_closed_order_shows_its_honest_outcome_and_asks_nothing(outcome: str, words: str) -> None:
    """Never better than the truth, no due time, no faces."""
    text = shown(order("closed", outcome))
    assert (True, False, False) == (f">{words}</span>" in text, "By when" in text, "outcome=" in text)


def test_the_review_is_asked_for_once_the_order_is_done() -> None:
    """Two faces lead on to the rating; the third is one tap."""
    text = shown(order("done"))
    assert ["/orders/x/review?outcome=fixed", "/orders/x/review?outcome=partly", 'value="not_fixed"'] == [
        part
        for part in ("/orders/x/review?outcome=fixed", "/orders/x/review?outcome=partly", 'value="not_fixed"')
        if part in text
    ]
