"""Who may be asked to serve a leg: pairing rule 1 of mission.md, with the reason wherever the answer is no."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.matcher.policies.windows import Serving, Span, is_free
from shared.community.areas import AreaTree
from shared.community.hours import VolunteerKind, WeekHours
from shared.community.local import LocalTime
from shared.contracts.words import Urgency


class Reason(StrEnum):
    """Why somebody is not asked. Of one person seen by the pairing alone; of many only as counts.

    ``party``: named in the matter, recognised by a mark, or living where it excludes people. ``excluded``: by a
    coordinator's choice. ``budget_spent``: asked as often today as they agreed to, but for the one time that is kept
    for urgent orders.
    """

    NOT_A_HOLDER = "not_a_holder"
    NOT_VETTED = "not_vetted"
    PARTY = "party"
    EXCLUDED = "excluded"
    ASKED_BEFORE = "asked_before"
    ABSENT = "absent"
    NOT_FREE = "not_free"
    WINDOW_TAKEN = "window_taken"
    NOT_REACHABLE = "not_reachable"
    AT_CAPACITY = "at_capacity"
    BUDGET_SPENT = "budget_spent"


PASSING = frozenset({Reason.NOT_REACHABLE, Reason.AT_CAPACITY, Reason.BUDGET_SPENT})
"""What may be different later the same day; every other reason lasts as long as the order is what it is."""


AWAKE = range(7, 22)
"""Hours of the local day."""


@dataclass(frozen=True, slots=True)
class Member:
    """What the pairing knows of a volunteer on the roster.

    ``claims`` says of each claimed post whether vetted. ``capacity``: assignments held at a time. ``on_duty`` wins
    over ``hours``, ``absences`` win over both. ``daily_offers``: so often they may be asked in a local day.
    ``urgent_at_work``: they agreed that urgent orders reach them at work. ``marks``: keyed comparisons of their
    name and phone, to recognise a party to a matter.
    """

    volunteer_id: str
    home: str
    hours: WeekHours = field(repr=False)
    claims: Mapping[str, bool] = field(repr=False)
    capacity: int = 2
    on_duty: bool = False
    daily_offers: int = 3
    urgent_at_work: bool = False
    absences: tuple[Span, ...] = field(default=(), repr=False)
    unit: str | None = field(default=None, repr=False)
    profession: str | None = field(default=None, repr=False)
    marks: frozenset[str] = field(default=frozenset(), repr=False)
    kind: VolunteerKind | None = None


@dataclass(slots=True)
class Load:
    """What a volunteer carries at this moment.

    ``asked`` counts open offers: each may become an assignment. ``busy`` are the windows of both. ``asked_today``
    counts the offers made on the local day ``asked_on``.
    """

    held: int = 0
    asked: int = 0
    served_minutes: int = 0
    asked_at: datetime | None = None
    asked_on: date | None = None
    asked_today: int = 0
    busy: list[Span] = field(default_factory=list)

    def ask(self, span: Span | None, now: datetime | None = None, day: date | None = None) -> None:
        """One more open offer; ``span`` is its window, ``now`` when it was made and ``day`` the local day of that.

        Without ``now`` and ``day`` it is an offer that was counted when it was first made.
        """
        self.asked += 1
        self.asked_at = now if now is not None else self.asked_at
        if day is not None:
            self.asked_today = self.asked_on_day(day) + 1
            self.asked_on = day
        if span is not None:
            self.busy.append(span)

    def asked_on_day(self, day: date) -> int:
        """How often they were asked on a local day, as far as it is the last one."""
        return self.asked_today if self.asked_on == day else 0

    def forget(self, span: Span | None) -> None:
        """Leave one open offer with this window out of the account."""
        self.asked -= 1
        self.free(span)

    def free(self, span: Span | None) -> None:
        """Leave one window out of the account."""
        if span in self.busy:
            self.busy.remove(span)


@dataclass(frozen=True, slots=True)
class Need:
    """What one leg needs of a volunteer.

    ``posts`` are those of the leg's skill whose area covers the order's grid; ``open_to_any`` makes them
    irrelevant. ``refused``: who was asked before, or served an earlier round. ``excluded``: by a coordinator.
    ``excluded_areas`` and ``party_marks``: where the parties to the matter live, and how to recognise them.
    ``continued``: who served this resident to their content. ``called_up``: a unit's secretary names the person, so
    a post is asked for only where the skill needs vetting.
    """

    order_id: str
    leg_id: str
    skill: str
    grid: str
    posts: frozenset[str]
    open_to_any: bool
    needs_vetting: bool
    urgency: Urgency
    serving: Serving
    now: datetime
    local: LocalTime
    due_at: datetime
    placed_at: datetime
    refused: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    excluded_areas: tuple[str, ...] = ()
    party_marks: frozenset[str] = frozenset()
    continued: frozenset[str] = frozenset()
    called_up: bool = False

    @property
    def reaches_at_work(self) -> bool:
        """Whether it may reach, outside of their free hours, who agreed to that: an urgent order, while people are
        awake. Who agreed to be called away from work did not agree to be woken.
        """
        return self.urgency is Urgency.URGENT and self.local.local(self.now).hour in AWAKE

    @property
    def open(self) -> bool:
        """Whether nobody needs to hold a post for it."""
        return self.open_to_any or (self.called_up and not self.needs_vetting)


def reasons(need: Need, member: Member, load: Load, areas: AreaTree) -> Iterator[Reason]:
    """Every reason against asking this volunteer: those that last before those that pass, the cheap ones first.

    None means eligible.
    """
    yield from _lasting(need, member, load, areas)
    if not is_reachable(need, member):
        yield Reason.NOT_REACHABLE
    if load.held + load.asked >= member.capacity:
        yield Reason.AT_CAPACITY
    if load.asked_on_day(need.local.day(need.now)) >= offers_for(need.urgency, member.daily_offers):
        yield Reason.BUDGET_SPENT


def _lasting(need: Need, member: Member, load: Load, areas: AreaTree) -> Iterator[Reason]:
    if not need.open:
        held = [vetted for post_id, vetted in member.claims.items() if post_id in need.posts]
        if not held:
            yield Reason.NOT_A_HOLDER
        elif need.needs_vetting and not any(held):
            yield Reason.NOT_VETTED
    if is_party(member, need.excluded_areas, need.party_marks, areas):
        yield Reason.PARTY
    if member.volunteer_id in need.excluded:
        yield Reason.EXCLUDED
    if member.volunteer_id in need.refused:
        yield Reason.ASKED_BEFORE
    if is_absent(need, member):
        yield Reason.ABSENT
    if not has_time(need, member):
        yield Reason.NOT_FREE
    if is_taken(need, load):
        yield Reason.WINDOW_TAKEN


def is_eligible(
    need: Need, member: Member, load: Load, areas: AreaTree, overlooking: frozenset[Reason] = frozenset()
) -> bool:
    """Whether nothing speaks against asking this volunteer, apart from what is overlooked."""
    return all(reason in overlooking for reason in reasons(need, member, load, areas))


def offers_for(urgency: Urgency, daily_offers: int) -> int:
    """How many of the offers somebody agrees to in a day may be about an order of this urgency: all of them for an
    urgent one, one less for the others where there is more than one, so that who is at home all day can still be asked
    when it is urgent.
    """
    return daily_offers if urgency is Urgency.URGENT or daily_offers <= 1 else daily_offers - 1


def is_party(member: Member, where: Collection[str], marks: frozenset[str], areas: AreaTree) -> bool:
    """Whether they are a party to the matter (by ``marks``), or live ``where`` nobody is to come from."""
    return not marks.isdisjoint(member.marks) or any(areas.at_or_below(member.home, area) for area in where)


def is_absent(need: Need, member: Member) -> bool:
    """Whether they said they are away: during a fixed window; else now, for what can be moved can wait for them."""
    if need.serving.fixed:
        return any(need.serving.span.overlaps(absence) for absence in member.absences)
    return _away(need, member)


def is_taken(need: Need, load: Load) -> bool:
    """Whether the fixed window overlaps another of theirs; what can be moved never does."""
    return need.serving.fixed and any(need.serving.span.overlaps(span) for span in load.busy)


def has_time(need: Need, member: Member) -> bool:
    """Whether they have a free stretch long enough, are on duty, or agreed to be reached at work by this order."""
    return member.on_duty or at_work_agreed(need, member) or is_free(member.hours, need.serving, need.local)


def is_reachable(need: Need, member: Member) -> bool:
    """Whether they may be asked at this moment: at a free hour, on duty, or at work if they agreed; never absent."""
    if _away(need, member):
        return False
    return member.on_duty or at_work_agreed(need, member) or member.hours.free_at(need.now, need.local)


def at_work_agreed(need: Need, member: Member) -> bool:
    """Only urgent orders may reach someone who is at work, by day, and only who agreed to that (pairing rule 2)."""
    return member.urgent_at_work and need.reaches_at_work


def _away(need: Need, member: Member) -> bool:
    return any(absence.start <= need.now < absence.end for absence in member.absences)
