"""Who may be asked to serve a leg: pairing rule 1 of mission.md, with the reason wherever the answer is no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum

from services.matcher.policies.windows import Serving, Span, is_free, is_reachable
from shared.community.hours import WeekHours


class Reason(StrEnum):
    """Why somebody is not asked. Seen by the pairing alone."""

    NOT_A_HOLDER = "not_a_holder"
    NOT_VETTED = "not_vetted"
    ASKED_BEFORE = "asked_before"
    AT_CAPACITY = "at_capacity"
    WINDOW_TAKEN = "window_taken"
    NOT_FREE = "not_free"
    NOT_REACHABLE = "not_reachable"


@dataclass(frozen=True, slots=True)
class Member:
    """What the pairing knows of a volunteer on the roster; ``claims`` says of each claimed post whether vetted."""

    volunteer_id: str
    home: str
    hours: WeekHours = field(repr=False)
    claims: Mapping[str, bool] = field(repr=False)


@dataclass(slots=True)
class Load:
    """What a volunteer carries at this moment.

    ``asked`` counts open offers: each may become an assignment. ``busy`` are the windows of both.
    """

    capacity: int
    held: int = 0
    asked: int = 0
    served_minutes: int = 0
    asked_at: datetime | None = None
    on_duty: bool = False
    busy: list[Span] = field(default_factory=list)

    def ask(self, span: Span | None, now: datetime | None = None) -> None:
        """One more open offer; ``span`` is its window, ``now`` when it was made."""
        self.asked += 1
        self.asked_at = now if now is not None else self.asked_at
        if span is not None:
            self.busy.append(span)

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
    irrelevant. ``refused``: who was asked before, or served an earlier round.
    """

    order_id: str
    leg_id: str
    skill: str
    grid: str
    posts: frozenset[str]
    open_to_any: bool
    needs_vetting: bool
    serving: Serving
    now: datetime
    tz: tzinfo
    refused: frozenset[str] = frozenset()


def reasons(need: Need, member: Member, load: Load) -> Iterator[Reason]:
    """Every reason against asking this volunteer, the cheap ones first; none means eligible."""
    if not need.open_to_any:
        held = [vetted for post_id, vetted in member.claims.items() if post_id in need.posts]
        if not held:
            yield Reason.NOT_A_HOLDER
        elif need.needs_vetting and not any(held):
            yield Reason.NOT_VETTED
    if member.volunteer_id in need.refused:
        yield Reason.ASKED_BEFORE
    if load.held + load.asked >= load.capacity:
        yield Reason.AT_CAPACITY
    if not is_reachable(member.hours, on_duty=load.on_duty, now=need.now, tz=need.tz):
        yield Reason.NOT_REACHABLE
    if need.serving.fixed and any(need.serving.span.overlaps(span) for span in load.busy):
        yield Reason.WINDOW_TAKEN
    if not is_free(member.hours, on_duty=load.on_duty, serving=need.serving, tz=need.tz):
        yield Reason.NOT_FREE


def is_eligible(need: Need, member: Member, load: Load) -> bool:
    """Whether nothing speaks against asking this volunteer."""
    return next(reasons(need, member, load), None) is None
