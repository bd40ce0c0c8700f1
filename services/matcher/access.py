"""Who may do what at matcher, and what its JSON doors and pages share.

A volunteer sees their own, a coordinator what lies at or below their area; what is not yours does not exist.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from fastapi.concurrency import run_in_threadpool

from services.matcher.commands import Command, ShowRecommended
from services.matcher.policies.photos import painted_anew
from services.matcher.queries import Queries
from services.matcher.queries.card_views import CalendarView
from services.matcher.queries.recommended import RecommendedView
from services.matcher.queries.referral_views import ReferralView
from services.matcher.use_cases import UseCases
from services.matcher.use_cases.deciding import Decision
from services.matcher.use_cases.photographing import KeepPhoto
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.contracts.audit import Deed, Verdict, What
from shared.contracts.personal import ContactAsked, ContactTold
from shared.contracts.refusal import Forbidden, NotFound, Unavailable
from shared.contracts.words import Role
from shared.identity.acting import who_of
from shared.identity.tokens import CalendarTokens, Caller, PurposeTokens
from shared.persistence.admission import Admission
from shared.persistence.auditing import Auditing
from shared.web.callers import CoordinatorCaller
from shared.web.paging import CursorBroken, place_of
from shared.web.rules import EVERYBODY, STRANGER, Rule, Within, under

AsksContact = Callable[[ContactAsked], Awaitable[ContactTold]]
"""Asks intake whom to reach about an order."""

StandsIn = Callable[[str], Awaitable[tuple[str, ...]]]
"""The areas a coordinator acts for at this moment, besides their own."""

COUNTY = Rule("coordinator of the whole community", frozenset({Role.COORDINATOR}), Within.COUNTY)
REFERRED_TO = Rule("department, or whoever has the link", EVERYBODY - {STRANGER}, Within.OWN)
"""A referral is there for its department and for its link; for everybody else signed in it does not exist."""


FEED = "/calendar/{token}/paidan.ics"
"""Where a calendar program fetches a volunteer's; the secret is in the path, which no log and no metric has."""


class Access:
    """Matcher's rules of access, after the door has checked the role.

    A coordinator acts for their own area and, while somebody else is away, for those they stand in for.
    """

    def __init__(self, rules: Community, stands_in: StandsIn) -> None:
        self._rules = rules
        self._stands_in = stands_in

    def area_of(self, caller: Caller) -> str:
        """A coordinator's own area. Raises ``Forbidden`` when the token names none that exists."""
        if caller.area is None or caller.area not in self._rules.areas:
            raise Forbidden
        return caller.area

    async def areas_of(self, caller: Caller) -> tuple[str, ...]:
        """The areas a coordinator acts for now, their own first. Raises ``Forbidden`` as ``area_of``."""
        own = self.area_of(caller)
        return (own, *await self._stands_in(caller.subject))

    async def desk_areas(self, caller: Caller, asked: str | None) -> tuple[str, ...]:
        """The areas whose desks a coordinator wants to see, all they act for unless one is ``asked``.

        Raises ``NotFound`` for one that is not at or below these, ``Forbidden`` as ``area_of``.
        """
        areas = await self.areas_of(caller)
        if not asked:
            return areas
        if not self._rules.areas.within(asked, areas):
            raise NotFound
        return (asked,)

    @under(COUNTY)
    async def county(self, caller: CoordinatorCaller) -> Caller:
        """Dependency: a coordinator of the whole community, who takes the roster in and out. Raises ``Forbidden``."""
        if self._rules.areas.root.code not in await self.areas_of(caller):
            raise Forbidden
        return caller


@dataclass(frozen=True)
class Doors:
    """What matcher's doors share. ``links`` signs those that open one referral, ``feeds`` calendars' addresses.

    ``roster_rows`` bounds an imported roster; gaps are counted for ``gap_days``, what came back for
    ``figures_days``; ``decodings`` bounds the memory photos take."""

    rules: Community
    use_cases: UseCases
    queries: Queries
    access: Access
    clock: DomainClock
    links: PurposeTokens
    feeds: CalendarTokens
    roster_rows: int
    gap_days: int
    figures_days: int
    admission: Admission
    audit: Auditing
    asks_contact: AsksContact
    decodings: asyncio.Semaphore

    def figures_since(self) -> datetime:
        """From when on orders count in figures of what came back."""
        return self.clock.now() - timedelta(days=self.figures_days)

    async def keep_photo(self, assignment_id: str, caller: Caller, content: bytes) -> str:
        """Keep a photo a volunteer sends for their assignment; its id. Few are decoded at a time, off the event loop.

        Raises ``NotFound``, ``AssignmentEnded``, ``TooManyPhotos``, and as ``painted_anew``.
        """
        self.admission.check()
        if not await self.queries.photos.is_mine(assignment_id, caller.subject):
            raise NotFound
        async with self.decodings:
            picture = await run_in_threadpool(painted_anew, content, self.use_cases.photographing.limits)
        command = KeepPhoto(assignment_id, caller.subject, sha256(content).hexdigest(), picture)
        return str(await self.do(self.use_cases.photographing.keep_photos, command))

    async def photo(self, photo_id: str, caller: Caller) -> bytes:
        """A picture to the volunteer who sent it or a coordinator of the area. Raises ``NotFound``."""
        if caller.role is Role.VOLUNTEER:
            return await self.queries.photos.for_volunteer(photo_id, caller.subject)
        areas = self.rules.areas.all_below(await self.access.areas_of(caller))
        return await self.queries.photos.for_areas(photo_id, areas)

    async def contact(self, assignment_id: str, caller: Caller) -> ContactTold:
        """Whom a volunteer reaches about what they have taken; intake decides as well, and has it audited.

        Raises ``NotFound`` for what is not theirs or has ended, ``Unavailable`` while intake cannot say.
        """
        order_id = await self.queries.live_order(assignment_id, caller.subject)
        if order_id is None:
            refused = Deed(who_of(caller), What.FETCHED, "", "", "contact", "assignment", verdict=Verdict.REFUSED)
            await self.audit.note(refused)
            raise NotFound
        asked = ContactAsked(order_id=order_id, assignment_id=assignment_id, volunteer_id=caller.subject)
        try:
            return await self.asks_contact(asked)
        except NotFound as unheard:  # it has not heard of the assignment yet
            raise Unavailable from unheard

    async def do(self, use_case: Any, command: Any) -> Any:
        """Run one command with whoever else is waiting; the answer is the use case's, mostly an id."""
        return await self.use_cases.writer.do(use_case, command)

    def decision(self, leg_id: str, caller: Caller, wish: Command) -> Decision[Any]:
        """A coordinator's wish within their area, or where they stand in (``Decision``)."""
        return Decision(leg_id, caller.subject, self.access.area_of(caller), wish)

    async def recommended(self, leg_id: str, caller: Caller) -> list[RecommendedView]:
        """Whom a leg could be given to. Raises ``NotFound`` for one elsewhere, and for one that is served or waits."""
        wish = self.decision(leg_id, caller, ShowRecommended())
        return await self.queries.recommended.named(await self.do(self.use_cases.recommending.recommend, wish))

    async def calendar(self, caller: Caller, base: str) -> CalendarView | None:
        """The address of the caller's calendar below ``base``; None where they have none."""
        feed = await self.queries.feeds.mine(caller.subject)
        if feed is None:
            return None
        path = FEED.format(token=self.feeds.of(feed.feed_id))
        return CalendarView(address=f"{base.rstrip('/')}{path}", made_at=feed.made_at)

    def referral_link(self, referral: ReferralView) -> str:
        """The path that opens one referral to whoever has it, until the referral is due."""
        ahead = self.clock.wall_seconds((referral.due_at - self.clock.now()).total_seconds())
        return f"/d/{self.links.sign(referral.referral_id, timedelta(seconds=max(ahead, 0.0)))}"


def desk_place(cursor: str) -> tuple[int, datetime, str]:
    """The row of a coordinator's desk a cursor stands after. Raises ``CursorBroken``."""
    safe, due_at, order_id = place_of(cursor, int, str, str)
    return int(safe or 0), moment_of(due_at), str(order_id)


def due_place(cursor: str) -> tuple[datetime, str]:
    """The row of a desk a cursor stands after. Raises ``CursorBroken``."""
    due_at, order_id = place_of(cursor, str, str)
    return moment_of(due_at), str(order_id)


def moment_of(part: object) -> datetime:
    """The aware instant that is a part of a cursor. Raises ``CursorBroken``."""
    try:
        moment = datetime.fromisoformat(str(part))
    except ValueError:
        raise CursorBroken from None
    if moment.tzinfo is None:
        raise CursorBroken
    return moment
