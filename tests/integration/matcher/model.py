"""What must be true of matcher's rows after every step, said once more in the plainest way.

Nothing here asks the policies: rule 1 of mission.md is written out from the roster, hour by hour.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Assignment, Dispatch, Extension, Leg, Offer, Outbox, Volunteer
from shared.community.definition import Community
from shared.community.hours import WeekHours
from shared.community.roster import RosterRow
from shared.contracts.matcher import OfferMade
from shared.contracts.words import Urgency
from tests.integration.matcher.stage import EVENTS, Stage

ASKING, ACTIVE, TAKEN = {"open", "drawing"}, {"assigned", "under_way"}, {"assigned", "under_way", "completed"}
UNPAIRED, ENDED = {"placed", "offered"}, {"closed", "cancelled"}
MINUTE = timedelta(minutes=1)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Snapshot:
    """Every row, and every fact told so far, at one moment."""

    now: datetime
    dispatches: Mapping[str, Dispatch]
    legs: Mapping[str, Leg]
    offers: Mapping[str, Offer]
    assignments: Mapping[str, Assignment]
    volunteers: Mapping[str, Volunteer]
    extensions: Mapping[str, Extension]
    told: Sequence[Any]


async def snapshot(stage: Stage, told: Sequence[Any] = ()) -> Snapshot:
    """The rows as they are; ``told``: the facts known already."""
    async with stage.database.reading() as session:
        dispatches = {one.order_id: one for one in await session.scalars(select(Dispatch))}
        legs = {one.leg_id: one for one in await session.scalars(select(Leg))}
        offers = {one.offer_id: one for one in await session.scalars(select(Offer))}
        assignments = {one.assignment_id: one for one in await session.scalars(select(Assignment))}
        volunteers = {one.volunteer_id: one for one in await session.scalars(select(Volunteer))}
        extensions = {one.extension_id: one for one in await session.scalars(select(Extension))}
        rows = await session.scalars(select(Outbox).order_by(col(Outbox.position)).offset(len(told)))
        fresh = [EVENTS[row.type].model_validate_json(row.body) for row in rows]
    return Snapshot(stage.now, dispatches, legs, offers, assignments, volunteers, extensions, [*told, *fresh])


def check_rows(seen: Snapshot) -> None:
    """The invariants of one moment."""
    asked = Counter(offer.volunteer_id for offer in seen.offers.values() if offer.state in ASKING)
    held = Counter(one.volunteer_id for one in seen.assignments.values() if one.state in ACTIVE)
    for person in seen.volunteers.values():
        known = person.volunteer_id
        assert asked[known] == person.asked, f"{known} is asked {asked[known]}, counted as {person.asked}"
        assert held[known] == person.held, f"{known} holds {held[known]}, counted as {person.held}"
        assert person.held + person.asked <= person.capacity, f"{known} carries more than {person.capacity}"
        if person.left_at is not None or person.suspended_at is not None:
            waiting = [one for one in seen.offers.values() if one.volunteer_id == known and one.state == "standby"]
            assert (0, 0, []) == (person.held, person.asked, waiting), f"{known} is gone, and has something"
    for leg in seen.legs.values():
        taken = [one for one in seen.assignments.values() if one.leg_id == leg.leg_id and one.state in TAKEN]
        assert len(taken) <= leg.headcount, f"{leg.leg_id} has {len(taken)} of {leg.headcount}"
        assert len(taken) == len({one.volunteer_id for one in taken}), f"{leg.leg_id} has somebody twice"
    for one, other in combinations([one for one in seen.assignments.values() if one.state in ACTIVE], 2):
        if one.volunteer_id == other.volunteer_id:
            assert not overlap(span_of(one), span_of(other)), f"{one.volunteer_id} is at two places at once"
    for dispatch in seen.dispatches.values():
        check_dispatch(seen, dispatch)
        check_time(seen, dispatch)


def check_dispatch(seen: Snapshot, dispatch: Dispatch) -> None:
    """One holder, a due time and a next step; somebody is asked or will be; versions without a gap."""
    order_id = dispatch.order_id
    versions = [event.version for event in seen.told if getattr(event, "order_id", None) == order_id]
    assert list(range(1, dispatch.version + 1)) == versions
    asking = [offer for offer in seen.offers.values() if offer.order_id == order_id and offer.state in ASKING]
    if dispatch.state in ENDED:
        assert (None, "none", []) == (dispatch.holder_role, dispatch.next_step, asking)
        return
    assert dispatch.next_step != "none"
    if dispatch.state == "under_way" and dispatch.holder_role == "coordinator":  # served in person
        assert (True, "complete", []) == (dispatch.holder_id is not None, dispatch.next_step, asking)
    if dispatch.holder_role == "volunteer":
        serving = {one.volunteer_id for one in seen.assignments.values() if one.order_id == order_id}
        assert dispatch.holder_id in serving
    elif dispatch.state != "done":
        assert ("coordinator", dispatch.desk_area) == (dispatch.holder_role, dispatch.holder_area)
    if dispatch.state in UNPAIRED and dispatch.due_at > seen.now:
        looked_for = [leg for leg in seen.legs.values() if leg.order_id == order_id and leg.ask_at is not None]
        assert asking or looked_for, f"{order_id} waits, and nobody is asked or looked for"


def check_time(seen: Snapshot, dispatch: Dispatch) -> None:
    """Late with nobody above is late at the top; more time is asked for once in a round, and by who still holds it."""
    asked = [one for one in seen.extensions.values() if one.order_id == dispatch.order_id and one.withdrawn_at is None]
    rounds = [one.round for one in asked]
    assert len(rounds) == len(set(rounds)), f"{dispatch.order_id} asks for time again and again"
    waiting = [one for one in asked if one.agreed is None]
    if dispatch.state in {*ENDED, "done"}:
        assert (None, []) == (dispatch.overdue_since, waiting)
    elif dispatch.overdue_since is not None:
        assert ("county", True) == (dispatch.tier, dispatch.overdue_since <= seen.now)
    if waiting:
        assert dispatch.holder_role in {"coordinator", "department"}, f"{dispatch.order_id}: whoever asked is gone"


class Rule1:
    """Who may be asked, from the roster alone. ``on_duty``: as the switches stand; ``absences``: who is ill, from when
    until when; ``gone``: who left or is suspended.
    """

    def __init__(self, rules: Community, roster: Sequence[RosterRow]) -> None:
        self._rules = rules
        self.people = {row.volunteer_id: row for row in roster}
        self.on_duty = {row.volunteer_id for row in roster if row.on_duty}
        self.absences: defaultdict[str, list[Span]] = defaultdict(list)
        self.gone: set[str] = set()

    def fall_ill(self, volunteer_id: str, absence: Span) -> None:
        """Away from now on, and off duty."""
        self.absences[volunteer_id].append(absence)
        self.on_duty.discard(volunteer_id)

    def leave(self, volunteer_id: str) -> None:
        """Gone, without posts, and off duty."""
        self.gone.add(volunteer_id)
        self.on_duty.discard(volunteer_id)
        row = self.people[volunteer_id]
        self.people[volunteer_id] = row.model_copy(update={"posts": (), "vetted_posts": ()})

    def check_ill(self, seen: Snapshot, volunteer_id: str, absence: Span) -> None:
        """What lies in an absence that was told this moment, or at no time, is theirs no more."""
        spans = [span_of(one) for one in _active(seen, volunteer_id)]
        spans += [window_of(seen.dispatches[one.order_id]) for one in _asked(seen, volunteer_id)]
        kept = [span for span in spans if span is None or overlap(span, absence)]
        assert [] == kept, f"{volunteer_id} is ill, and has something at {kept}"

    def check_step(self, before: Snapshot, after: Snapshot, *, amended: bool, pooled: bool) -> None:
        """Nobody was asked in this step who may not be; nobody was asked about a leg again, but from standby."""
        known = {(offer.leg_id, offer.volunteer_id): offer.state for offer in before.offers.values()}
        fresh = [event for event in after.told[len(before.told) :] if isinstance(event, OfferMade)]
        for event in fresh:
            state = known.get((event.leg_id, event.volunteer_id))
            again = amended and state == "open"
            assert again or state in {None, "standby"}, f"{event.volunteer_id} asked again, after {state}"
            against = list(self.against(before, after, event.leg_id, event.volunteer_id, reach=not again))
            assert not against, f"{event.volunteer_id} asked about {event.leg_id}: {against}"
        if pooled:
            for offer in self._taken(before, after):
                against = list(self.against(before, after, offer.leg_id, offer.volunteer_id, reach=False))
                assert not against, f"{offer.volunteer_id} took {offer.leg_id}: {against}"
        self._check_budgets(after)

    def _taken(self, before: Snapshot, after: Snapshot) -> Iterator[Offer]:
        """Yeses nobody had asked for."""
        for key, offer in after.offers.items():
            state = before.offers[key].state if key in before.offers else None
            if offer.state in {"drawing", "accepted"} and state not in {"open", "drawing", offer.state}:
                yield offer

    def against(
        self, before: Snapshot, after: Snapshot, leg_id: str, volunteer_id: str, *, reach: bool
    ) -> Iterator[str]:
        """What speaks against somebody at this moment."""
        leg, person = after.legs[leg_id], self.people[volunteer_id]
        dispatch = after.dispatches[leg.order_id]
        if volunteer_id in self.gone:
            yield "is gone"
        skill = self._rules.skills_by_code[leg.post or ""]
        if not skill.open:
            held = set(person.vetted_posts if skill.needs_vetting else person.posts)
            posts = [self._rules.posts_by_id[post_id] for post_id in held]
            if not any(post.skill == skill.code and self._covers(post.area, dispatch.grid) for post in posts):
                yield f"holds no post of {skill.code}"
        if reach and not self._free_at(volunteer_id, after.now):
            yield "is not free at this hour"
        if not self._has_time(volunteer_id, dispatch, after.now):
            yield "has no time then"
        if any(one.leg_id == leg_id and one.volunteer_id == volunteer_id for one in before.assignments.values()):
            yield "had this leg before"
        window = window_of(dispatch)
        if any(overlap(window or (after.now, after.now + MINUTE), span) for span in self.absences[volunteer_id]):
            yield "is away then"
        for span in self._kept(before, after, volunteer_id, dispatch.order_id):
            if overlap(window, span):
                yield "is busy then"

    def _covers(self, area: str, grid: str) -> bool:
        return area in self._rules.areas.ancestors(grid)

    def _kept(self, before: Snapshot, after: Snapshot, volunteer_id: str, order_id: str) -> Iterator[Span | None]:
        """Windows of what somebody had before this step and has after it."""
        for key, held in before.assignments.items():
            now = after.assignments[key]
            if now.volunteer_id == volunteer_id and {held.state, now.state} <= ACTIVE and now.order_id != order_id:
                yield span_of(held) if span_of(held) == span_of(now) else None
        for key, offer in before.offers.items():
            others = offer.volunteer_id == volunteer_id and offer.order_id != order_id
            if others and {offer.state, after.offers[key].state} <= ASKING:
                yield window_of(before.dispatches[offer.order_id])

    def _free_at(self, volunteer_id: str, at: datetime) -> bool:
        if any(begins <= at < ends for begins, ends in self.absences[volunteer_id]):
            return False
        local = at.astimezone(self._rules.zone)
        hours = self.people[volunteer_id].hours or WeekHours(0)
        return volunteer_id in self.on_duty or local.weekday() * 24 + local.hour in set(hours)

    def _has_time(self, volunteer_id: str, dispatch: Dispatch, now: datetime) -> bool:
        """Minute by minute: a stretch as long as the service takes, from now on."""
        if volunteer_id in self.on_duty:
            return True
        service = self._rules.services_by_code[dispatch.service]
        window = window_of(dispatch) or (now, now + self._rules.clocks.of(Urgency(dispatch.urgency)).service)
        needed = min(timedelta(minutes=service.duration_minutes), window[1] - window[0])
        at, run = max(window[0], now), timedelta()
        free = set(self.people[volunteer_id].hours or WeekHours(0))
        while at < window[1] and run < needed:
            local = at.astimezone(self._rules.zone)
            run = run + MINUTE if local.weekday() * 24 + local.hour in free else timedelta()
            at += MINUTE
        return run >= needed

    def _check_budgets(self, seen: Snapshot) -> None:
        asked: defaultdict[tuple[str, Any], int] = defaultdict(int)
        for offer in seen.offers.values():
            asked[offer.volunteer_id, offer.made_at.astimezone(self._rules.zone).date()] += offer.source == "wave"
        for (volunteer_id, day), count in asked.items():
            most = self.people[volunteer_id].daily_offers or self._rules.pairing.daily_offers
            assert count <= most, f"{volunteer_id} was asked {count} times on {day}"


def _active(seen: Snapshot, volunteer_id: str) -> list[Assignment]:
    return [one for one in seen.assignments.values() if one.volunteer_id == volunteer_id and one.state in ACTIVE]


def _asked(seen: Snapshot, volunteer_id: str) -> list[Offer]:
    return [one for one in seen.offers.values() if one.volunteer_id == volunteer_id and one.state in ASKING]


def window_of(dispatch: Dispatch) -> Span | None:
    """When the resident wants it."""
    if dispatch.window_from is None or dispatch.window_to is None:
        return None
    return dispatch.window_from, dispatch.window_to


def span_of(assignment: Assignment) -> Span | None:
    """When it is served."""
    if assignment.window_from is None or assignment.window_to is None:
        return None
    return assignment.window_from, assignment.window_to


def overlap(one: Span | None, other: Span | None) -> bool:
    """Whether two windows have a moment in common."""
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]
